/*
 * Every form of delivery, seen by the client: over HTTP (_i = 0) and HTTPS (_i = 1).
 */
#include "../fixture.h"

#define GET "GET /x HTTP/1.1\r\nHost: demo\r\n\r\n"
#define TEN "0123456789"

enum { SILENCE_SEEN_MS = 150, BIG_BYTES = 900000 };

static struct delivery plan;
static const char *body = TEN;
static int status = 429;

static void deliver(struct http_call *call)
{
    answer_text(call, status, body, &plan);
}

static struct client *ask(bool tls)
{
    struct client *c = client_open(port, tls);

    behaviour = deliver;
    client_send(c, GET);
    return c;
}

static void check_result(enum http_outcome outcome, int want_status, uint64_t body_bytes)
{
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, outcome);
    ck_assert_int_eq(r.status, want_status);
    ck_assert_uint_eq(r.body_bytes, body_bytes);
}

START_TEST(test_answer_keeps_the_connection)
{
    struct client *c = ask(_i);

    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_str_eq(client_body(c), TEN);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Length: 10\r\n"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nX-Fc-Request-Id: id-1\r\n"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nDate: "));
    ck_assert_ptr_null(strcasestr(c->bytes, "Content-Type"));
    check_result(HTTP_DELIVERED, 429, 10);
    client_next(c);
    client_send(c, GET);
    ck_assert_int_eq(client_answer(c), 429);
    check_result(HTTP_DELIVERED, 429, 10);
    ck_assert_uint_eq(stats().accepted, 1);
    client_close(c);
}
END_TEST

START_TEST(test_answer_then_close)
{
    plan.end = DELIVERY_CLOSE;
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 429);
    ck_assert_str_eq(client_body(c), TEN);
    check_result(HTTP_DELIVERED, 429, 10);
    client_close(c);
}
END_TEST

START_TEST(test_answer_then_reset)
{
    plan.end = DELIVERY_RESET;
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_RESET);
    ck_assert_int_eq(client_status(c), 429);
    ck_assert_str_eq(client_body(c), TEN);
    check_result(HTTP_CUT, 429, 10);
    client_close(c);
}
END_TEST

START_TEST(test_answer_then_silence_until_the_client_leaves)
{
    plan.end = DELIVERY_SILENCE;
    struct client *c = ask(_i);

    ck_assert_int_eq(client_answer(c), 429);
    client_send(c, GET);
    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), CLIENT_SILENT);
    client_close(c);
    check_result(HTTP_DELIVERED, 429, 10);
}
END_TEST

START_TEST(test_nothing_then_close_is_an_empty_reply)
{
    plan = (struct delivery){.form = DELIVERY_NOTHING, .end = DELIVERY_CLOSE};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(c->len, 0);
    check_result(HTTP_CUT, 0, 0);
    client_close(c);
}
END_TEST

START_TEST(test_nothing_then_reset)
{
    plan = (struct delivery){.form = DELIVERY_NOTHING, .end = DELIVERY_RESET};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_RESET);
    ck_assert_uint_eq(c->len, 0);
    check_result(HTTP_CUT, 0, 0);
    client_close(c);
}
END_TEST

START_TEST(test_hang_ends_at_once_when_the_client_leaves)
{
    plan = (struct delivery){.form = DELIVERY_NOTHING, .end = DELIVERY_SILENCE};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), CLIENT_SILENT);
    uint64_t left_ns = clock_monotonic_ns();

    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_int_eq(r.status, 0);
    ck_assert_uint_lt(r.ended_ns - left_ns, 400000000);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

START_TEST(test_silence_of_limited_length_ends_by_itself)
{
    plan = (struct delivery){
        .form = DELIVERY_NOTHING, .end = DELIVERY_SILENCE, .silence_ms = SILENCE_SEEN_MS};
    uint64_t start_ns = clock_monotonic_ns();
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(c->len, 0);
    ck_assert_uint_ge(clock_monotonic_ns() - start_ns, (SILENCE_SEEN_MS - 1) * 1000000ull);
    check_result(HTTP_CUT, 0, 0);
    client_close(c);
}
END_TEST

static const struct {
    enum delivery_end end;
    enum client_end seen;
} cut_ends[] = {
    {DELIVERY_CLOSE,   CLIENT_EOF   },
    {DELIVERY_RESET,   CLIENT_RESET },
    {DELIVERY_SILENCE, CLIENT_SILENT},
};

START_TEST(test_cut_body_is_short_of_its_true_length)
{
    bool tls = (size_t)_i >= N_ELEMENTS(cut_ends);
    size_t row = (size_t)_i % N_ELEMENTS(cut_ends);

    plan = (struct delivery){.cut = true, .cut_after = 4, .end = cut_ends[row].end};
    struct client *c = ask(tls);

    ck_assert(client_until(c, "0123"));
    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), cut_ends[row].seen);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Length: 10\r\n"));
    ck_assert_str_eq(client_body(c), "0123");
    client_close(c);
    check_result(cut_ends[row].end == DELIVERY_SILENCE ? HTTP_CLIENT_GONE : HTTP_CUT, 429, 4);
}
END_TEST

