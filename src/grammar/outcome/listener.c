/*
 * grammar/outcome/listener.c - `tls`, `refuse` and `dns`, which need a listener of their own
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word tls_list[] = {
    {"expired",            TLS_EXPIRED           },
    {"not_yet_valid",      TLS_NOT_YET_VALID     },
    {"unknown_ca",         TLS_UNKNOWN_CA        },
    {"wrong_host",         TLS_WRONG_HOST        },
    {"close_in_handshake", TLS_CLOSE_IN_HANDSHAKE},
    {"reset_in_handshake", TLS_RESET_IN_HANDSHAKE},
    {"stall_in_handshake", TLS_STALL_IN_HANDSHAKE},
    {"old_protocol",       TLS_OLD_PROTOCOL      },
};
static const struct conf_words tls_words = {CONF_WORDS_OF(tls_list)};

/* clang-format off */
static const struct conf_field tls_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(tls),
     .words = &tls_words,
     .help = "what is wrong with the certificate or the handshake"},
};
/* clang-format on */
const struct conf_table fault_tls_table = {
    .name = "tls", .help = "A broken TLS handshake.", CONF_TABLE_OF(tls_fields)};

/* Decode, then F316 for what this daemon was not started for. */
static bool take_if(struct conf_decoder *d, const struct conf_field *field,
                    const struct conf_node *node, void *out, bool available, const char *needs)
{
    size_t before = d->report->errors;

    conf_decode(d, field->table, node, out);
    if (d->report->errors == before && !available)
        conf_error(d->report, conf_at(node), "F316", "%s", needs);
    return d->report->errors == before;
}

bool grammar_take_tls(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_TLS;
    return take_if(d, field, node, action, grammar_of(d)->options->tls_available,
                   "TLS faults are not built yet; use 'reset' or 'close' with 'at: accept'");
}

const struct conf_table fault_empty_table = {.name = "nothing", .help = "Takes no keys."};

bool grammar_take_refuse(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_REFUSE;
    return take_if(d, field, node, action, grammar_of(d)->options->per_region_listeners,
                   "needs 'listen.per_region: true'; all hosts share one address now");
}

static const struct conf_word dns_list[] = {
    {"nxdomain", DNS_NXDOMAIN},
    {"servfail", DNS_SERVFAIL},
    {"timeout",  DNS_TIMEOUT },
    {"address",  DNS_ADDRESS },
};
static const struct conf_words dns_words = {CONF_WORDS_OF(dns_list)};

/* clang-format off */
static const struct conf_field dns_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(dns),
     .words = &dns_words,
     .help = "how the name is answered"},
    {.name = "address",
     .type = FIELD_TEXT,
     .offset = AT(dns_address),
     .help = "with fault: address, the wrong address"},
};
/* clang-format on */

static void check_dns(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *address = conf_get(node, "address");

    if (action->dns == DNS_ADDRESS && !address)
        conf_error(d->report, conf_at(node), "F104", "'address' is missing; say which");
    else if (action->dns != DNS_ADDRESS && address)
        conf_error(d->report, conf_at_key(address), "F310", "only with 'fault: address'");
}

const struct conf_table fault_dns_table = {
    .name = "dns",
    .help = "A wrong answer to the name.",
    CONF_TABLE_OF(dns_fields),
    .check = check_dns,
};

bool grammar_take_dns(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_DNS;
    return take_if(d, field, node, action, grammar_of(d)->options->dns_available,
                   "needs the bundled DNS (start with --dns)");
}
