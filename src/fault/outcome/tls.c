/*
 * tls: what is wrong with the certificate, the handshake or the end of a TLS connection. It is
 * decided once for each, when the client's first flight has named a host.
 */
#include "fault/tls.h"

#include "crypto/ca.h"
#include "fault/outcome/rows.h"

enum tls_fault {
    TLS_EXPIRED,
    TLS_NOT_YET_VALID,
    TLS_UNKNOWN_CA,
    TLS_WRONG_HOST,
    TLS_CLOSE_IN_HANDSHAKE,
    TLS_RESET_IN_HANDSHAKE,
    TLS_STALL_IN_HANDSHAKE,
    TLS_OLD_PROTOCOL,
    TLS_NO_CLOSE_NOTIFY,
};

struct tls {
    enum tls_fault fault;
    uint64_t for_ns; /* of TLS_STALL_IN_HANDSHAKE; FAULT_FOREVER */
};

/* What each makes of the connection; the others leave a certificate alone, or end it. */
static const struct fault_tls makes[] = {
    [TLS_EXPIRED] = {.flaws = CA_EXPIRED},
    [TLS_NOT_YET_VALID] = {.flaws = CA_NOT_YET_VALID},
    [TLS_UNKNOWN_CA] = {.flaws = CA_UNKNOWN_ISSUER},
    [TLS_WRONG_HOST] = {.flaws = CA_WRONG_HOST},
    [TLS_OLD_PROTOCOL] = {.old_protocol = true},
    [TLS_NO_CLOSE_NOTIFY] = {.no_close_notify = true},
};

static const char *const names[] = {
    "expired",
    "not_yet_valid",
    "unknown_ca",
    "wrong_host",
    "close_in_handshake",
    "reset_in_handshake",
    "stall_in_handshake",
    "old_protocol",
    "no_close_notify",
};

static const struct conf_word fault_list[] = {
    {"expired",            TLS_EXPIRED           },
    {"not_yet_valid",      TLS_NOT_YET_VALID     },
    {"unknown_ca",         TLS_UNKNOWN_CA        },
    {"wrong_host",         TLS_WRONG_HOST        },
    {"close_in_handshake", TLS_CLOSE_IN_HANDSHAKE},
    {"reset_in_handshake", TLS_RESET_IN_HANDSHAKE},
    {"stall_in_handshake", TLS_STALL_IN_HANDSHAKE},
    {"old_protocol",       TLS_OLD_PROTOCOL      },
    {"no_close_notify",    TLS_NO_CLOSE_NOTIFY   },
};
static const struct conf_words faults = {CONF_WORDS_OF(fault_list)};

/* clang-format off */
static const struct conf_field tls_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct tls, fault),
     .words = &faults,
     .help = "what is wrong with the certificate, the handshake or the end of the connection"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = offsetof(struct tls, for_ns),
     .help = "stall_in_handshake: how long, or forever: until the client leaves; then it is closed",
     .assumed = "forever"},
};
/* clang-format on */

static void check_tls(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct tls *tls = out;
    const struct conf_node *time = conf_get(node, "for");

    if (time && tls->fault != TLS_STALL_IN_HANDSHAKE)
        conf_error(d->report, conf_at_key(time), "F310", "only with 'fault: stall_in_handshake'");
}

const struct conf_table outcome_tls_keys = {
    .name = "tls",
    .help = "A fault of TLS: certificate, handshake or end.",
    CONF_TABLE_OF(tls_fields),
    .check = check_tls,
};

static enum tls_fault fault_of(const struct fault_action *action)
{
    return ((const struct tls *)action->own)->fault;
}

static enum asking_time asked(const struct fault_action *action)
{
    (void)action;
    return ASKED_ON_HELLO;
}

static struct str word(const struct fault_action *action)
{
    return str_of(names[fault_of(action)]);
}

/* A connection whose handshake comes to something has an answer of its own. */
static struct fault_sending sends(const struct fault_action *action)
{
    switch (fault_of(action)) {
    case TLS_CLOSE_IN_HANDSHAKE:
    case TLS_STALL_IN_HANDSHAKE:
        return (struct fault_sending){.what = SENDS_NOTHING, .end = THEN_CLOSE};
    case TLS_RESET_IN_HANDSHAKE:
        return (struct fault_sending){.what = SENDS_NOTHING, .end = THEN_RESET};
    case TLS_EXPIRED:
    case TLS_NOT_YET_VALID:
    case TLS_UNKNOWN_CA:
    case TLS_WRONG_HOST:
    case TLS_OLD_PROTOCOL:
    case TLS_NO_CLOSE_NOTIFY:
        break;
    }
    return (struct fault_sending){.what = SENDS_OPERATION};
}

static bool holds_ns(const struct fault_action *action, uint64_t *out_ns)
{
    *out_ns = ((const struct tls *)action->own)->for_ns;
    return fault_of(action) == TLS_STALL_IN_HANDSHAKE;
}

static const struct fault_member members[] = {
    FAULT_NAMED("fault", struct tls, fault, names),
    FAULT_MEMBER("for_ns", U64, struct tls, for_ns),
};

static const struct fault_trial trials[] = {
    {"TLS: expired",           "tls: {fault: expired}",                     false},
    {"TLS: not yet valid",     "tls: {fault: not_yet_valid}",               false},
    {"TLS: unknown authority", "tls: {fault: unknown_ca}",                  false},
    {"TLS: wrong host",        "tls: {fault: wrong_host}",                  false},
    {"TLS: close",             "tls: {fault: close_in_handshake}",          false},
    {"TLS: reset",             "tls: {fault: reset_in_handshake}",          false},
    {"TLS: stall, then close", "tls: {fault: stall_in_handshake, for: 2s}", false},
    {"TLS: old protocol",      "tls: {fault: old_protocol}",                false},
    {"TLS: no close_notify",   "tls: {fault: no_close_notify}",             false},
};

const struct fault_outcome_row outcome_tls = {
    .own_bytes = sizeof(struct tls),
    .is_network = true,
    .at_door = true,
    .asked = asked,
    .word = word,
    .sends = sends,
    .holds_ns = holds_ns,
    .effect = outcome_refuses,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
    .tried_at = ASKED_ON_HELLO,
};

/* ---- for those who speak TLS ---- */

struct fault_tls fault_action_tls(const struct fault_action *action)
{
    if (!action || action->outcome != OUTCOME_TLS || (size_t)fault_of(action) >= N_ELEMENTS(makes))
        return (struct fault_tls){0};
    return makes[fault_of(action)];
}