START_TEST(test_stall_then_the_rest_keeps_the_connection)
{
    plan = (struct delivery){.stall = true, .stall_after = 3, .stall_ms = SILENCE_SEEN_MS};
    uint64_t start_ns = clock_monotonic_ns();
    struct client *c = ask(_i);

    ck_assert(client_until(c, "\r\n\r\n012"));
    ck_assert_ptr_null(strstr(c->bytes, "0123"));
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_uint_ge(clock_monotonic_ns() - start_ns, (SILENCE_SEEN_MS - 1) * 1000000ull);
    ck_assert_str_eq(client_body(c), TEN);
    check_result(HTTP_DELIVERED, 429, 10);
    plan = (struct delivery){0};
    client_next(c);
    client_send(c, GET);
    ck_assert_int_eq(client_answer(c), 429);
    client_close(c);
}
END_TEST

START_TEST(test_stall_for_ever_ends_when_the_client_leaves)
{
    plan = (struct delivery){.stall = true, .stall_after = 3};
    struct client *c = ask(_i);

    ck_assert(client_until(c, "\r\n\r\n012"));
    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), CLIENT_SILENT);
    ck_assert_str_eq(client_body(c), "012");
    client_close(c);
    check_result(HTTP_CLIENT_GONE, 429, 3);
}
END_TEST

START_TEST(test_stall_then_reset)
{
    plan = (struct delivery){
        .stall = true, .stall_after = 3, .stall_ms = 20, .stall_end = DELIVERY_RESET};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_RESET);
    ck_assert_str_eq(client_body(c), "012");
    check_result(HTTP_CUT, 429, 3);
    client_close(c);
}
END_TEST

START_TEST(test_drip_comes_in_pieces_and_keeps_the_connection)
{
    plan = (struct delivery){.drip_bytes = 3, .drip_every_ms = 40};
    uint64_t start_ns = clock_monotonic_ns();
    struct client *c = ask(_i);

    ck_assert(client_until(c, "\r\n\r\n012"));
    ck_assert_uint_lt(client_body_len(c), 10);
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_str_eq(client_body(c), TEN);
    ck_assert_uint_ge(clock_monotonic_ns() - start_ns, 3 * 39 * 1000000ull);
    check_result(HTTP_DELIVERED, 429, 10);
    client_next(c);
    client_send(c, GET);
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_uint_eq(stats().accepted, 1);
    client_close(c);
}
END_TEST

START_TEST(test_drip_to_a_client_that_leaves_is_its_leaving)
{
    plan = (struct delivery){.drip_bytes = 1, .drip_every_ms = 20};
    struct client *c = ask(_i);

    ck_assert(client_until(c, "\r\n\r\n0"));
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
}
END_TEST

START_TEST(test_declared_length_too_long_leaves_the_client_waiting)
{
    plan = (struct delivery){.declare = true, .declared = 20};
    struct client *c = ask(_i);

    ck_assert(client_until(c, TEN));
    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), CLIENT_SILENT);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Length: 20\r\n"));
    ck_assert_str_eq(client_body(c), TEN);
    client_close(c);
    check_result(HTTP_DELIVERED, 429, 10);
}
END_TEST

START_TEST(test_declared_length_too_short_sends_all_the_same)
{
    plan = (struct delivery){.declare = true, .declared = 4, .end = DELIVERY_CLOSE};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Length: 4\r\n"));
    ck_assert_str_eq(client_body(c), TEN);
    check_result(HTTP_DELIVERED, 429, 10);
    client_close(c);
}
END_TEST

START_TEST(test_raw_bytes_are_exact)
{
    plan = (struct delivery){
        .form = DELIVERY_RAW, .raw = STR("\x7f\0garbage\n"), .end = DELIVERY_CLOSE};
    struct client *c = ask(_i);

    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(c->len, 10);
    ck_assert_mem_eq(c->bytes, "\x7f\0garbage\n", 10);
    check_result(HTTP_DELIVERED, 0, 0);
    client_close(c);
}
END_TEST

/* More than the socket takes at once: the writer goes on as the client reads. */
START_TEST(test_large_cut_body_survives_partial_writes)
{
    char *big = malloc(BIG_BYTES + 1);

    memset(big, 'b', BIG_BYTES);
    big[BIG_BYTES] = '\0';
    body = big;
    plan = (struct delivery){.cut = true, .cut_after = BIG_BYTES - 7, .end = DELIVERY_CLOSE};
    struct client *c = client_tcp(port);
    int small = 32768;

    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    if (_i)
        client_handshake(c, NULL);
    behaviour = deliver;
    client_send(c, GET);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(client_body_len(c), BIG_BYTES - 7);
    check_result(HTTP_CUT, 429, BIG_BYTES - 7);
    client_close(c);
    free(big);
}
END_TEST

