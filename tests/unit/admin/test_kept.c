#include "admin/kept.h"

#include "../suite.h"
#include "base/mem.h"

static char piece[KEPT_BYTES_MAX / 4 + 1];

static void add(struct kept *kept, uint64_t from, uint64_t to, size_t len)
{
    for (uint64_t n = from; n <= to; n++)
        kept_add(kept, n, "call", (struct str){piece, len});
}

START_TEST(test_kept_is_bounded_in_events)
{
    struct kept kept = {0};

    ck_assert_uint_eq(kept_oldest(&kept, 7), 7);
    ck_assert_ptr_null(kept_find(&kept, 0));
    add(&kept, 5, KEPT_EVENTS_MAX + 10, 3);
    ck_assert_uint_eq(kept.count, KEPT_EVENTS_MAX);
    ck_assert_uint_eq(kept.bytes, 3 * KEPT_EVENTS_MAX);
    ck_assert_uint_eq(kept_oldest(&kept, 7), 11);
    ck_assert_ptr_null(kept_find(&kept, 10));
    ck_assert_uint_eq(kept_find(&kept, 11)->number, 11);
    ck_assert_uint_eq(kept_find(&kept, KEPT_EVENTS_MAX + 10)->number, KEPT_EVENTS_MAX + 10);
    ck_assert_ptr_null(kept_find(&kept, KEPT_EVENTS_MAX + 11));
    kept_clear(&kept);
    ck_assert_uint_eq(kept.bytes, 0);
}
END_TEST

START_TEST(test_kept_is_bounded_in_bytes)
{
    struct kept kept = {0};

    add(&kept, 1, 4, sizeof(piece));
    ck_assert_uint_eq(kept_oldest(&kept, 0), 2);
    add(&kept, 5, 5, KEPT_BYTES_MAX - 3 * sizeof(piece));
    ck_assert_uint_eq(kept_oldest(&kept, 0), 2);
    add(&kept, 6, 6, 1);
    ck_assert_uint_eq(kept_oldest(&kept, 0), 3);
    kept_clear(&kept);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/kept");
    TCase *tc = tcase_create("kept");

    tcase_add_test(tc, test_kept_is_bounded_in_events);
    tcase_add_test(tc, test_kept_is_bounded_in_bytes);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
