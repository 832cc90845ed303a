#include "route/recent.h"

#include <stdio.h>

#include "../suite.h"

static const struct place_defaults defaults = {.account = STR_INIT("99"),
                                               .region = STR_INIT("cn-beijing")};

static const char *const hosts[] = {
    "16530750.cn-shanghai.fc.aliyuncs.com",
    "16530750.cn-shanghai-internal.fc.aliyuncs.com",
    "cn-shanghai.fc.aliyuncs.com",
    "fcv3.cn-shanghai.aliyuncs.com",
    "fc.aliyuncs.com",
    "f-abc.cn-shanghai.fcapp.run",
    "f.s.1653.cn-shanghai.fc.devsapp.net",
    "bucket.oss-cn-shanghai.aliyuncs.com",
    "localhost",
    "1653.cn-shanghai.localhost",
    "127.0.0.1",
    "www.example.com",
    "x.cn-shanghai.fc.aliyuncs.com", /* impossible */
    "1.cn-nowhere.fc.aliyuncs.com",  /* a problem and a suggestion */
    "1.CN-shanghai.fc.aliyuncs.com", /* not as it should be */
    "",
};

static const struct {
    const char *method, *path;
} targets[] = {
    {"POST",   "/2016-08-15/services/demo.prod/functions/f/invocations" },
    {"GET",    "/2016-08-15/services/demo.prod/functions/f/invocations" }, /* wrong method */
    {"GET",    "/2016-08-15/services/demo/functions/f"                  },
    {"PUT",    "/2016-08-15/services/demo/functions/f"                  },
    {"GET",    "/2016-08-15/services/demo/functions/a%2Fb"              },
    {"GET",    "/2016-08-15/services/demo/functions/f/triggers/t"       },
    {"GET",    "/2016-08-15/layers/l/versions/3"                        },
    {"GET",    "/2016-08-15/custom-domains/a.example.com"               },
    {"PATCH",  "/2016-08-15/proxy/s.q/f/a/b"                            },
    {"GET",    "/2023-03-30/functions/f"                                },
    {"GET",    "/2023-03-30/fonctions/f"                                }, /* a suggestion */
    {"GET",    "/1999-01-01/services"                                   },
    {"GET",    "/2016-08-15/services/%zz"                               },
    {"GET",    ""                                                       },
    {"DELETE", "/2016-08-15/services/s/functions/f/triggers/t/and/more/"},
};

static struct recent *recent;
static struct arena *arena;

static void start(void)
{
    arena = arena_new();
    recent = recent_new(&defaults);
}

static void stop(void)
{
    recent_free(recent);
    arena_free(arena);
}

static void same_str(struct str got, struct str want, const char *of)
{
    ck_assert_msg(str_is_set(got) == str_is_set(want) && str_eq(got, want),
                  "%s: '" STR_FMT "' is not '" STR_FMT "'", of, STR_ARG(got), STR_ARG(want));
}

/* Each time from other memory, as requests are: nothing may point to an earlier one. */
static struct str fresh(const char *text)
{
    return arena_str(arena, str_of(text));
}

static void forget(struct str text)
{
    if (text.len)
        memset((char *)(uintptr_t)text.ptr, '#', text.len);
}

static void check_place(const char *text, struct str header)
{
    struct str host = fresh(text);
    struct place got;
    struct place want;

    recent_place(recent, host, header, arena, &got);
    place_find(host, header, &defaults, arena, &want);
    ck_assert_int_eq(got.kind, want.kind);
    ck_assert_int_eq(got.internal, want.internal);
    ck_assert_int_eq(got.region_known, want.region_known);
    ck_assert_int_eq(got.gateway_api, want.gateway_api);
    ck_assert_int_eq(got.neighbour, want.neighbour);
    ck_assert_int_eq(got.problem != NULL, want.problem != NULL);
    same_str(got.zone, want.zone, text);
    same_str(got.account, want.account, text);
    same_str(got.region, want.region, text);
    same_str(got.trigger, want.trigger, text);
    same_str(got.bucket, want.bucket, text);
    same_str(got.suggestion, want.suggestion, text);
    forget(host);
}

