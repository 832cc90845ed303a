/*
 * tests/fuzz/fuzz_json.c - what base/json accepts prints to text that parses, and prints the same
 *
 * Texts are compared, not trees: a number beyond the range of a double prints as null.
 */
#include <stdlib.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    OWN(json_free) cJSON *first = json_parse((struct str){(const char *)data, size}, &err);

    if (!first && err.text[0] == '\0')
        abort();
    if (!first)
        return 0;
    OWN(buf_done) struct buf once = {0}, twice = {0};
    json_print(first, false, &once);
    OWN(json_free) cJSON *again = json_parse(buf_str(&once), &err);

    if (!again)
        abort();
    json_print(again, false, &twice);
    if (!str_eq(buf_str(&once), buf_str(&twice)))
        abort();
    return 0;
}
