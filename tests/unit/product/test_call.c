#include "product/call.h"

#include <sqlite3.h>

#include "../suite.h"
#include "base/mem.h"
#include "loop/loop.h"

/* A call of a product that does nothing but count how it ends. */
struct call {
    struct product_call base;
    int number;
};

static struct {
    struct loop *loop;
    struct store *store;
    char folder[256];
    int answered, failed, freed; /* how often */
} f;

static void write_failed(struct product_call *call, const struct error *err)
{
    ck_assert_str_ne(err->text, "");
    ck_assert_int_eq(((struct call *)call)->number, 7);
    f.failed++;
}

static void answer(struct product_call *call)
{
    ck_assert_int_eq(((struct call *)call)->number, 7);
    f.answered++;
}

static void free_call(struct product_call *call)
{
    mem_free(call);
    f.freed++;
    loop_stop(f.loop);
}

static const struct product_end end = {write_failed, answer, free_call};

static void setup(void)
{
    const struct store_settings settings = {.data_dir = f.folder};
    struct error err;

    memset(&f, 0, sizeof(f));
    scratch_folder(f.folder, "call");
    ck_assert_int_eq(loop_new(&f.loop, &err), 0);
    ck_assert_int_eq(store_open(f.loop, &settings, &f.store, &err), 0);
}

static void teardown(void)
{
    OWN(mem_free) char *command = mem_printf("rm -r '%s'", f.folder);

    store_close(f.store);
    loop_free(f.loop);
    ck_assert_int_eq(system(command), 0);
}

static struct product_call *begin(void)
{
    struct call *call = mem_alloc(sizeof(*call));

    call->base.end = &end;
    call->number = 7;
    return &call->base;
}

static const struct store_key key = {
    .account = STR_INIT("1"),
    .region = STR_INIT("r"),
    .kind = STR_INIT("thing"),
    .parent = STR_INIT(""),
    .version = STR_INIT(""),
    .name = STR_INIT("a"),
};

static void write_row(struct product_call *call)
{
    OWN(json_free) cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "a", "b");
    row_put(product_batch(call, f.store), &key, document, (struct store_value){.created_ms = 1});
}

START_TEST(test_call_without_a_write_is_over_at_once)
{
    ck_assert(product_returned(begin()));
    ck_assert_int_eq(f.answered, 1);
    ck_assert_int_eq(f.freed, 1);
}
END_TEST

START_TEST(test_call_that_wrote_is_answered_when_it_is_on_disk)
{
    struct product_call *call = begin();

    write_row(call);
    ck_assert_ptr_eq(product_batch(call, f.store), call->batch);
    ck_assert(!product_returned(call));
    ck_assert_int_eq(f.answered, 0);
    loop_run(f.loop);
    ck_assert_int_eq(f.answered, 1);
    ck_assert_int_eq(f.failed, 0);
    ck_assert_int_eq(f.freed, 1);
    OWN(json_free) cJSON *document = row_document(store_find(f.store, &key));

    ck_assert(str_eq(json_get_str(document, "a"), STR("b")));
}
END_TEST

START_TEST(test_call_that_parked_waits_for_its_handler)
{
    struct product_call *call = begin();

    call->parked = true;
    ck_assert(!product_returned(call));
    ck_assert_int_eq(f.freed, 0);
    product_finish(call);
    ck_assert_int_eq(f.answered, 1);
    ck_assert_int_eq(f.freed, 1);
}
END_TEST

START_TEST(test_call_whose_client_left_is_done_and_not_answered)
{
    struct product_call *call = begin();

    write_row(call);
    ck_assert(!product_returned(call));
    product_cancel(call);
    product_cancel(NULL);
    loop_run(f.loop);
    ck_assert_int_eq(f.answered, 0);
    ck_assert_int_eq(f.freed, 1);
    ck_assert_ptr_nonnull(store_find(f.store, &key));
}
END_TEST

START_TEST(test_call_whose_write_failed_says_so)
{
    struct product_call *call = begin();
    OWN(mem_free) char *path = mem_printf("%s/fcemu.db", f.folder);
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TRIGGER no BEFORE INSERT ON resource BEGIN SELECT "
                                  "RAISE(ABORT, 'disk says no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    write_row(call);
    ck_assert(!product_returned(call));
    loop_run(f.loop);
    ck_assert_int_eq(f.failed, 1);
    ck_assert_int_eq(f.answered, 1);
    ck_assert_int_eq(f.freed, 1);
    sqlite3_close(db);
}
END_TEST

START_TEST(test_row_that_is_no_json_is_an_empty_document)
{
    const struct store_row row = {.document = STR("{")};
    OWN(json_free) cJSON *document = row_document(&row);

    ck_assert(cJSON_IsObject(document));
    ck_assert_ptr_null(document->child);
}
END_TEST

static const struct {
    const char *document, *want; /* NULL = none */
} members[] = {
    {"{\"a\":1,\"b\":{\"c\":2}}", "1" },
    {"{\"b\":{\"a\":2}}",         NULL}, /* of another */
    {"{\"b\":\"\\\"a\\\"\"}",     NULL}, /* in a text */
    {"{\"A\":1}",                 NULL},
    {"{\"a\":",                   NULL},
    {"",                          NULL},
};

START_TEST(test_member_of_a_row)
{
    const struct store_row row = {.document = str_of(members[_i].document)};
    OWN(json_free) cJSON *member = row_member(&row, "a");

    ck_assert_msg(!member == !members[_i].want, "%s", members[_i].document);
    if (member)
        ck_assert_int_eq(member->valueint, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/call");
    TCase *tc = tcase_create("call");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_call_without_a_write_is_over_at_once);
    tcase_add_test(tc, test_call_that_wrote_is_answered_when_it_is_on_disk);
    tcase_add_test(tc, test_call_that_parked_waits_for_its_handler);
    tcase_add_test(tc, test_call_whose_client_left_is_done_and_not_answered);
    tcase_add_test(tc, test_call_whose_write_failed_says_so);
    tcase_add_test(tc, test_row_that_is_no_json_is_an_empty_document);
    tcase_add_loop_test(tc, test_member_of_a_row, 0, N_ELEMENTS(members));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
