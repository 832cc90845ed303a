#include "base/hash.h"

#include <stdlib.h>

#include "base/buf.h"

#include "../suite.h"

enum { TEXTS = 200000, BUCKETS = 1024 };

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static void check_distinct(uint64_t *hashes)
{
    size_t twice = 0;

    qsort(hashes, TEXTS, sizeof(*hashes), compare);
    for (size_t i = 1; i < TEXTS; i++)
        twice += hashes[i] == hashes[i - 1];
    ck_assert_uint_eq(twice, 0); /* once: Check writes each assertion to a pipe */
}

static const char *const forms[][2] = {
    {"",                                      ""                            },
    {"f",                                     ""                            },
    {"/2016-08-15/services/demo/functions/f", "/invocations"                },
    {"",                                      ".cn-shanghai.fc.aliyuncs.com"},
};

/* Names and paths differ in few bytes, often in the last ones. */
START_TEST(test_similar_texts_are_told_apart_and_spread)
{
    static uint64_t hashes[TEXTS];
    static size_t buckets[BUCKETS];

    for (int i = 0; i < TEXTS; i++) {
        OWN(buf_done) struct buf text = {0};

        buf_puts(&text, forms[_i][0]);
        buf_add_uint(&text, (uint64_t)i);
        buf_puts(&text, forms[_i][1]);
        hashes[i] = hash_bytes(0, text.ptr, text.len);
        buckets[hashes[i] % BUCKETS]++;
    }
    for (size_t i = 0; i < BUCKETS; i++) { /* five sigma around 195 */
        ck_assert_uint_gt(buckets[i], 195 - 70);
        ck_assert_uint_lt(buckets[i], 195 + 70);
    }
    check_distinct(hashes);
}
END_TEST

START_TEST(test_every_length_and_every_byte_counts)
{
    unsigned char bytes[40] = {0};
    uint64_t seen[41 + 40];
    size_t count = 0;

    for (size_t len = 0; len <= sizeof(bytes); len++)
        seen[count++] = hash_bytes(0, bytes, len);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        seen[count++] = hash_bytes(0, bytes, sizeof(bytes));
        bytes[i] = 0;
    }
    qsort(seen, count, sizeof(*seen), compare);
    for (size_t i = 1; i < count; i++)
        ck_assert_uint_ne(seen[i], seen[i - 1]);
}
END_TEST

START_TEST(test_parts_are_not_their_concatenation)
{
    ck_assert_uint_ne(hash_bytes(hash_bytes(0, "ab", 2), "c", 1),
                      hash_bytes(hash_bytes(0, "a", 1), "bc", 2));
    ck_assert_uint_eq(hash_bytes(0, NULL, 0), hash_bytes(0, "", 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/hash");
    TCase *tc = tcase_create("hash");

    tcase_add_loop_test(tc, test_similar_texts_are_told_apart_and_spread, 0,
                        (int)N_ELEMENTS(forms));
    tcase_add_test(tc, test_every_length_and_every_byte_counts);
    tcase_add_test(tc, test_parts_are_not_their_concatenation);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
