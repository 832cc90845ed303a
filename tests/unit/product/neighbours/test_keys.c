#include "fixture.h"

static struct neighbours_key issue(uint64_t now_ms, uint64_t expires_ms)
{
    struct store_batch *batch = store_begin(f.store);
    struct neighbours_key_request request = {.account = STR("7"),
                                             .role = STR("r"),
                                             .session = STR("s"),
                                             .now_ms = now_ms,
                                             .expires_ms = expires_ms};
    struct neighbours_key key;

    neighbours_issue_key(f.store, batch, &request, f.arena, &key);
    store_commit(batch, NULL, NULL);
    return key;
}

START_TEST(test_keys_differ_and_are_found)
{
    struct neighbours_key a = issue(10, 20);
    struct neighbours_key b = issue(10, 30);
    struct auth_key found;

    ck_assert(!str_eq(a.id, b.id) && !str_eq(a.secret, b.secret) && !str_eq(a.token, b.token));
    ck_assert(neighbours_find_key(f.neighbours, b.id, &found));
    ck_assert(str_eq(found.secret, b.secret) && str_eq(found.token, b.token));
    ck_assert_uint_eq(found.expires_ms, 30);
    ck_assert(!neighbours_find_key(f.neighbours, STR("ordinary"), &found));
}
END_TEST

START_TEST(test_keys_that_ended_go_when_another_is_issued)
{
    struct neighbours_key old = issue(10, 20);
    struct neighbours_key live = issue(10, 40);
    struct auth_key found;

    ck_assert(neighbours_find_key(f.neighbours, old.id, &found));
    issue(20, 50);
    ck_assert(!neighbours_find_key(f.neighbours, old.id, &found));
    ck_assert(neighbours_find_key(f.neighbours, live.id, &found));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/neighbours/keys");
    TCase *tc = tcase_create("keys");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_keys_differ_and_are_found);
    tcase_add_test(tc, test_keys_that_ended_go_when_another_is_issued);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
