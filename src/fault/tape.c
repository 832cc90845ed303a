#include "fault/tape.h"

#include <inttypes.h>

#include "base/draw.h"
#include "base/mem.h"
#include "fault/tape_codec.h"

enum { TAPE_VERSION = 1, CALLS_FIRST_ROOM = 1024 };

/* How often a call was seen. Open addressing; a zero call is a free place. */
struct seen {
    uint64_t call;
    uint64_t times;
};

struct played {
    UT_hash_handle hh;
    struct {
        uint64_t call, k;
    } key;
    struct tape_deed deed;
    struct fault_decision decision; /* without tickets and set */
};

struct fault_tape {
    struct buf lines;
    uint64_t line_count, dropped;
    struct seen *seen;
    size_t seen_room, seen_count;
    struct fault_ruleset *played_set; /* NULL = not playing; its arena holds `played` */
    struct played *played;
    bool plays_authenticated;
};

struct fault_tape *tape_new(void)
{
    return mem_alloc(sizeof(struct fault_tape));
}

static void stop_playing(struct fault_tape *tape)
{
    HASH_CLEAR(hh, tape->played);
    fault_ruleset_unref(tape->played_set);
    tape->played_set = NULL;
    tape->plays_authenticated = false;
}

static void clear(struct fault_tape *tape)
{
    buf_done(&tape->lines);
    mem_free(tape->seen);
    tape->seen = NULL;
    tape->seen_room = tape->seen_count = 0;
    tape->line_count = tape->dropped = 0;
}

void tape_free(struct fault_tape *tape)
{
    if (!tape)
        return;
    stop_playing(tape);
    clear(tape);
    mem_free(tape);
}

/* ---- which call, and the how-manieth ---- */

static const char *const asking_names[ASKING_TIMES] = {
    [ASKED_ON_ACCEPT] = "accept",
    [ASKED_ON_REQUEST] = "request",
    [ASKED_AUTHENTICATED] = "authenticated",
};

/* The members that make a call what it is, as they are named in a line. */
static const struct {
    const char *name;
    size_t offset;
} identity[] = {
    {"account", offsetof(struct fault_call, account)},
    {"region",  offsetof(struct fault_call, region) },
    {"label",   offsetof(struct fault_call, label)  },
    {"method",  offsetof(struct fault_call, method) },
    {"path",    offsetof(struct fault_call, path)   },
};

static struct str identity_of(const struct fault_call *call, size_t i)
{
    return *(const struct str *)(const void *)((const char *)call + identity[i].offset);
}

static uint64_t call_digest(const struct fault_call *call, enum asking_time time)
{
    static const uint8_t key[16] = "fcemu tape call";
    uint64_t parts[N_ELEMENTS(identity) + 1] = {time};

    for (size_t i = 0; i < N_ELEMENTS(identity); i++) {
        struct str part = identity_of(call, i);

        parts[i + 1] = draw_siphash(key, part.len ? part.ptr : "", part.len);
    }
    return draw_siphash(key, parts, sizeof(parts)) | 1;
}

static struct seen *seen_place(struct seen *places, size_t room, uint64_t call)
{
    size_t i = call & (room - 1);

    while (places[i].call && places[i].call != call)
        i = (i + 1) & (room - 1);
    return &places[i];
}

static void seen_grow(struct fault_tape *tape)
{
    size_t room = tape->seen_room ? 2 * tape->seen_room : CALLS_FIRST_ROOM;
    struct seen *places = mem_alloc_array(room, sizeof(*places));

    for (size_t i = 0; i < tape->seen_room; i++)
        if (tape->seen[i].call)
            *seen_place(places, room, tape->seen[i].call) = tape->seen[i];
    mem_free(tape->seen);
    tape->seen = places;
    tape->seen_room = room;
}

/* Count the call; 0 when there is no room to tell it from others. */
static uint64_t count_call(struct fault_tape *tape, uint64_t call)
{
    if (2 * tape->seen_count >= tape->seen_room && tape->seen_count < TAPE_CALLS_MAX)
        seen_grow(tape);
    struct seen *place = seen_place(tape->seen, tape->seen_room, call);

    if (!place->call) {
        if (tape->seen_count == TAPE_CALLS_MAX)
            return 0;
        place->call = call;
        tape->seen_count++;
    }
    return ++place->times;
}

struct tape_mark tape_count(struct fault_tape *tape, const struct fault_call *call,
                            enum asking_time time)
{
    uint64_t digest = call_digest(call, time);

    return (struct tape_mark){.call = digest, .k = count_call(tape, digest), .time = time};
}

/* ---- recording ---- */

static void print_strike(const struct fault_evidence *evidence, struct buf *out)
{
    buf_puts(out, "{\"rule\":");
    buf_json_string(out, evidence->rule->id);
    if (evidence->key.len) {
        buf_puts(out, ",\"key\":");
        buf_json_string(out, evidence->key);
    }
    buf_printf(out, ",\"gate\":\"%s\",\"n\":%" PRIu64, fault_gate_name(evidence->gate),
               evidence->n);
    if (evidence->draw >= 0)
        buf_printf(out, ",\"draw\":%.17g,\"threshold\":%.17g", evidence->draw, evidence->threshold);
    if (evidence->choice >= 0)
        buf_printf(out, ",\"choice\":%d", evidence->choice);
    buf_puts(out, evidence->shadow ? ",\"shadow\":true}" : "}");
}

