#include "route/place.h"

#include "../suite.h"
#include "catalog/region.h"

static const struct place_defaults defaults = {.account = STR_INIT("100"),
                                               .region = STR_INIT("cn-beijing")};

static const struct {
    const char *host;
    const char *header; /* NULL: none */
    enum place_kind kind;
    const char *account, *region;
    bool internal, known;
} cases[] = {
    {"16530750.cn-shanghai.fc.aliyuncs.com",          NULL,  PLACE_ACCOUNT,    "16530750", "cn-shanghai",  false,
     true                                                                                                              },
    {"16530750.cn-shanghai.fc.aliyuncs.com:8252",     NULL,  PLACE_ACCOUNT,    "16530750", "cn-shanghai",
     false,                                                                                                       true },
    {"16530750.CN-Shanghai.fc.aliyuncs.com.",         NULL,  PLACE_ACCOUNT,    "16530750", "cn-shanghai",  false,
     true                                                                                                              },
    {"16530750.cn-shanghai-internal.fc.aliyuncs.com", NULL,  PLACE_ACCOUNT,    "16530750",
     "cn-shanghai",                                                                                        true,  true },
    {"16530750.cn-shanghai-vpc.fc.aliyuncs.com",      NULL,  PLACE_ACCOUNT,    "16530750", "cn-shanghai",
     true,                                                                                                        true },
    {"16530750.cn-shanghai.fc.aliyuncs.com",          "777", PLACE_ACCOUNT,    "16530750", "cn-shanghai",  false,
     true                                                                                                              },
    {"1.xx-private-1.fc.aliyuncs.com",                NULL,  PLACE_ACCOUNT,    "1",        "xx-private-1", false, false},
    {"account-id.cn-hangzhou.fc.aliyuncs.com",        NULL,  PLACE_SERVICE,    "100",      "cn-hangzhou",  false,
     true                                                                                                              },
    {"account-id.cn-hangzhou.fc.aliyuncs.com",        "777", PLACE_SERVICE,    "777",      "cn-hangzhou",  false,
     true                                                                                                              },
    {"cn-hangzhou.fc.aliyuncs.com",                   NULL,  PLACE_SERVICE,    "100",      "cn-hangzhou",  false, true },
    {"cn-hangzhou-internal.fc.aliyuncs.com",          "777", PLACE_SERVICE,    "777",      "cn-hangzhou",  true,
     true                                                                                                              },
    {"fcv3.cn-hangzhou.aliyuncs.com",                 NULL,  PLACE_GATEWAY,    "100",      "cn-hangzhou",  false, true },
    {"fcv3-vpc.cn-hangzhou.aliyuncs.com",             NULL,  PLACE_GATEWAY,    "100",      "cn-hangzhou",  true,  true },
    {"fc.us-west-1.aliyuncs.com",                     "777", PLACE_GATEWAY,    "777",      "us-west-1",    false, true },
    {"fcv3.cn-hangzhou-internal.aliyuncs.com",        NULL,  PLACE_GATEWAY,    "100",      "cn-hangzhou",  true,
     true                                                                                                              },
    {"fc.us-west-1-vpc.aliyuncs.com",                 NULL,  PLACE_GATEWAY,    "100",      "us-west-1",    true,  true },
    {"fc-vpc.us-west-1.aliyuncs.com",                 NULL,  PLACE_GATEWAY,    "100",      "us-west-1",    true,  true },
    {"fc-open.cn-hangzhou.aliyuncs.com",              NULL,  PLACE_GATEWAY,    "100",      "cn-hangzhou",  false, true },
    {"fc.aliyuncs.com",                               NULL,  PLACE_GATEWAY,    "100",      "cn-beijing",   false, true },
    {"fc-vpc.aliyuncs.com",                           NULL,  PLACE_GATEWAY,    "100",      "cn-beijing",   true,  true },
    {"fc-share-vpc.aliyuncs.com",                     NULL,  PLACE_GATEWAY,    "100",      "cn-beijing",   false, true },
    {"demo-abcdefghij.cn-shenzhen.fcapp.run",         NULL,  PLACE_TRIGGER,    "",         "cn-shenzhen",  false, true },
    {"demo-abcdefghij.cn-shenzhen-vpc.fcapp.run",     "777", PLACE_TRIGGER,    "777",      "cn-shenzhen",  true,
     true                                                                                                              },
    {"123-16530750.test.functioncompute.com",         NULL,  PLACE_TRIGGER,    "16530750", "cn-beijing",   false,
     true                                                                                                              },
    {"f.s.16530750.cn-hangzhou.fc.devsapp.net",       NULL,  PLACE_TRIGGER,    "16530750", "cn-hangzhou",
     false,                                                                                                       true },
    {"localhost",                                     NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"localhost",                                     "777", PLACE_LOCAL,      "777",      "cn-beijing",   false, true },
    {"localhost",                                     "",    PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"127.0.0.1:8252",                                NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"[::1]:8252",                                    "777", PLACE_LOCAL,      "777",      "cn-beijing",   false, true },
    {"",                                              NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"emulator",                                      NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"42.us-east-1.localhost:8252",                   "777", PLACE_LOCAL,      "42",       "us-east-1",    false, true },
    {"42.us-east-1-internal.localhost",               NULL,  PLACE_LOCAL,      "42",       "us-east-1",    true,  true },
    {"42.us-east-1-vpc-vpc.localhost",                NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"app.localhost",                                 NULL,  PLACE_LOCAL,      "100",      "cn-beijing",   false, true },
    {"www.example.com",                               NULL,  PLACE_CUSTOM,     "100",      "cn-beijing",   false, true },
    {"notfc.aliyuncs.com",                            NULL,  PLACE_CUSTOM,     "100",      "cn-beijing",   false, true },
    {".cn-hangzhou.fc.aliyuncs.com",                  NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1..fc.aliyuncs.com",                            NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1.-internal.fc.aliyuncs.com",                   NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {".fc.aliyuncs.com",                              NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"16530750.fc.aliyuncs.com",                      NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"a b.cn-hangzhou.fc.aliyuncs.com",               NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"accountid.cn-shanghai.fc.aliyuncs.com",         NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"-1.cn-shanghai.fc.aliyuncs.com",                "777", PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1.cn_hangzhou.fc.aliyuncs.com",                 NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1.2.cn-hangzhou.fc.aliyuncs.com",               "777", PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"a.b.c.d.e.f.g.h.i.j.fc.aliyuncs.com",           NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"fcv3.cn_hangzhou.aliyuncs.com",                 NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"fc.Fzhh-vpc-vpc.aliyuncs.com",                  NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1.cn-x-internal-vpc.fc.aliyuncs.com",           NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"1.cn-x-intranet-internal.fc.aliyuncs.com",      NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"t-a.cn-x-vpc-vpc.fcapp.run",                    NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"fcapp.run",                                     NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"cn-hangzhou.fcapp.run",                         NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"x-1.test.functioncompute.com",                  NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"f/.s.1.cn-hangzhou.fc.devsapp.net",             NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
    {"s.1.cn-hangzhou.fc.devsapp.net",                NULL,  PLACE_IMPOSSIBLE, "",         "",             false, false},
};

static struct place find(const char *host, const char *header, struct arena *arena)
{
    struct place place;

    place_find(str_of(host), str_of(header), &defaults, arena, &place);
    return place;
}

START_TEST(test_place_find_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place got = find(cases[_i].host, cases[_i].header, arena);

    ck_assert_msg(got.kind == cases[_i].kind, "'%s': kind %d", cases[_i].host, got.kind);
    ck_assert_msg(str_eq(got.account, str_of(cases[_i].account)), "'%s': account '" STR_FMT "'",
                  cases[_i].host, STR_ARG(got.account));
    ck_assert_msg(str_eq(got.region, str_of(cases[_i].region)), "'%s': region '" STR_FMT "'",
                  cases[_i].host, STR_ARG(got.region));
    ck_assert_int_eq(got.internal, cases[_i].internal);
    ck_assert_int_eq(got.region_known, cases[_i].known);
    ck_assert_msg((got.problem != NULL) ==
                      (got.kind == PLACE_IMPOSSIBLE || (got.region.len > 0 && !got.region_known)),
                  "'%s': problem '%s'", cases[_i].host, got.problem ? got.problem : "none");
}
END_TEST

START_TEST(test_place_canonical_host_leads_back_to_the_same_place)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place first = find(cases[_i].host, cases[_i].header, arena);
    struct str host = place_format(&first, arena);
    bool has_name = first.kind == PLACE_ACCOUNT || first.kind == PLACE_SERVICE ||
                    first.kind == PLACE_GATEWAY || first.kind == PLACE_TRIGGER;

    ck_assert_int_eq(str_is_set(host), has_name);
    if (!has_name)
        return;

    struct place again = find(arena_dup(arena, host), cases[_i].header, arena);

    ck_assert_int_eq(again.kind, first.kind);
    ck_assert(str_eq(again.account, first.account));
    ck_assert(str_eq(again.region, first.region));
    ck_assert_int_eq(again.internal, first.internal);
    ck_assert_int_eq(again.gateway_api, first.gateway_api);
    ck_assert(str_eq(again.trigger, first.trigger));
}
END_TEST

START_TEST(test_place_all_thirty_documented_hosts_with_two_accounts)
{
    static const char *const accounts[] = {"16530750", "1986114430573743"};
    OWN(arena_free) struct arena *arena = arena_new();
    size_t count;
    const struct region *table = region_table(&count);
    size_t seen = 0;

    for (size_t i = 0; i < count && table[i].documented_2020; i++)
        for (size_t k = 0; k < 4; k++, seen++) {
            const char *account = accounts[k & 1];
            struct place got = find(arena_printf(arena, "%s.%s%s.fc.aliyuncs.com", account,
                                                 table[i].id, k & 2 ? "-internal" : ""),
                                    NULL, arena);

            ck_assert_int_eq(got.kind, PLACE_ACCOUNT);
            ck_assert(str_eq(got.account, str_of(account)));
            ck_assert(str_eq(got.region, str_of(table[i].id)));
            ck_assert_int_eq(got.internal, (k & 2) != 0);
            ck_assert(got.region_known && !got.problem);
        }
    ck_assert_uint_eq(seen, 60);
}
END_TEST

static const struct {
    const char *host;
    const char *suggestion; /* "" when there is none */
} misses[] = {
    {"1.cn-hangzou.fc.aliyuncs.com",          "cn-hangzhou"                  },
    {"1.cn-shangai-internal.fc.aliyuncs.com", "cn-shanghai"                  },
    {"1.moon-base-alpha.fc.aliyuncs.com",     ""                             },
    {"1.cn-hangzhou.fc.aliyun.com",           "1.cn-hangzhou.fc.aliyuncs.com"},
    {"1.cn-hangzhou.fc.aliyuncs.cn",          "1.cn-hangzhou.fc.aliyuncs.com"},
};

START_TEST(test_place_near_misses_are_named)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place got = find(misses[_i].host, NULL, arena);

    ck_assert_int_ne(got.kind, PLACE_IMPOSSIBLE);
    ck_assert_ptr_nonnull(got.problem);
    ck_assert_msg(str_eq(got.suggestion, str_of(misses[_i].suggestion)), "'%s': '" STR_FMT "'",
                  misses[_i].host, STR_ARG(got.suggestion));
}
END_TEST

