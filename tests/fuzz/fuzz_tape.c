/*
 * tests/fuzz/fuzz_tape.c - a decision that is read prints as one that reads back to the same text
 */
#include <stdlib.h>

#include "tape/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As it stands in a saved tape: what is drawn for each call goes through the holes. */
static void print(const struct tape_deed *deed, struct buf *out)
{
    const struct fault_decision drawn = {
        .delay_request_ns = deed->delay_request_ns,
        .delay_effect_ns = deed->delay_effect_ns,
        .delay_headers_ns = deed->delay_headers_ns,
        .corrupt_draw = deed->corrupt_draw,
    };
    OWN(buf_done) struct buf text = {0};
    struct tape_lines lines = {0};
    uint64_t numbers[TAPE_DEED_NUMBERS_MAX];
    size_t count = tape_deed_numbers(&drawn, numbers);

    tape_deed_print(deed, &text);
    tape_put_part(&lines, tape_part_add(&lines, 1, buf_str(&text)));
    for (size_t i = 0; i < count; i++)
        tape_put_uint(&lines, numbers[i]);
    tape_put_end(&lines, 0);
    struct tape_reader reader = tape_reader_start(&lines);

    if (!tape_read_line(&reader) || !tape_read_part(&reader, out) || tape_read_part(&reader, out))
        abort();
    tape_lines_done(&lines);
}

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
    print(&deed, &once);
    OWN(json_free) cJSON *again = json_parse(buf_str(&once), &err);

    if (!again || tape_deed_parse(again, arena, &deed, &err) < 0)
        abort();
    print(&deed, &twice);
    if (!str_eq(buf_str(&once), buf_str(&twice)))
        abort();
    return 0;
}
