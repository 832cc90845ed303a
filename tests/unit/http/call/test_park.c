/*
 * Calls that wait: for a delay, for ever, for a client that has left.
 */
#include "../fixture.h"

#define GET "GET /x HTTP/1.1\r\nHost: demo\r\n\r\n"

enum {
    MANY = 1000,
    SOME = 400,
    DELAY_MS = 150,
    NS_PER_MS = 1000000,
    NOTICED_NS = 400 * NS_PER_MS, /* "at once", on a busy machine */
    GRACE_NS = 1000 * NS_PER_MS,
};

struct wait {
    struct loop_timer timer;
    struct http_call *call;
};

static uint64_t delay_ms = DELAY_MS;

static void on_due(struct loop_timer *timer)
{
    answer_text(CONTAINER_OF(timer, struct wait, timer)->call, 200, "late", NULL);
}

static void delay(struct http_call *call)
{
    struct wait *wait = ARENA_NEW(http_call_arena(call), struct wait);

    wait->call = call;
    loop_timer_arm(loop, &wait->timer, delay_ms * NS_PER_MS, on_due);
}

static void park_for_ever(struct http_call *call)
{
    http_call_expect_wait(call, UINT64_MAX);
}

static void park(struct http_call *call)
{
    (void)call;
}

static struct client *ask(bool tls, void (*what)(struct http_call *call))
{
    struct client *c = client_open(port, tls);

    behaviour = what;
    client_send(c, GET);
    return c;
}

START_TEST(test_delayed_answer_keeps_the_connection)
{
    struct client *c = client_open(port, _i);

    for (unsigned i = 0; i < 3; i++) {
        uint64_t start_ns = clock_monotonic_ns();

        behaviour = delay;
        client_next(c);
        client_send(c, GET);
        ck_assert_int_eq(client_answer(c), 200);
        ck_assert_uint_ge(clock_monotonic_ns() - start_ns, DELAY_MS * NS_PER_MS - 250000ull);
        ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    }
    ck_assert_uint_eq(stats().accepted, 1);
    client_close(c);
}
END_TEST

START_TEST(test_client_that_leaves_a_long_wait_is_noticed_at_once)
{
    struct client *c = ask(_i, park_for_ever);

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    uint64_t left_ns = clock_monotonic_ns();

    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_int_eq(r.status, 0);
    ck_assert_uint_lt(r.ended_ns - left_ns, NOTICED_NS);
    ck_assert_uint_eq(gone_count, 1);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

static void check_break(struct client *c)
{
    struct linger none = {.l_onoff = 1};
    uint64_t left_ns = clock_monotonic_ns();

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_lt(r.ended_ns - left_ns, NOTICED_NS);
}

START_TEST(test_client_that_breaks_off_is_noticed_at_once)
{
    struct client *c = ask(_i, park);

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    check_break(c);
}
END_TEST

/* The second of grace is for clients that may still read. */
START_TEST(test_client_that_stops_sending_and_then_breaks_off_is_noticed_at_once)
{
    struct client *c = ask(_i, park);

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    shutdown(c->fd, SHUT_WR);
    check_break(c);
}
END_TEST

/* Whether the FIN is seen before the second call is parked, or after. */
START_TEST(test_client_that_asks_again_and_stops_sending_is_noticed_at_once)
{
    struct client *c = ask(_i, delay);

    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    behaviour = park_for_ever;
    uint64_t left_ns = clock_monotonic_ns();

    client_send(c, GET);
    shutdown(c->fd, SHUT_WR);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_lt(r.ended_ns - left_ns, NOTICED_NS);
    ck_assert_uint_eq(gone_count, 1);
    client_close(c);
}
END_TEST

START_TEST(test_client_that_leaves_a_wait_of_unknown_length_is_noticed_in_a_second)
{
    struct client *c = ask(_i, park);
    uint64_t start_ns = clock_monotonic_ns();

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_ge(r.ended_ns - start_ns, GRACE_NS - NOTICED_NS);
    ck_assert_uint_le(r.ended_ns - start_ns, GRACE_NS + NOTICED_NS);
}
END_TEST

START_TEST(test_client_that_has_only_stopped_sending_gets_its_answer)
{
    struct client *c = ask(false, delay);

    shutdown(c->fd, SHUT_WR);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 200);
    ck_assert_str_eq(client_body(c), "late");
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    client_close(c);
}
END_TEST

