/*
 * tests/fuzz/fuzz_hello.c - a name found in a ClientHello is found again in one made of it; what is
 * whole stays whole when more bytes follow
 */
#include <stdlib.h>

#include "base/buf.h"
#include "http/wire/hello.h"

enum { ECDHE_ECDSA_AES128 = 0xc02b };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_number(struct buf *b, size_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        buf_add_char(b, (char)(value >> shift));
}

/* The smallest hello with a name: no session, one cipher, one extension. */
static void make_hello(struct buf *b, struct str name)
{
    static const char version_and_random[34];
    size_t extensions = name.len + 9;
    size_t body = sizeof(version_and_random) + 6 + 2 + extensions;

    buf_add(b, STR("\x16\x03\x01"));
    add_number(b, body + 4, 2);
    buf_add_char(b, 1);
    add_number(b, body, 3);
    buf_add(b, (struct str){version_and_random, sizeof(version_and_random)});
    add_number(b, 0, 1);
    add_number(b, 2, 2);
    add_number(b, ECDHE_ECDSA_AES128, 2);
    add_number(b, 0, 1);
    add_number(b, extensions, 2);
    add_number(b, 0, 2);
    add_number(b, name.len + 5, 2);
    add_number(b, name.len + 3, 2);
    buf_add_char(b, 0);
    add_number(b, name.len, 2);
    buf_add(b, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(buf_done) struct buf made = {0};
    char name[HELLO_NAME_BYTES];
    char again[HELLO_NAME_BYTES];

    if (hello_name((struct str){(const char *)data, size}, name) != HELLO_OK || !name[0])
        return 0;
    make_hello(&made, str_of(name));
    if (hello_name(buf_str(&made), again) != HELLO_OK || strcmp(name, again) != 0)
        abort();
    if (hello_name(str_slice(buf_str(&made), 0, made.len - 1), again) != HELLO_MORE)
        abort();
    buf_puts(&made, "more");
    if (hello_name(buf_str(&made), again) != HELLO_OK || strcmp(name, again) != 0)
        abort();
    return 0;
}
