#include "fixture.h"

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_done(&f);
}

static struct store_key key_in(const char *account, const char *name)
{
    struct store_key key = key_of("function", "demo", name);

    key.account = str_of(account);
    return key;
}

/* A row with a package of its own, named like it. */
static void put_in(struct store *store, const char *account, const char *name)
{
    struct store_batch *batch = store_begin(store);
    struct store_key key = key_in(account, name);
    struct store_value value = {.document = STR("{\"staged\":true}"), .blob = str_of(name)};

    store_put_blob(batch, str_of(name), strdup(name), strlen(name));
    store_put(batch, &key, &value);
    store_commit(batch, NULL, NULL);
}

static void wait_for(struct outcome *outcome)
{
    while (!outcome->done)
        loop_run(f.loop);
}

static bool has(struct store *store, const char *account, const char *name)
{
    struct store_key key = key_in(account, name);

    return store_find(store, &key) != NULL;
}

static void keep_length(void *arg, struct store_blob *blob)
{
    *(size_t *)arg = blob ? blob->len : 0;
    store_blob_free(blob);
    loop_stop(f.loop);
}

static size_t blob_length(struct store *store, const char *id)
{
    size_t len = SIZE_MAX;

    store_read_blob(store, str_of(id), keep_length, &len);
    loop_run(f.loop);
    return len;
}

START_TEST(test_gathered_changes_are_told_at_once_and_written_as_one)
{
    struct outcome told = {.loop = f.loop};
    struct outcome written = {.loop = f.loop};
    struct store_key key = key_in("1", "a");

    put_and_wait(&f, "demo", "before", "{}");
    uint64_t commits = store_stats(f.store).commits;

    store_gather(f.store);
    put_in(f.store, "1", "a");
    ck_assert(!store_row_pending(f.store, store_find(f.store, &key)));
    struct store_batch *batch = store_begin(f.store);

    store_commit(batch, outcome_done, &told);
    ck_assert(!told.done); /* never before store_commit() returns */
    wait_for(&told);
    ck_assert(!told.failed);
    put_in(f.store, "1", "b");
    ck_assert_uint_eq(store_stats(f.store).commits, commits);
    store_gathered(f.store, outcome_done, &written);
    ck_assert(store_row_pending(f.store, store_find(f.store, &key)));
    wait_for(&written);
    ck_assert(!written.failed);
    ck_assert(!store_row_pending(f.store, store_find(f.store, &key)));
    ck_assert_uint_eq(store_stats(f.store).commits, commits + 1);
    fixture_reopen(&f);
    ck_assert(has(f.store, "1", "a"));
    ck_assert(has(f.store, "1", "b"));
    ck_assert_uint_eq(blob_length(f.store, "a"), 1);
}
END_TEST

START_TEST(test_what_was_gathered_goes_with_a_store_that_closes)
{
    put_in(f.store, "1", "before");
    fixture_reopen(&f);
    store_gather(f.store);
    put_in(f.store, "1", "a");
    ck_assert(has(f.store, "1", "a"));
    fixture_reopen(&f);
    ck_assert(!has(f.store, "1", "a"));
    ck_assert(has(f.store, "1", "before"));
}
END_TEST

START_TEST(test_stage_is_seen_by_nobody_until_it_is_installed)
{
    struct outcome installed = {.loop = f.loop};
    struct store *stage = store_stage(f.store);
    struct store_key key = key_in("1", "new");

    put_in(f.store, "1", "old");
    put_in(stage, "1", "new");
    ck_assert(!has(stage, "1", "old"));
    ck_assert(!has(f.store, "1", "new"));
    put_in(f.store, "1", "late"); /* decided before, written before, gone with the rest */
    store_install(stage, outcome_done, &installed);
    ck_assert(has(f.store, "1", "new"));
    ck_assert(!has(f.store, "1", "old"));
    ck_assert(!has(f.store, "1", "late"));
    ck_assert(store_row_pending(f.store, store_find(f.store, &key)));
    wait_for(&installed);
    ck_assert(!installed.failed);
    ck_assert(!store_row_pending(f.store, store_find(f.store, &key)));
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 1);
    ck_assert_uint_eq(store_stats(f.store).blobs, 1);
    ck_assert_uint_eq(blob_length(f.store, "new"), 3);
    ck_assert_uint_eq(blob_length(f.store, "old"), 0);
}
END_TEST

