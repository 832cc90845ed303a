#include "conf/chinese.h"
#include "conf/settings.h"

#include "../suite.h"

static const struct {
    const char *english, *chinese;
} cases[] = {
    {"unknown key 'dealy'",                                           "未知的键 'dealy'"                         },
    {"did you mean 'delay'?",                                         "您是否想写 'delay'？"                   },
    {"known keys: a, b; did you mean 'a'?",                           "可用的键：a, b；您是否想写 'a'？" },
    {"'x' is not one of a, b",                                        "'x' 不是下列之一：a, b"                },
    {"'x' is not a boolean here",                                     "'x' 在这里不是布尔值"                 },
    {"'x' is not a boolean",                                          "'x' 不是布尔值"                          },
    {"5 is not between 1 and 3",                                      "5 不在 1 和 3 之间"                      },
    {"expected a list, found a mapping",                              "应为 a list，实为 a mapping"             },
    {"no rule 'x' and no 'group:x'",                                  "没有规则 'x'，也没有 'group:x'"       },
    {"no rule 'x'",                                                   "没有规则 'x'"                             },
    {"the documentation does not list A for B",                       "文档没有列出 B 会返回 A"             },
    {"write 10ms or 10s",                                             "请写 10ms 或 10s"                          },
    {"oss gives no error 'SlowDow'",                                  "oss 不会返回错误码 'SlowDow'"          },
    {"code: there is no 'AccesDenied'; did you mean 'AccessDenied'?",
     "code：没有 'AccesDenied'；您是否想写 'AccessDenied'？"                                               },
    {"the file ends inside brackets; close them",                     "文件在括号内结束；请补上右括号"},
    {"the file ends inside a quoted text; close the quotes",          "文件在引号内结束；请补上引号"   },
    {"unknown assertion 'retry'",                                     "未知的断言 'retry'"                      },
    {"unknown filter 'functon'",                                      "未知的筛选条件 'functon'"              },
    {"write true",                                                    "请写 true"                                  },
    {"file is larger than 1 MiB",                                     "文件超过 1 MiB"                           },
 /* What has no form, or only begins or ends like one, stays. */
    {"file is larger than 1 MiB!",                                    "file is larger than 1 MiB!"                   },
    {"an unknown key 'x'",                                            "an unknown key 'x'"                           },
    {"unknown key 'x' here",                                          "unknown key 'x' here"                         },
    {"something else",                                                "something else"                               },
    {"",                                                              ""                                             },
};

START_TEST(test_chinese_knows_messages_by_their_form)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = conf_chinese(str_of(cases[_i].english), arena);

    ck_assert_msg(str_eq(got, str_of(cases[_i].chinese)), "got " STR_FMT, STR_ARG(got));
}
END_TEST

/* A setting that is added is told in both languages; one that goes takes its row along. */
START_TEST(test_every_setting_has_its_help_in_chinese)
{
    OWN(arena_free) struct arena *arena = arena_new();
    size_t count;
    const struct settings_option *options = settings_options(arena, &count);

    ck_assert_uint_gt(count, 40);
    for (size_t i = 0; i < count; i++) {
        const char *help = conf_chinese_setting(options[i].key);

        ck_assert_msg(help != NULL, "%s has no help in conf/settings_chinese.c", options[i].key);
        ck_assert_str_ne(help, options[i].help);
    }
    ck_assert_ptr_null(conf_chinese_setting("no.such.setting"));
    ck_assert_ptr_null(conf_chinese_setting("journal"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/chinese");
    TCase *tc = tcase_create("chinese");

    tcase_add_loop_test(tc, test_chinese_knows_messages_by_their_form, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_every_setting_has_its_help_in_chinese);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
