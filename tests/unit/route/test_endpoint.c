#include "route/endpoint.h"

#include "../suite.h"

static const struct place_defaults defaults = {.account = STR_INIT("7"),
                                               .region = STR_INIT("cn-beijing")};

static const struct {
    const char *path;
    enum endpoint_result want;
    const char *region, *account, *rest;
    bool region_defaulted, account_defaulted;
} cases[] = {
    {"/@cn-shanghai/16530750/a/b", ENDPOINT_FOUND, "cn-shanghai",  "16530750", "/a/b",          false, false},
    {"/@cn-shanghai/16530750",     ENDPOINT_FOUND, "cn-shanghai",  "16530750", "/",             false, false},
    {"/@cn-shanghai/16530750/",    ENDPOINT_FOUND, "cn-shanghai",  "16530750", "/",             false, false},
    {"/@cn-shanghai/16530750//a",  ENDPOINT_FOUND, "cn-shanghai",  "16530750", "/a",            false, false},
    {"/@cn-shanghai/16530750///a", ENDPOINT_FOUND, "cn-shanghai",  "16530750", "//a",           false, false},
    {"/@cn-shanghai/2016-08-15/a", ENDPOINT_FOUND, "cn-shanghai",  "7",        "/2016-08-15/a", false,
     true                                                                                                   },
    {"/@cn-shanghai",              ENDPOINT_FOUND, "cn-shanghai",  "7",        "/",             false, true },
    {"/@cn-shanghai/",             ENDPOINT_FOUND, "cn-shanghai",  "7",        "/",             false, true },
    {"/@cn-nowhere-9/1/a",         ENDPOINT_FOUND, "cn-nowhere-9", "1",        "/a",            false, false},
    {"/a/@cn-shanghai",            ENDPOINT_NONE,  "cn-beijing",   "7",        NULL,            true,  true },
    {"/2016-08-15/services",       ENDPOINT_NONE,  "cn-beijing",   "7",        NULL,            true,  true },
    {"",                           ENDPOINT_NONE,  "cn-beijing",   "7",        NULL,            true,  true },
    {"@cn-shanghai",               ENDPOINT_NONE,  "cn-beijing",   "7",        NULL,            true,  true },
    {"/@",                         ENDPOINT_WRONG, "cn-beijing",   "7",        NULL,            true,  true },
    {"/@/1/a",                     ENDPOINT_WRONG, "cn-beijing",   "7",        NULL,            true,  true },
    {"/@cn_shanghai/1/a",          ENDPOINT_WRONG, "cn-beijing",   "7",        NULL,            true,  true },
    {"/@a.b/1/a",                  ENDPOINT_WRONG, "cn-beijing",   "7",        NULL,            true,  true },
    {"/@-a/1/a",                   ENDPOINT_WRONG, "cn-beijing",   "7",        NULL,            true,  true },
};

START_TEST(test_endpoint_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct place place;
    struct str rest = STR_NONE;

    place_find(STR("127.0.0.1"), STR_NONE, &defaults, arena, &place);
    enum endpoint_result got =
        endpoint_take(str_of(cases[_i].path), &defaults, arena, &place, &rest);

    ck_assert_msg(got == cases[_i].want, "%s: got %d", cases[_i].path, got);
    ck_assert(str_eq(place.region, str_of(cases[_i].region)));
    ck_assert(str_eq(place.account, str_of(cases[_i].account)));
    ck_assert(str_eq(rest, str_of(cases[_i].rest)));
    ck_assert_int_eq(place.region_defaulted, cases[_i].region_defaulted);
    ck_assert_int_eq(place.account_defaulted, cases[_i].account_defaulted);
    ck_assert_int_eq(place.problem != NULL,
                     got == ENDPOINT_WRONG || str_eq(place.region, STR("cn-nowhere-9")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route/endpoint");
    TCase *tc = tcase_create("endpoint");

    tcase_add_loop_test(tc, test_endpoint_table, 0, (int)N_ELEMENTS(cases));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
