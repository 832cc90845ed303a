/* Entries as JSON, NDJSON and HAR. */
#include "journal/format.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "journal/names.h"

enum member_kind {
    MEMBER_TEXT,
    MEMBER_INT,
    MEMBER_U16,
    MEMBER_U32,
    MEMBER_U64,
    MEMBER_FLAG,
    MEMBER_NS,
    MEMBER_SHA256,
    MEMBER_DONE, /* work, be it behind the answer */
};

struct member {
    struct str key; /* ,"name": */
    enum member_kind kind;
    bool always; /* null or 0 rather than left out */
    enum journal_detail detail;
    size_t offset;
};

#define KEY_INIT(name) STR_INIT(",\"" name "\":")
#define MEMBER(name, kind, always, detail, field)                                                  \
    {                                                                                              \
        KEY_INIT(name), MEMBER_##kind, always, JOURNAL_##detail,                                   \
            offsetof(struct journal_entry, field)                                                  \
    }

/* clang-format off */
static const struct member members[] = {
    MEMBER("held_ms",              NS,   false, SHORT, held_ns),
    MEMBER("delay_capped",         FLAG, false, SHORT, delay_capped),
#define FACT_ALWAYS true
#define FACT_IF_SET false
#define FACT(name, TYPE, SHOWN, ...) MEMBER(#name, TYPE, FACT_##SHOWN, SHORT, name),
    CALL_FACTS(FACT)
#undef FACT
    MEMBER("date",                 TEXT, false, FULL,  date),
    MEMBER("authorization_digest", TEXT, false, FULL,  authorization_digest),
    MEMBER("request_bytes",        U64,  true,  SHORT, request_bytes),
    MEMBER("body_sha256",          SHA256, false, FULL, body_sha256),
    MEMBER("response_bytes",       U64,  true,  SHORT, response_bytes),
    MEMBER("code",                 TEXT, true,  SHORT, code),
    MEMBER("operation_status",     INT,  false, SHORT, operation_status),
    MEMBER("operation_code",       TEXT, false, SHORT, operation_code),
    MEMBER("operation_body",       TEXT, false, FULL,  operation_body),
    MEMBER("rule",                 TEXT, true,  SHORT, rule),
    MEMBER("kind",                 TEXT, true,  SHORT, outcome_kind),
    MEMBER("fault",                TEXT, false, SHORT, fault),
    MEMBER("performed",            DONE, true,  SHORT, performed),
    MEMBER("damaged",              FLAG, false, SHORT, damaged),
    MEMBER("defaulted",            TEXT, true,  SHORT, defaulted),
    MEMBER("near_miss",            TEXT, true,  SHORT, near_miss),
    MEMBER("auth_note",            TEXT, false, SHORT, auth_note),
    MEMBER("ran",                  TEXT, false, SHORT, ran),
    MEMBER("instance",             TEXT, false, SHORT, instance),
    MEMBER("request_headers",      TEXT, false, FULL,  request_headers),
    MEMBER("request_body",         TEXT, false, FULL,  request_body),
    MEMBER("response_headers",     TEXT, false, FULL,  response_headers),
    MEMBER("response_body",        TEXT, false, FULL,  response_body),
};
/* clang-format on */

/* Without printf, which would be most of what an entry costs: a listener is told of every call. */
#define KEY(name) STR(",\"" name "\":")

static void text_member(struct buf *out, struct str key, struct str value)
{
    buf_add(out, key);
    buf_json_string(out, value.len ? value : STR_NONE);
}

static void uint_member(struct buf *out, struct str key, uint64_t value)
{
    buf_add(out, key);
    buf_add_uint(out, value);
}

static void flag_member(struct buf *out, struct str key, bool value)
{
    buf_add(out, key);
    buf_add(out, value ? STR("true") : STR("false"));
}

