/*
 * What a client sends, and what the owner is shown of it; over every kind of socket.
 */
#include "../fixture.h"

#include <fcntl.h>

static struct {
    char text[16384];
    bool tls;
    uint64_t connection;
    uint32_t call;
} seen;

/* One line a field, so that a test compares text. */
static void show(struct http_call *call)
{
    const struct http_request *r = http_call_request(call);
    int n = snprintf(seen.text, sizeof(seen.text),
                     STR_FMT "\ntarget=" STR_FMT "\npath=" STR_FMT "\nquery=" STR_FMT
                             "\nauthority=" STR_FMT "\nhost=" STR_FMT "\nsni=" STR_FMT
                             "\nclient=" STR_FMT "\n",
                     STR_ARG(r->method), STR_ARG(r->target), STR_ARG(r->path), STR_ARG(r->query),
                     STR_ARG(r->authority), STR_ARG(r->host), STR_ARG(r->sni), STR_ARG(r->client));

    for (size_t i = 0; i < r->headers.count; i++)
        n += snprintf(seen.text + n, sizeof(seen.text) - (size_t)n, STR_FMT ": " STR_FMT "\n",
                      STR_ARG(r->headers.items[i].name), STR_ARG(r->headers.items[i].value));
    seen.tls = r->tls;
    seen.connection = r->connection;
    seen.call = r->connection_call;
    answer_text(call, 200, "ok", NULL);
}

static void show_setup(void)
{
    setup();
    behaviour = show;
}

START_TEST(test_request_is_shown_as_received)
{
    struct client *c = client_open(port, _i);
    char want[512];

    client_send(c, "GET /a%2Fb//c?x=1&y=%20+z&&=q HTTP/1.1\r\nHost: Demo.TEST.:8252\r\n"
                   "X-Fc-Log:  Tail \r\nx-fc-log: Other\r\nEmpty:\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    snprintf(want, sizeof(want),
             "GET\ntarget=/a%%2Fb//c?x=1&y=%%20+z&&=q\npath=/a%%2Fb//c\nquery=x=1&y=%%20+z&&=q\n"
             "authority=Demo.TEST.:8252\nhost=demo.test\nsni=%s\nclient=127.0.0.1\n"
             "Host: Demo.TEST.:8252\nX-Fc-Log: Tail\nx-fc-log: Other\nEmpty: \n",
             _i ? "demo.example.test" : "");
    ck_assert_str_eq(seen.text, want);
    ck_assert_int_eq(seen.tls, _i);
    client_close(c);
}
END_TEST

static const char *const clients[] = {"127.0.0.1", "127.10.205.99", "127.255.100.9"};

START_TEST(test_client_is_shown_by_its_address)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char want[64];

    inet_pton(AF_INET, clients[_i], &from.sin_addr);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    struct client *c = client_on(fd);

    client_send(c, "GET / HTTP/1.1\r\nHost: demo\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    snprintf(want, sizeof(want), "\nclient=%s\n", clients[_i]);
    ck_assert_ptr_nonnull(strstr(seen.text, want));
    client_close(c);
}
END_TEST

START_TEST(test_absolute_form_names_the_host)
{
    struct client *c = client_open(port, false);

    client_send(c, "GET http://Real.TEST:80?q HTTP/1.1\r\nHost: other\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_ptr_nonnull(strstr(seen.text, "target=http://Real.TEST:80?q\npath=/\nquery=q\n"
                                            "authority=Real.TEST:80\nhost=real.test\n"));
    client_close(c);
}
END_TEST

START_TEST(test_connections_and_their_calls_are_numbered)
{
    struct client *a = client_open(port, false);
    struct client *b = client_open(port, false);

    for (unsigned i = 1; i <= 3; i++) {
        client_next(a);
        client_send(a, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        ck_assert_int_eq(client_answer(a), 200);
        ck_assert_uint_eq(seen.connection, 1);
        ck_assert_uint_eq(seen.call, i);
    }
    client_send(b, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(client_answer(b), 200);
    ck_assert_uint_eq(seen.connection, 2);
    ck_assert_uint_eq(seen.call, 1);
    client_close(a);
    client_close(b);
}
END_TEST

START_TEST(test_pipelined_requests_are_all_answered)
{
    struct client *c = client_open(port, _i);
    unsigned answers = 0;

    client_send(c, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: x\r\n"
                   "Connection: close\r\n\r\n");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    for (const char *at = c->bytes; (at = strstr(at, "HTTP/1.1 200 OK\r\n")); at++)
        answers++;
    ck_assert_uint_eq(answers, 3);
    client_close(c);
}
END_TEST

START_TEST(test_http10_is_tolerated_without_a_host)
{
    struct client *c = client_open(port, false);

    client_send(c, "GET /old HTTP/1.0\r\n\r\n");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 200);
    ck_assert_ptr_nonnull(strstr(seen.text, "path=/old\n"));
    ck_assert_int_eq(next_result().outcome, HTTP_DELIVERED);
    client_close(c);
}
END_TEST

static const struct {
    const char *head;
    int status;
    const char *message;
} refusals[] = {
    {"GET / HTTP/1.1\r\n\r\n",                                                           400, "the Host header is missing"             },
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",                                     400, "there is more than one Host header"     },
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n",                                                                   400, "Content-Length beside Transfer-Encoding"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400,
     "Content-Length is given twice"                                                                                                   },
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",                      400,
     "a blank stands before the colon"                                                                                                 },
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",                    501,
     "Transfer-Encoding is not"                                                                                                        },
};

