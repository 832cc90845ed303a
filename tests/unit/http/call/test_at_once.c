/*
 * Requests that are answered while they are read: nobody sees a difference, and what is not of the
 * kind goes its old way.
 */
#include "../fixture.h"

enum { LARGE_BYTES = 60 << 10, RECORD_BYTES = 10000 }; /* with its head, one record of TLS */

static char seen[2048];
static char large[LARGE_BYTES + 1];
static size_t answer_bytes = LARGE_BYTES;

static void show(struct http_call *call)
{
    const struct http_request *r = http_call_request(call);
    int n = snprintf(seen, sizeof(seen),
                     STR_FMT " " STR_FMT " " STR_FMT "?" STR_FMT " " STR_FMT " " STR_FMT "\n",
                     STR_ARG(r->method), STR_ARG(r->target), STR_ARG(r->path), STR_ARG(r->query),
                     STR_ARG(r->host), STR_ARG(r->client));

    for (size_t i = 0; i < r->headers.count; i++) {
        const struct http_header *h = &r->headers.items[i];

        ck_assert_int_eq(h->name.ptr[h->name.len], '\0');
        n += snprintf(seen + n, sizeof(seen) - (size_t)n, STR_FMT ": " STR_FMT "\n",
                      STR_ARG(h->name), STR_ARG(h->value));
    }
    snprintf(seen + n, sizeof(seen) - (size_t)n, "[" STR_FMT "]", STR_ARG(r->body));
    ck_assert(r->method.ptr[r->method.len] == '\0');
}

static void answer_kept(struct http_call *call)
{
    struct http_response response = {.status = 429, .body = STR("{\"errorCode\": \"x\"}")};
    struct arena *arena = http_call_arena(call);

    show(call);
    http_headers_add(&response.headers, arena, STR("Content-Type"), STR("application/json"));
    http_headers_add(&response.headers, arena, STR("X-Fc-Request-Id"), STR("id-1"));
    http_headers_add(&response.headers, arena, STR("X-Empty"), STR(""));
    http_call_deliver(call, &response, NULL);
}

static void setup_kept(void)
{
    setup();
    behaviour = answer_kept;
}

static void setup_long(void)
{
    prepare();
    handler.finished = NULL; /* of more calls than there is room for */
    behaviour = answer_kept;
    start();
}

/* Without its date, which moves. */
static void take_answer(struct client *c, char *out, size_t size)
{
    const char *date;
    const char *end;

    ck_assert_int_ne(client_answer(c), 0);
    date = strstr(c->bytes, "\r\nDate: ");
    ck_assert_ptr_nonnull(date);
    end = strstr(date + 2, "\r\n");
    snprintf(out, size, "%.*s%s", (int)(date - c->bytes), c->bytes, end);
    client_next(c);
}

/* A client that has had an answer, so that its next request may be answered at once. */
static struct client *open_kept_over(bool tls)
{
    struct client *c = client_open(port, tls);

    client_send(c, "GET /first HTTP/1.1\r\nHost: demo\r\n\r\n");
    ck_assert_int_ne(client_answer(c), 0);
    client_next(c);
    return c;
}

static struct client *open_kept(void)
{
    return open_kept_over(false);
}

#define HOST "Host: Demo.test:8252\r\n"

#define WIDE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MANY "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\n"

static const char *const whole[] = {
    "GET / HTTP/1.1\r\n" HOST "\r\n",
    "GET /a%2Fb//c?x=1&y=%20+z&&=q HTTP/1.1\r\n" HOST
    "X-Fc-Log:  Tail \r\nEmpty:\r\nA: b\tc\r\n\r\n",
    "POST /2016-08-15/services HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nConnection: Keep-Alive\r\n\r\n",
    "DELETE /x HTTP/1.1\nHost: demo\n\n",
    "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "M-SEARCH /?\x80#f HTTP/1.1\r\nhOST:demo\r\nA:b\r\na:\t c\t\r\nX: \xff\x80\r\n\r\n",
    "GET /" WIDE "?" WIDE " HTTP/1.1\r\n" HOST "X: " WIDE "\r\n" MANY MANY MANY "\r\n",
    "GET / HTTP/1.1\r\n" HOST
    "Cookie: a=b; c=\"d\"\r\nCookie: e\r\nAuthorization: FC id:x=\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 3\r\n" HOST "Content-Length: 3\r\n\r\n\n\n\r",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 0002\r\n\r\nhi",
    "PUT /x HTTP/1.1\r\n" HOST "Content-Length: 4\r\nDate: today\r\n\r\n\r\n\r\n",
};

