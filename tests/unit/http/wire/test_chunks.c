#include "http/wire/chunks.h"

#include "../../suite.h"

enum { MAX = 0xffff };

static const struct {
    const char *bytes;
    bool fits;
    enum chunks_at at;
    uint64_t left;
} cases[] = {
    {"",                                   true,  CHUNKS_SIZE, 0     },
    {"1f",                                 true,  CHUNKS_SIZE, 0x1f  },
    {"FfFf\r\n",                           true,  CHUNKS_DATA, 0xffff},
    {"10000",                              false, CHUNKS_SIZE, 0     },
    {"7fffffffffffffff",                   false, CHUNKS_SIZE, 0     },
    {"0000000000000000000000001;a=ffffff", true,  CHUNKS_LINE, 1     },
    {"1;a=ffffff\nx",                      true,  CHUNKS_GAP,  0     },
    {"3\r\nabc",                           true,  CHUNKS_GAP,  0     },
    {"3\r\nab",                            true,  CHUNKS_DATA, 1     },
    {"3\r\nab1\r\n",                       true,  CHUNKS_SIZE, 0     },
    {"3\r\nab1\r\n2",                      true,  CHUNKS_SIZE, 2     },
    {"3\r\nab1\r\n10000",                  false, CHUNKS_SIZE, 0     },
    {"3\r\n100001\r\n2\r\n",               true,  CHUNKS_DATA, 2     },
    {"1\r\na\r\n0\r\n\r\n",                true,  CHUNKS_OVER, 0     },
    {"1\r\na\r\n0\r\nffffffff: 1\r\n\r\n", true,  CHUNKS_OVER, 0     },
    {"\r\n10000",                          true,  CHUNKS_OVER, 0     },
    {"zz\r\n10000",                        true,  CHUNKS_OVER, 0     },
};

/* In any two pieces, and byte by byte, as at once. */
START_TEST(test_chunks_are_followed)
{
    struct str bytes = str_of(cases[_i].bytes);

    for (size_t cut = 0; cut <= bytes.len; cut++) {
        struct chunks chunks = {0};
        bool fits = chunks_follow(&chunks, str_slice(bytes, 0, cut), MAX) &&
                    chunks_follow(&chunks, str_slice(bytes, cut, bytes.len), MAX);

        ck_assert_msg(fits == cases[_i].fits, "'%s' cut at %zu", cases[_i].bytes, cut);
        if (!fits)
            continue;
        ck_assert_int_eq(chunks.at, cases[_i].at);
        ck_assert_uint_eq(chunks.left, cases[_i].left);
    }
}
END_TEST

START_TEST(test_no_size_wraps_around)
{
    struct chunks chunks = {0};

    ck_assert(chunks_follow(&chunks, STR("fffffffffffffff"), UINT64_MAX));
    ck_assert(!chunks_follow(&chunks, STR("f"), UINT64_MAX));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/chunks");
    TCase *tc = tcase_create("chunks");

    tcase_add_loop_test(tc, test_chunks_are_followed, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_no_size_wraps_around);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
