/*
 * What happens to a connection before its first request: by name, by limit, by silence.
 */
#include "../fixture.h"

enum { SEEN_MS = 150 };

static struct {
    char client[64];
    char name[300];
    bool named;
    bool tls;
} seen;
static unsigned accepted_count;
static enum delivery_end verdict;
static uint64_t verdict_silence_ms;

static void on_accepted(void *owner, struct str client, struct str name, bool tls,
                        struct wire_fate *out)
{
    (void)owner;
    snprintf(seen.client, sizeof(seen.client), STR_FMT, STR_ARG(client));
    snprintf(seen.name, sizeof(seen.name), STR_FMT, STR_ARG(name));
    seen.named = str_is_set(name);
    seen.tls = tls;
    out->end = verdict;
    out->silence_ms = verdict_silence_ms;
    count(&accepted_count);
}

static bool on_reserved(void *owner, struct str name, struct str target)
{
    (void)owner;
    return str_eq(name, STR("own.test")) && str_eq(target, STR("/own?x"));
}

static void answer_now(struct http_call *call)
{
    answer_text(call, 200, "ok", NULL);
}

static void accept_setup(void)
{
    prepare();
    handler.gate.accepted = on_accepted;
    start();
    behaviour = answer_now;
}

static const struct {
    const char *bytes;
    const char *name; /* NULL: none */
} firsts[] = {
    {"GET / HTTP/1.1\r\nHost: Demo.TEST:8252\r\n\r\n",       "demo.test"},
    {"GET / HTTP/1.1\r\nX: y\r\nhost:demo.test\r\n\r\n",     "demo.test"},
    {"GET http://Abs.TEST/ HTTP/1.1\r\nHost: other\r\n\r\n", "abs.test" },
    {"GET / HTTP/1.0\r\n\r\n",                               NULL       },
};

START_TEST(test_host_is_known_before_the_request)
{
    struct client *c = client_open(port, false);

    client_send(c, firsts[_i].bytes);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_uint_eq(accepted_count, 1);
    ck_assert_int_eq(seen.named, firsts[_i].name != NULL);
    ck_assert_str_eq(seen.name, firsts[_i].name ? firsts[_i].name : "");
    ck_assert_str_eq(seen.client, "127.0.0.1");
    ck_assert(!seen.tls);
    client_close(c);
}
END_TEST

START_TEST(test_head_in_pieces_is_waited_for_and_left_untouched)
{
    const char *bytes = firsts[_i].bytes;
    struct client *c = client_open(port, false);

    for (size_t i = 0; bytes[i]; i++)
        client_send_bytes(c, bytes + i, 1);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_uint_eq(accepted_count, 1);
    ck_assert_str_eq(seen.name, firsts[_i].name ? firsts[_i].name : "");
    client_close(c);
}
END_TEST

static const struct str halves[] = {
    STR_INIT("GET / HTTP/1.1\r\nHo"),
    STR_INIT("CONNECT demo.te"),
    STR_INIT("\x16\x03\x01\x02\x00\x01"),
};

