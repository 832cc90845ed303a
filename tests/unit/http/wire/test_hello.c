#include "http/wire/hello.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../suite.h"

static unsigned char hello[8192];
static size_t hello_len;

/* The first flight of a real client. */
static void record_hello_of(const char *priorities, const char *name)
{
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    int pair[2];
    ssize_t n;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    ck_assert_int_eq(gnutls_priority_set_direct(session, priorities, NULL), 0);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    if (name)
        gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, strlen(name));
    gnutls_transport_set_int(session, pair[0]);
    ck_assert_int_eq(gnutls_handshake(session), GNUTLS_E_AGAIN);
    n = read(pair[1], hello, sizeof(hello));
    ck_assert_int_gt(n, 0);
    hello_len = (size_t)n;
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
    close(pair[0]);
    close(pair[1]);
}

static void record_hello(const char *name)
{
    record_hello_of("NORMAL", name);
}

static struct str first(size_t len)
{
    return (struct str){(char *)hello, len};
}

START_TEST(test_name_is_found_in_lower_case)
{
    char name[HELLO_NAME_BYTES];

    record_hello("1234.CN-Shanghai.fc.example.test");
    ck_assert_int_eq(hello_name(first(hello_len), name), HELLO_OK);
    ck_assert_str_eq(name, "1234.cn-shanghai.fc.example.test");
}
END_TEST

START_TEST(test_hello_without_a_name)
{
    char name[HELLO_NAME_BYTES];

    record_hello(NULL);
    ck_assert_int_eq(hello_name(first(hello_len), name), HELLO_OK);
    ck_assert_str_eq(name, "");
}
END_TEST

START_TEST(test_every_shorter_piece_asks_for_more)
{
    char name[HELLO_NAME_BYTES];

    record_hello("demo.example.test");
    for (size_t len = 0; len < hello_len; len++)
        ck_assert_msg(hello_name(first(len), name) == HELLO_MORE, "%zu of %zu bytes", len,
                      hello_len);
}
END_TEST

/* The same message in records of 7 bytes. */
START_TEST(test_message_may_be_spread_over_records)
{
    static char split[sizeof(hello) * 3];
    char name[HELLO_NAME_BYTES];
    size_t out = 0;

    record_hello("demo.example.test");
    for (size_t at = 5; at < hello_len; at += 7) {
        size_t n = hello_len - at < 7 ? hello_len - at : 7;

        memcpy(split + out, "\x16\x03\x01\x00", 4);
        split[out + 4] = (char)n;
        memcpy(split + out + 5, hello + at, n);
        out += 5 + n;
    }
    ck_assert_int_eq(hello_name((struct str){split, out}, name), HELLO_OK);
    ck_assert_str_eq(name, "demo.example.test");
}
END_TEST

static const struct str bad[] = {
    STR_INIT("GET / HTTP/1.1\r\n"),
    STR_INIT("\x16\x02\x00\x00\x10"),                         /* SSL 2 */
    STR_INIT("\x16\x03\x01\x00\x00"),                         /* an empty record */
    STR_INIT("\x16\x03\x01\xff\xff"),                         /* larger than a record may be */
    STR_INIT("\x16\x03\x01\x00\x04\x02\x00\x00\x00"),         /* a ServerHello */
    STR_INIT("\x16\x03\x01\x00\x04\x01\xff\xff\xff"),         /* a message of 16 MB */
    STR_INIT("\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03"), /* ends within the version */
};

START_TEST(test_what_is_no_hello_is_refused)
{
    char name[HELLO_NAME_BYTES];

    ck_assert_int_eq(hello_name(bad[_i], name), HELLO_BAD);
}
END_TEST

/* Only the hellos of these say by themselves what they lack. */
static const struct {
    const char *priorities;
    enum hello_result result;
} clients[] = {
    {"NORMAL",                                                               HELLO_OK      },
    {"NORMAL:-VERS-TLS1.3",                                                  HELLO_OK      },
    {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-ECDHE-ECDSA",                           HELLO_NO_ECDSA},
    {"NORMAL:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256",          HELLO_NO_ECDSA},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256", HELLO_OK      },
};

START_TEST(test_clients_without_ecdsa_are_known)
{
    char name[HELLO_NAME_BYTES];

    record_hello_of(clients[_i].priorities, "demo.example.test");
    ck_assert_int_eq(hello_name(first(hello_len), name), clients[_i].result);
    ck_assert_str_eq(name, "demo.example.test");
}
END_TEST

static const struct str odd[] = {STR_INIT("a\0b"), STR_INIT("a b"), STR_INIT("\xc3\xa4"),
                                 STR_INIT("::1"),  STR_INIT("*"),   STR_INIT("a/b"),
                                 STR_INIT("\177")};

START_TEST(test_odd_names)
{
    char name[HELLO_NAME_BYTES];
    /* Behind its type and length, so that no chance byte is taken for the name. */
    char plain[3 + 8] = "\0\0\0xxxxxxx";

    plain[2] = (char)odd[_i].len;
    plain[3 + odd[_i].len] = '\0';
    record_hello(plain + 3);
    char *at = memmem(hello, hello_len, plain, 3 + odd[_i].len);

    ck_assert_ptr_nonnull(at);
    memcpy(at + 3, odd[_i].ptr, odd[_i].len);
    ck_assert_int_eq(hello_name(first(hello_len), name), HELLO_ODD_NAME);
    ck_assert_str_eq(name, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/hello");
    TCase *tc = tcase_create("hello");

    tcase_add_test(tc, test_name_is_found_in_lower_case);
    tcase_add_test(tc, test_hello_without_a_name);
    tcase_add_test(tc, test_every_shorter_piece_asks_for_more);
    tcase_add_test(tc, test_message_may_be_spread_over_records);
    tcase_add_loop_test(tc, test_clients_without_ecdsa_are_known, 0, (int)N_ELEMENTS(clients));
    tcase_add_loop_test(tc, test_odd_names, 0, (int)N_ELEMENTS(odd));
    tcase_add_loop_test(tc, test_what_is_no_hello_is_refused, 0, (int)N_ELEMENTS(bad));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