/* A word of ours, which needs no look at its characters. */
static void word_member(struct buf *out, struct str key, const char *word)
{
    buf_add(out, key);
    buf_add_char(out, '"');
    buf_puts(out, word);
    buf_add_char(out, '"');
}

/* Milliseconds with three places. */
static void ms_member(struct buf *out, struct str key, uint64_t ns)
{
    uint64_t us = (ns + NS_PER_US / 2) / NS_PER_US;
    unsigned part = (unsigned)(us % US_PER_MS);
    const char places[] = {'.', (char)('0' + part / 100), (char)('0' + part / 10 % 10),
                           (char)('0' + part % 10)};

    buf_add(out, key);
    buf_add_uint(out, us / US_PER_MS);
    buf_add(out, (struct str){places, sizeof(places)});
}

static void add_member(struct buf *out, const struct member *member,
                       const struct journal_entry *entry)
{
    const void *at = (const char *)entry + member->offset;
    char digest[DIGEST_HEX_BYTES];
    struct str text;
    uint64_t number = 0;

    switch (member->kind) {
    case MEMBER_TEXT:
    case MEMBER_SHA256:
        text = member->kind == MEMBER_SHA256 ? journal_body_sha256(entry, digest)
                                             : *(const struct str *)at;
        if (text.len || member->always)
            text_member(out, member->key, text);
        return;
    case MEMBER_DONE:
        flag_member(out, member->key, journal_entry_performed(entry));
        return;
    case MEMBER_FLAG:
        if (*(const bool *)at || member->always)
            flag_member(out, member->key, *(const bool *)at);
        return;
    case MEMBER_NS:
        if (*(const uint64_t *)at || member->always)
            ms_member(out, member->key, *(const uint64_t *)at);
        return;
    case MEMBER_INT:
        number = (uint64_t) * (const int *)at;
        break;
    case MEMBER_U16:
        number = *(const uint16_t *)at;
        break;
    case MEMBER_U32:
        number = *(const uint32_t *)at;
        break;
    case MEMBER_U64:
        number = *(const uint64_t *)at;
        break;
    }
    if (number || member->always)
        uint_member(out, member->key, number);
}

static void add_strike(struct buf *out, const struct journal_strike *strike)
{
    buf_puts(out, "{\"rule\":");
    buf_json_string(out, strike->rule);
    buf_printf(out, ",\"gate\":\"%s\",\"key\":", fault_gate_name(strike->gate));
    buf_json_string(out, strike->key);
    uint_member(out, KEY("n"), strike->n);
    if (strike->draw >= 0)
        buf_printf(out, ",\"draw\":%.17g,\"threshold\":%.17g", strike->draw, strike->threshold);
    if (strike->shadow)
        buf_puts(out, ",\"shadow\":true");
    if (strike->choice >= 0)
        uint_member(out, KEY("choice"), (uint64_t)strike->choice);
    buf_add_char(out, '}');
}

static void add_strikes(struct buf *out, const struct journal_entry *entry)
{
    buf_add(out, KEY("rules"));
    buf_add_char(out, '[');
    for (size_t i = 0; i < entry->strike_count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_strike(out, &entry->strikes[i]);
    }
    buf_add_char(out, ']');
    uint_member(out, KEY("seed"), entry->seed);
}

/* Nothing, for most calls. */
static void add_late(struct buf *out, const struct journal_entry *entry)
{
    enum journal_late_state state;

    if (!entry->late)
        return;
    state = atomic_load(&entry->late->state);
    text_member(out, KEY("late"), str_of(late_name(state)));
    if (state == LATE_WAITS)
        return;
    if (entry->late->status)
        buf_printf(out, ",\"late_status\":%d", entry->late->status);
    if (entry->late->code[0])
        text_member(out, KEY("late_code"), str_of(entry->late->code));
}

