#include "admin/merge.h"

#include "../suite.h"

/* The table of RFC 7396, appendix A. */
static const struct {
    const char *target, *patch, *want;
} cases[] = {
    {"{\"a\":\"b\"}",             "{\"a\":\"c\"}",                    "{\"a\":\"c\"}"            },
    {"{\"a\":\"b\"}",             "{\"b\":\"c\"}",                    "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}",             "{\"a\":null}",                     "{}"                       },
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}",                     "{\"b\":\"c\"}"            },
    {"{\"a\":[\"b\"]}",           "{\"a\":\"c\"}",                    "{\"a\":\"c\"}"            },
    {"{\"a\":\"c\"}",             "{\"a\":[\"b\"]}",                  "{\"a\":[\"b\"]}"          },
    {"{\"a\":{\"b\":\"c\"}}",     "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"    },
    {"{\"a\":[{\"b\":\"c\"}]}",   "{\"a\":[1]}",                      "{\"a\":[1]}"              },
    {"[\"a\",\"b\"]",             "[\"c\",\"d\"]",                    "[\"c\",\"d\"]"            },
    {"{\"a\":\"b\"}",             "[\"c\"]",                          "[\"c\"]"                  },
    {"{\"a\":\"foo\"}",           "null",                             "null"                     },
    {"{\"a\":\"foo\"}",           "\"bar\"",                          "\"bar\""                  },
    {"{\"e\":null}",              "{\"a\":1}",                        "{\"e\":null,\"a\":1}"     },
    {"[1,2]",                     "{\"a\":\"b\",\"c\":null}",         "{\"a\":\"b\"}"            },
    {"{}",                        "{\"a\":{\"bb\":{\"ccc\":null}}}",  "{\"a\":{\"bb\":{}}}"      },
};

START_TEST(test_merge_patch_table)
{
    struct error err;
    OWN(json_free) cJSON *target = json_parse(str_of(cases[_i].target), &err);
    OWN(json_free) cJSON *patch = json_parse(str_of(cases[_i].patch), &err);
    OWN(json_free) cJSON *merged = merge_patch(target, patch);
    OWN(buf_done) struct buf text = {0};
    OWN(buf_done) struct buf before = {0};

    json_print(merged, false, &text);
    json_print(target, false, &before);
    ck_assert_str_eq(buf_text(&text), cases[_i].want);
    ck_assert_str_eq(buf_text(&before), cases[_i].target);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/merge");
    TCase *tc = tcase_create("merge");

    tcase_add_loop_test(tc, test_merge_patch_table, 0, (int)N_ELEMENTS(cases));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
