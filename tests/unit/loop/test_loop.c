#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 4, POSTS = 1000 };

static unsigned seen[THREADS];
static unsigned posts_seen;

struct message {
    unsigned thread;
    unsigned number;
};
static struct message messages[THREADS][POSTS];

static void on_message(void *arg)
{
    struct message *m = arg;

    ck_assert_uint_eq(m->number, seen[m->thread]);
    seen[m->thread]++;
    if (++posts_seen == THREADS * POSTS)
        loop_stop(loop);
}

static void *poster(void *arg)
{
    unsigned thread = *(unsigned *)arg;

    for (unsigned i = 0; i < POSTS; i++) {
        messages[thread][i] = (struct message){thread, i};
        loop_post(loop, on_message, &messages[thread][i]);
    }
    return NULL;
}

START_TEST(test_posts_of_every_thread_arrive_in_order)
{
    pthread_t threads[THREADS];
    unsigned numbers[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, poster, &numbers[i]), 0);
    }
    run();
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(posts_seen, THREADS * POSTS);
}
END_TEST

static void on_late_post(void *arg)
{
    *(bool *)arg = true;
}

START_TEST(test_posts_that_are_still_due_run_when_the_loop_ends)
{
    bool ran = false;

    loop_post(loop, on_late_post, &ran);
    loop_free(loop);
    ck_assert(ran);
    setup();
}
END_TEST

static unsigned got_events;

static void on_events(void *arg, unsigned events)
{
    (void)arg;
    got_events = events;
    loop_stop(loop);
}

START_TEST(test_watch_tells_readable_writable_and_hangup)
{
    int pair[2];
    struct error err;
    char byte;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct loop_watch *watch =
        loop_watch_start(loop, pair[0], LOOP_WRITABLE, on_events, NULL, &err);

    ck_assert_ptr_nonnull(watch);
    run();
    ck_assert_uint_eq(got_events, LOOP_WRITABLE);
    ck_assert_int_eq(loop_watch_change(watch, LOOP_READABLE, &err), 0);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    run();
    ck_assert_uint_eq(got_events, LOOP_READABLE);
    ck_assert_int_eq(read(pair[0], &byte, 1), 1);
    ck_assert_int_eq(loop_watch_change(watch, LOOP_HANGUP, &err), 0);
    close(pair[1]);
    run();
    ck_assert_uint_eq(got_events, LOOP_HANGUP);
    loop_watch_stop(watch);
    close(pair[0]);
}
END_TEST

START_TEST(test_watch_of_a_closed_descriptor_is_an_error)
{
    struct error err = {0};

    ck_assert_ptr_null(loop_watch_start(loop, 1000, LOOP_READABLE, on_events, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_IO);
}
END_TEST

static int got_signal;

static void on_usr1(void *arg, int signum)
{
    (void)arg;
    got_signal = signum;
    loop_stop(loop);
}

START_TEST(test_signal_is_delivered_on_the_loop)
{
    struct error err;
    struct loop_signal *handle = loop_signal_start(loop, SIGUSR1, on_usr1, NULL, &err);

    ck_assert_ptr_nonnull(handle);
    raise(SIGUSR1);
    ck_assert_int_eq(got_signal, 0);
    run();
    ck_assert_int_eq(got_signal, SIGUSR1);
    loop_signal_stop(handle);
}
END_TEST

static unsigned idles;

static void on_idle(void *arg)
{
    if (++idles == *(unsigned *)arg)
        loop_stop(loop);
}

static void on_last_post(void *arg)
{
    *(bool *)arg = true;
    loop_stop(loop);
}

START_TEST(test_idle_hook_runs_each_time_round_until_it_is_taken_off)
{
    unsigned until = 1;
    unsigned before;
    bool ran = false;

    loop_on_idle(loop, on_idle, &until);
    run();
    ck_assert_uint_eq(idles, 1);
    loop_off_idle(loop, on_idle, &until);
    before = idles;
    loop_post(loop, on_last_post, &ran);
    loop_run(loop);
    ck_assert(ran);
    ck_assert_uint_eq(idles, before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop/loop");
    TCase *tc = tcase_create("loop");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_posts_of_every_thread_arrive_in_order);
    tcase_add_test(tc, test_posts_that_are_still_due_run_when_the_loop_ends);
    tcase_add_test(tc, test_watch_tells_readable_writable_and_hangup);
    tcase_add_test(tc, test_watch_of_a_closed_descriptor_is_an_error);
    tcase_add_test(tc, test_signal_is_delivered_on_the_loop);
    tcase_add_test(tc, test_idle_hook_runs_each_time_round_until_it_is_taken_off);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
