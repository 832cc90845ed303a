#include <inttypes.h>
#include <stdio.h>

#include "../suite.h"

#include "tape/internal.h"

static struct tape_lines lines;
static struct buf text;

static void start(void)
{
    lines = (struct tape_lines){0};
    text = (struct buf){0};
}

static void stop(void)
{
    tape_lines_done(&lines);
    buf_done(&text);
}

/* All lines, a part behind the other. */
static const char *printed(void)
{
    struct tape_reader reader = tape_reader_start(&lines);

    while (tape_read_line(&reader)) {
        while (tape_read_part(&reader, &text))
            ;
        buf_add_char(&text, '\n');
    }
    return buf_text(&text);
}

START_TEST(test_no_line_prints_nothing)
{
    ck_assert_str_eq(printed(), "");
    ck_assert_uint_eq(tape_part_find(&lines, 1), 0);
}
END_TEST

START_TEST(test_holes_are_filled_in_order)
{
    uint32_t a = tape_part_add(&lines, 1, STR("a=\x01,b=\x02;"));
    uint32_t b = tape_part_add(&lines, 2, STR("\x01\x01"));

    tape_put_part(&lines, a);
    tape_put_uint(&lines, UINT64_MAX);
    tape_put_double(&lines, 0.1, 19);
    tape_put_part(&lines, b);
    tape_put_uint(&lines, 0);
    tape_put_uint(&lines, 128);
    tape_put_end(&lines, 0);
    tape_put_end(&lines, 0);
    ck_assert_str_eq(printed(), "a=18446744073709551615,b=0.10000000000000001;0128\n\n");
}
END_TEST

START_TEST(test_a_part_is_found_by_its_digest)
{
    for (uint64_t i = 1; i <= 5000; i++) {
        char name[16];

        snprintf(name, sizeof(name), "<%" PRIu64 ">", i);
        ck_assert_uint_eq(tape_part_find(&lines, i * i), 0);
        ck_assert_uint_eq(tape_part_add(&lines, i * i, str_of(name)), i);
    }
    for (uint64_t i = 1; i <= 5000; i++)
        ck_assert_uint_eq(tape_part_find(&lines, i * i), i);
    tape_put_part(&lines, 4999);
    tape_put_end(&lines, 0);
    ck_assert_str_eq(printed(), "<4999>\n");
}
END_TEST

/* Whatever stands at the end of a block. */
START_TEST(test_lines_go_on_in_the_next_block)
{
    OWN(buf_done) struct buf want = {0};
    uint32_t part = tape_part_add(&lines, 1, STR("\x01:\x02 "));

    for (uint64_t i = 0; i < 20000; i++) {
        tape_put_part(&lines, part);
        tape_put_uint(&lines, i * i * i);
        tape_put_double(&lines, (double)i, 5);
        tape_put_end(&lines, 0);
        buf_printf(&want, "%" PRIu64 ":%" PRIu64 " \n", i * i * i, i);
    }
    ck_assert_str_eq(printed(), buf_text(&want));
}
END_TEST

START_TEST(test_what_will_be_printed_is_known)
{
    uint32_t part = tape_part_add(&lines, 1, STR("n=\x01\x02"));

    for (uint64_t i = 1; i < 1000000; i = i * 3 + 1) {
        tape_put_part(&lines, part);
        tape_put_uint(&lines, i);
        tape_put_double(&lines, 0.5, 3);
        tape_put_end(&lines, 1);
    }
    ck_assert_uint_eq(lines.printed, strlen(printed()));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tape/lines");
    TCase *tc = tcase_create("lines");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_no_line_prints_nothing);
    tcase_add_test(tc, test_holes_are_filled_in_order);
    tcase_add_test(tc, test_a_part_is_found_by_its_digest);
    tcase_add_test(tc, test_lines_go_on_in_the_next_block);
    tcase_add_test(tc, test_what_will_be_printed_is_known);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