static void print_identity(const struct tape_mark *mark, const struct fault_call *call,
                           struct buf *out)
{
    buf_printf(out, "{\"k\":%" PRIu64, mark->k);
    if (mark->time != ASKED_ON_REQUEST)
        buf_printf(out, ",\"asking\":\"%s\"", asking_names[mark->time]);
    for (size_t i = 0; i < N_ELEMENTS(identity); i++) {
        if (!str_is_set(identity_of(call, i)))
            continue;
        buf_printf(out, ",\"%s\":", identity[i].name);
        buf_json_string(out, identity_of(call, i));
    }
}

static void print_line(const struct tape_mark *mark, const struct asking *asking, struct buf *out)
{
    const struct fault_decision *decision = asking->out;
    struct tape_deed deed;

    print_identity(mark, asking->call, out);
    buf_puts(out, ",\"do\":");
    tape_deed_of(decision, asking->arena, &deed);
    tape_deed_print(&deed, out);
    buf_puts(out, ",\"strikes\":[");
    for (size_t i = 0; i < decision->evidence_count; i++) {
        if (i)
            buf_add_char(out, ',');
        print_strike(&decision->evidence[i], out);
    }
    buf_puts(out, "]}\n");
}

void tape_record(struct fault_tape *tape, const struct tape_mark *mark, const struct asking *asking)
{
    if (!asking->out->first_rule && !asking->out->rejected)
        return;
    if (mark->k == 0 || tape->lines.len > TAPE_BYTES_MAX) {
        tape->dropped++;
        return;
    }
    print_line(mark, asking, &tape->lines);
    tape->line_count++;
}

void fault_tape_save(const struct fault_engine *engine, struct buf *out)
{
    const struct fault_tape *tape = engine->tape;

    buf_printf(out,
               "{\"fcemu_tape\":%d,\"seed\":\"%" PRIu64 "\",\"lines\":%" PRIu64
               ",\"dropped\":%" PRIu64 "}\n",
               TAPE_VERSION, engine->seed, tape->line_count, tape->dropped);
    buf_add(out, buf_str(&tape->lines));
}

void fault_tape_clear(struct fault_engine *engine)
{
    clear(engine->tape);
}

/* ---- reading ---- */

struct reader {
    struct fault_tape *tape; /* being filled; not the engine's yet */
    struct arena *arena;
    struct rule_name {
        UT_hash_handle hh;
        struct fault_rule rule;
    } * rules;
};

/* A tape names rules that may be gone; a decision still points to something with that name. */
static struct fault_rule *rule_named(struct reader *r, struct str id)
{
    struct rule_name *known;

    if (!str_is_set(id))
        return NULL;
    HASH_FIND(hh, r->rules, id.ptr, id.len, known);
    if (known)
        return &known->rule;
    known = ARENA_NEW(r->arena, struct rule_name);
    known->rule.id = arena_str(r->arena, id);
    known->rule.group = -1;
    known->rule.mark = true;
    HASH_ADD_KEYPTR(hh, r->rules, known->rule.id.ptr, known->rule.id.len, known);
    return &known->rule;
}

static enum fault_gate gate_named(struct str name)
{
    for (enum fault_gate gate = GATE_ENABLED; gate <= GATE_NOT_ASKED; gate++)
        if (str_eq(name, str_of(fault_gate_name(gate))))
            return gate;
    return GATE_NOT_ASKED;
}

static double number_or(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(value) ? value->valuedouble : otherwise;
}

static void read_strikes(struct reader *r, const cJSON *list, struct fault_decision *out)
{
    size_t count = (size_t)cJSON_GetArraySize(list);
    const cJSON *item;

    out->evidence = count ? ARENA_ARRAY(r->arena, count, struct fault_evidence) : NULL;
    cJSON_ArrayForEach (item, list) {
        struct str key = json_get_str(item, "key");
        const struct fault_rule *rule = rule_named(r, json_get_str(item, "rule"));

        if (!rule)
            continue;
        out->evidence[out->evidence_count++] = (struct fault_evidence){
            .rule = rule,
            .gate = gate_named(json_get_str(item, "gate")),
            .key = str_is_set(key) ? arena_str(r->arena, key) : STR(""),
            .n = (uint64_t)number_or(item, "n", 0),
            .draw = number_or(item, "draw", -1),
            .threshold = number_or(item, "threshold", 1),
            .shadow = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "shadow")),
            .choice = (int)number_or(item, "choice", -1),
        };
    }
}

