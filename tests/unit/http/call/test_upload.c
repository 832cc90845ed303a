/*
 * Request bodies: framed either way, spooled, too large, waited for.
 */
#include "../fixture.h"

enum { LIMIT = 1 << 20, SPOOLED = 300 * 1024 };

static char *payload; /* LIMIT + 1 bytes, told apart by position */

static void make_payload(void)
{
    payload = malloc(LIMIT + 1);
    for (size_t i = 0; i <= LIMIT; i++)
        payload[i] = (char)('a' + i % 23);
}

static void free_payload(void)
{
    free(payload);
}

static void upload_setup(void)
{
    make_payload();
    setup();
}

static void upload_teardown(void)
{
    teardown();
    free_payload();
}

static void check_body(struct http_call *call)
{
    struct str body = http_call_request(call)->body;
    const char *same =
        body.len <= LIMIT && memcmp(body.ptr, payload, body.len) == 0 ? "same" : "other";
    struct http_response response = {
        .status = 200, .body = arena_strf(http_call_arena(call), "%s %zu", same, body.len)};

    http_call_deliver(call, &response, NULL);
}

static void check_answer(struct client *c, size_t len)
{
    char want[64];

    snprintf(want, sizeof(want), "same %zu", len);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_str_eq(client_body(c), want);
}

static const size_t sizes[] = {0, 1, 100, 4096, 200000, SPOOLED, LIMIT};

static void send_head(struct client *c, const char *more, const char *framing)
{
    client_send(c, "POST /u HTTP/1.1\r\nHost: demo\r\n");
    client_send(c, more);
    client_send(c, framing);
    client_send(c, "\r\n\r\n");
}

static void send_with_length(struct client *c, const char *more, size_t len)
{
    char framing[64];

    snprintf(framing, sizeof(framing), "Content-Length: %zu", len);
    send_head(c, more, framing);
    client_send_bytes(c, payload, len);
}

static void send_chunked(struct client *c, size_t len)
{
    char size[32];

    send_head(c, "", "Transfer-Encoding: chunked");
    for (size_t at = 0; at < len; at += 30000) {
        size_t n = len - at < 30000 ? len - at : 30000;

        snprintf(size, sizeof(size), "%zx\r\n", n);
        client_send(c, size);
        client_send_bytes(c, payload + at, n);
        client_send(c, "\r\n");
    }
    client_send(c, "0\r\n\r\n");
}

START_TEST(test_upload_with_a_length)
{
    struct client *c = client_open(port, (size_t)_i >= N_ELEMENTS(sizes));
    size_t len = sizes[(size_t)_i % N_ELEMENTS(sizes)];

    behaviour = check_body;
    for (int i = 0; i < 2; i++) { /* the connection lives on */
        client_next(c);
        send_with_length(c, "", len);
        check_answer(c, len);
    }
    client_close(c);
}
END_TEST

START_TEST(test_chunked_upload)
{
    struct client *c = client_open(port, (size_t)_i >= N_ELEMENTS(sizes));
    size_t len = sizes[(size_t)_i % N_ELEMENTS(sizes)];

    behaviour = check_body;
    for (int i = 0; i < 2; i++) {
        client_next(c);
        send_chunked(c, len);
        check_answer(c, len);
    }
    client_close(c);
}
END_TEST

static uint64_t connection_seen;
static uint32_t call_seen;

static void check_body_and_place(struct http_call *call)
{
    connection_seen = http_call_request(call)->connection;
    call_seen = http_call_request(call)->connection_call;
    check_body(call);
}

