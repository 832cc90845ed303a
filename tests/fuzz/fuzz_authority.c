/*
 * tests/fuzz/fuzz_authority.c - once a half-read head has told its authority and its target,
 * more bytes do not change them; the host lies within the authority
 */
#include <stdlib.h>

#include "http/wire/authority.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size};
    struct str whole;
    struct str part;
    struct str target;
    struct str part_target;
    enum peek_result result = authority_peek(bytes, &whole, &target);

    for (size_t len = 0; len < size; len++)
        if (authority_peek(str_slice(bytes, 0, len), &part, &part_target) == PEEK_OK &&
            (result != PEEK_OK || !str_eq(part, whole) || part.ptr != whole.ptr ||
             !str_eq(part_target, target)))
            abort();
    if (str_is_set(whole) && !str_starts(whole, authority_host(whole)))
        abort();
    return 0;
}