START_TEST(test_ambiguous_requests_are_refused)
{
    struct client *c = client_open(port, false);

    client_send(c, refusals[_i].head);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), refusals[_i].status);
    ck_assert_ptr_nonnull(strstr(client_body(c), refusals[_i].message));
    ck_assert_ptr_nonnull(strstr(c->bytes, "\r\nContent-Type: application/json\r\n"));
    client_close(c);
    struct ending r = next_result();

    ck_assert_int_eq(r.outcome, HTTP_REFUSED);
    ck_assert_int_eq(r.status, refusals[_i].status);
    ck_assert_uint_eq(request_count, 0);
    ck_assert_uint_eq(stats().refused, 1);
}
END_TEST

static void shape(void *owner, struct http_call *call, const struct refusal *refusal,
                  struct http_response *response)
{
    (void)owner;
    response->status = 200;
    response->body = arena_strf(http_call_arena(call), "<%s>", refusal->message);
}

START_TEST(test_owner_shapes_refusals_but_for_the_status)
{
    prepare();
    handler.refuse = shape;
    start();
    struct client *c = client_open(port, false);

    client_send(c, "GET / HTTP/1.1\r\n\r\n");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 400);
    ck_assert_str_eq(client_body(c), "<the Host header is missing>");
    client_close(c);
    teardown();
}
END_TEST

