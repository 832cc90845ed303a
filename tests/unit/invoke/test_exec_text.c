#include "../suite.h"

#include <string.h>

#include "invoke/exec_text.h"

static const struct {
    const char *bytes, *want;
} cases[] = {
    {"plain",                                     "plain"                                    },
    {"caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80"},
    {"a\xff"
     "b",                                    "a\xef\xbf\xbd"
     "b"                                                                       },
    {"\xc3(",                                     "\xef\xbf\xbd("                            },
    {"\xe4\xb8x",                                 "\xef\xbf\xbd\xef\xbf\xbdx"                },
    {"\xed\xa0\x80",                              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"     }, /* a surrogate */
    {"\xf5",                                      "\xef\xbf\xbd"                             },
};

/* However it is cut, the same comes out, and each part is text by itself. */
START_TEST(test_text_is_whole_however_it_comes)
{
    struct str all = str_of(cases[_i].bytes);

    for (size_t step = 1; step <= all.len; step++) {
        struct buf out = {0};
        struct buf tail = {0};

        for (size_t at = 0; at < all.len; at += step) {
            struct buf part = {0};

            exec_text_add(&part, &tail,
                          str_slice(all, at, at + step < all.len ? at + step : all.len));
            ck_assert(str_is_utf8(buf_str(&part)));
            buf_add(&out, buf_str(&part));
            buf_done(&part);
        }
        ck_assert_msg(strcmp(buf_text(&out), cases[_i].want) == 0, "row %d, step %zu: %s", _i, step,
                      buf_text(&out));
        buf_done(&out);
        buf_done(&tail);
    }
}
END_TEST

START_TEST(test_the_begin_of_a_character_waits)
{
    struct buf out = {0};
    struct buf tail = {0};

    exec_text_add(&out, &tail, STR("x\xe4\xb8"));
    ck_assert_str_eq(buf_text(&out), "x");
    exec_text_add(&out, &tail, STR("\xad"));
    ck_assert_str_eq(buf_text(&out), "x\xe4\xb8\xad");
    buf_done(&out);
    buf_done(&tail);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invoke/exec_text");
    TCase *tc = tcase_create("exec_text");

    tcase_add_loop_test(tc, test_text_is_whole_however_it_comes, 0, N_ELEMENTS(cases));
    tcase_add_test(tc, test_the_begin_of_a_character_waits);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
