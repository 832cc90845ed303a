#include "http/wire/authority.h"

#include <stdlib.h>

#include "../../suite.h"

static const struct {
    const char *authority;
    const char *host;
} hosts[] = {
    {"demo.example.test",      "demo.example.test"},
    {"demo.example.test:8252", "demo.example.test"},
    {"demo.example.test.",     "demo.example.test"},
    {"demo.example.test.:80",  "demo.example.test"},
    {"[::1]:8252",             "[::1]"            },
    {"[::1]",                  "[::1]"            },
    {"[::1",                   "[::1"             },
    {"127.0.0.1:1",            "127.0.0.1"        },
    {":80",                    ""                 },
    {"localhost/@r/1",         "localhost"        },
    {"127.0.0.1:1/@r/1",       "127.0.0.1"        },
    {"[::1]:8252/@r/1",        "[::1]"            },
    {"/",                      ""                 },
    {".",                      "."                },
    {"",                       ""                 },
};

START_TEST(test_host_of_authority)
{
    ck_assert(str_eq(authority_host(str_of(hosts[_i].authority)), str_of(hosts[_i].host)));
}
END_TEST

static const struct {
    const char *target;
    const char *authority; /* NULL: not absolute */
    const char *rest;
} targets[] = {
    {"http://demo:80/a?b=http://x/", "demo:80", "/a?b=http://x/"},
    {"HTTPS://Demo/a",               "Demo",    "/a"            },
    {"http://demo",                  "demo",    "/"             },
    {"http://demo?x",                "demo",    "?x"            },
    {"/http://demo/",                NULL,      NULL            },
    {"*",                            NULL,      NULL            },
};

START_TEST(test_absolute_target_is_cut)
{
    struct str authority;
    struct str rest;
    bool absolute = authority_cut(str_of(targets[_i].target), &authority, &rest);

    ck_assert_int_eq(absolute, targets[_i].authority != NULL);
    if (!absolute)
        return;
    ck_assert(str_eq(authority, str_of(targets[_i].authority)));
    ck_assert(str_eq(rest, str_of(targets[_i].rest)));
}
END_TEST

static const struct {
    const char *bytes;
    enum peek_result want;
    const char *authority;
    const char *target;
} heads[] = {
    {"GET / HTTP/1.1\r\nHost: a:1\r\n",                     PEEK_OK,   "a:1", "/"   },
    {"GET /b?c HTTP/1.1\r\nAccept: *\r\nhOsT:  a \r\n\r\n", PEEK_OK,   "a",   "/b?c"},
    {"GET http://b/c HTTP/1.1\r\nHost: a\r\n",              PEEK_OK,   "b",   "/c"  },
    {"GET http://b HTTP/1.1\r\n",                           PEEK_OK,   "b",   "/"   },
    {"GET / HTTP/1.1\r\n\r\nHost: a\r\n",                   PEEK_OK,   NULL,  "/"   },
    {"GET / HTTP/1.1\r\nHost: a",                           PEEK_MORE, NULL,  "/"   },
    {"GET / HTTP/1.1\r\nHos",                               PEEK_MORE, NULL,  "/"   },
    {"GET\r\n\r\n",                                         PEEK_OK,   NULL,  NULL  },
    {"G",                                                   PEEK_MORE, NULL,  NULL  },
};

START_TEST(test_authority_and_target_of_a_half_read_head)
{
    struct str authority;
    struct str target;

    ck_assert_int_eq(authority_peek(str_of(heads[_i].bytes), &authority, &target), heads[_i].want);
    ck_assert(str_eq(authority, str_of(heads[_i].authority)));
    ck_assert_int_eq(str_is_set(authority), heads[_i].authority != NULL);
    ck_assert(str_eq(target, str_of(heads[_i].target)));
    ck_assert_int_eq(str_is_set(target), heads[_i].target != NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/authority");
    TCase *tc = tcase_create("authority");

    tcase_add_loop_test(tc, test_host_of_authority, 0, (int)N_ELEMENTS(hosts));
    tcase_add_loop_test(tc, test_absolute_target_is_cut, 0, (int)N_ELEMENTS(targets));
    tcase_add_loop_test(tc, test_authority_and_target_of_a_half_read_head, 0,
                        (int)N_ELEMENTS(heads));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