START_TEST(test_place_impossible_hosts_say_why_in_one_sentence)
{
    OWN(arena_free) struct arena *arena = arena_new();

    ck_assert_str_eq(find(".cn-hangzhou.fc.aliyuncs.com", NULL, arena).problem,
                     "the account id in the host name is empty");
    ck_assert_str_eq(find("me.cn-hangzhou.fc.aliyuncs.com", NULL, arena).problem,
                     "'me' in the host name is not an account id, which is a decimal number");
    ck_assert_str_eq(find("1..fc.aliyuncs.com", NULL, arena).problem,
                     "the region in the host name is empty");
    ck_assert_str_eq(find("1.cn_x.fc.aliyuncs.com", NULL, arena).problem,
                     "'cn_x' in the host name cannot be a region id");
}
END_TEST

START_TEST(test_place_gateway_names_its_api)
{
    OWN(arena_free) struct arena *arena = arena_new();

    ck_assert_int_eq(find("fcv3.cn-hangzhou.aliyuncs.com", NULL, arena).gateway_api, API_2023);
    ck_assert_int_eq(find("fc.cn-hangzhou.aliyuncs.com", NULL, arena).gateway_api, API_2021);
    ck_assert_int_eq(find("fc.aliyuncs.com", NULL, arena).gateway_api, API_NONE);
}
END_TEST

