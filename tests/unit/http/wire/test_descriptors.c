#include "http/wire/descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

#include "../../suite.h"

static unsigned table_of_descriptors(void)
{
    char line[256];
    unsigned size = 0;
    FILE *file = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof(line), file))
        if (strncmp(line, "FDSize:", 7) == 0)
            size = (unsigned)strtoul(line + 7, NULL, 10);
    fclose(file);
    return size;
}

START_TEST(test_prepared_process_has_room_for_descriptors)
{
    struct rlimit limit;

    descriptors_prepare();
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert(limit.rlim_cur == limit.rlim_max);
    ck_assert_uint_ge(table_of_descriptors(), limit.rlim_max < 32768 ? limit.rlim_max : 32768);
}
END_TEST

/* What is given out and what is kept back is never more than there is, and never nothing. */
static const struct {
    rlim_t limit;
    uint32_t connections, reserved;
} shares[] = {
    {16,    1,     2  },
    {64,    28,    8  },
    {256,   128,   32 },
    {1024,  512,   128},
    {2048,  1408,  128},
    {65536, 64896, 128},
};

START_TEST(test_descriptors_are_shared_out)
{
    struct rlimit limit = {shares[_i].limit, shares[_i].limit};
    struct rlimit before;
    uint32_t reserved;

    getrlimit(RLIMIT_NOFILE, &before);
    if (before.rlim_max < shares[_i].limit)
        return; /* as much as this machine lets us try */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(descriptors_for_connections(&reserved), shares[_i].connections);
    ck_assert_uint_eq(reserved, shares[_i].reserved);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/descriptors");
    TCase *tc = tcase_create("descriptors");

    tcase_add_test(tc, test_prepared_process_has_room_for_descriptors);
    tcase_add_loop_test(tc, test_descriptors_are_shared_out, 0, (int)N_ELEMENTS(shares));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
