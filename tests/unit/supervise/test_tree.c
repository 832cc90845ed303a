#include "../suite.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise/internal.h"

enum { MANY = 1500 }; /* their numbers take more than a line of 4096 bytes */

static int by_number(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a;
    pid_t y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

START_TEST(test_each_of_very_many_children_is_listed_and_nobody_else)
{
    static pid_t born[MANY];
    struct pids found = {0};

    for (size_t i = 0; i < MANY; i++) {
        born[i] = process_fork(0);
        if (born[i] == 0) {
            pause();
            _exit(0);
        }
        ck_assert_int_gt(born[i], 0);
    }
    tree_children(getpid(), &found);
    for (size_t i = 0; i < MANY; i++)
        kill(born[i], SIGKILL);
    for (size_t i = 0; i < MANY; i++)
        waitpid(born[i], NULL, 0);
    qsort(born, MANY, sizeof(*born), by_number);
    ck_assert_uint_eq(found.count, MANY);
    qsort(found.items, found.count, sizeof(*found.items), by_number);
    ck_assert_mem_eq(found.items, born, sizeof(born));
    pids_done(&found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("supervise/tree");
    TCase *tc = tcase_create("tree");

    tcase_add_test(tc, test_each_of_very_many_children_is_listed_and_nobody_else);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
