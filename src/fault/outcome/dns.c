/*
 * dns: a wrong answer to the name, or none. It is decided once for each look-up (gateway/names.c).
 */
#include "fault/dns.h"

#include <arpa/inet.h>

#include "fault/outcome/rows.h"

#define AT(member) offsetof(struct fault_dns, member)

static const char *const names[] = {"nxdomain", "servfail", "timeout", "address"};

static const struct conf_word fault_list[] = {
    {"nxdomain", DNS_FAULT_NXDOMAIN},
    {"servfail", DNS_FAULT_SERVFAIL},
    {"timeout",  DNS_FAULT_TIMEOUT },
    {"address",  DNS_FAULT_ADDRESS },
};
static const struct conf_words faults = {CONF_WORDS_OF(fault_list)};

/* clang-format off */
static const struct conf_field dns_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(fault),
     .words = &faults,
     .help = "how the name is answered"},
    {.name = "address",
     .type = FIELD_TEXT,
     .offset = AT(address),
     .help = "with fault: address, the wrong address"},
};
/* clang-format on */

static bool is_address(struct str text)
{
    char copy[INET6_ADDRSTRLEN] = "";
    uint8_t bytes[16];

    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    return inet_pton(AF_INET, copy, bytes) == 1 || inet_pton(AF_INET6, copy, bytes) == 1;
}

static void check_dns(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_dns *dns = out;
    const struct conf_node *address = conf_get(node, "address");

    if (dns->fault == DNS_FAULT_ADDRESS && !address)
        conf_error(d->report, conf_at(node), "F104", "'address' is missing; say which");
    else if (dns->fault != DNS_FAULT_ADDRESS && address)
        conf_error(d->report, conf_at_key(address), "F310", "only with 'fault: address'");
    else if (address && !is_address(dns->address))
        conf_error(d->report, conf_at(address), "F210",
                   "'%s' is not an address such as 192.0.2.1 or 2001:db8::1",
                   conf_value(d, address));
}

const struct conf_table outcome_dns_keys = {
    .name = "dns",
    .help = "A wrong answer to the name.",
    CONF_TABLE_OF(dns_fields),
    .check = check_dns,
};

static enum asking_time asked(const struct fault_action *action)
{
    (void)action;
    return ASKED_BY_NAME;
}

static struct str word(const struct fault_action *action)
{
    return str_of(names[((const struct fault_dns *)action->own)->fault]);
}

static struct fault_sending sends(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_NOTHING, .end = THEN_CLOSE};
}

static bool is_whole(const struct fault_action *action)
{
    const struct fault_dns *dns = action->own;

    return dns->fault != DNS_FAULT_ADDRESS || is_address(dns->address);
}

static const struct fault_member members[] = {
    FAULT_NAMED("fault", struct fault_dns, fault, names),
    FAULT_MEMBER("address", TEXT, struct fault_dns, address),
};

static const struct fault_trial trials[] = {
    {"DNS: no such name",  "dns: {fault: nxdomain}",                    false},
    {"DNS: failure",       "dns: {fault: servfail}",                    false},
    {"DNS: no answer",     "dns: {fault: timeout}",                     false},
    {"DNS: other address", "dns: {fault: address, address: 127.0.0.9}", false},
};

const struct fault_outcome_row outcome_dns = {
    .own_bytes = sizeof(struct fault_dns),
    .is_network = true,
    .at_door = true,
    .door = DOOR_DNS,
    .no_door = "needs the bundled DNS; set 'dns_listen' or start with --dns-listen ADDRESS",
    .asked = asked,
    .word = word,
    .sends = sends,
    .effect = outcome_refuses,
    .is_whole = is_whole,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
    .tried_at = ASKED_BY_NAME,
};

/* ---- for those who answer names ---- */

const struct fault_dns *fault_action_dns(const struct fault_action *action)
{
    return action && action->outcome == OUTCOME_DNS ? action->own : NULL;
}