/* A large body takes its connection to where more is read at once, wherever it comes. */
START_TEST(test_large_bodies_among_small_ones)
{
    static const size_t mixed[] = {100, SPOOLED, 100, 0, LIMIT, LIMIT, 100};
    struct client *c = client_open(port, _i);

    behaviour = check_body_and_place;
    for (size_t i = 0; i < N_ELEMENTS(mixed); i++) {
        client_next(c);
        send_with_length(c, "", mixed[i]);
        check_answer(c, mixed[i]);
        ck_assert_uint_eq(connection_seen, 1);
        ck_assert_uint_eq(call_seen, i + 1);
    }
    client_close(c);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

START_TEST(test_expectation_is_answered)
{
    struct client *c = client_open(port, _i & 1);
    size_t len = _i & 2 ? SPOOLED : 5;
    char framing[64];

    behaviour = check_body;
    snprintf(framing, sizeof(framing), "Content-Length: %zu", len);
    for (int i = 0; i < 2; i++) {
        client_next(c);
        send_head(c, "Expect: 100-continue\r\n", framing);
        ck_assert(client_until(c, "HTTP/1.1 100 Continue\r\n\r\n"));
        client_next(c);
        client_send_bytes(c, payload, len);
        check_answer(c, len);
    }
    client_close(c);
}
END_TEST

START_TEST(test_expectation_of_too_much_is_refused_without_the_body)
{
    struct client *c = client_open(port, _i);

    send_head(c, "Expect: 100-continue\r\n", "Content-Length: 1048577");
    ck_assert_int_eq(client_answer(c), 413);
    ck_assert_str_eq(client_body(c), "limit 1048576");
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nConnection: close\r\n"));
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
}
END_TEST

/* The client sends everything before it reads: it must neither block nor lose the answer. */
START_TEST(test_too_large_upload_gets_its_answer)
{
    bool tls = _i & 1;
    bool chunked = _i & 2;
    struct client *c = client_open(port, tls);

    if (chunked)
        send_chunked(c, LIMIT + 1);
    else
        send_with_length(c, "", LIMIT + 1);
    ck_assert_int_eq(client_answer(c), 413);
    ck_assert_str_eq(client_body(c), "limit 1048576");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
}
END_TEST

static void on_head_with_limit(void *owner, struct http_call *call)
{
    on_head(owner, call);
    http_call_limit_body(call, 10);
    http_call_limit_body(call, 1000); /* lowers only */
}

START_TEST(test_limit_of_one_call)
{
    prepare();
    handler.head = on_head_with_limit;
    start();
    behaviour = check_body;
    struct client *c = client_open(port, false);

    send_with_length(c, "", 10);
    check_answer(c, 10);
    client_next(c);
    send_with_length(c, "", 11);
    ck_assert_int_eq(client_answer(c), 413);
    ck_assert_str_eq(client_body(c), "limit 10");
    client_close(c);
    teardown();
}
END_TEST

static struct delivery early;

static void on_head_answers(void *owner, struct http_call *call)
{
    on_head(owner, call);
    answer_text(call, 403, "no", &early);
}

static void start_early(void)
{
    prepare();
    handler.head = on_head_answers;
    start();
}

START_TEST(test_answer_at_the_head_does_not_wait_for_the_body)
{
    start_early();
    struct client *c = client_open(port, _i);

    send_head(c, "", "Content-Length: 1000");
    ck_assert_int_eq(client_answer(c), 403);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    teardown();
}
END_TEST

START_TEST(test_answer_at_the_head_of_a_request_without_body_keeps_the_connection)
{
    start_early();
    struct client *c = client_open(port, _i);

    for (int i = 0; i < 2; i++) {
        client_next(c);
        client_send(c, "GET / HTTP/1.1\r\nHost: demo\r\n\r\n");
        ck_assert_int_eq(client_answer(c), 403);
    }
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
    teardown();
}
END_TEST

START_TEST(test_reset_at_the_head_of_an_upload)
{
    early = (struct delivery){.form = DELIVERY_NOTHING, .end = DELIVERY_RESET};
    start_early();
    struct client *c = client_open(port, _i);

    send_head(c, "", "Content-Length: 1000");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_RESET);
    ck_assert_uint_eq(c->len, 0);
    ck_assert_int_eq(next_result().outcome, HTTP_CUT);
    client_close(c);
    teardown();
}
END_TEST

START_TEST(test_client_that_leaves_in_mid_upload_is_gone)
{
    struct client *c = client_open(port, _i);

    /* An end that is there with bytes is left to idle_timeout: libmicrohttpd, which reads at edges,
     * may take both for one. Of what is sent in one piece all has been read once there is a call.
     */
    client_send(c, "POST /u HTTP/1.1\r\nHost: demo\r\nContent-Length: 1000\r\n\r\nhalf");
    while (!stats().calls)
        ;
    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_eq(gone_count, 1);
    ck_assert_uint_eq(request_count, 0);
}
END_TEST

START_TEST(test_full_spool_is_refused)
{
    prepare();
    settings.spool_dir = "/nonexistent";
    start();
    behaviour = check_body;
    struct client *c = client_open(port, false);

    send_with_length(c, "", SPOOLED);
    ck_assert_int_eq(client_answer(c), 503);
    client_close(c);
    ck_assert_int_eq(next_result().outcome, HTTP_REFUSED);
    teardown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/upload");
    TCase *tc = tcase_create("upload");
    TCase *own = tcase_create("own server");

    tcase_add_checked_fixture(tc, upload_setup, upload_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, test_upload_with_a_length, 0, 2 * (int)N_ELEMENTS(sizes));
    tcase_add_loop_test(tc, test_large_bodies_among_small_ones, 0, 2); /* plain, TLS */
    tcase_add_loop_test(tc, test_chunked_upload, 0, 2 * (int)N_ELEMENTS(sizes));
    tcase_add_loop_test(tc, test_expectation_is_answered, 0, 4);
    tcase_add_loop_test(tc, test_expectation_of_too_much_is_refused_without_the_body, 0, 2);
    tcase_add_loop_test(tc, test_too_large_upload_gets_its_answer, 0, 4);
    tcase_add_loop_test(tc, test_client_that_leaves_in_mid_upload_is_gone, 0, 2);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(own, make_payload, free_payload);
    tcase_add_loop_test(own, test_answer_at_the_head_does_not_wait_for_the_body, 0, 2);
    tcase_add_loop_test(own, test_answer_at_the_head_of_a_request_without_body_keeps_the_connection,
                        0, 2);
    tcase_add_loop_test(own, test_reset_at_the_head_of_an_upload, 0, 2);
    tcase_add_test(own, test_limit_of_one_call);
    tcase_add_test(own, test_full_spool_is_refused);
    suite_add_tcase(suite, own);
    return suite_run(suite);
}
