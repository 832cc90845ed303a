#include <errno.h>
#include <sqlite3.h>

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

START_TEST(test_store_keeps_what_was_acknowledged)
{
    const struct store_row *row;
    char etag[STORE_ETAG_BYTES];

    put_and_wait(&f, "demo", "hello", "{\"a\":1}");
    memcpy(etag, find(&f, "demo", "hello")->etag, sizeof(etag));
    fixture_reopen(&f);
    row = find(&f, "demo", "hello");
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(row->document.ptr, "{\"a\":1}");
    ck_assert_str_eq(row->etag, etag);
    ck_assert_uint_eq(row->created_ms, 1000);
    ck_assert_uint_eq(row->modified_ms, 2000);
    ck_assert(!store_row_pending(f.store, row));
    ck_assert(!str_is_set(row->blob));
}
END_TEST

START_TEST(test_store_change_shows_at_once_and_is_pending_until_written)
{
    struct outcome outcome = {.loop = f.loop};
    struct store_batch *batch = store_begin(f.store);
    struct store_key key = key_of("function", "demo", "x");
    struct store_value value = {.document = STR("{}")};

    store_put(batch, &key, &value);
    ck_assert(store_row_pending(f.store, store_find(f.store, &key)));
    store_commit(batch, outcome_done, &outcome);
    ck_assert(!outcome.done);
    loop_run(f.loop);
    ck_assert(outcome.done);
    ck_assert(!store_row_pending(f.store, store_find(f.store, &key)));
}
END_TEST

START_TEST(test_store_etag_changes_with_every_write_unless_kept)
{
    struct store_key key = key_of("function", "demo", "x");
    struct store_value kept = {.document = STR("{\"n\":1}"), .keep_etag = true};
    char first[STORE_ETAG_BYTES];
    char second[STORE_ETAG_BYTES];

    put_and_wait(&f, "demo", "x", "{}");
    memcpy(first, find(&f, "demo", "x")->etag, sizeof(first));
    put_and_wait(&f, "demo", "x", "{}");
    memcpy(second, find(&f, "demo", "x")->etag, sizeof(second));
    ck_assert_uint_eq(strlen(first), 32);
    ck_assert_str_ne(first, second);
    struct store_batch *batch = store_begin(f.store);

    store_put(batch, &key, &kept);
    commit_and_wait(&f, batch);
    ck_assert_str_eq(find(&f, "demo", "x")->etag, second);
    ck_assert_str_eq(find(&f, "demo", "x")->document.ptr, "{\"n\":1}");
}
END_TEST

START_TEST(test_store_lists_in_order_and_seeks)
{
    struct store_key key = key_of("function", "demo", "");

    put_and_wait(&f, "demo", "zzz", "{}");
    put_and_wait(&f, "demo", "abc", "{}");
    put_and_wait(&f, "other", "bbb", "{}");
    struct store_list list = store_list(f.store, &key);

    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.rows[0]->key.name.ptr, "abc");
    ck_assert_uint_eq(store_list_seek(list, STR("abd")), 1);
    ck_assert_uint_eq(store_list_seek(list, STR("zzzz")), 2);
}
END_TEST

static int freed;

static void count_free(struct store_cache *cache)
{
    (void)cache;
    freed++;
}

START_TEST(test_store_what_is_kept_with_a_row_goes_with_the_next_change)
{
    struct store_cache first = {count_free};
    struct store_cache second = {count_free};
    struct store_key key = key_of("function", "demo", "x");

    put_and_wait(&f, "demo", "x", "{}");
    store_row_keep(f.store, find(&f, "demo", "x"), &first);
    ck_assert_ptr_eq(find(&f, "demo", "x")->cache, &first);
    store_row_keep(f.store, find(&f, "demo", "x"), &second);
    ck_assert_int_eq(freed, 1);
    put_and_wait(&f, "demo", "x", "{}");
    ck_assert_int_eq(freed, 2);
    ck_assert_ptr_null(find(&f, "demo", "x")->cache);
    store_row_keep(f.store, find(&f, "demo", "x"), &first);
    store_row_forget(f.store, &key);
    ck_assert_int_eq(freed, 3);
    ck_assert_ptr_null(find(&f, "demo", "x")->cache);
    key = key_of("function", "demo", "nobody");
    store_row_forget(f.store, &key);
}
END_TEST

