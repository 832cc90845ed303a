#include "journal/slab.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../suite.h"

enum { SLOT_BYTES = 256 << 10, SLOTS = SLAB_BYTES / SLOT_BYTES };

START_TEST(test_slab_gives_each_slot_to_one)
{
    struct slab *slab = slab_new(SLOT_BYTES);
    char *slots[SLOTS];

    ck_assert_ptr_nonnull(slab);
    for (int i = 0; i < SLOTS; i++) {
        slots[i] = slab_take(slab);
        ck_assert_ptr_nonnull(slots[i]);
        memset(slots[i], i + 1, SLOT_BYTES);
    }
    for (int i = 0; i < SLOTS; i++)
        ck_assert(slots[i][0] == i + 1 && slots[i][SLOT_BYTES - 1] == i + 1);
    ck_assert_ptr_null(slab_take(slab));
    slab_give_back(slab, slots[3]);
    ck_assert_ptr_eq(slab_take(slab), slots[3]);
    for (int i = 0; i < SLOTS; i++)
        slab_give_back(slab, slots[i]);
    slab_unref(slab);
}
END_TEST

static bool is_mapped(const char *bytes)
{
    unsigned char there;

    return mincore((void *)(uintptr_t)bytes, (size_t)sysconf(_SC_PAGESIZE), &there) == 0;
}

START_TEST(test_slab_goes_with_the_last_who_holds_it)
{
    struct slab *slab = slab_new(SLOT_BYTES);
    char *first = slab_take(slab);
    char *second = slab_take(slab);

    ck_assert_uint_eq((uintptr_t)first % SLAB_BYTES, 0);
    *second = 'x';
    slab_unref(slab);
    slab_give_back(slab, first);
    ck_assert(is_mapped(second) && *second == 'x');
    slab_give_back(slab, second);
    ck_assert(!is_mapped(second));
    slab_unref(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/slab");
    TCase *tc = tcase_create("slots");

    tcase_add_test(tc, test_slab_gives_each_slot_to_one);
    tcase_add_test(tc, test_slab_goes_with_the_last_who_holds_it);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