/* What comes in two pieces is libmicrohttpd's. */
START_TEST(test_at_once_is_no_difference)
{
    struct client *c = open_kept_over(_i >= (int)N_ELEMENTS(whole));
    const char *request = whole[(size_t)_i % N_ELEMENTS(whole)];
    size_t len = strlen(request);
    char first[512], second[512], shown[sizeof(seen)];
    uint64_t before = stats().at_once;
    unsigned asked = request_count;

    client_send(c, request);
    take_answer(c, first, sizeof(first));
    memcpy(shown, seen, sizeof(seen));
    ck_assert_uint_eq(stats().at_once, before + 1);
    client_send_bytes(c, request, len - 1);
    for (int turns = 0; turns < 2; turns++) /* the loop reads it in one of them */
        stats();
    ck_assert_uint_eq(request_count, asked + 1);
    client_send_bytes(c, request + len - 1, 1);
    take_answer(c, second, sizeof(second));
    ck_assert_str_eq(first, second);
    ck_assert_str_eq(shown, seen);
    client_close(c);
}
END_TEST

static const char *const others[] = {
    "HEAD / HTTP/1.1\r\n" HOST "\r\n",
    "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
    "GET / HTTP/1.0\r\n" HOST "\r\n",
    "GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "GET http://demo/ HTTP/1.1\r\n" HOST "\r\n",
    "GET /a b HTTP/1.1\r\n" HOST "\r\n",
    "OPTIONS * HTTP/1.1\r\n" HOST "\r\n",
    "GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n",
    "\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
    "GET / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
};

START_TEST(test_at_once_is_not_for_all)
{
    struct client *c = open_kept();
    uint64_t before = stats().at_once;

    client_send(c, others[_i]);
    ck_assert(client_until(c, "HTTP/1.1 429 ")); /* for one of them behind a 100 */
    ck_assert_uint_eq(stats().at_once, before);
    client_close(c);
}
END_TEST

START_TEST(test_at_once_refuses_what_is_wrong)
{
    struct client *c = open_kept();

    client_send(c, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 400);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(stats().at_once, 0);
    client_close(c);
}
END_TEST

/* A large head moves the connection to where larger ones are read in one piece. */
START_TEST(test_at_once_refuses_long_headers)
{
    struct client *c = open_kept();
    char head[24 << 10];

    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\n" HOST "A: %012000d\r\n\r\n", 0);
    client_send(c, head);
    ck_assert_int_eq(client_answer(c), 429);
    client_next(c);
    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\n" HOST "A: %016500d\r\n\r\n", 0);
    client_send(c, head);
    ck_assert_int_eq(client_answer(c), 400);
    ck_assert_uint_eq(request_count, 2);
    client_close(c);
}
END_TEST

/* ---- answers of another kind ---- */

enum kind { EMPTY, UNCHANGED, CLOSES, DRIPS, CUT, LONG, OWN_CONNECTION, LIES, RESETS };

static enum kind wanted;

static void answer_otherwise(struct http_call *call)
{
    static const struct delivery deliveries[] = {
        [CLOSES] = {.end = DELIVERY_CLOSE},
        [DRIPS] = {.drip_bytes = 2,       .drip_every_ms = 1},
        [CUT] = {.cut = true,                     .cut_after = 2},
        [LIES] = {.declare = true,.declared = 3, .end = DELIVERY_CLOSE},
        [RESETS] = {.end = DELIVERY_RESET      },
    };
    struct http_response response = {.status = 200, .body = STR("answer")};

    if (request_count == 1) {
        answer_kept(call);
        return;
    }
    if (wanted == EMPTY || wanted == UNCHANGED)
        response.status = wanted == EMPTY ? 204 : 304;
    if (wanted == LONG)
        response.body = (struct str){arena_alloc(http_call_arena(call), 70000), 70000};
    if (wanted == OWN_CONNECTION)
        http_headers_add(&response.headers, http_call_arena(call), STR("Connection"), STR("close"));
    http_call_deliver(call, &response, &deliveries[wanted]);
}

static const struct {
    int status;
    size_t body;
    enum client_end end;
} otherwise[] = {
    [EMPTY] = {204, 0,     CLIENT_SILENT},
    [UNCHANGED] = {304, 0,     CLIENT_SILENT},
    [CLOSES] = {200, 6,     CLIENT_EOF   },
    [DRIPS] = {200, 6,     CLIENT_SILENT},
    [CUT] = {200, 2,     CLIENT_EOF   },
    [LONG] = {200, 70000, CLIENT_SILENT},
    [OWN_CONNECTION] = {200, 6,     CLIENT_EOF   },
    [LIES] = {200, 6,     CLIENT_EOF   },
    [RESETS] = {200, 6,     CLIENT_RESET },
};

