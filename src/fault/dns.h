/*
 * fault/dns.h - a wrong answer to a name, for those who answer names
 *
 * Threads: plain value.
 */
#pragma once

#include "fault/rule.h"

enum fault_dns_kind {
    DNS_FAULT_NXDOMAIN,
    DNS_FAULT_SERVFAIL,
    DNS_FAULT_TIMEOUT,
    DNS_FAULT_ADDRESS
};

struct fault_dns {
    enum fault_dns_kind fault;
    struct str address; /* of DNS_FAULT_ADDRESS, as it is written */
};

/** NULL when the action has no such outcome. */
const struct fault_dns *fault_action_dns(const struct fault_action *action);
