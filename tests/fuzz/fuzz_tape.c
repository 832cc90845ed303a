/*
 * tests/fuzz/fuzz_tape.c - a decision that is read prints as one that reads back to the same text
 */
#include <stdlib.h>

#include "fault/tape_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf once = {0};
    OWN(buf_done) struct buf twice = {0};
    struct error err;
    struct tape_deed deed;
    OWN(json_free) cJSON *json = json_parse((struct str){(const char *)data, size}, &err);

    if (!json || tape_deed_parse(json, arena, &deed, &err) < 0)
        return 0;
    tape_deed_print(&deed, &once);
    OWN(json_free) cJSON *again = json_parse(buf_str(&once), &err);

    if (!again || tape_deed_parse(again, arena, &deed, &err) < 0)
        abort();
    tape_deed_print(&deed, &twice);
    if (!str_eq(buf_str(&once), buf_str(&twice)))
        abort();
    return 0;
}