/* Gone within the second of grace; the answer bounces. */
START_TEST(test_answer_to_a_client_that_has_left_is_not_delivered)
{
    struct client *c = ask(false, delay);

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
}
END_TEST

static struct http_call *held;

static void hold(struct http_call *call)
{
    held = call;
}

static void release(void *arg)
{
    answer_text(held, 200, arg, NULL);
}

START_TEST(test_next_request_waits_for_the_answer_of_the_parked_one)
{
    struct client *c = ask(_i, hold);

    client_send(c, GET);
    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    loop_post(loop, release, (char[]){"first"});
    ck_assert(client_until(c, "first"));
    ck_assert_uint_eq(wait_count(&request_count, 2), 2);
    loop_post(loop, release, (char[]){"second"});
    ck_assert(client_until(c, "second"));
    client_close(c);
}
END_TEST

/* The first one is held; the second one answers it, and is held itself. */
static void hold_or_release(struct http_call *call)
{
    static char text[] = "from elsewhere";

    if (held)
        release(text);
    else
        hold(call);
}

/* The daemon of the one has been looked at already when that of the other, behind it, runs. */
START_TEST(test_call_that_another_ones_daemon_answers_waits_for_nothing_else)
{
    struct client *first = ask(false, hold_or_release);
    struct client *other;

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    other = ask(true, hold_or_release);
    ck_assert(client_until(first, "from elsewhere"));
    client_close(first);
    client_close(other);
}
END_TEST

static struct delivery waiting;

static void deliver_waiting(struct http_call *call)
{
    answer_text(call, 200, "abc", &waiting);
}

static void stream(struct http_call *call)
{
    http_call_stream(call, &(struct http_response){.status = 200}, NULL);
}

static const struct {
    void (*what)(struct http_call *call);
    struct delivery delivery;
} waits[] = {
    {park,            {0}                                                       },
    {stream,          {0}                                                       },
    {deliver_waiting, {.form = DELIVERY_NOTHING, .end = DELIVERY_SILENCE}       },
    {deliver_waiting, {.stall = true, .stall_after = 1}                         },
    {deliver_waiting, {.cut = true, .cut_after = 1, .end = DELIVERY_SILENCE}    },
    {deliver_waiting, {.stall = true, .stall_after = 1, .stall_ms = 3600 * 1000}},
};

START_TEST(test_waiting_call_lets_the_loop_sleep)
{
    bool tls = (size_t)_i >= N_ELEMENTS(waits);
    size_t row = (size_t)_i % N_ELEMENTS(waits);

    waiting = waits[row].delivery;
    struct client *c = ask(tls, waits[row].what);

    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    ck_assert_uint_lt(rounds_while_silent(c, DELAY_MS), 20);
    client_close(c);
}
END_TEST

static unsigned threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    unsigned n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

START_TEST(test_thousand_parked_calls_need_no_thread_and_are_all_answered)
{
    static struct client *clients[MANY];
    unsigned threads_before = threads();
    unsigned sockets_before = open_sockets();

    delay_ms = 400;
    for (unsigned i = 0; i < MANY; i++)
        clients[i] = ask(false, delay);
    ck_assert_uint_eq(wait_count(&request_count, MANY), MANY);
    ck_assert_uint_eq(threads(), threads_before);
    for (unsigned i = 0; i < MANY; i++) {
        ck_assert_int_eq(client_answer(clients[i]), 200);
        client_close(clients[i]);
    }
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(open_sockets(), sockets_before);
    for (unsigned i = 0; i < MANY; i++)
        ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
}
END_TEST

START_TEST(test_thousand_clients_that_leave_leave_nothing_behind)
{
    static struct client *clients[MANY];
    unsigned sockets_before = open_sockets();

    for (unsigned i = 0; i < MANY; i++)
        clients[i] = ask(false, park_for_ever);
    ck_assert_uint_eq(wait_count(&request_count, MANY), MANY);
    for (unsigned i = 0; i < MANY; i++)
        client_close(clients[i]);
    ck_assert_uint_eq(wait_count(&gone_count, MANY), MANY);
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(open_sockets(), sockets_before);
}
END_TEST

static unsigned epoll_sets_down_to(unsigned most)
{
    uint64_t until_ns = clock_monotonic_ns() + 10000000000ull;
    unsigned open;

    do
        open = open_of("anon_inode:[eventpoll]");
    while (open > most && clock_monotonic_ns() < until_ns);
    return open;
}

