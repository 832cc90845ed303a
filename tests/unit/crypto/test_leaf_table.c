#include <stdio.h>

#include "../suite.h"
#include "base/mem.h"
#include "crypto/internal.h"

enum { GRACE_NS = 100 };

static struct leaf_table table;

static void setup(void)
{
    table = (struct leaf_table){.max = 2, .retired_max = 2, .grace_ns = GRACE_NS};
}

static void teardown(void)
{
    leaf_table_done(&table);
}

static struct leaf *add(const char *key, uint64_t now_ns)
{
    struct leaf *leaf = mem_alloc(sizeof(*leaf));

    snprintf(leaf->key, sizeof(leaf->key), "%s", key);
    leaf_table_add(&table, leaf, now_ns);
    return leaf;
}

START_TEST(test_leaf_table_forgets_the_least_recently_used)
{
    struct leaf *a = add("a", 0);

    add("b", 0);
    ck_assert_ptr_eq(leaf_table_find(&table, "a"), a);
    add("c", 0);
    ck_assert_ptr_eq(leaf_table_find(&table, "a"), a);
    ck_assert_ptr_null(leaf_table_find(&table, "b"));
    ck_assert_ptr_nonnull(leaf_table_find(&table, "c"));
}
END_TEST

START_TEST(test_leaf_table_keeps_a_retired_leaf_for_its_grace)
{
    struct leaf *a = add("a", 0);

    add("b", 0);
    add("c", 1000);
    ck_assert(leaf_table_has_room(&table, 1000 + GRACE_NS - 1));
    ck_assert_uint_eq(table.retired_count, 1);
    ck_assert_str_eq(a->key,
                     "a"); /* a read of freed memory under the address sanitizer otherwise */
    ck_assert(leaf_table_has_room(&table, 1000 + GRACE_NS));
    ck_assert_uint_eq(table.retired_count, 0);
}
END_TEST

START_TEST(test_leaf_table_is_full_until_grace_ends)
{
    static const char *const keys[] = {"a", "b", "c", "d"};

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        ck_assert(leaf_table_has_room(&table, 5));
        add(keys[i], 5);
    }
    ck_assert(!leaf_table_has_room(&table, 5));
    ck_assert(leaf_table_has_room(&table, 5 + GRACE_NS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/leaf_table");
    TCase *tc = tcase_create("table");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_leaf_table_forgets_the_least_recently_used);
    tcase_add_test(tc, test_leaf_table_keeps_a_retired_leaf_for_its_grace);
    tcase_add_test(tc, test_leaf_table_is_full_until_grace_ends);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
