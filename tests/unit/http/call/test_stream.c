/*
 * Answers that are pushed piece by piece, over HTTP (_i = 0) and HTTPS (_i = 1).
 */
#include "../fixture.h"

#define GET "GET /events HTTP/1.1\r\nHost: demo\r\n\r\n"

static struct http_call *streaming;
static unsigned stream_gone;
static bool push_ok;
static unsigned pushes;

static void on_stream_gone(void *state, struct http_call *call)
{
    ck_assert_ptr_eq(state, &results);
    ck_assert_ptr_eq(call, streaming);
    count(&stream_gone);
}

static void stream(struct http_call *call)
{
    struct http_response head = {.status = 200};

    http_headers_add(&head.headers, http_call_arena(call), STR("Content-Type"),
                     STR("text/event-stream"));
    streaming = call;
    ck_assert(http_call_stream(call, &head, on_stream_gone));
}

static void push(void *arg)
{
    push_ok = http_call_push(streaming, str_of(arg));
    count(&pushes);
}

static void end(void *arg)
{
    (void)arg;
    http_call_end(streaming);
}

static struct client *subscribe(bool tls)
{
    struct client *c = client_open(port, tls);

    behaviour = stream;
    client_send(c, GET);
    ck_assert(client_until(c, "\r\n\r\n"));
    return c;
}

START_TEST(test_head_leaves_before_the_first_piece)
{
    struct client *c = subscribe(_i);

    ck_assert_int_eq(client_status(c), 200);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Type: text/event-stream\r\n"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nTransfer-Encoding: chunked\r\n"));
    client_close(c);
}
END_TEST

START_TEST(test_pieces_arrive_as_they_are_pushed_and_the_connection_lives_on)
{
    struct client *c = subscribe(_i);

    loop_post(loop, push, (char[]){"one"});
    ck_assert(client_until(c, "3\r\none\r\n"));
    loop_post(loop, push, (char[]){"four"});
    ck_assert(client_until(c, "4\r\nfour\r\n"));
    loop_post(loop, end, NULL);
    ck_assert(client_until(c, "\r\n0\r\n\r\n"));
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_DELIVERED);
    ck_assert_uint_eq(r.body_bytes, 7);
    ck_assert_uint_eq(stream_gone, 0);
    client_next(c);
    client_send(c, GET);
    ck_assert(client_until(c, "\r\n\r\n"));
    client_close(c);
}
END_TEST

