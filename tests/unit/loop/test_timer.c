#include "fixture.h"

#include "base/clock.h"

enum { MANY = 2000, EARLY_NS = 250000 };

static struct loop_timer many[MANY];
static unsigned fired;
static unsigned wanted;
static uint64_t previous_ns;
static struct loop_timer again;
static struct loop_timer other;

static void on_many(struct loop_timer *timer)
{
    ck_assert(timer->deadline_ns >= previous_ns);
    ck_assert(clock_monotonic_ns() + EARLY_NS >= timer->deadline_ns);
    previous_ns = timer->deadline_ns;
    if (++fired == wanted)
        loop_stop(loop);
}

static void arm_many(void)
{
    fired = 0;
    previous_ns = 0;
    wanted = MANY;
    for (unsigned i = 0; i < MANY; i++)
        loop_timer_arm(loop, &many[i], (uint64_t)(i * 7919u % 50u) * MS, on_many);
}

START_TEST(test_timers_fire_in_order_and_never_early)
{
    arm_many();
    run();
    ck_assert_uint_eq(fired, MANY);
    for (unsigned i = 0; i < MANY; i++)
        ck_assert(!loop_timer_armed(&many[i]));
}
END_TEST

/* The heap holds them in an order of its own, whatever was taken out of it. */
START_TEST(test_timers_armed_among_others_fire_in_order)
{
    uint64_t base_ns = clock_monotonic_ns() + 20 * MS;
    unsigned left = 0;

    for (unsigned i = 0; i < MANY; i++)
        loop_timer_arm_at(loop, &many[i], base_ns + i * 7919u % MANY * 1000ull, on_many);
    for (unsigned i = 0; i < MANY; i++) {
        if (i * 104729u % 5 < 2)
            loop_timer_cancel(loop, &many[i]);
        else if (i % 7 == 0)
            loop_timer_arm_at(loop, &many[i], base_ns + i * 31u % MANY * 1000ull, on_many);
        left += loop_timer_armed(&many[i]);
    }
    fired = 0;
    previous_ns = 0;
    wanted = left;
    run();
    ck_assert_uint_eq(fired, left);
}
END_TEST

START_TEST(test_timer_cancelled_does_not_fire)
{
    arm_many();
    for (unsigned i = 0; i < MANY; i += 3) {
        loop_timer_cancel(loop, &many[i]);
        loop_timer_cancel(loop, &many[i]);
        wanted--;
    }
    run();
    ck_assert_uint_eq(fired, wanted);
}
END_TEST

static void on_equal(struct loop_timer *timer)
{
    ck_assert_ptr_eq(timer, &many[fired]);
    if (++fired == 100)
        loop_stop(loop);
}

START_TEST(test_timers_of_one_deadline_fire_as_armed)
{
    uint64_t at_ns = clock_monotonic_ns() + 2 * MS;

    fired = 0;
    for (unsigned i = 0; i < 100; i++)
        loop_timer_arm_at(loop, &many[i], at_ns, on_equal);
    run();
    ck_assert_uint_eq(fired, 100);
}
END_TEST

static void on_again(struct loop_timer *timer)
{
    fired++;
    loop_timer_arm(loop, timer, 0, on_again);
}

static void on_other(struct loop_timer *timer)
{
    (void)timer;
    loop_timer_cancel(loop, &again);
    loop_stop(loop);
}

START_TEST(test_timer_that_rearms_itself_leaves_the_others_their_turn)
{
    fired = 0;
    loop_timer_arm(loop, &again, 0, on_again);
    loop_timer_arm(loop, &other, 20 * MS, on_other);
    run();
    ck_assert_uint_ge(fired, 1);
    ck_assert_uint_le(fired, 20 * 2 + 2); /* passes lie at least 0.5 ms apart */
}
END_TEST

static void on_moved(struct loop_timer *timer)
{
    ck_assert_ptr_eq(timer, &again);
    loop_stop(loop);
}

START_TEST(test_timer_armed_twice_fires_once_at_the_later_call)
{
    uint64_t start_ns = clock_monotonic_ns();

    loop_timer_arm(loop, &again, 3600000ull * MS, on_moved);
    loop_timer_arm(loop, &again, 5 * MS, on_moved);
    run();
    ck_assert(clock_monotonic_ns() - start_ns >= 5 * MS - EARLY_NS);
    ck_assert(!loop_timer_armed(&again));
}
END_TEST

static void on_late(struct loop_timer *timer)
{
    ck_assert(clock_monotonic_ns() + EARLY_NS >= timer->deadline_ns);
    loop_stop(loop);
}

static void on_cancel(void *arg)
{
    (void)arg;
    loop_timer_cancel(loop, &again);
}

START_TEST(test_timer_behind_one_that_was_cancelled_fires_in_time)
{
    loop_timer_arm(loop, &again, 5 * MS, on_moved);
    loop_timer_arm(loop, &other, 10 * MS, on_late);
    loop_post(loop, on_cancel, NULL);
    run();
    ck_assert(!loop_timer_armed(&other));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop/timer");
    TCase *tc = tcase_create("timer");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_timers_fire_in_order_and_never_early);
    tcase_add_test(tc, test_timers_armed_among_others_fire_in_order);
    tcase_add_test(tc, test_timer_cancelled_does_not_fire);
    tcase_add_test(tc, test_timers_of_one_deadline_fire_as_armed);
    tcase_add_test(tc, test_timer_that_rearms_itself_leaves_the_others_their_turn);
    tcase_add_test(tc, test_timer_armed_twice_fires_once_at_the_later_call);
    tcase_add_test(tc, test_timer_behind_one_that_was_cancelled_fires_in_time);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
