#include "cli/env/value.h"

#include "../../suite.h"

static struct arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static const struct {
    enum env_kind kind;
    const char *ours, *had;
    const char *want;
} combined[] = {
    {ENV_SET,              "http://a", "http://b",                          "http://a"                    },
    {ENV_WORDS,            "-x",       NULL,                                "-x"                          },
    {ENV_WORDS,            "-x",       "",                                  "-x"                          },
    {ENV_WORDS,            "-x",       "-y -z",                             "-y -z -x"                    },
    {ENV_FOLDERS,          "/o",       NULL,                                "/o"                          },
    {ENV_FOLDERS,          "/o",       "",                                  "/o"                          },
    {ENV_FOLDERS,          "/o",       "/a:/b",                             "/o:/a:/b"                    },
    {ENV_SCAN_FOLDERS,     "/o",       NULL,                                ":/o"                         },
    {ENV_SCAN_FOLDERS,     "/o",       "/a",                                "/a:/o"                       },
    {ENV_AUTHORITIES,      "/ours",    "/theirs",                           "/ours"                       },
    {ENV_MORE_AUTHORITIES, "/ours",    "/theirs",                           "/ours"                       },
    {ENV_NO_PROXY,         "l,m",      NULL,                                "l,m"                         },
    {ENV_NO_PROXY,         "l,m",      " m , n,,n, l",                      "l,m,n"                       },
 /* Whatever a served name would match, in each spelling that programs read. */
    {ENV_NO_PROXY,         "l",        "*",                                 "l"                           },
    {ENV_NO_PROXY,         "l",        "com,.com,run",                      "l"                           },
    {ENV_NO_PROXY,         "l",        "AliyunCS.com",                      "l"                           },
    {ENV_NO_PROXY,         "l",        "*.aliyuncs.com,.fcapp.run:443",     "l"                           },
    {ENV_NO_PROXY,         "l",        "1.cn-hangzhou.fc.aliyuncs.com",     "l"                           },
    {ENV_NO_PROXY,         "l",        "x.devsapp.net,functioncompute.com", "l"                           },
    {ENV_NO_PROXY,         "l",        "myaliyuncs.com,om",                 "l,myaliyuncs.com,om"         },
    {ENV_NO_PROXY,         "l",        "10.0.0.0/8,corp.example:80",        "l,10.0.0.0/8,corp.example:80"},
    {ENV_NO_PROXY,         "l",        "::2,fe80::1",                       "l,::2,fe80::1"               },
};

START_TEST(test_value_keeps_what_a_person_had)
{
    struct str got =
        env_combine(combined[_i].kind, str_of(combined[_i].ours), str_of(combined[_i].had), arena);

    ck_assert_msg(str_eq(got, str_of(combined[_i].want)), "got '" STR_FMT "'", STR_ARG(got));
}
END_TEST

static const struct {
    enum env_kind kind;
    const char *ours, *now;
    const char *want; /* NULL: nothing is left */
} bared[] = {
    {ENV_WORDS,            "-x \"/o\"", "-x \"/o\"",       NULL      },
    {ENV_WORDS,            "-x \"/o\"", "-y -x \"/o\"",    "-y"      },
    {ENV_WORDS,            "-x \"/o\"", "-x \"/o\" -z",    "-z"      },
    {ENV_WORDS,            "-x \"/o\"", "-y -x \"/o\" -z", "-y -z"   },
    {ENV_WORDS,            "-x \"/o\"", "-y",              "-y"      },
    {ENV_WORDS,            "",          "-y",              "-y"      },
    {ENV_FOLDERS,          "/o",        "/o",              NULL      },
    {ENV_FOLDERS,          "/o",        "/o:/a:/b",        "/a:/b"   },
    {ENV_FOLDERS,          "/o",        "/a:/o:/oo",       "/a:/oo"  },
    {ENV_SCAN_FOLDERS,     "/o",        "/a:/o",           "/a"      },
    {ENV_AUTHORITIES,      "/ours",     "/ours",           NULL      },
    {ENV_AUTHORITIES,      "/ours",     "/theirs",         "/theirs" },
    {ENV_MORE_AUTHORITIES, "/ours",     "/ours",           NULL      },
    {ENV_SET,              "http://a",  "http://a",        "http://a"},
    {ENV_NO_PROXY,         "l",         "l,m",             "l,m"     },
};

START_TEST(test_value_without_ours_is_the_person_s)
{
    struct str got =
        env_without(bared[_i].kind, str_of(bared[_i].ours), str_of(bared[_i].now), arena);

    ck_assert_int_eq(str_is_set(got), bared[_i].want != NULL);
    ck_assert_msg(str_eq(got, str_of(bared[_i].want)), "got '" STR_FMT "'", STR_ARG(got));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/env/value");
    TCase *tc = tcase_create("value");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_value_keeps_what_a_person_had, 0, (int)N_ELEMENTS(combined));
    tcase_add_loop_test(tc, test_value_without_ours_is_the_person_s, 0, (int)N_ELEMENTS(bared));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