START_TEST(test_subscriber_that_leaves_is_noticed_at_once)
{
    struct client *c = subscribe(_i);
    uint64_t left_ns = clock_monotonic_ns();

    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_lt(r.ended_ns - left_ns, 400000000);
    ck_assert_uint_eq(stream_gone, 1);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

static void flood(void *arg)
{
    static char block[1 << 20];

    (void)arg;
    memset(block, 'x', sizeof(block));
    for (unsigned i = 0; i < 64 && http_call_push(streaming, (struct str){block, sizeof(block)});
         i++)
        ;
    push_ok = http_call_push(streaming, STR("x"));
    count(&pushes);
}

static void answer(struct http_call *call)
{
    static char text[] = "here";

    answer_text(call, 200, text, NULL);
}

static void cut(void *arg)
{
    (void)arg;
    http_call_cut(streaming);
}

/* libmicrohttpd looks at the connection that was quiet longest, and at those that something
 * happens to. */
START_TEST(test_cut_is_seen_at_once_beside_a_connection_that_is_older)
{
    struct client *older = client_open(port, _i);

    behaviour = answer;
    client_send(older, GET);
    ck_assert_int_eq(client_answer(older), 200);
    struct client *c = subscribe(_i);

    loop_post(loop, push, (char[]){"some"});
    ck_assert(client_until(c, "4\r\nsome\r\n"));
    loop_post(loop, cut, NULL);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(connections_down_to(1), 1);
    client_close(c);
    client_close(older);
}
END_TEST

START_TEST(test_subscriber_that_does_not_read_is_dropped)
{
    struct client *c = subscribe(_i);

    loop_post(loop, flood, NULL);
    ck_assert_uint_eq(wait_count(&pushes, 1), 1);
    ck_assert(!push_ok);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_eq(stream_gone, 1);
    client_close(c);
}
END_TEST

static void flood_and_end(void *arg)
{
    flood(arg);
    http_call_set_owner(streaming, NULL); /* whoever ends a stream has forgotten it */
    http_call_end(streaming);
}

START_TEST(test_stream_that_was_ended_is_not_reported_as_gone)
{
    struct client *c = subscribe(_i);

    loop_post(loop, flood_and_end, NULL);
    ck_assert_uint_eq(wait_count(&pushes, 1), 1);
    ck_assert(!push_ok);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_eq(stream_gone, 0);
    client_close(c);
}
END_TEST

static void never(struct http_call *call)
{
    (void)call;
}

/* Told that the client has left, an owner that opens a stream all the same gets none. */
static void stream_to_nobody(void *owner, struct http_call *call)
{
    struct http_response head = {.status = 200};

    push_ok = http_call_stream(call, &head, on_stream_gone) || http_call_push(call, STR("x"));
    http_call_end(call);
    on_gone(owner, call);
}

START_TEST(test_stream_to_a_client_that_has_left_is_not_opened)
{
    prepare();
    handler.gone = stream_to_nobody;
    start();
    struct client *c = client_open(port, _i);

    behaviour = never;
    push_ok = true;
    client_send(c, GET);
    ck_assert_uint_eq(wait_count(&request_count, 1), 1);
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
    ck_assert(!push_ok);
    ck_assert_uint_eq(stream_gone, 0);
    ck_assert_uint_eq(connections_down_to(0), 0);
    teardown();
}
END_TEST

/* Everything an owner may still do with a stream while it is told of its end. */
static void give_back(void *state, struct http_call *call)
{
    on_stream_gone(state, call);
    push_ok = http_call_push(call, STR("x"));
    http_call_end(call);
    http_call_end(call);
    streaming = NULL;
}

static void stream_and_give_back(struct http_call *call)
{
    struct http_response head = {.status = 200};

    streaming = call;
    ck_assert(http_call_stream(call, &head, give_back));
    ck_assert(http_call_push(call, STR("first")));
}

START_TEST(test_owner_may_give_a_stream_back_while_it_is_told_of_its_end)
{
    struct client *c = client_open(port, _i);

    behaviour = stream_and_give_back;
    push_ok = true;
    client_send(c, GET);
    ck_assert(client_until(c, "first"));
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_eq(stream_gone, 1);
    ck_assert(!push_ok);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/stream");
    TCase *tc = tcase_create("stream");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, test_head_leaves_before_the_first_piece, 0, 2);
    tcase_add_loop_test(tc, test_pieces_arrive_as_they_are_pushed_and_the_connection_lives_on, 0,
                        2);
    tcase_add_loop_test(tc, test_subscriber_that_leaves_is_noticed_at_once, 0, 2);
    tcase_add_loop_test(tc, test_cut_is_seen_at_once_beside_a_connection_that_is_older, 0, 2);
    tcase_add_loop_test(tc, test_subscriber_that_does_not_read_is_dropped, 0, 2);
    tcase_add_loop_test(tc, test_stream_that_was_ended_is_not_reported_as_gone, 0, 2);
    tcase_add_loop_test(tc, test_owner_may_give_a_stream_back_while_it_is_told_of_its_end, 0, 2);
    suite_add_tcase(suite, tc);

    TCase *own = tcase_create("own server");

    tcase_set_timeout(own, 30);
    tcase_add_loop_test(own, test_stream_to_a_client_that_has_left_is_not_opened, 0, 2);
    suite_add_tcase(suite, own);
    return suite_run(suite);
}
