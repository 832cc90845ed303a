#include "base/buf.h"

#include "../suite.h"
#include "base/mem.h"

START_TEST(test_buf_is_ready_when_zeroed)
{
    OWN(buf_done) struct buf b = {0};

    ck_assert_str_eq(buf_text(&b), "");
    ck_assert(str_is_set(buf_str(&b)));
    ck_assert_uint_eq(buf_str(&b).len, 0);
    buf_done(&b);
}
END_TEST

START_TEST(test_buf_grows_and_stays_terminated)
{
    OWN(buf_done) struct buf b = {0};

    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%d,", i % 10);
    ck_assert_uint_eq(b.len, 2000);
    ck_assert_uint_eq(strlen(buf_text(&b)), 2000);
    ck_assert_int_eq(b.ptr[1998], '9');
    buf_clear(&b);
    buf_puts(&b, "a");
    buf_add_char(&b, 'b');
    buf_add(&b, STR("c\0d"));
    ck_assert(str_eq(buf_str(&b), STR("abc\0d")));
}
END_TEST

START_TEST(test_buf_prints_what_is_longer_than_its_room)
{
    OWN(buf_done) struct buf b = {0};

    for (int width = 0; width < 300; width += 7)
        buf_printf(&b, "%0*d", width, 1);
    ck_assert_uint_eq(b.len, strlen(buf_text(&b)));
    ck_assert_int_eq(b.ptr[b.len - 1], '1');
}
END_TEST

START_TEST(test_buf_adds_the_smallest_and_the_largest_number)
{
    OWN(buf_done) struct buf b = {0};

    buf_add_uint(&b, 0);
    buf_add_char(&b, ' ');
    buf_add_uint(&b, UINT64_MAX);
    ck_assert_str_eq(buf_text(&b), "0 18446744073709551615");
}
END_TEST

START_TEST(test_buf_take_gives_the_text_away)
{
    struct buf b = {0};

    buf_puts(&b, "mine");

    OWN(mem_free) char *text = buf_take(&b);
    OWN(mem_free) char *empty = buf_take(&b);

    ck_assert_str_eq(text, "mine");
    ck_assert_str_eq(empty, "");
    ck_assert_ptr_null(b.ptr);
}
END_TEST

static const struct {
    struct str text;
    const char *want;
} json[] = {
    {STR_INIT("plain"),         "\"plain\""                },
    {STR_INIT(""),              "\"\""                     },
    {{NULL, 0},                 "null"                     },
    {STR_INIT("a\"b\\c"),       "\"a\\\"b\\\\c\""          },
    {STR_INIT("\b\f\n\r\t"),    "\"\\b\\f\\n\\r\\t\""      },
    {STR_INIT("\x01\x1F\x00"),  "\"\\u0001\\u001f\\u0000\""},
    {STR_INIT("\xE6\x9D\xAD/"), "\"\xE6\x9D\xAD/\""        },
    {STR_INIT("a\xFF"
              "b"),
     "\"a\xEF\xBF\xBD"
     "b\""                                                 },
};

START_TEST(test_buf_json_string_table)
{
    OWN(buf_done) struct buf b = {0};

    buf_json_string(&b, json[_i].text);
    ck_assert_str_eq(buf_text(&b), json[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/buf");
    TCase *tc = tcase_create("buf");

    tcase_add_test(tc, test_buf_is_ready_when_zeroed);
    tcase_add_test(tc, test_buf_grows_and_stays_terminated);
    tcase_add_test(tc, test_buf_prints_what_is_longer_than_its_room);
    tcase_add_test(tc, test_buf_adds_the_smallest_and_the_largest_number);
    tcase_add_test(tc, test_buf_take_gives_the_text_away);
    tcase_add_loop_test(tc, test_buf_json_string_table, 0, (int)N_ELEMENTS(json));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