static void decision_of(struct reader *r, struct tape_deed *deed, struct fault_decision *out)
{
    struct fault_action *action = &deed->action;
    const struct fault_header_edit **edits = NULL;
    struct fault_rule *first = rule_named(r, deed->rule);

    if (first && deed->unmarked)
        first->mark = false;
    if (action->header_count)
        edits = ARENA_ARRAY(r->arena, action->header_count, const struct fault_header_edit *);
    for (size_t i = 0; i < action->header_count; i++)
        edits[i] = &action->headers[i];
    *out = (struct fault_decision){
        .outcome = action->outcome == OUTCOME_NONE ? NULL : action,
        .first_rule = first,
        .outcome_rule = rule_named(r, deed->outcome_rule),
        .effect_rule = rule_named(r, deed->effect_rule),
        .delay_request_ns = deed->delay_request_ns,
        .delay_effect_ns = deed->delay_effect_ns,
        .delay_headers_ns = deed->delay_headers_ns,
        .delay_capped = deed->delay_capped,
        .header_edits = {edits, action->header_count},
        .corrupt = action->corrupt != CORRUPT_NONE ? action : NULL,
        .length = action->has_length ? action : NULL,
        .truncate = action->truncate.given ? action : NULL,
        .stall = action->stall_after.given ? action : NULL,
        .drip = action->drip_bytes ? action : NULL,
        .corrupt_draw = deed->corrupt_draw,
        .effect = deed->effect,
        .rejected = deed->rejected,
    };
}

static bool asking_named(struct str name, enum asking_time *out)
{
    *out = ASKED_ON_REQUEST;
    for (enum asking_time t = 0; str_is_set(name) && t < ASKING_TIMES; t++) {
        if (str_eq(name, str_of(asking_names[t]))) {
            *out = t;
            return true;
        }
    }
    return !str_is_set(name);
}

static int read_call(struct reader *r, const cJSON *json, struct error *err)
{
    struct played *played = ARENA_NEW(r->arena, struct played);
    struct fault_call call = {0};
    enum asking_time time;

    played->key.k = (uint64_t)number_or(json, "k", 0);
    if (played->key.k == 0 || !asking_named(json_get_str(json, "asking"), &time))
        return error_set(err, ERROR_SYNTAX, "'k' or 'asking' is missing or wrong");
    if (tape_deed_parse(cJSON_GetObjectItemCaseSensitive(json, "do"), r->arena, &played->deed,
                        err) < 0)
        return -1;
    for (size_t i = 0; i < N_ELEMENTS(identity); i++)
        *(struct str *)(void *)((char *)&call + identity[i].offset) =
            json_get_str(json, identity[i].name);
    played->key.call = call_digest(&call, time);
    decision_of(r, &played->deed, &played->decision);
    read_strikes(r, cJSON_GetObjectItemCaseSensitive(json, "strikes"), &played->decision);
    HASH_ADD(hh, r->tape->played, key, sizeof(played->key), played);
    r->tape->plays_authenticated |= time == ASKED_AUTHENTICATED;
    return 0;
}

static int read_line(struct reader *r, struct str line, struct error *err)
{
    OWN(json_free) cJSON *json = json_parse(line, err);
    const cJSON *version;

    if (!json)
        return -1;
    version = cJSON_GetObjectItemCaseSensitive(json, "fcemu_tape");
    if (!version)
        return read_call(r, json, err);
    if (!cJSON_IsNumber(version) || version->valueint != TAPE_VERSION)
        return error_set(err, ERROR_SYNTAX, "only tapes of version %d can be played", TAPE_VERSION);
    return 0;
}

static int read_tape(struct reader *r, struct str text, struct error *err)
{
    size_t number = 0;
    int result = 0;

    while (result == 0 && text.len) {
        struct str line;

        number++;
        str_cut(text, '\n', &line, &text);
        if (str_trim(line).len && read_line(r, line, err) < 0)
            result = error_wrap(err, "tape: line %zu", number);
    }
    HASH_CLEAR(hh, r->rules);
    return result;
}

/* ---- playing ---- */

int fault_engine_play(struct fault_engine *engine, struct str ndjson, struct error *err)
{
    struct fault_tape *tape = engine->tape;
    struct fault_tape fresh = {0};
    struct reader reader = {.tape = &fresh};

    if (str_is_set(ndjson)) {
        fresh.played_set = fault_ruleset_new();
        reader.arena = fresh.played_set->arena;
        if (read_tape(&reader, ndjson, err) < 0) {
            stop_playing(&fresh);
            return -1;
        }
    }
    stop_playing(tape);
    clear(tape);
    *tape = fresh;
    return 0;
}

bool fault_engine_is_playing(const struct fault_engine *engine)
{
    return engine->tape->played_set != NULL;
}

bool tape_plays_authenticated(const struct fault_tape *tape)
{
    return tape->plays_authenticated;
}

bool tape_play(struct fault_tape *tape, const struct tape_mark *mark, struct fault_decision *out)
{
    struct played *played;
    struct {
        uint64_t call, k;
    } key = {mark->call, mark->k};

    HASH_FIND(hh, tape->played, &key, sizeof(key), played);
    if (!played)
        return false;
    bool in_flight = out->in_flight;

    *out = played->decision;
    out->in_flight = in_flight;
    out->set = tape->played_set;
    fault_ruleset_ref(out->set);
    return true;
}
