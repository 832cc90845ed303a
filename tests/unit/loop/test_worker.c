#include "fixture.h"

#include <pthread.h>

#include "loop/worker.h"

enum { JOBS = 500 };

static pthread_t loop_thread;
static unsigned worked;
static unsigned done;

static void work(void *arg)
{
    ck_assert(!pthread_equal(pthread_self(), loop_thread));
    ck_assert_uint_eq(*(unsigned *)arg, worked);
    worked++;
}

static void on_done(void *arg)
{
    ck_assert(pthread_equal(pthread_self(), loop_thread));
    ck_assert_uint_eq(*(unsigned *)arg, done);
    if (++done == JOBS)
        loop_stop(loop);
}

static void submit(struct worker *worker, unsigned *numbers)
{
    for (unsigned i = 0; i < JOBS; i++) {
        numbers[i] = i;
        worker_submit(worker, work, on_done, &numbers[i]);
    }
}

START_TEST(test_jobs_and_their_ends_keep_the_order)
{
    static unsigned numbers[JOBS];
    struct worker *worker;
    struct error err;

    loop_thread = pthread_self();
    ck_assert_int_eq(worker_new(loop, "test", &worker, &err), 0);
    submit(worker, numbers);
    run();
    ck_assert_uint_eq(worked, JOBS);
    ck_assert_uint_eq(done, JOBS);
    worker_free(worker);
}
END_TEST

START_TEST(test_free_finishes_what_is_queued)
{
    static unsigned numbers[JOBS];
    struct worker *worker;
    struct error err;

    loop_thread = pthread_self();
    ck_assert_int_eq(worker_new(loop, "test", &worker, &err), 0);
    submit(worker, numbers);
    worker_free(worker);
    ck_assert_uint_eq(worked, JOBS);
    ck_assert_uint_eq(done, JOBS);
    worker_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop/worker");
    TCase *tc = tcase_create("worker");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_jobs_and_their_ends_keep_the_order);
    tcase_add_test(tc, test_free_finishes_what_is_queued);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