START_TEST(test_place_trigger_hosts_keep_their_first_labels)
{
    OWN(arena_free) struct arena *arena = arena_new();

    ck_assert(str_eq(find("demo-abcdefghij.cn-shenzhen.fcapp.run", NULL, arena).trigger,
                     STR("demo-abcdefghij")));
    ck_assert(str_eq(find("f.s.1.cn-hangzhou.fc.devsapp.net", NULL, arena).trigger, STR("f.s")));
}
END_TEST

START_TEST(test_place_malformed_account_header_is_no_account)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place got = find("localhost", "a b", arena);

    ck_assert(str_eq(got.account, defaults.account));
    ck_assert_ptr_nonnull(got.problem);
}
END_TEST

START_TEST(test_place_without_defaults_is_hangzhou_and_nobody)
{
    OWN(arena_free) struct arena *arena = arena_new();
    static const struct place_defaults none = {0};
    struct place got;

    place_find(STR("localhost"), STR_NONE, &none, arena, &got);
    ck_assert_uint_eq(got.account.len, 0);
    ck_assert(str_eq(got.region, STR("cn-hangzhou")));
}
END_TEST

static const struct {
    const char *host;
    enum place_kind kind;
    enum place_neighbour neighbour;
    const char *bucket, *region;
    bool internal;
} neighbours[] = {
    {"code.oss-cn-hangzhou.aliyuncs.com",          PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code", "cn-hangzhou",
     false                                                                                                     },
    {"code.oss-cn-hangzhou-internal.aliyuncs.com", PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code",
     "cn-hangzhou",                                                                                       true },
    {"oss-us-west-1.aliyuncs.com:8252",            PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "",     "us-west-1",   false},
    {"code.oss.aliyuncs.com",                      PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code", "cn-beijing",  false},
    {"code.cn-shanghai.oss.aliyuncs.com",          PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code", "cn-shanghai",
     false                                                                                                     },
    {"code.oss-accelerate.aliyuncs.com",           PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code", "cn-beijing",
     false                                                                                                     },
    {"code.oss.localhost:8252",                    PLACE_NEIGHBOUR, NEIGHBOUR_OSS, "code", "cn-beijing",  false},
    {"sts.aliyuncs.com",                           PLACE_NEIGHBOUR, NEIGHBOUR_STS, "",     "cn-beijing",  false},
    {"sts.cn-shanghai.aliyuncs.com",               PLACE_NEIGHBOUR, NEIGHBOUR_STS, "",     "cn-shanghai", false},
    {"sts-vpc.cn-shanghai.aliyuncs.com",           PLACE_NEIGHBOUR, NEIGHBOUR_STS, "",     "cn-shanghai", true },
    {"ram.aliyuncs.com",                           PLACE_NEIGHBOUR, NEIGHBOUR_RAM, "",     "cn-beijing",  false},
    {"logs.cn-shanghai.log.aliyuncs.com",          PLACE_NEIGHBOUR, NEIGHBOUR_LOG, "logs", "cn-shanghai",
     false                                                                                                     },
    {"logs.cn-shanghai-intranet.log.aliyuncs.com", PLACE_NEIGHBOUR, NEIGHBOUR_LOG, "logs",
     "cn-shanghai",                                                                                       true },
    {"cn-shanghai.log.aliyuncs.com",               PLACE_NEIGHBOUR, NEIGHBOUR_LOG, "",     "cn-shanghai", false},
    {"a.oss-cn-x-vpc-internal.aliyuncs.com",       PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"sts.cn-x-vpc.aliyuncs.com",                  PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"l.cn-x-vpc-intranet.log.aliyuncs.com",       PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"a.b.oss-cn-hangzhou.aliyuncs.com",           PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"ram.cn-hangzhou.aliyuncs.com",               PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"ossify.aliyuncs.com",                        PLACE_CUSTOM,    0,             "",     "cn-beijing",  false},
    {"42.cn-hangzhou.localhost",                   PLACE_LOCAL,     0,             "",     "cn-hangzhou", false},
};

START_TEST(test_place_other_products_are_neighbours)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place got = find(neighbours[_i].host, NULL, arena);

    ck_assert_msg(got.kind == neighbours[_i].kind, "'%s': kind %d", neighbours[_i].host, got.kind);
    ck_assert_msg(got.neighbour == neighbours[_i].neighbour, "'%s'", neighbours[_i].host);
    ck_assert_msg(str_eq(got.bucket, str_of(neighbours[_i].bucket)), "'%s': bucket '" STR_FMT "'",
                  neighbours[_i].host, STR_ARG(got.bucket));
    ck_assert_msg(str_eq(got.region, str_of(neighbours[_i].region)), "'%s': region '" STR_FMT "'",
                  neighbours[_i].host, STR_ARG(got.region));
    ck_assert_int_eq(got.internal, neighbours[_i].internal);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route/place");
    TCase *tc = tcase_create("place");

    tcase_add_loop_test(tc, test_place_find_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_place_canonical_host_leads_back_to_the_same_place, 0,
                        (int)N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_place_other_products_are_neighbours, 0,
                        (int)N_ELEMENTS(neighbours));
    tcase_add_test(tc, test_place_all_thirty_documented_hosts_with_two_accounts);
    tcase_add_loop_test(tc, test_place_near_misses_are_named, 0, (int)N_ELEMENTS(misses));
    tcase_add_test(tc, test_place_impossible_hosts_say_why_in_one_sentence);
    tcase_add_test(tc, test_place_gateway_names_its_api);
    tcase_add_test(tc, test_place_trigger_hosts_keep_their_first_labels);
    tcase_add_test(tc, test_place_malformed_account_header_is_no_account);
    tcase_add_test(tc, test_place_without_defaults_is_hangzhou_and_nobody);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