/* One daemon of libmicrohttpd takes but a part of them; further ones come and go. */
START_TEST(test_many_connections_share_daemons_that_go_with_them)
{
    static struct client *clients[SOME];
    unsigned sets_before = open_of("anon_inode:[eventpoll]");

    for (unsigned i = 0; i < SOME; i++)
        clients[i] = ask(_i, delay);
    ck_assert_uint_eq(wait_count(&request_count, SOME), SOME);
    ck_assert_uint_gt(open_of("anon_inode:[eventpoll]"), sets_before);
    for (unsigned i = 0; i < SOME; i++) {
        ck_assert_int_eq(client_answer(clients[i]), 200);
        ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    }
    for (unsigned i = 0; i < SOME; i += 2)
        client_close(clients[i]);
    ck_assert_uint_eq(connections_down_to(SOME / 2), SOME / 2);
    for (unsigned i = 0; i < SOME; i += 2)
        clients[i] = ask(_i, delay);
    for (unsigned i = 0; i < SOME; i += 2)
        ck_assert_int_eq(client_answer(clients[i]), 200);
    for (unsigned i = 0; i < SOME; i++)
        client_close(clients[i]);
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(epoll_sets_down_to(sets_before), sets_before);
}
END_TEST

static void answer_now(struct http_call *call)
{
    answer_text(call, 200, "now", NULL);
}

/* Request and FIN in one burst leak a descriptor in libmicrohttpd until its time-out. */
START_TEST(test_half_closing_clients_leave_no_descriptor_behind)
{
    unsigned sockets_before = open_sockets();

    for (unsigned i = 0; i < 200; i++) {
        struct client *c = ask(false, answer_now);

        shutdown(c->fd, SHUT_WR);
        ck_assert_int_eq(client_answer(c), 200);
        client_close(c);
    }
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(open_sockets(), sockets_before);
}
END_TEST

static void setup_impatient(void)
{
    prepare();
    settings.idle_timeout_s = 1;
    start();
}

START_TEST(test_silent_and_idle_connections_are_closed)
{
    struct client *c = ask(_i, answer_now);

    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    client_close(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/park");
    TCase *tc = tcase_create("park");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_delayed_answer_keeps_the_connection, 0, 2);
    tcase_add_loop_test(tc, test_client_that_leaves_a_long_wait_is_noticed_at_once, 0, 2);
    tcase_add_loop_test(tc, test_client_that_breaks_off_is_noticed_at_once, 0, 2);
    tcase_add_loop_test(tc, test_client_that_stops_sending_and_then_breaks_off_is_noticed_at_once,
                        0, 2);
    tcase_add_loop_test(tc, test_client_that_asks_again_and_stops_sending_is_noticed_at_once, 0, 2);
    tcase_add_loop_test(tc, test_client_that_leaves_a_wait_of_unknown_length_is_noticed_in_a_second,
                        0, 2);
    tcase_add_test(tc, test_client_that_has_only_stopped_sending_gets_its_answer);
    tcase_add_test(tc, test_answer_to_a_client_that_has_left_is_not_delivered);
    tcase_add_loop_test(tc, test_next_request_waits_for_the_answer_of_the_parked_one, 0, 2);
    tcase_add_test(tc, test_call_that_another_ones_daemon_answers_waits_for_nothing_else);
    tcase_add_loop_test(tc, test_waiting_call_lets_the_loop_sleep, 0, 2 * (int)N_ELEMENTS(waits));
    tcase_add_test(tc, test_thousand_parked_calls_need_no_thread_and_are_all_answered);
    tcase_add_test(tc, test_thousand_clients_that_leave_leave_nothing_behind);
    tcase_add_loop_test(tc, test_many_connections_share_daemons_that_go_with_them, 0, 2);
    tcase_add_test(tc, test_half_closing_clients_leave_no_descriptor_behind);
    suite_add_tcase(suite, tc);

    TCase *impatient = tcase_create("impatient");

    tcase_add_checked_fixture(impatient, setup_impatient, teardown);
    tcase_set_timeout(impatient, 60);
    tcase_add_loop_test(impatient, test_silent_and_idle_connections_are_closed, 0, 2);
    suite_add_tcase(suite, impatient);
    return suite_run(suite);
}
