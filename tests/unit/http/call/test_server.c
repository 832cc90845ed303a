/*
 * Stopping: nobody may be left waiting, and libmicrohttpd may not abort.
 */
#include "../fixture.h"

#define GET "GET /x HTTP/1.1\r\nHost: demo\r\n\r\n"

enum { PARKED = 200 };

static struct delivery hang = {.form = DELIVERY_NOTHING, .end = DELIVERY_SILENCE};
static struct delivery stall = {.stall = true, .stall_after = 1};

static void park(struct http_call *call)
{
    (void)call;
}

static void deliver_hang(struct http_call *call)
{
    answer_text(call, 200, "abc", &hang);
}

static void deliver_stall(struct http_call *call)
{
    answer_text(call, 200, "abc", &stall);
}

static void stream(struct http_call *call)
{
    http_call_stream(call, &(struct http_response){.status = 200}, NULL);
}

static void (*const ways[])(struct http_call *call) = {park, deliver_hang, deliver_stall, stream};

START_TEST(test_stop_cuts_whatever_waits)
{
    static struct client *clients[PARKED];

    setup();
    behaviour = ways[_i];
    for (unsigned i = 0; i < PARKED; i++) {
        clients[i] = client_open(port, i % 10 == 0);
        client_send(clients[i], GET);
    }
    ck_assert_uint_eq(wait_count(&request_count, PARKED), PARKED);
    uint64_t start_ns = clock_monotonic_ns();

    teardown(); /* 100 ms of grace */
    ck_assert_uint_lt(clock_monotonic_ns() - start_ns, 2000000000);
    ck_assert_uint_eq(result_count, PARKED);
    for (unsigned i = 0; i < PARKED; i++) {
        ck_assert_int_eq(results[i].outcome, HTTP_CUT);
        ck_assert_int_ne(client_to_end(clients[i], CLIENT_WAIT_MS), CLIENT_SILENT);
        client_close(clients[i]);
    }
    ck_assert_uint_eq(gone_count, 0);
}
END_TEST

static struct http_call *held;

static void hold(struct http_call *call)
{
    held = call;
}

static void release(void *arg)
{
    (void)arg;
    answer_text(held, 200, "abc", NULL);
}

static struct http_call *all_held[PARKED];
static unsigned held_count;

static void hold_all(struct http_call *call)
{
    all_held[held_count++] = call;
}

static void stop_and_release_all(void *arg)
{
    begin_stop(arg);
    for (unsigned i = 0; i < held_count; i++)
        answer_text(all_held[i], 200, "abc", NULL);
}

START_TEST(test_parked_calls_answered_by_the_stop_get_it_whole)
{
    static struct client *clients[PARKED];

    setup();
    behaviour = hold_all;
    for (unsigned i = 0; i < PARKED; i++) {
        clients[i] = client_open(port, i % 10 == 0);
        client_send(clients[i], GET);
    }
    ck_assert_uint_eq(wait_count(&request_count, PARKED), PARKED);
    loop_post(loop, stop_and_release_all, NULL);
    for (unsigned i = 0; i < PARKED; i++) {
        ck_assert_int_eq(client_to_end(clients[i], CLIENT_WAIT_MS), CLIENT_EOF);
        ck_assert_int_eq(client_status(clients[i]), 200);
        ck_assert_str_eq(client_body(clients[i]), "abc");
        ck_assert_ptr_nonnull(strstr(clients[i]->bytes, "\r\nConnection: close\r\n"));
        client_close(clients[i]);
    }
    pthread_join(thread, NULL);
    for (unsigned i = 0; i < PARKED; i++) {
        ck_assert_int_eq(results[i].outcome, HTTP_DELIVERED);
        ck_assert_uint_eq(results[i].body_bytes, 3);
    }
    http_server_free(server);
    loop_free(loop);
}
END_TEST

START_TEST(test_stop_lets_a_running_call_end)
{
    setup();
    struct client *c = client_open(port, _i);

    behaviour = hold;
    client_send(c, GET);
    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    loop_post(loop, begin_stop, NULL);
    loop_post(loop, release, NULL);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nConnection: close\r\n"));
    pthread_join(thread, NULL);
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    http_server_free(server);
    loop_free(loop);
    client_close(c);
}
END_TEST

START_TEST(test_server_may_be_freed_without_a_stop)
{
    struct error err;

    prepare();
    ck_assert_int_eq(loop_new(&loop, &err), 0);
    ck_assert_int_eq(http_server_new(loop, &settings, &handler, NULL, &server, &err), 0);
    ck_assert_int_eq(http_server_listen(server, STR("127.0.0.1:0"), &port, &err), 0);
    http_server_free(server);
    http_server_free(NULL);
    loop_free(loop);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/server");
    TCase *tc = tcase_create("stop");

    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, test_stop_cuts_whatever_waits, 0, (int)N_ELEMENTS(ways));
    tcase_add_test(tc, test_parked_calls_answered_by_the_stop_get_it_whole);
    tcase_add_loop_test(tc, test_stop_lets_a_running_call_end, 0, 2);
    tcase_add_test(tc, test_server_may_be_freed_without_a_stop);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
