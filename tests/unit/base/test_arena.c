#include "base/arena.h"

#include <stdint.h>

#include "../suite.h"

START_TEST(test_arena_memory_is_zeroed_and_aligned)
{
    OWN(arena_free) struct arena *arena = arena_new();

    for (size_t size = 0; size < 200; size += 7) {
        unsigned char *p = arena_alloc(arena, size);

        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_int_eq(p[i], 0);
        memset(p, 0xFF, size);
    }
}
END_TEST

START_TEST(test_arena_reset_gives_zeroed_memory_again_and_keeps_one_block)
{
    OWN(arena_free) struct arena *arena = arena_new();
    size_t empty = arena_size(arena);

    memset(arena_alloc(arena, 64), 0xFF, 64);
    memset(arena_alloc(arena, 100000), 0xFF, 100000);
    ck_assert_uint_ge(arena_size(arena), empty + 100000);
    arena_reset(arena);
    ck_assert_uint_eq(arena_size(arena), empty);

    const unsigned char *p = arena_alloc(arena, 64);

    for (size_t i = 0; i < 64; i++)
        ck_assert_int_eq(p[i], 0);
}
END_TEST

START_TEST(test_arena_large_pieces_do_not_overlap)
{
    OWN(arena_free) struct arena *arena = arena_new();
    unsigned char *pieces[64];

    for (size_t i = 0; i < N_ELEMENTS(pieces); i++) {
        pieces[i] = arena_alloc(arena, 5000);
        memset(pieces[i], (int)i, 5000);
    }
    for (size_t i = 0; i < N_ELEMENTS(pieces); i++) {
        ck_assert_int_eq(pieces[i][0], (int)i);
        ck_assert_int_eq(pieces[i][4999], (int)i);
    }
}
END_TEST

START_TEST(test_arena_concat_puts_parts_behind_each_other)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str text = ARENA_CONCAT(arena, STR("ab"), STR_NONE, STR(""), STR("c"));

    ck_assert(str_eq(text, STR("abc")));
    ck_assert_int_eq(text.ptr[3], '\0');
    ck_assert_uint_eq(arena_concat(arena, NULL, 0).len, 0);
    ck_assert_str_eq(arena_concat(arena, NULL, 0).ptr, "");
}
END_TEST

START_TEST(test_arena_strings_are_copies_with_a_terminator)
{
    OWN(arena_free) struct arena *arena = arena_new();
    char source[] = "abc";
    struct str copy = arena_str(arena, (struct str){source, 2});

    source[0] = 'x';
    ck_assert_str_eq(copy.ptr, "ab");
    ck_assert_uint_eq(copy.len, 2);
    ck_assert(!str_is_set(arena_str(arena, STR_NONE)));
    ck_assert(str_is_set(arena_str(arena, STR(""))));
    ck_assert_str_eq(arena_dup(arena, STR_NONE), "");
    ck_assert_str_eq(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    ck_assert(str_eq(arena_strf(arena, "%05d", 42), STR("00042")));
}
END_TEST

static int order[3];
static size_t ended;

static void note_end(void *arg)
{
    order[ended++] = *(int *)arg;
}

START_TEST(test_arena_printed_texts_cross_the_end_of_a_block)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *texts[300];

    for (int i = 0; i < 300; i++)
        texts[i] = arena_printf(arena, "%0*d", i + 1, i);
    for (int i = 0; i < 300; i++) {
        ck_assert_uint_eq(strlen(texts[i]), (size_t)i + 1);
        ck_assert_int_eq(strtol(texts[i], NULL, 10), i);
    }
}
END_TEST

/* Blocks grow with the arena, to whatever size: a text at the very end of one leads into the next.
 */
START_TEST(test_arena_printed_texts_stay_within_blocks_of_any_size)
{
    enum { STEP = 16, TEXTS = 20000 };
    struct arena *arena = arena_new();

    arena_alloc(arena, (size_t)(70000 + STEP * _i));
    for (int i = 0; i < TEXTS; i++)
        ck_assert_str_eq(arena_printf(arena, "%c", 'x'), "x");
    ck_assert_uint_ge(arena_size(arena), (size_t)TEXTS * STEP + 70000);
    arena_free(arena);
}
END_TEST

START_TEST(test_arena_clean_ups_run_last_one_first_and_once)
{
    static int numbers[] = {1, 2, 3};
    struct arena *arena = arena_new();

    ended = 0;
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
        arena_on_end(arena, note_end, &numbers[i]);
    arena_reset(arena);
    ck_assert_uint_eq(ended, 3);
    ck_assert_int_eq(order[0], 3);
    ck_assert_int_eq(order[2], 1);
    arena_free(arena);
    ck_assert_uint_eq(ended, 3);
    arena_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/arena");
    TCase *tc = tcase_create("arena");

    tcase_add_test(tc, test_arena_memory_is_zeroed_and_aligned);
    tcase_add_test(tc, test_arena_reset_gives_zeroed_memory_again_and_keeps_one_block);
    tcase_add_test(tc, test_arena_large_pieces_do_not_overlap);
    tcase_add_test(tc, test_arena_concat_puts_parts_behind_each_other);
    tcase_add_test(tc, test_arena_strings_are_copies_with_a_terminator);
    tcase_add_test(tc, test_arena_printed_texts_cross_the_end_of_a_block);
    tcase_add_loop_test(tc, test_arena_printed_texts_stay_within_blocks_of_any_size, 0, 8);
    tcase_add_test(tc, test_arena_clean_ups_run_last_one_first_and_once);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