START_TEST(test_interim_status_alone_leaves_the_client_waiting)
{
    status = 103;
    struct client *c = ask(_i);

    ck_assert(client_until(c, "HTTP/1.1 103 Early Hints\r\n"));
    ck_assert_int_eq(client_to_end(c, SILENCE_SEEN_MS), CLIENT_SILENT);
    ck_assert_str_eq(client_body(c), "");
    ck_assert_ptr_null(strstr(c->bytes, "Content-Length"));
    client_close(c);
    check_result(HTTP_DELIVERED, 103, 0);
}
END_TEST

START_TEST(test_status_without_a_body_sends_none)
{
    status = 204;
    struct client *c = ask(_i);

    ck_assert(client_until(c, "\r\n\r\n"));
    client_send(c, GET);
    ck_assert(client_until(c, "\r\n\r\nHTTP/1.1 204 No Content\r\n"));
    ck_assert_ptr_null(strstr(c->bytes, TEN));
    check_result(HTTP_DELIVERED, 204, 0);
    client_close(c);
}
END_TEST

START_TEST(test_head_request_gets_the_length_without_the_body)
{
    struct client *c = client_open(port, _i);

    behaviour = deliver;
    client_send(c, "HEAD /x HTTP/1.1\r\nHost: demo\r\n\r\n");
    ck_assert(client_until(c, "\r\n\r\n"));
    client_send(c, "HEAD /x HTTP/1.1\r\nHost: demo\r\n\r\n");
    ck_assert(client_until(c, "\r\n\r\nHTTP/1.1 429 Too Many Requests\r\n"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Length: 10\r\n"));
    check_result(HTTP_DELIVERED, 429, 0);
    client_close(c);
}
END_TEST

static void deliver_bad_headers(struct http_call *call)
{
    struct http_response response = {.status = 200, .body = STR(TEN)};
    struct arena *arena = http_call_arena(call);

    http_headers_add(&response.headers, arena, STR("X-Good"), STR("1"));
    http_headers_add(&response.headers, arena, STR("X-Split"), STR("a\r\nX-Smuggled: 1"));
    http_headers_add(&response.headers, arena, STR("X Bad"), STR("1"));
    http_headers_add(&response.headers, arena, STR("X-Empty"), STR(""));
    http_call_deliver(call, &response, NULL);
}

START_TEST(test_headers_that_would_break_the_head_are_left_out)
{
    struct client *c = client_open(port, _i);

    behaviour = deliver_bad_headers;
    client_send(c, GET);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nX-Good: 1\r\n"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nX-Empty:  \r\n"));
    ck_assert_ptr_null(strstr(c->bytes, "Connection"));
    ck_assert_ptr_null(strstr(c->bytes, "Smuggled"));
    ck_assert_ptr_null(strstr(c->bytes, "X Bad"));
    client_close(c);
}
END_TEST

static void deliver_huge_head(struct http_call *call)
{
    struct http_response response = {.status = 200, .body = STR(TEN)};
    static char value[20000];

    memset(value, 'v', sizeof(value));
    http_headers_add(&response.headers, http_call_arena(call), STR("X-Log"),
                     (struct str){value, sizeof(value)});
    http_call_deliver(call, &response, NULL);
}

START_TEST(test_head_that_outgrows_the_pool_is_sent_all_the_same)
{
    behaviour = deliver_huge_head;
    struct client *c = client_open(port, _i);

    client_send(c, GET);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_str_eq(client_body(c), TEN);
    ck_assert_uint_gt(c->len, 20000);
    check_result(HTTP_DELIVERED, 200, 10);
    client_close(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/delivery");
    TCase *tc = tcase_create("delivery");
    const TTest *const tests[] = {
        test_answer_keeps_the_connection,
        test_answer_then_close,
        test_answer_then_reset,
        test_answer_then_silence_until_the_client_leaves,
        test_nothing_then_close_is_an_empty_reply,
        test_nothing_then_reset,
        test_hang_ends_at_once_when_the_client_leaves,
        test_silence_of_limited_length_ends_by_itself,
        test_stall_then_the_rest_keeps_the_connection,
        test_stall_for_ever_ends_when_the_client_leaves,
        test_stall_then_reset,
        test_drip_comes_in_pieces_and_keeps_the_connection,
        test_drip_to_a_client_that_leaves_is_its_leaving,
        test_declared_length_too_long_leaves_the_client_waiting,
        test_declared_length_too_short_sends_all_the_same,
        test_raw_bytes_are_exact,
        test_large_cut_body_survives_partial_writes,
        test_interim_status_alone_leaves_the_client_waiting,
        test_status_without_a_body_sends_none,
        test_head_request_gets_the_length_without_the_body,
        test_headers_that_would_break_the_head_are_left_out,
        test_head_that_outgrows_the_pool_is_sent_all_the_same,
    };

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 30);
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_loop_test(tc, tests[i], 0, 2);
    tcase_add_loop_test(tc, test_cut_body_is_short_of_its_true_length, 0,
                        2 * (int)N_ELEMENTS(cut_ends));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