START_TEST(test_a_place_is_the_one_that_would_be_found)
{
    static const char *const headers[] = {"", "123", "4 5", "", "123"};

    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < N_ELEMENTS(hosts); i++)
            for (size_t h = 0; h < N_ELEMENTS(headers); h++)
                check_place(hosts[i], fresh(headers[h]));
}
END_TEST

/* Seen by what a second finding would have noticed. */
START_TEST(test_a_place_is_not_found_twice)
{
    struct place_defaults moving = {.account = STR("1"), .region = STR("cn-beijing")};
    struct recent *own = recent_new(&moving);
    struct place place;

    recent_place(own, STR("localhost"), STR_NONE, arena, &place);
    moving.account = STR("2");
    recent_place(own, STR("localhost"), STR_NONE, arena, &place);
    ck_assert(str_eq(place.account, STR("1")));
    recent_place(own, STR("127.0.0.1"), STR_NONE, arena, &place);
    ck_assert(str_eq(place.account, STR("2")));
    recent_free(own);
}
END_TEST

static void check_target(const char *method, const char *text, struct str qualifier)
{
    struct str path = fresh(text);
    struct target got;
    struct target want;

    recent_target(recent, str_of(method), path, qualifier, arena, &got);
    target_find(str_of(method), path, qualifier, arena, &want);
    ck_assert_int_eq(got.result, want.result);
    ck_assert_int_eq(got.api, want.api);
    ck_assert_ptr_eq(got.op, want.op);
    same_str(got.service, want.service, text);
    same_str(got.qualifier, want.qualifier, text);
    same_str(got.function, want.function, text);
    same_str(got.trigger, want.trigger, text);
    same_str(got.layer, want.layer, text);
    same_str(got.domain, want.domain, text);
    same_str(got.rest, want.rest, text);
    same_str(got.allowed, want.allowed, text);
    same_str(got.suggestion, want.suggestion, text);
    ck_assert_uint_eq(got.param_count, want.param_count);
    for (size_t i = 0; i < want.param_count; i++) {
        ck_assert_str_eq(got.params[i].name, want.params[i].name);
        same_str(got.params[i].value, want.params[i].value, text);
    }
    forget(path);
}

START_TEST(test_a_target_is_the_one_that_would_be_found)
{
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
            check_target(targets[i].method, targets[i].path, STR_NONE);
            check_target(targets[i].method, targets[i].path, STR("7"));
        }
    }
}
END_TEST

START_TEST(test_more_texts_than_there_is_room_for)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2000; i++) {
            char text[512];

            snprintf(text, sizeof text, "/2016-08-15/services/s%d/functions/f%d", i, i / 3);
            check_target("GET", text, STR_NONE);
            snprintf(text, sizeof text, "%d.cn-shanghai.fc.aliyuncs.com", i);
            check_place(text, STR_NONE);
        }
    }
}
END_TEST

START_TEST(test_longer_texts_than_there_is_room_for)
{
    char path[600] = "/2016-08-15/services/";
    char host[300];

    memset(path + strlen(path), 's', 400);
    memset(host, '1', 200);
    memcpy(host + 200, ".cn-shanghai.fc.aliyuncs.com", sizeof ".cn-shanghai.fc.aliyuncs.com");
    for (int round = 0; round < 2; round++) {
        check_target("GET", path, STR_NONE);
        check_target("PROPPATCHES", "/2016-08-15/services/s", STR_NONE);
        check_place(host, STR_NONE);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route/recent");
    TCase *tc = tcase_create("recent");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_a_place_is_the_one_that_would_be_found);
    tcase_add_test(tc, test_a_place_is_not_found_twice);
    tcase_add_test(tc, test_a_target_is_the_one_that_would_be_found);
    tcase_add_test(tc, test_more_texts_than_there_is_room_for);
    tcase_add_test(tc, test_longer_texts_than_there_is_room_for);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
