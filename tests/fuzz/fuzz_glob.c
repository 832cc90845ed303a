/*
 * tests/fuzz/fuzz_glob.c - a text matches itself, "*" and itself between stars; no pattern hangs
 *
 * Input: the pattern, a line feed, the text.
 */
#include <stdlib.h>

#include "base/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str pattern, text;

    if (!str_cut((struct str){(const char *)data, size}, '\n', &pattern, &text))
        return 0;
    bool matched = glob_match(pattern, text);

    if (!glob_match(STR("*"), text) || !glob_match(text, text))
        abort();
    if (!glob_is_pattern(pattern) && matched != str_eq(pattern, text))
        abort();
    return 0;
}
