/*
 * fault/tls.h - a fault of TLS, for those who speak it
 *
 * Threads: plain value.
 */
#pragma once

#include "fault/rule.h"

struct fault_tls {
    unsigned flaws;       /* of the certificate: enum ca_flaw */
    bool old_protocol;    /* as if an old version of TLS were all that is spoken */
    bool no_close_notify; /* answers end with the connection, which ends without a word */
};

/** Nothing of it is set when the action is no such outcome, or one that ends the handshake. */
struct fault_tls fault_action_tls(const struct fault_action *action);