/* The service's own limit for the headers of a trigger is 8 KB: it must be possible to exceed. */
START_TEST(test_headers_of_nine_kilobytes_are_read)
{
    static char value[9000];
    struct client *c = client_open(port, _i);

    memset(value, 'v', sizeof(value) - 1);
    client_send(c, "GET / HTTP/1.1\r\nHost: demo\r\nX-Long: ");
    client_send(c, value);
    client_send(c, "\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_ptr_nonnull(strstr(seen.text, value));
    client_close(c);
}
END_TEST

START_TEST(test_longer_heads_are_refused)
{
    static char value[17000];
    struct client *c = client_open(port, _i);

    memset(value, 'v', sizeof(value) - 1);
    client_send(c, "GET / HTTP/1.1\r\nHost: demo\r\nX-Long: ");
    client_send(c, value);
    client_send(c, "\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 400);
    ck_assert_ptr_nonnull(strstr(client_body(c), "the headers are too long"));
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(stats().refused, 1);
}
END_TEST

START_TEST(test_what_is_not_http_is_counted_as_refused)
{
    struct client *c = client_open(port, false);

    client_send(c, "\r\n\r\nhello there\r\n\r\n");
    ck_assert_int_ne(client_to_end(c, CLIENT_WAIT_MS), CLIENT_SILENT);
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
}
END_TEST

/* Of TLS an alert, an old hello, nothing, and another protocol's first byte. */
static const char other_protocols[] = {0x15, (char)0x80, 0x00, 0x05};

START_TEST(test_other_protocols_are_not_waited_for)
{
    struct client *c = client_open(port, false);

    ck_assert_int_eq(send(c->fd, &other_protocols[_i], 1, MSG_NOSIGNAL), 1);
    ck_assert_int_ne(client_to_end(c, CLIENT_WAIT_MS), CLIENT_SILENT);
    ck_assert_str_eq(c->bytes, "");
    client_close(c);
    ck_assert_uint_eq(stats().refused, 1);
}
END_TEST

START_TEST(test_connect_opens_a_tunnel_to_ourselves)
{
    struct client *c = client_open(port, false);

    client_send(c, "CONNECT real.test:443 HTTP/1.1\r\nHost: real.test:443\r\n\r\n");
    ck_assert(client_until(c, "\r\n\r\n"));
    ck_assert_str_eq(c->bytes, "HTTP/1.1 200 Connection established\r\n\r\n");
    client_next(c);
    if (_i)
        client_handshake(c, "real.test");
    client_send(c, "GET /in HTTP/1.1\r\nHost: real.test\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_ptr_nonnull(strstr(seen.text, "path=/in\n"));
    ck_assert_int_eq(seen.tls, _i);
    client_close(c);
}
END_TEST

START_TEST(test_connect_in_pieces)
{
    static const char head[] = "CONNECT real.test:443 HTTP/1.1\r\n\r\n";
    struct client *c = client_open(port, false);

    for (size_t i = 0; i < sizeof(head) - 1; i++)
        client_send_bytes(c, head + i, 1);
    ck_assert(client_until(c, "established\r\n\r\n"));
    client_close(c);
}
END_TEST

START_TEST(test_second_connect_is_refused)
{
    struct client *c = client_open(port, false);

    client_send(c, "CONNECT a:1 HTTP/1.1\r\n\r\n");
    ck_assert(client_until(c, "established\r\n\r\n"));
    client_next(c);
    client_send(c, "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n");
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 400);
    client_close(c);
}
END_TEST

static struct client *connect_v6(uint16_t to_port)
{
    struct sockaddr_in6 to = {
        .sin6_family = AF_INET6, .sin6_port = htons(to_port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return client_on(fd);
}

static void ask_and_see(struct client *c, const char *line)
{
    client_send(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_msg(strstr(seen.text, line) != NULL, "no '%s' in '%s'", line, seen.text);
    client_close(c);
}

START_TEST(test_ipv6_literal)
{
    prepare();
    behaviour = show;
    start_on("[::1]:0");
    ask_and_see(connect_v6(port), "client=::1\n");
    teardown();
}
END_TEST

START_TEST(test_empty_host_listens_on_both_families)
{
    prepare();
    behaviour = show;
    start_on(":0");
    ask_and_see(connect_v6(port), "client=::1\n");
    ask_and_see(client_tcp(port), "client=127.0.0.1\n");
    teardown();
}
END_TEST

START_TEST(test_socket_file_is_served_and_removed)
{
    char folder[64];
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char address[128];

    scratch_folder(folder, "s");
    snprintf(to.sun_path, sizeof(to.sun_path), "%s/s", folder);
    snprintf(address, sizeof(address), "unix:%s", to.sun_path);
    /* A dead process left its socket behind. */
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(stale, (struct sockaddr *)&to, sizeof(to)), 0);
    close(stale);
    prepare();
    behaviour = show;
    start_on(address);
    ck_assert_uint_eq(port, 0);
    for (int i = 0; i < 2; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
        struct client *c = client_on(fd);

        if (i == 1)
            client_handshake(c, "x.test");
        ask_and_see(c, "client=unix\n");
    }
    teardown();
    ck_assert_int_ne(access(to.sun_path, F_OK), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(test_file_that_is_no_socket_is_left_alone)
{
    char path[256], address[272];
    struct error err = {0};
    uint16_t got;

    scratch_path(path, "file");
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(address, sizeof(address), "unix:%s", path);
    ck_assert_int_lt(http_server_listen(server, str_of(address), &got, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "it is no socket"));
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static const char *const bad_addresses[] = {
    "",       "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "example.test:80",
    "::1:80", "[::1]",     "unix:",
};

START_TEST(test_impossible_addresses_are_refused)
{
    struct error err = {0};
    uint16_t got;

    ck_assert_int_lt(http_server_listen(server, str_of(bad_addresses[_i]), &got, &err), 0);
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(test_taken_port_is_an_error_that_names_it)
{
    struct error err = {0};
    char address[32];
    uint16_t got;

    snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    ck_assert_int_lt(http_server_listen(server, str_of(address), &got, &err), 0);
    ck_assert_int_eq(err.kind, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, address));
    ck_assert_ptr_nonnull(strstr(err.text, "choose another port with --listen"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/request");
    TCase *tc = tcase_create("request");
    TCase *own = tcase_create("own server");

    tcase_add_checked_fixture(tc, show_setup, teardown);
    tcase_add_loop_test(tc, test_request_is_shown_as_received, 0, 2);
    tcase_add_loop_test(tc, test_client_is_shown_by_its_address, 0, (int)N_ELEMENTS(clients));
    tcase_add_test(tc, test_absolute_form_names_the_host);
    tcase_add_test(tc, test_connections_and_their_calls_are_numbered);
    tcase_add_loop_test(tc, test_pipelined_requests_are_all_answered, 0, 2);
    tcase_add_test(tc, test_http10_is_tolerated_without_a_host);
    tcase_add_loop_test(tc, test_ambiguous_requests_are_refused, 0, (int)N_ELEMENTS(refusals));
    tcase_add_loop_test(tc, test_headers_of_nine_kilobytes_are_read, 0, 2);
    tcase_add_loop_test(tc, test_longer_heads_are_refused, 0, 2);
    tcase_add_test(tc, test_what_is_not_http_is_counted_as_refused);
    tcase_add_loop_test(tc, test_other_protocols_are_not_waited_for, 0,
                        (int)N_ELEMENTS(other_protocols));
    tcase_add_loop_test(tc, test_connect_opens_a_tunnel_to_ourselves, 0, 2);
    tcase_add_test(tc, test_connect_in_pieces);
    tcase_add_test(tc, test_second_connect_is_refused);
    tcase_add_test(tc, test_file_that_is_no_socket_is_left_alone);
    tcase_add_loop_test(tc, test_impossible_addresses_are_refused, 0,
                        (int)N_ELEMENTS(bad_addresses));
    tcase_add_test(tc, test_taken_port_is_an_error_that_names_it);
    suite_add_tcase(suite, tc);
    tcase_add_test(own, test_owner_shapes_refusals_but_for_the_status);
    tcase_add_test(own, test_ipv6_literal);
    tcase_add_test(own, test_empty_host_listens_on_both_families);
    tcase_add_test(own, test_socket_file_is_served_and_removed);
    suite_add_tcase(suite, own);
    return suite_run(suite);
}
