/*
 * tls: a broken handshake. No listener of ours gives it yet: the grammar refuses it (F316), and
 * coverage does not count it.
 */
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
};

struct tls {
    enum tls_fault fault;
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
};
static const struct conf_words faults = {CONF_WORDS_OF(fault_list)};

/* clang-format off */
static const struct conf_field tls_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct tls, fault),
     .words = &faults,
     .help = "what is wrong with the certificate or the handshake"},
};
/* clang-format on */
const struct conf_table outcome_tls_keys = {
    .name = "tls", .help = "A broken TLS handshake.", CONF_TABLE_OF(tls_fields)};

const struct fault_outcome_row outcome_tls = {
    .own_bytes = sizeof(struct tls),
    .door = DOOR_TLS,
    .no_door = "TLS faults are not built yet; use 'reset' or 'close' with 'at: accept'",
    .strikes_early = outcome_always,
    .effect = outcome_refuses,
};
