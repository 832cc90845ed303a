#include "crypto/digest.h"
#include "fixture.h"
#include "store/snapshot.h"

static struct fixture f;
static char first[272];
static char second[272];

static void setup(void)
{
    fixture_init(&f);
    snprintf(first, sizeof(first), "%s/first", f.folder);
    snprintf(second, sizeof(second), "%s/second", f.folder);
}

static void teardown(void)
{
    fixture_done(&f);
}

static void put_code(const char *name, const char *bytes)
{
    struct store_batch *batch = store_begin(f.store);
    struct store_key key = key_of("function", "demo", name);
    char id[DIGEST_HEX_BYTES];

    digest_hex(DIGEST_SHA256, str_of(bytes), id);
    struct store_value value = {.document = STR("{\"runtime\":\"python3\"}"), .blob = str_of(id)};

    store_put_blob(batch, str_of(id), strdup(bytes), strlen(bytes));
    store_put(batch, &key, &value);
    commit_and_wait(&f, batch);
}

static struct outcome save(const char *folder)
{
    struct outcome outcome = {.loop = f.loop};

    store_snapshot_save(f.store, folder, outcome_done, &outcome);
    loop_run(f.loop);
    ck_assert(outcome.done);
    return outcome;
}

static struct outcome load(const char *folder)
{
    struct outcome outcome = {.loop = f.loop};

    store_snapshot_load(f.store, folder, outcome_done, &outcome);
    loop_run(f.loop);
    ck_assert(outcome.done);
    return outcome;
}

START_TEST(test_snapshot_round_trip_changes_nothing)
{
    struct buf text = {0};
    struct error err = {0};

    put_and_wait(&f, "demo", "hello", "{\"timeout\":3}");
    put_code("coded", "zip bytes");
    ck_assert(!save(first).failed);
    put_and_wait(&f, "demo", "later", "{}");
    ck_assert(!load(first).failed);
    ck_assert_ptr_null(find(&f, "demo", "later"));
    ck_assert_str_eq(find(&f, "demo", "hello")->document.ptr, "{\"timeout\":3}");
    ck_assert_uint_eq(find(&f, "demo", "hello")->created_ms, 1000);
    ck_assert(!save(second).failed);
    ck_assert_msg(store_snapshot_diff(first, second, &text, &err) == 0, "%s%s", err.text,
                  buf_text(&text));
    buf_done(&text);
    fixture_reopen(&f);
    ck_assert_uint_eq(store_stats(f.store).rows, 2);
    ck_assert_uint_eq(store_stats(f.store).blobs, 1);
}
END_TEST

START_TEST(test_snapshot_diff_names_what_changed)
{
    struct buf text = {0};
    struct error err = {0};

    put_and_wait(&f, "demo", "changed", "{\"timeout\":3,\"memorySize\":128}");
    put_and_wait(&f, "demo", "gone", "{}");
    put_code("code", "one");
    ck_assert(!save(first).failed);
    put_and_wait(&f, "demo", "changed", "{\"timeout\":4,\"memorySize\":128,\"cpu\":1}");
    put_and_wait(&f, "demo", "new", "{}");
    put_code("code", "two");
    struct store_batch *batch = store_begin(f.store);
    struct store_key gone = key_of("function", "demo", "gone");

    store_remove(batch, &gone);
    commit_and_wait(&f, batch);
    ck_assert(!save(second).failed);
    ck_assert_int_eq(store_snapshot_diff(first, second, &text, &err), 1);
    ck_assert_str_eq(buf_text(&text), "~ function 1/cn/demo/changed: timeout, cpu\n"
                                      "~ function 1/cn/demo/code: code\n"
                                      "- function 1/cn/demo/gone\n"
                                      "+ function 1/cn/demo/new\n");
    buf_done(&text);
}
END_TEST

START_TEST(test_snapshot_that_was_tampered_with_changes_nothing)
{
    char command[400];

    put_code("x", "good");
    ck_assert(!save(first).failed);
    snprintf(command, sizeof(command), "for f in %s/code/*; do printf bad > $f; done", first);
    ck_assert_int_eq(system(command), 0);
    put_and_wait(&f, "demo", "later", "{}");
    struct outcome outcome = load(first);

    ck_assert(outcome.failed);
    ck_assert_ptr_nonnull(strstr(outcome.error.text, "was changed"));
    ck_assert_ptr_nonnull(find(&f, "demo", "later"));
}
END_TEST

START_TEST(test_snapshot_save_never_overwrites)
{
    ck_assert(!save(first).failed);
    ck_assert(save(first).failed);
}
END_TEST

START_TEST(test_snapshot_load_of_nothing_says_so)
{
    struct outcome outcome = load(first);

    ck_assert(outcome.failed);
    ck_assert_ptr_nonnull(strstr(outcome.error.text, "resources.json"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store/snapshot");
    TCase *tc = tcase_create("snapshot");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_snapshot_round_trip_changes_nothing);
    tcase_add_test(tc, test_snapshot_diff_names_what_changed);
    tcase_add_test(tc, test_snapshot_that_was_tampered_with_changes_nothing);
    tcase_add_test(tc, test_snapshot_save_never_overwrites);
    tcase_add_test(tc, test_snapshot_load_of_nothing_says_so);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
