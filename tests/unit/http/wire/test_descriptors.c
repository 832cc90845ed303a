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

int main(void)
{
    Suite *suite = suite_create("http/wire/descriptors");
    TCase *tc = tcase_create("descriptors");

    tcase_add_test(tc, test_prepared_process_has_room_for_descriptors);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