START_TEST(test_at_once_leaves_other_answers_to_others)
{
    wanted = (enum kind)_i;
    behaviour = answer_otherwise;
    struct client *c = open_kept();

    client_send(c, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
    ck_assert(client_until(c, "\r\n\r\n"));
    if (otherwise[_i].end == CLIENT_SILENT)
        ck_assert(client_until_len(c, (size_t)(client_body(c) - c->bytes) + otherwise[_i].body));
    else
        ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), otherwise[_i].end);
    ck_assert_int_eq(client_status(c), otherwise[_i].status);
    ck_assert_uint_eq(client_body_len(c), otherwise[_i].body);
    ck_assert_uint_eq(stats().at_once, 0);
    ck_assert_uint_eq(request_count, 2);
    client_close(c);
}
END_TEST

/* ---- calls that wait ---- */

static struct http_call *waiting;
static unsigned waiting_count;

static void wait_each_second(struct http_call *call)
{
    if (request_count % 2) {
        answer_kept(call);
        return;
    }
    waiting = call;
    count(&waiting_count);
}

static void answer_waiting(void *arg)
{
    (void)arg;
    answer_kept(waiting);
}

START_TEST(test_at_once_becomes_a_call_that_waits)
{
    behaviour = wait_each_second;
    struct client *c = open_kept();

    client_send(c, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
    ck_assert_uint_eq(wait_count(&waiting_count, 1), 1);
    ck_assert_uint_eq(stats().calls, 1);
    loop_post(loop, answer_waiting, NULL);
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_ptr_nonnull(strstr(seen, "[hi]"));
    client_next(c);

    client_send(c, "GET /third HTTP/1.1\r\n" HOST "\r\n"); /* the last one waited: not tried */
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_uint_eq(stats().at_once, 0);
    client_next(c);

    client_send(c, "GET /fourth HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_uint_eq(wait_count(&waiting_count, 2), 2);
    client_close(c);
    ck_assert_uint_eq(wait_count(&gone_count, 1), 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    ck_assert_int_eq(next_result().outcome, HTTP_CLIENT_GONE);
}
END_TEST

/* ---- bodies that nobody wants ---- */

static void limit_body(void *owner, struct http_call *call)
{
    on_head(owner, call);
    http_call_limit_body(call, 3);
}

static void refuse_body(void *owner, struct http_call *call)
{
    on_head(owner, call);
    if (http_call_has_body(call))
        answer_text(call, 403, "no", NULL);
}

static void limited_setup(void)
{
    prepare();
    handler.head = limit_body;
    behaviour = answer_kept;
    start();
}

static void refusing_setup(void)
{
    prepare();
    handler.head = refuse_body;
    behaviour = answer_kept;
    start();
}

START_TEST(test_at_once_obeys_a_limit)
{
    struct client *c = open_kept();

    client_send(c, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nfit");
    ck_assert_int_eq(client_answer(c), 429);
    ck_assert_uint_eq(stats().at_once, 1);
    client_next(c);
    client_send(c, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nmore");
    ck_assert_int_eq(client_answer(c), 413);
    ck_assert_str_eq(client_body(c), "limit 3");
    ck_assert_uint_eq(stats().at_once, 1);
    ck_assert_uint_eq(request_count, 2);
    client_close(c);
}
END_TEST

START_TEST(test_at_once_refuses_a_body_unread)
{
    struct client *c = open_kept();

    client_send(c, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nmore");
    ck_assert_int_eq(client_answer(c), 403);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_uint_eq(request_count, 1);
    client_close(c);
}
END_TEST

/* ---- clients that do not read, connections that last ---- */

static void answer_large(struct http_call *call)
{
    struct http_response response = {
        .status = 200, .body = {large, answer_bytes}
    };

    http_call_deliver(call, &response, NULL);
}

static ssize_t read_some(struct client *c)
{
    return c->session ? gnutls_record_recv(c->session, c->bytes, CLIENT_BYTES_MAX)
                      : recv(c->fd, c->bytes, CLIENT_BYTES_MAX, 0);
}

START_TEST(test_at_once_writes_on_when_there_is_room)
{
    size_t answers = 0;
    size_t got = 0;
    size_t each;
    ssize_t n;

    memset(large, 'x', LARGE_BYTES);
    answer_bytes = _i < 2 ? LARGE_BYTES : RECORD_BYTES;
    behaviour = answer_large;
    struct client *c = open_kept_over(_i % 2);

    client_send(c, "GET /x HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    each = c->len;
    client_next(c);

    while (stats().calls == 0) {
        unsigned asked = request_count;

        client_send(c, "GET /x HTTP/1.1\r\n" HOST "\r\n");
        ck_assert_uint_eq(wait_count(&request_count, asked + 1), asked + 1);
        answers++;
    }
    ck_assert_uint_ge(stats_seen.at_once + 1, answers / 2);
    while ((n = read_some(c)) > 0)
        got += (size_t)n;
    ck_assert_int_eq(n, 0);
    ck_assert_uint_eq(got, answers * each);
    for (size_t i = 0; i <= answers + 1; i++) {
        struct ending r = next_result();

        ck_assert_int_eq(r.outcome, HTTP_DELIVERED);
        ck_assert_uint_eq(r.body_bytes, answer_bytes);
    }
    client_close(c);
}
END_TEST

START_TEST(test_at_once_counts_what_a_client_took_that_left)
{
    struct ending r;
    size_t answers = 0;

    memset(large, 'x', LARGE_BYTES);
    behaviour = answer_large;
    struct client *c = open_kept();

    for (; stats().calls == 0; answers++) {
        unsigned asked = request_count;

        client_send(c, "GET /x HTTP/1.1\r\n" HOST "\r\n");
        ck_assert_uint_eq(wait_count(&request_count, asked + 1), asked + 1);
    }
    client_close(c);
    for (size_t i = 0; i < answers; i++)
        ck_assert_uint_eq(next_result().body_bytes, LARGE_BYTES);
    r = next_result();
    ck_assert_int_eq(r.outcome, HTTP_CLIENT_GONE);
    ck_assert_uint_lt(r.body_bytes, LARGE_BYTES);
}
END_TEST

/* libmicrohttpd gives up whom it reads nothing of. */
START_TEST(test_at_once_lets_the_reader_read_each_second)
{
    struct client *c = open_kept();
    uint64_t until_ns = clock_monotonic_ns() + UINT64_C(20000000000);
    unsigned read = 0;

    while (read < 2 && clock_monotonic_ns() < until_ns) {
        uint64_t before = stats().at_once;

        client_send(c, "GET /x HTTP/1.1\r\n" HOST "\r\n");
        ck_assert_int_eq(client_answer(c), 429);
        client_next(c);
        read += stats().at_once == before;
    }
    ck_assert_uint_eq(read, 2);
    ck_assert_uint_gt(stats_seen.at_once, 0);
    client_close(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/at_once");
    TCase *kept = tcase_create("kept");
    TCase *lasting = tcase_create("lasting");
    TCase *plain = tcase_create("plain");
    TCase *limited = tcase_create("limited");
    TCase *refusing = tcase_create("refusing");

    tcase_add_checked_fixture(kept, setup_kept, teardown);
    tcase_add_loop_test(kept, test_at_once_is_no_difference, 0, 2 * N_ELEMENTS(whole));
    tcase_add_loop_test(kept, test_at_once_is_not_for_all, 0, N_ELEMENTS(others));
    tcase_add_test(kept, test_at_once_refuses_what_is_wrong);
    tcase_add_test(kept, test_at_once_refuses_long_headers);
    suite_add_tcase(suite, kept);
    tcase_add_checked_fixture(lasting, setup_long, teardown);
    tcase_add_test(lasting, test_at_once_lets_the_reader_read_each_second);
    suite_add_tcase(suite, lasting);
    tcase_add_checked_fixture(plain, setup, teardown);
    tcase_add_loop_test(plain, test_at_once_leaves_other_answers_to_others, 0,
                        N_ELEMENTS(otherwise));
    tcase_add_test(plain, test_at_once_becomes_a_call_that_waits);
    tcase_add_loop_test(plain, test_at_once_writes_on_when_there_is_room, 0, 4);
    tcase_add_test(plain, test_at_once_counts_what_a_client_took_that_left);
    suite_add_tcase(suite, plain);
    tcase_add_checked_fixture(limited, limited_setup, teardown);
    tcase_add_test(limited, test_at_once_obeys_a_limit);
    suite_add_tcase(suite, limited);
    tcase_add_checked_fixture(refusing, refusing_setup, teardown);
    tcase_add_test(refusing, test_at_once_refuses_a_body_unread);
    suite_add_tcase(suite, refusing);
    return suite_run(suite);
}