START_TEST(test_incomplete_head_lets_the_loop_sleep)
{
    struct client *c = client_open(port, false);

    client_send_bytes(c, halves[_i].ptr, halves[_i].len);
    ck_assert_uint_lt(rounds_while_silent(c, SEEN_MS), 20);
    ck_assert_uint_eq(accepted_count, 0);
    client_close(c);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

START_TEST(test_server_name_is_known_before_the_handshake)
{
    struct client *c = client_open(port, true);

    client_send(c, firsts[0].bytes);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_uint_eq(accepted_count, 1);
    ck_assert_str_eq(seen.name, "demo.example.test");
    ck_assert(seen.tls);
    client_close(c);
}
END_TEST

START_TEST(test_tunnel_is_judged_by_what_is_in_it)
{
    struct client *c = client_open(port, false);

    client_send(c, "CONNECT outer.test:443 HTTP/1.1\r\n\r\n");
    ck_assert(client_until(c, "\r\n\r\n"));
    client_next(c);
    client_handshake(c, "inner.test");
    client_send(c, firsts[0].bytes);
    ck_assert_int_eq(client_answer(c), 200);
    ck_assert_uint_eq(accepted_count, 1);
    ck_assert_str_eq(seen.name, "inner.test");
    client_close(c);
}
END_TEST

static const struct {
    enum delivery_end verdict;
    uint64_t silence_ms;
    enum client_end seen;
} verdicts[] = {
    {DELIVERY_CLOSE,   0,       CLIENT_EOF   },
    {DELIVERY_RESET,   0,       CLIENT_RESET },
    {DELIVERY_SILENCE, 0,       CLIENT_SILENT},
    {DELIVERY_SILENCE, SEEN_MS, CLIENT_EOF   },
};

START_TEST(test_verdict_at_accept_is_what_the_client_sees)
{
    struct client *c;
    int wait_ms = verdicts[_i].seen == CLIENT_SILENT ? SEEN_MS : CLIENT_WAIT_MS;

    verdict = verdicts[_i].verdict;
    verdict_silence_ms = verdicts[_i].silence_ms;
    c = client_open(port, false);
    client_send(c, firsts[0].bytes);
    ck_assert_int_eq(client_to_end(c, wait_ms), verdicts[_i].seen);
    ck_assert_uint_eq(c->len, 0);
    ck_assert_uint_eq(request_count, 0);
    client_close(c);
    ck_assert_uint_eq(connections_down_to(0), 0);
}
END_TEST

START_TEST(test_reset_at_accept_breaks_the_handshake)
{
    verdict = DELIVERY_RESET;
    struct client *c = client_open(port, true);

    ck_assert_int_eq(c->end, CLIENT_RESET);
    ck_assert_uint_eq(accepted_count, 1);
    client_close(c);
}
END_TEST

START_TEST(test_tls_without_certificates_is_closed)
{
    prepare();
    settings.certificate = NULL;
    start();
    struct client *c = client_open(port, true);

    ck_assert_int_eq(c->end, CLIENT_RESET);
    ck_assert_uint_eq(stats().refused, 1);
    client_close(c);
    teardown();
}
END_TEST

static int no_certificate(void *owner, struct str name, unsigned flaws,
                          const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                          struct gnutls_privkey_st **out_key)
{
    (void)owner;
    (void)name;
    (void)flaws;
    (void)out_chain;
    (void)out_len;
    (void)out_key;
    return -1;
}

START_TEST(test_name_without_a_certificate_fails_the_handshake)
{
    prepare();
    settings.certificate = no_certificate;
    start();
    struct client *c = client_open(port, true);

    ck_assert_int_ne(c->end, CLIENT_OPEN);
    client_close(c);
    ck_assert_uint_eq(connections_down_to(0), 0);
    teardown();
}
END_TEST

START_TEST(test_connection_over_the_limit_is_told_so)
{
    prepare();
    settings.connections_max = 2;
    start();
    behaviour = answer_now;
    struct client *a = client_open(port, false);
    struct client *b = client_open(port, true);
    struct client *c;

    client_send(a, firsts[0].bytes);
    client_send(b, firsts[0].bytes);
    ck_assert_int_eq(client_answer(a), 200);
    ck_assert_int_eq(client_answer(b), 200);
    c = client_open(port, false);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 429);
    ck_assert_uint_eq(client_body_len(c), 89);
    client_close(c);
    client_close(a);
    ck_assert_uint_eq(connections_down_to(1), 1);
    c = client_open(port, false);
    client_send(c, firsts[0].bytes);
    ck_assert_int_eq(client_answer(c), 200);
    client_close(c);
    client_close(b);
    teardown();
}
END_TEST

START_TEST(test_places_are_kept_back_for_what_is_reserved)
{
    prepare();
    settings.connections_max = 1;
    handler.gate.reserved = on_reserved;
    handler.gate.accepted = on_accepted;
    verdict = DELIVERY_KEEP;
    start();
    behaviour = answer_now;
    struct client *a = client_open(port, false);
    struct client *own = client_open(port, false);
    struct client *c = client_open(port, false);
    struct client *silent = client_open(port, false);

    client_send(a, firsts[0].bytes);
    ck_assert_int_eq(client_answer(a), 200);
    client_send(own, "GET /own?x HTTP/1.1\r\nHost: own.test\r\n\r\n");
    ck_assert_int_eq(client_answer(own), 200);
    client_send(c, firsts[0].bytes);
    ck_assert_int_eq(client_to_end(c, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(c), 429);
    ck_assert_int_eq(client_to_end(silent, CLIENT_WAIT_MS), CLIENT_EOF);
    ck_assert_int_eq(client_status(silent), 429);
    ck_assert_uint_eq(accepted_count, 1); /* no rule is asked for what is reserved */
    client_close(silent);
    client_close(c);
    client_close(own);
    client_close(a);
    teardown();
}
END_TEST

START_TEST(test_client_that_leaves_without_a_byte_is_forgotten)
{
    for (int i = 0; i < 50; i++)
        client_close(client_open(port, false));
    ck_assert_uint_eq(connections_down_to(0), 0);
    ck_assert_uint_eq(accepted_count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/accept");
    TCase *tc = tcase_create("accept");
    TCase *own = tcase_create("own server");

    tcase_add_checked_fixture(tc, accept_setup, teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, test_host_is_known_before_the_request, 0, (int)N_ELEMENTS(firsts));
    tcase_add_loop_test(tc, test_head_in_pieces_is_waited_for_and_left_untouched, 0,
                        (int)N_ELEMENTS(firsts));
    tcase_add_loop_test(tc, test_incomplete_head_lets_the_loop_sleep, 0, (int)N_ELEMENTS(halves));
    tcase_add_test(tc, test_server_name_is_known_before_the_handshake);
    tcase_add_test(tc, test_tunnel_is_judged_by_what_is_in_it);
    tcase_add_loop_test(tc, test_verdict_at_accept_is_what_the_client_sees, 0,
                        (int)N_ELEMENTS(verdicts));
    tcase_add_test(tc, test_reset_at_accept_breaks_the_handshake);
    tcase_add_test(tc, test_client_that_leaves_without_a_byte_is_forgotten);
    suite_add_tcase(suite, tc);
    tcase_add_test(own, test_tls_without_certificates_is_closed);
    tcase_add_test(own, test_name_without_a_certificate_fails_the_handshake);
    tcase_add_test(own, test_connection_over_the_limit_is_told_so);
    tcase_add_test(own, test_places_are_kept_back_for_what_is_reserved);
    suite_add_tcase(suite, own);
    return suite_run(suite);
}
