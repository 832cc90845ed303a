#include "gateway/stale.h"

#include <stdio.h>

#include "../suite.h"

static void keep(struct stale_store *store, const char *key, int status)
{
    struct http_response response = {.status = status, .body = STR("body")};

    stale_keep(store, str_of(key), &response);
}

static int found(struct stale_store *store, const char *key, uint64_t age)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_response out = {0};

    return stale_find(store, str_of(key), age, arena, &out) ? out.status : 0;
}

START_TEST(test_stale_ages_count_from_the_last_answer)
{
    struct stale_store store = {0};

    for (int i = 1; i <= 3; i++)
        keep(&store, "a", 200 + i);
    ck_assert_int_eq(found(&store, "a", 1), 203);
    ck_assert_int_eq(found(&store, "a", 3), 201);
    ck_assert_int_eq(found(&store, "a", 4), 0);
    ck_assert_int_eq(found(&store, "a", 0), 0);
    ck_assert_int_eq(found(&store, "b", 1), 0);
    stale_done(&store);
}
END_TEST

START_TEST(test_stale_is_bounded_and_forgets_the_oldest_key)
{
    struct stale_store store = {0};
    char key[16];

    for (int i = 0; i < 600; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        keep(&store, key, 200);
    }
    ck_assert_int_eq(found(&store, "k0", 1), 0);
    ck_assert_int_eq(found(&store, "k599", 1), 200);
    for (int i = 1; i <= 40; i++)
        keep(&store, "k599", 200 + i);
    ck_assert_int_eq(found(&store, "k599", 16), 225);
    ck_assert_int_eq(found(&store, "k599", 17), 0);
    stale_done(&store);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway/stale");
    TCase *tc = tcase_create("stale");

    tcase_add_test(tc, test_stale_ages_count_from_the_last_answer);
    tcase_add_test(tc, test_stale_is_bounded_and_forgets_the_oldest_key);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
