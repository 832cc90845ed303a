/*
 * http/wire/hello.h - the server name in a TLS ClientHello, before anything is consumed
 *
 * Source: RFC 8446 §4.1.2 and §5.1, RFC 6066 §3.
 *
 * Threads: pure.
 */
#pragma once

#include "base/str.h"

enum { HELLO_NAME_BYTES = 256 };

enum hello_result {
    HELLO_OK,       /* the name is written; "" when the client sends none */
    HELLO_MORE,     /* not whole yet */
    HELLO_BAD,      /* not a ClientHello */
    HELLO_ODD_NAME, /* of bytes that no name of a host has */
    HELLO_NO_ECDSA, /* the name is written; but it cannot be shown a certificate of ours */
};

/** Look for the name in @bytes, the first of a connection. It is written in lower case. */
enum hello_result hello_name(struct str bytes, char out[HELLO_NAME_BYTES]);
