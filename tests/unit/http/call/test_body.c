#include "http/call/body.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../suite.h"

enum { PART = 1000, PARTS = 700, ABOVE = 300000 };

static struct body_pool pool;

/* A body of many parts, told apart by position. */
static void fill(struct body *body, size_t parts)
{
    char part[PART];
    struct error err;

    for (size_t i = 0; i < parts; i++) {
        memset(part, 'a' + (int)(i % 26), sizeof(part));
        ck_assert_int_eq(body_add(body, (struct str){part, sizeof(part)}, &err), 0);
    }
}

static void check(struct str whole, size_t parts)
{
    ck_assert_uint_eq(whole.len, parts * PART);
    for (size_t i = 0; i < parts; i++) {
        char part[PART];

        memset(part, 'a' + (int)(i % 26), sizeof(part));
        ck_assert_mem_eq(whole.ptr + i * PART, part, PART);
    }
}

static const struct {
    uint64_t expected;
    size_t parts;
    bool spooled;
} cases[] = {
    {0,            0,     false}, /* chunked and empty */
    {0,            200,   false},
    {200 * PART,   200,   false},
    {0,            PARTS, true },
    {PARTS * PART, PARTS, true },
};

START_TEST(test_body_is_whole_wherever_it_is_kept)
{
    struct body body;
    struct error err;
    struct str whole;

    ck_assert_int_eq(body_begin(&body, &pool, cases[_i].expected, ABOVE, "/tmp", &err), 0);
    fill(&body, cases[_i].parts);
    ck_assert_int_eq(body_end(&body, &whole, &err), 0);
    ck_assert(str_is_set(whole));
    check(whole, cases[_i].parts);
    ck_assert_int_eq(body.spooled, cases[_i].spooled);
    body_done(&body, &pool);
    body_done(&body, &pool);
    body_pool_done(&pool);
}
END_TEST

START_TEST(test_large_buffers_are_used_again)
{
    struct body body;
    struct error err;
    char *before;

    ck_assert_int_eq(body_begin(&body, &pool, 200000, ABOVE, "/tmp", &err), 0);
    before = body.ptr;
    body_done(&body, &pool);
    ck_assert_int_eq(body_begin(&body, &pool, 150000, ABOVE, "/tmp", &err), 0);
    ck_assert_ptr_eq(body.ptr, before);
    body_done(&body, &pool);
    body_pool_done(&pool);
}
END_TEST

START_TEST(test_large_bodies_share_a_bound)
{
    enum { ONE = 8 << 20, FIT = BODIES_HELD_MAX_BYTES / ONE };
    struct body bodies[FIT + 1];
    struct body small;
    struct error err;

    for (int i = 0; i <= FIT; i++)
        ck_assert_int_eq(body_begin(&bodies[i], &pool, ONE, ONE, "/tmp", &err), 0);
    ck_assert_int_eq(body_begin(&small, &pool, 1000, ONE, "/tmp", &err), 0);
    ck_assert(!bodies[FIT - 1].spooled && bodies[FIT].spooled && !small.spooled);
    body_done(&small, &pool);
    for (int i = 0; i <= FIT; i++)
        body_done(&bodies[i], &pool);
    ck_assert_uint_eq(pool.held_bytes, 0);
    ck_assert_int_eq(body_begin(&small, &pool, ONE, ONE, "/tmp", &err), 0);
    ck_assert(!small.spooled);
    body_done(&small, &pool);
    body_pool_done(&pool);
}
END_TEST

/* Of the mapping at @at, as the kernel counts it. */
static size_t resident_kib(const void *at)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[512];
    char begins[32];
    size_t kib = 0;
    bool here = false;

    ck_assert_ptr_nonnull(maps);
    snprintf(begins, sizeof(begins), "%zx-", (size_t)at);
    while (fgets(line, sizeof(line), maps)) {
        if (strncmp(line, begins, strlen(begins)) == 0)
            here = true;
        if (here && strncmp(line, "Rss:", 4) == 0) {
            kib = strtoul(line + 4, NULL, 10);
            break;
        }
    }
    fclose(maps);
    return kib;
}

START_TEST(test_a_body_in_a_file_rests)
{
    struct body body;
    struct error err;
    struct str whole;

    ck_assert_int_eq(body_begin(&body, &pool, PARTS * PART, ABOVE, "/tmp", &err), 0);
    fill(&body, PARTS);
    ck_assert_int_eq(body_end(&body, &whole, &err), 0);
    check(whole, PARTS);
    ck_assert_uint_gt(resident_kib(whole.ptr), 0);
    body_rest(&body);
    ck_assert_uint_eq(resident_kib(whole.ptr), 0);
    check(whole, PARTS);
    body_done(&body, &pool);
    body_rest(&body);
}
END_TEST

START_TEST(test_a_body_in_memory_stays)
{
    struct body body;
    struct error err;
    struct str whole;

    ck_assert_int_eq(body_begin(&body, &pool, 200 * PART, ABOVE, "/tmp", &err), 0);
    fill(&body, 200);
    ck_assert_int_eq(body_end(&body, &whole, &err), 0);
    body_rest(&body);
    check(whole, 200);
    body_done(&body, &pool);
    body_pool_done(&pool);
}
END_TEST

START_TEST(test_missing_spool_folder_is_an_error)
{
    struct body body;
    struct error err = {0};

    ck_assert_int_lt(body_begin(&body, &pool, ABOVE + 1, ABOVE, "/nonexistent", &err), 0);
    ck_assert_int_eq(err.kind, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent"));
    body_done(&body, &pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/body");
    TCase *tc = tcase_create("body");

    tcase_add_loop_test(tc, test_body_is_whole_wherever_it_is_kept, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_large_buffers_are_used_again);
    tcase_add_test(tc, test_large_bodies_share_a_bound);
    tcase_add_test(tc, test_a_body_in_a_file_rests);
    tcase_add_test(tc, test_a_body_in_memory_stays);
    tcase_add_test(tc, test_missing_spool_folder_is_an_error);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
