/*
 * dns: a wrong answer to the name. Nothing of ours answers names yet: the grammar refuses it
 * (F316), and coverage does not count it.
 */
#include "fault/outcome/rows.h"

enum dns_fault { DNS_NXDOMAIN, DNS_SERVFAIL, DNS_TIMEOUT, DNS_ADDRESS };

struct dns {
    enum dns_fault fault;
    struct str address; /* of DNS_ADDRESS */
};

static const struct conf_word fault_list[] = {
    {"nxdomain", DNS_NXDOMAIN},
    {"servfail", DNS_SERVFAIL},
    {"timeout",  DNS_TIMEOUT },
    {"address",  DNS_ADDRESS },
};
static const struct conf_words faults = {CONF_WORDS_OF(fault_list)};

/* clang-format off */
static const struct conf_field dns_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct dns, fault),
     .words = &faults,
     .help = "how the name is answered"},
    {.name = "address",
     .type = FIELD_TEXT,
     .offset = offsetof(struct dns, address),
     .help = "with fault: address, the wrong address"},
};
/* clang-format on */

static void check_dns(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct dns *dns = out;
    const struct conf_node *address = conf_get(node, "address");

    if (dns->fault == DNS_ADDRESS && !address)
        conf_error(d->report, conf_at(node), "F104", "'address' is missing; say which");
    else if (dns->fault != DNS_ADDRESS && address)
        conf_error(d->report, conf_at_key(address), "F310", "only with 'fault: address'");
}

const struct conf_table outcome_dns_keys = {
    .name = "dns",
    .help = "A wrong answer to the name.",
    CONF_TABLE_OF(dns_fields),
    .check = check_dns,
};

const struct fault_outcome_row outcome_dns = {
    .own_bytes = sizeof(struct dns),
    .door = DOOR_DNS,
    .no_door = "needs the bundled DNS (start with --dns)",
    .strikes_early = outcome_always,
    .effect = outcome_refuses,
};
