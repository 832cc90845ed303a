/*
 * http/wire/gate.h - which connections are served, and how, asked of whoever the server is for
 *
 * Threads: the loop thread.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct wire_fate;

struct wire_gate {
    /* A connection was accepted and its first bytes seen, nothing of it consumed; a CONNECT tunnel
       ends here, and what is sent through it counts as the first bytes. `name` is the SNI
       or the Host, lower case, without port, absent when unknown. @out is zeroed. NULL: all are
       served. */
    void (*accepted)(void *owner, struct str client, struct str name, bool tls,
                     struct wire_fate *out);
    /* Is a connection, by the name and target of its first request (no target under TLS), for the
       owner's own business? Then `accepted` is not asked, and when all places are taken it may have
       one of those that are kept back. NULL: never. */
    bool (*reserved)(void *owner, struct str name, struct str target);
};
