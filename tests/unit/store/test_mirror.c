#include "../suite.h"
#include "store/mirror.h"

static struct mirror mirror;

static void put(const char *parent, const char *name)
{
    struct store_key key = {STR("1"),       STR("cn"), STR("version"),
                            str_of(parent), STR(""),   str_of(name)};
    struct store_row row = {.document = STR("{}")};

    mirror_put(&mirror, &key, &row);
}

static void setup(void)
{
    mirror = (struct mirror){0};
}

static void teardown(void)
{
    mirror_done(&mirror);
}

START_TEST(test_mirror_orders_numbers_by_value_and_names_by_bytes)
{
    static const char *const names[] = {"b", "10", "a", "9", "B", "1a", "2"};
    static const char *const want[] = {"2", "9", "10", "1a", "B", "a", "b"};
    struct store_key key = {STR("1"), STR("cn"), STR("version"), STR("p"), STR(""), STR("")};

    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        put("p", names[i]);
    const struct collection *in = mirror_collection(&mirror, &key);

    ck_assert_uint_eq(in->count, N_ELEMENTS(want));
    for (size_t i = 0; i < N_ELEMENTS(want); i++)
        ck_assert_str_eq(in->rows[i]->key.name.ptr, want[i]);
    ck_assert_uint_eq(mirror_seek(in, STR("3")), 1);
    ck_assert_uint_eq(mirror_seek(in, STR("aa")), 6);
    ck_assert_uint_eq(mirror_seek(in, STR("c")), 7);
}
END_TEST

START_TEST(test_mirror_keeps_parents_apart)
{
    struct store_key key = {STR("1"), STR("cn"), STR("version"), STR("p"), STR(""), STR("x")};

    put("p", "x");
    put("pp", "x");
    ck_assert(mirror_remove(&mirror, &key));
    ck_assert(!mirror_remove(&mirror, &key));
    ck_assert_ptr_null(mirror_find(&mirror, &key));
    key.parent = STR("pp");
    ck_assert_ptr_nonnull(mirror_find(&mirror, &key));
    ck_assert_uint_eq(mirror.rows, 1);
}
END_TEST

/* Collections that were asked for lately are at hand: each still only under its own key. */
START_TEST(test_mirror_tells_collections_apart_and_forgets_those_that_are_gone)
{
    static const struct store_key keys[] = {
        {STR_INIT("1"), STR_INIT("cn"), STR_INIT("version"),  STR_INIT("p"), STR_INIT(""),
         STR_INIT("x")},
        {STR_INIT("2"), STR_INIT("cn"), STR_INIT("version"),  STR_INIT("p"), STR_INIT(""),
         STR_INIT("x")},
        {STR_INIT("1"), STR_INIT("us"), STR_INIT("version"),  STR_INIT("p"), STR_INIT(""),
         STR_INIT("x")},
        {STR_INIT("1"), STR_INIT("cn"), STR_INIT("function"), STR_INIT("p"), STR_INIT(""),
         STR_INIT("x")},
        {STR_INIT("1"), STR_INIT("cn"), STR_INIT("version"),  STR_INIT("q"), STR_INIT(""),
         STR_INIT("x")},
        {STR_INIT("1"), STR_INIT("cn"), STR_INIT("version"),  STR_INIT("p"), STR_INIT("7"),
         STR_INIT("x")},
    };
    struct store_row row = {.document = STR("{}")};

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
            ck_assert_ptr_null(mirror_find(&mirror, &keys[i]));
            ck_assert_ptr_nonnull(mirror_put(&mirror, &keys[i], &row));
            ck_assert_ptr_nonnull(mirror_find(&mirror, &keys[i]));
        }
        for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
            ck_assert_ptr_nonnull(mirror_find(&mirror, &keys[i]));
            ck_assert(mirror_remove(&mirror, &keys[i]));
            ck_assert_ptr_null(mirror_find(&mirror, &keys[i]));
        }
    }
}
END_TEST

START_TEST(test_mirror_replaces_under_its_own_key)
{
    struct store_key key = {STR("1"), STR("cn"), STR("version"), STR("p"), STR(""), STR("x")};
    struct store_row row = {.document = STR("{\"n\":2}")};

    put("p", "x");
    mirror_put(&mirror, &mirror_find(&mirror, &key)->key, &row);
    ck_assert_str_eq(mirror_find(&mirror, &key)->document.ptr, "{\"n\":2}");
    ck_assert_uint_eq(mirror.rows, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store/mirror");
    TCase *tc = tcase_create("mirror");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_mirror_orders_numbers_by_value_and_names_by_bytes);
    tcase_add_test(tc, test_mirror_keeps_parents_apart);
    tcase_add_test(tc, test_mirror_tells_collections_apart_and_forgets_those_that_are_gone);
    tcase_add_test(tc, test_mirror_replaces_under_its_own_key);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
