#include "http/call/message.h"

#include <stdlib.h>

#include "../../suite.h"

static struct http_headers three(struct arena *arena)
{
    struct http_headers headers = {0};

    http_headers_add(&headers, arena, STR("X-A"), STR("1"));
    http_headers_add(&headers, arena, STR("x-b"), STR("2"));
    http_headers_add(&headers, arena, STR("X-a"), STR("3"));
    return headers;
}

START_TEST(test_names_are_found_without_regard_to_case)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_headers headers = three(arena);

    ck_assert(str_eq(http_headers_get(&headers, STR("X-B")), STR("2")));
    ck_assert(str_eq(http_headers_get(&headers, STR("x-a")), STR("1")));
    ck_assert(!str_is_set(http_headers_get(&headers, STR("X-C"))));
}
END_TEST

START_TEST(test_set_replaces_all_of_a_name)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_headers headers = three(arena);

    http_headers_set(&headers, arena, STR("X-A"), STR("9"));
    ck_assert_uint_eq(headers.count, 2);
    ck_assert(str_eq(headers.items[0].name, STR("x-b")));
    ck_assert(str_eq(http_headers_get(&headers, STR("x-a")), STR("9")));
}
END_TEST

START_TEST(test_remove_tells_whether_there_was_one)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_headers headers = three(arena);

    ck_assert(http_headers_remove(&headers, STR("x-A")));
    ck_assert_uint_eq(headers.count, 1);
    ck_assert(!http_headers_remove(&headers, STR("x-A")));
}
END_TEST

START_TEST(test_list_grows)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_headers headers = {0};

    for (int i = 0; i < 1000; i++)
        http_headers_add(&headers, arena, arena_strf(arena, "X-%d", i), STR("v"));
    ck_assert_uint_eq(headers.count, 1000);
    ck_assert(str_eq(headers.items[0].name, STR("X-0")));
    ck_assert(str_eq(headers.items[999].name, STR("X-999")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/message");
    TCase *tc = tcase_create("headers");

    tcase_add_test(tc, test_names_are_found_without_regard_to_case);
    tcase_add_test(tc, test_set_replaces_all_of_a_name);
    tcase_add_test(tc, test_remove_tells_whether_there_was_one);
    tcase_add_test(tc, test_list_grows);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
