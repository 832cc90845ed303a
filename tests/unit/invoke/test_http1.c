#include "../suite.h"

#include "invoke/http1.h"

/* Each is taken whole, and byte by byte. */
/* The rows are too long for columns. */
/* clang-format off */
static const struct {
    const char *bytes;
    enum http1_progress want;
    int status;
    const char *body;
    bool keep_alive;
    bool head_only;
} cases[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", HTTP1_WHOLE, 200, "abc", true, false },
    {"HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", HTTP1_WHOLE, 200, "", true, false },
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", HTTP1_WHOLE, 200, "x", false, false },
    {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", HTTP1_WHOLE, 200,
    "x", true, false },
    {"HTTP/1.1 500 No\r\nConnection: a, Close\r\nContent-Length: 1\r\n\r\nx", HTTP1_WHOLE, 500, "x",
    false, false },
    {"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", HTTP1_WHOLE, 200, "hi", true, false },
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx", HTTP1_WHOLE,
    201, "x", true, false },
    {"HTTP/1.1 204 None\r\n\r\n", HTTP1_WHOLE, 204, "", true, false },
    {"HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", HTTP1_WHOLE, 304, "", true, false },
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", HTTP1_WHOLE, 200, "", true, true },
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", HTTP1_WHOLE, 200, "abc0123456789", true, false },
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nTrailer: x\r\n\r\n",
    HTTP1_WHOLE, 200, "a", true, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxmore", HTTP1_WHOLE, 200, "x", false, false },
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", HTTP1_MORE, 200, "ab", true, false},
    {"HTTP/1.1 200 OK\r\n\r\nab", HTTP1_MORE, 200, "ab", false, false },
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", HTTP1_BAD, 200, "", true,
    false },
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", HTTP1_BAD, 200, "", true, false },
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX\r\n", HTTP1_BAD, 200, "a", true,
    false },
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HTTP1_BAD, 200, "", true, false },
    {"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", HTTP1_BAD, 200, "", true, false },
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", HTTP1_BAD, 200, "", true,
    false },
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\nx", HTTP1_WHOLE, 200, "x", true,
    false },
    {"HTTP/1.1 99 Low\r\n\r\n", HTTP1_BAD, 0, "", false, false },
    {"HTTP/2 200 OK\r\n\r\n", HTTP1_BAD, 0, "", false, false },
    {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", HTTP1_BAD, 200, "", true, false },
    {"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", HTTP1_BAD, 200, "", true, false },
};
/* clang-format on */

static void check(const struct http1 *answer, enum http1_progress got, int at, const char *how)
{
    ck_assert_msg(got == cases[at].want, "case %d %s: %d", at, how, got);
    ck_assert_int_eq(answer->status, cases[at].status);
    ck_assert_msg(str_eq(http1_body(answer), str_of(cases[at].body)), "case %d %s", at, how);
    if (got != HTTP1_BAD)
        ck_assert_msg(answer->keep_alive == cases[at].keep_alive, "case %d %s", at, how);
}

START_TEST(test_whole)
{
    struct http1 answer = {.head_only = cases[_i].head_only};
    enum http1_progress got = http1_take(&answer, str_of(cases[_i].bytes));

    check(&answer, got, _i, "at once");
    http1_done(&answer);
}
END_TEST

START_TEST(test_byte_by_byte)
{
    struct http1 answer = {.head_only = cases[_i].head_only};
    struct str bytes = str_of(cases[_i].bytes);
    enum http1_progress got = HTTP1_MORE;
    size_t at = 0;

    for (; at < bytes.len && got == HTTP1_MORE; at++)
        got = http1_take(&answer, str_slice(bytes, at, at + 1));
    ck_assert_int_eq(got, cases[_i].want);
    ck_assert(str_eq(http1_body(&answer), str_of(cases[_i].body)));
    http1_done(&answer);
}
END_TEST

START_TEST(test_end_of_connection_ends_only_what_says_nothing_else)
{
    struct http1 open = {0};
    struct http1 counted = {0};
    struct http1 none = {0};

    http1_take(&open, STR("HTTP/1.1 200 OK\r\n\r\nabc"));
    http1_take(&counted, STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"));
    ck_assert(http1_end(&open));
    ck_assert(!http1_end(&counted));
    ck_assert(!http1_end(&none));
    http1_done(&open);
    http1_done(&counted);
}
END_TEST

START_TEST(test_headers_are_kept_and_a_head_without_end_is_refused)
{
    struct http1 answer = {0};
    struct http1 endless = {0};
    enum http1_progress got = HTTP1_MORE;

    http1_take(&answer, STR("HTTP/1.1 200 OK\r\nX-A:  1 \r\nx-a: 2\r\nContent-Length: 0\r\n\r\n"));
    ck_assert(str_eq(http_headers_get(&answer.headers, STR("x-A")), STR("1")));
    ck_assert_uint_eq(answer.headers.count, 3);
    http1_done(&answer);
    for (int i = 0; i < 10000 && got == HTTP1_MORE; i++)
        got = http1_take(&endless, STR("X-Header: value\r\n"));
    ck_assert_int_eq(got, HTTP1_BAD);
    http1_done(&endless);
}
END_TEST

START_TEST(test_a_nul_in_a_header_is_refused)
{
    struct http1 answer = {0};

    ck_assert_int_eq(
        http1_take(&answer, STR("HTTP/1.1 200 OK\r\nX-A: 1\0 2\r\nContent-Length: 0\r\n\r\n")),
        HTTP1_BAD);
    http1_done(&answer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invoke/http1");
    TCase *tc = tcase_create("http1");

    tcase_add_loop_test(tc, test_whole, 0, N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_byte_by_byte, 0, N_ELEMENTS(cases));
    tcase_add_test(tc, test_end_of_connection_ends_only_what_says_nothing_else);
    tcase_add_test(tc, test_a_nul_in_a_header_is_refused);
    tcase_add_test(tc, test_headers_are_kept_and_a_head_without_end_is_refused);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