START_TEST(test_store_removes_a_tree_but_not_its_neighbour)
{
    struct store_key key = key_of("function", "", "");

    put_and_wait(&f, "demo", "x", "{}");
    put_and_wait(&f, "demo/x", "trigger", "{}");
    put_and_wait(&f, "demon", "x", "{}");
    struct store_batch *batch = store_begin(f.store);

    store_remove_below(batch, &key, STR("demo"));
    commit_and_wait(&f, batch);
    ck_assert_ptr_null(find(&f, "demo", "x"));
    ck_assert_ptr_null(find(&f, "demo/x", "trigger"));
    ck_assert_ptr_nonnull(find(&f, "demon", "x"));
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 1);
}
END_TEST

struct reader {
    struct loop *loop;
    struct store_blob *blob;
};

static void blob_read(void *arg, struct store_blob *blob)
{
    struct reader *reader = (struct reader *)arg;

    reader->blob = blob;
    loop_stop(reader->loop);
}

static struct store_blob *read_blob(struct str id)
{
    struct reader reader = {f.loop, NULL};

    store_read_blob(f.store, id, blob_read, &reader);
    loop_run(f.loop);
    return reader.blob;
}

static void put_with_blob(const char *name, struct str id, const char *bytes)
{
    struct store_batch *batch = store_begin(f.store);
    struct store_key key = key_of("function", "demo", name);
    struct store_value value = {.document = STR("{}"), .blob = id};

    store_put_blob(batch, id, strdup(bytes), strlen(bytes));
    store_put(batch, &key, &value);
    commit_and_wait(&f, batch);
}

START_TEST(test_store_blob_lives_as_long_as_a_row_names_it)
{
    struct store_key x = key_of("function", "demo", "x");
    struct store_key y = key_of("function", "demo", "y");
    struct store_blob *blob;

    put_with_blob("x", STR("id1"), "code");
    put_with_blob("y", STR("id1"), "code");
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).blobs, 1);
    struct store_batch *batch = store_begin(f.store);

    store_remove(batch, &x);
    commit_and_wait(&f, batch);
    blob = read_blob(STR("id1"));
    ck_assert_ptr_nonnull(blob);
    ck_assert_uint_eq(blob->len, 4);
    ck_assert_mem_eq(blob->bytes, "code", 4);
    store_blob_free(blob);
    batch = store_begin(f.store);
    store_remove(batch, &y);
    commit_and_wait(&f, batch);
    ck_assert_ptr_null(read_blob(STR("id1")));
    ck_assert_uint_eq(store_stats(f.store).blobs, 0);
}
END_TEST

START_TEST(test_store_many_batches_share_commits)
{
    struct outcome last = {.loop = f.loop};
    uint64_t before = store_stats(f.store).commits;

    for (int i = 0; i < 500; i++) {
        struct store_batch *batch = store_begin(f.store);
        OWN(mem_free) char *name = mem_printf("f%03d", i);
        struct store_key key = key_of("function", "demo", name);
        struct store_value value = {.document = STR("{}")};

        store_put(batch, &key, &value);
        store_commit(batch, i == 499 ? outcome_done : NULL, &last);
    }
    loop_run(f.loop);
    ck_assert(last.done);
    ck_assert_uint_le(store_stats(f.store).commits - before, 400);
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 500);
}
END_TEST

