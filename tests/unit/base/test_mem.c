#include "base/mem.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "../suite.h"

START_TEST(test_mem_alloc_is_zeroed_even_for_nothing)
{
    unsigned char *p = mem_alloc_array(100, 3);

    for (size_t i = 0; i < 300; i++)
        ck_assert_int_eq(p[i], 0);
    mem_free(p);
    p = mem_alloc(0);
    ck_assert_ptr_nonnull(p);
    mem_free(p);
    mem_free(NULL);
}
END_TEST

START_TEST(test_mem_grow_keeps_what_was_there)
{
    char *p = mem_dup("abc");

    p = mem_grow(p, 1000, 2);
    ck_assert_str_eq(p, "abc");
    mem_free(p);
}
END_TEST

START_TEST(test_mem_texts_are_terminated)
{
    OWN(mem_free) char *part = mem_dup_len("abcdef", 3);
    OWN(mem_free) char *none = mem_dup_len(NULL, 0);
    OWN(mem_free) char *made = mem_printf("%s-%d", part, 7);

    ck_assert_str_eq(part, "abc");
    ck_assert_str_eq(none, "");
    ck_assert_str_eq(made, "abc-7");
}
END_TEST

/* The compiler must not see that the sizes are absurd. */
static volatile size_t absurd = SIZE_MAX / 2;

START_TEST(test_mem_overflowing_array_ends_the_process)
{
    mem_free(mem_alloc_array(absurd, 8));
}
END_TEST

START_TEST(test_mem_overflowing_growth_ends_the_process)
{
    mem_free(mem_grow(NULL, absurd, 8));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/mem");
    TCase *tc = tcase_create("mem");

    tcase_add_test(tc, test_mem_alloc_is_zeroed_even_for_nothing);
    tcase_add_test(tc, test_mem_grow_keeps_what_was_there);
    tcase_add_test(tc, test_mem_texts_are_terminated);
    tcase_add_test_raise_signal(tc, test_mem_overflowing_array_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tc, test_mem_overflowing_growth_ends_the_process, SIGABRT);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