START_TEST(test_changes_behind_an_install_stay_behind_it)
{
    struct outcome installed = {.loop = f.loop};
    struct store *stage = store_stage(f.store);

    put_in(f.store, "1", "a");
    put_in(f.store, "1", "b");
    put_in(stage, "1", "c");
    store_install(stage, outcome_done, &installed);
    put_in(f.store, "1", "d");
    wait_for(&installed);
    fixture_reopen(&f);
    ck_assert(has(f.store, "1", "c"));
    ck_assert(has(f.store, "1", "d"));
    ck_assert_uint_eq(store_stats(f.store).rows, 2);
}
END_TEST

START_TEST(test_empty_stage_forgets_everything)
{
    struct outcome installed = {.loop = f.loop};

    put_in(f.store, "1", "a");
    store_install(store_stage(f.store), outcome_done, &installed);
    ck_assert_uint_eq(store_stats(f.store).rows, 0);
    wait_for(&installed);
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 0);
    ck_assert_uint_eq(blob_length(f.store, "a"), 0);
}
END_TEST

START_TEST(test_account_is_replaced_alone)
{
    struct outcome installed = {.loop = f.loop};
    struct store *stage = store_stage(f.store);

    put_in(f.store, "1", "mine");
    put_in(f.store, "2", "theirs");
    put_in(stage, "1", "new");
    put_in(stage, "2", "stray");
    store_install_account(stage, STR("1"), outcome_done, &installed);
    wait_for(&installed);
    ck_assert(!installed.failed);
    fixture_reopen(&f);
    ck_assert(has(f.store, "1", "new"));
    ck_assert(has(f.store, "2", "theirs"));
    ck_assert_uint_eq(store_stats(f.store).rows, 2);
    ck_assert_uint_eq(blob_length(f.store, "new"), 3);
    ck_assert_uint_eq(blob_length(f.store, "theirs"), 6);
    ck_assert_uint_eq(blob_length(f.store, "mine"), 0);
}
END_TEST

START_TEST(test_large_tree_is_removed_as_a_whole)
{
    enum { ROWS = 20000 };
    struct store_batch *batch = store_begin(f.store);
    struct store_value value = {.document = STR("{}")};
    char name[24];

    for (unsigned i = 0; i < ROWS; i++) {
        snprintf(name, sizeof(name), "f%u", i);
        struct store_key key = key_of("function", "demo", name);

        store_put(batch, &key, &value);
    }
    put_and_wait(&f, "other", "kept", "{}");
    commit_and_wait(&f, batch);
    struct store_key below = key_of("function", "", "");

    batch = store_begin(f.store);
    store_remove_below(batch, &below, STR("demo"));
    ck_assert_uint_eq(store_stats(f.store).rows, 1);
    commit_and_wait(&f, batch);
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 1);
    ck_assert_ptr_nonnull(find(&f, "other", "kept"));
}
END_TEST

START_TEST(test_forgotten_stage_leaves_nothing)
{
    struct store *stage = store_stage(f.store);

    put_in(stage, "1", "a");
    store_close(stage);
    ck_assert_uint_eq(store_stats(f.store).rows, 0);
    put_in(f.store, "1", "b");
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store/stage");
    TCase *tc = tcase_create("stage");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_gathered_changes_are_told_at_once_and_written_as_one);
    tcase_add_test(tc, test_what_was_gathered_goes_with_a_store_that_closes);
    tcase_add_test(tc, test_stage_is_seen_by_nobody_until_it_is_installed);
    tcase_add_test(tc, test_changes_behind_an_install_stay_behind_it);
    tcase_add_test(tc, test_empty_stage_forgets_everything);
    tcase_add_test(tc, test_account_is_replaced_alone);
    tcase_add_test(tc, test_large_tree_is_removed_as_a_whole);
    tcase_add_test(tc, test_forgotten_stage_leaves_nothing);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
