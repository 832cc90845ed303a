#include "route/place.h"

#include "../suite.h"

static const struct {
    const char *host;
    const char *want;
} names[] = {
    {"localhost",                          "localhost"                    },
    {"LocalHost:8252",                     "localhost"                    },
    {"127.0.0.1:80",                       "127.0.0.1"                    },
    {"[::1]:8252",                         "[::1]"                        },
    {"[::1]",                              "[::1]"                        },
    {"::1",                                "::1"                          },
    {"[FE80::1%eth0]:80",                  "[fe80::1%eth0]"               },
    {"1.CN-Shanghai.FC.aliyuncs.com.:443", "1.cn-shanghai.fc.aliyuncs.com"},
    {" 1.cn-shanghai.fc.aliyuncs.com ",    "1.cn-shanghai.fc.aliyuncs.com"},
    {"",                                   ""                             },
    {".",                                  "."                            },
    {"x..",                                "x"                            },
    {"x. :80",                             "x"                            },
    {":80",                                ""                             },
};

START_TEST(test_host_name_drops_port_case_and_final_dot)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = place_host_name(str_of(names[_i].host), arena);

    ck_assert_msg(str_eq(got, str_of(names[_i].want)), "'%s': got '" STR_FMT "'", names[_i].host,
                  STR_ARG(got));
}
END_TEST

static const struct {
    const char *host;
    bool want;
} control[] = {
    {"localhost",                     true },
    {"app.localhost",                 true },
    {"fcemu",                         true },
    {"unix",                          true },
    {"",                              true },
    {"127.0.0.1",                     true },
    {"10.1.2.3",                      true },
    {"::1",                           true },
    {"[::1]",                         true },
    {"[fe80::1%eth0]",                true },
    {"1.cn-hangzhou.fc.aliyuncs.com", false},
    {"www.example.com",               false},
    {"localhost.example.com",         false},
    {"notlocalhost",                  false},
    {"a:b:c",                         false},
    {"[evil]",                        false},
    {"127.0.0.1.example.com",         false},
    {"1.2.3",                         false},
};

START_TEST(test_host_control_answers_only_where_a_page_cannot_rebind)
{
    ck_assert_msg(place_is_control_host(&place_usual_names, str_of(control[_i].host)) ==
                      control[_i].want,
                  "'%s'", control[_i].host);
}
END_TEST

static const struct str own_names[] = {STR_INIT("@address"), STR_INIT("host.docker.internal"),
                                       STR_INIT("*.corp.example")};
static const struct place_names own = {own_names, N_ELEMENTS(own_names)};
static const struct {
    const char *host;
    bool control;
    enum place_kind kind;
} named[] = {
    {"host.docker.internal",           true,  PLACE_LOCAL  },
    {"ci.corp.example",                true,  PLACE_LOCAL  },
    {"corp.example",                   false, PLACE_CUSTOM },
    {"10.1.2.3",                       true,  PLACE_LOCAL  },
    {"localhost",                      false, PLACE_LOCAL  }, /* not among the names */
    {"unix",                           true,  PLACE_LOCAL  },
    {"",                               true,  PLACE_LOCAL  },
    {"@address",                       false, PLACE_LOCAL  },
    {"16.cn-shanghai.fc.aliyuncs.com", false, PLACE_ACCOUNT},
};

START_TEST(test_host_own_names_are_control_hosts_and_local_places)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place_defaults defaults = {.account = STR("1"), .region = STR("r"), .own = &own};
    struct place place;

    place_find(str_of(named[_i].host), STR_NONE, &defaults, arena, &place);
    ck_assert_int_eq(place_is_control_host(&own, str_of(named[_i].host)), named[_i].control);
    ck_assert_int_eq(place.kind, named[_i].kind);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route/host");
    TCase *tc = tcase_create("host");

    tcase_add_loop_test(tc, test_host_name_drops_port_case_and_final_dot, 0,
                        (int)N_ELEMENTS(names));
    tcase_add_loop_test(tc, test_host_control_answers_only_where_a_page_cannot_rebind, 0,
                        (int)N_ELEMENTS(control));
    tcase_add_loop_test(tc, test_host_own_names_are_control_hosts_and_local_places, 0,
                        (int)N_ELEMENTS(named));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