static sqlite3 *open_by_hand(void)
{
    OWN(mem_free) char *path = mem_printf("%s/fcemu.db", f.folder);
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

START_TEST(test_store_failed_write_is_told_and_undone)
{
    struct outcome first = {.loop = f.loop};
    struct outcome second = {.loop = f.loop};
    struct store_key x = key_of("function", "demo", "x");
    struct store_value value = {.document = STR("{\"lost\":true}")};
    sqlite3 *db = open_by_hand();

    put_and_wait(&f, "demo", "x", "{}");
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TRIGGER no BEFORE INSERT ON resource BEGIN SELECT "
                                  "RAISE(ABORT, 'disk says no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    struct store_batch *batch = store_begin(f.store);

    store_put(batch, &x, &value);
    store_commit(batch, outcome_done, &first);
    batch = store_begin(f.store);
    store_remove(batch, &x);
    store_commit(batch, outcome_done, &second);
    while (!first.done || !second.done)
        loop_run(f.loop);
    ck_assert(first.failed);
    ck_assert_ptr_nonnull(strstr(first.error.text, "disk says no"));
    ck_assert(second.failed); /* it was decided on what never came to be */
    ck_assert_str_eq(find(&f, "demo", "x")->document.ptr, "{}");
    ck_assert(!store_row_pending(f.store, find(&f, "demo", "x")));
    ck_assert_int_eq(sqlite3_exec(db, "DROP TRIGGER no", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    put_and_wait(&f, "demo", "x", "{\"kept\":true}");
    fixture_reopen(&f);
    ck_assert_str_eq(find(&f, "demo", "x")->document.ptr, "{\"kept\":true}");
}
END_TEST

START_TEST(test_store_newer_format_is_refused)
{
    struct store_settings settings = {.data_dir = f.folder};
    struct store *store = NULL;
    struct error err = {0};
    sqlite3 *db = open_by_hand();

    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    store_close(f.store);
    f.store = NULL;
    ck_assert_int_eq(store_open(f.loop, &settings, &store, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "format 99 was written by a newer fcemu"));
}
END_TEST

START_TEST(test_store_in_use_is_refused_with_the_holder)
{
    struct store_settings settings = {.data_dir = f.folder};
    struct store *store = NULL;
    struct error err = {0};
    char holder[40];

    snprintf(holder, sizeof(holder), "(process %ld)", (long)getpid());
    ck_assert_int_eq(store_open(f.loop, &settings, &store, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "in use by another fcemu"));
    ck_assert_ptr_nonnull(strstr(err.text, holder));
}
END_TEST

START_TEST(test_store_unwritable_folder_says_who_where_and_what_to_do)
{
    struct store_settings settings = {.data_dir = "/proc/fcemu-cannot-be-made"};
    struct store *store = NULL;
    struct error err = {0};
    char who[24];

    snprintf(who, sizeof(who), "uid %u", (unsigned)geteuid());
    ck_assert_int_eq(store_open(f.loop, &settings, &store, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, who));
    ck_assert_ptr_nonnull(strstr(err.text, "/proc/fcemu-cannot-be-made"));
    ck_assert_ptr_nonnull(strstr(err.text, "--data"));
}
END_TEST

START_TEST(test_store_temporary_folder_goes_with_it)
{
    struct store_settings settings = {0};
    struct store *store = NULL;
    struct error err = {0};
    char base[256];

    scratch_folder(base, "base");
    setenv("TMPDIR", base, 1);
    ck_assert_msg(store_open(f.loop, &settings, &store, &err) == 0, "%s", err.text);
    ck_assert_int_eq(rmdir(base), -1);
    ck_assert_int_eq(errno, ENOTEMPTY);
    store_close(store);
    ck_assert_int_eq(rmdir(base), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store/store");
    TCase *tc = tcase_create("store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_store_keeps_what_was_acknowledged);
    tcase_add_test(tc, test_store_change_shows_at_once_and_is_pending_until_written);
    tcase_add_test(tc, test_store_etag_changes_with_every_write_unless_kept);
    tcase_add_test(tc, test_store_lists_in_order_and_seeks);
    tcase_add_test(tc, test_store_what_is_kept_with_a_row_goes_with_the_next_change);
    tcase_add_test(tc, test_store_removes_a_tree_but_not_its_neighbour);
    tcase_add_test(tc, test_store_blob_lives_as_long_as_a_row_names_it);
    tcase_add_test(tc, test_store_many_batches_share_commits);
    tcase_add_test(tc, test_store_failed_write_is_told_and_undone);
    tcase_add_test(tc, test_store_newer_format_is_refused);
    tcase_add_test(tc, test_store_in_use_is_refused_with_the_holder);
    tcase_add_test(tc, test_store_unwritable_folder_says_who_where_and_what_to_do);
    tcase_add_test(tc, test_store_temporary_folder_goes_with_it);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