/* What is no text, or ends within a character, byte for byte, too. */
static void add_bytes(struct buf *out, const struct journal_entry *entry)
{
    const struct {
        struct str key;
        struct str body;
    } bodies[] = {
        {KEY_INIT("request_body_base64"),   entry->request_body  },
        {KEY_INIT("response_body_base64"),  entry->response_body },
        {KEY_INIT("operation_body_base64"), entry->operation_body},
    };

    for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
        struct str body = bodies[i].body;

        if (!body.len || str_is_utf8(body))
            continue;
        OWN(mem_free) char *text = mem_alloc(base64_encoded_size(body.len) + 1);

        base64_encode(body, text);
        text_member(out, bodies[i].key, str_of(text));
    }
}

static void add_signature(struct buf *out, const struct journal_entry *entry)
{
    if (!entry->signed_what.len)
        return;
    buf_puts(out, ",\"signature\":{\"what\":");
    buf_json_string(out, entry->signed_what);
    text_member(out, KEY("expected"), entry->signed_expected);
    text_member(out, KEY("seen"), entry->signed_seen);
    if (entry->signed_seen.len)
        uint_member(out, KEY("differ_at"), entry->signed_differ_at);
    text_member(out, KEY("hint"), entry->signed_hint);
    buf_add_char(out, '}');
}

static void add_link(struct buf *out, const struct chain_link *link)
{
    const char *comma = "";

    uint_member(out, KEY("chain"), link->chain);
    uint_member(out, KEY("attempt"), link->attempt);
    if (link->confidence == CHAIN_FIRST)
        return;
    word_member(out, KEY("chain_confidence"), chain_confidence_name(link->confidence));
    buf_add(out, KEY("chain_evidence"));
    buf_add_char(out, '[');
    for (unsigned bit = 1; bit < 1u << CHAIN_EVIDENCE_COUNT; bit <<= 1) {
        if (link->evidence & bit) {
            buf_puts(out, comma);
            buf_json_string(out, str_of(chain_evidence_name(bit)));
            comma = ",";
        }
    }
    buf_add_char(out, ']');
    text_member(out, KEY("repeated_by"), chain_repeated_by(link->confidence, link->evidence));
    if (link->maybe)
        uint_member(out, KEY("chain_maybe"), link->maybe);
}

void journal_entry_json(const struct journal_entry *entry, enum journal_detail detail,
                        struct buf *out)
{
    char time[CLOCK_ISO_BYTES];
    uint64_t taken_ns =
        entry->ended_ns > entry->started_ns ? entry->ended_ns - entry->started_ns : 0;

    clock_format_iso(entry->wall_ms, time);
    buf_add(out, STR("{\"number\":"));
    buf_add_uint(out, entry->number);
    text_member(out, KEY("request_id"), entry->request_id);
    word_member(out, KEY("time"), time);
    ms_member(out, KEY("duration_ms"), taken_ns);
    uint_member(out, KEY("status"), (uint64_t)entry->status);
    text_member(out, KEY("operation"), str_of(entry->op ? entry->op->name : NULL));
    text_member(out, KEY("api"), api_version_name(entry->api));
    text_member(out, KEY("invocation"), str_of(invocation_name(entry->invocation)));
    text_member(out, KEY("sdk"), fault_sdk_name(entry->sdk));
    word_member(out, KEY("outcome"), http_outcome_name(entry->outcome));
    text_member(out, KEY("effect"), str_of(effect_name(entry->effect)));
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        if (members[i].detail <= detail)
            add_member(out, &members[i], entry);
    }
    add_late(out, entry);
    if (entry->query.len)
        text_member(out, KEY("query"), entry->query);
    add_link(out, &entry->link);
    if (detail == JOURNAL_FULL) {
        add_bytes(out, entry);
        add_signature(out, entry);
        add_strikes(out, entry);
    }
    buf_add_char(out, '}');
}

void journal_ndjson(const struct journal_selection *selection, struct buf *out)
{
    for (size_t i = 0; i < selection->count; i++) {
        journal_entry_json(selection->entries[i], JOURNAL_FULL, out);
        buf_add_char(out, '\n');
    }
}
