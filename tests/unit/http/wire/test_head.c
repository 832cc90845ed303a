#include "http/wire/head.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../../suite.h"

enum { BODY_MAX = 1000 };

#define LINE "POST /x HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED LINE "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    struct str bytes;
    const char *wrong; /* NULL: nothing, and the head is whole */
    int status;
} judged[] = {
    {STR_INIT(LINE "\r\n"),                                                             NULL,                                        0  },
    {STR_INIT("\r\n\n" LINE "\r\nbody"),                                                NULL,                                        0  },
    {STR_INIT("GET / HTTP/1.0\n\n"),                                                    NULL,                                        0  },
    {STR_INIT("GET http://a/ HTTP/1.1\r\n\r\n"),                                        NULL,                                        0  },
    {STR_INIT(LINE "X:\r\nY: \ta\tb \x80\xff\r\n z\r\n\r\n"),                           NULL,                                        0  },
    {STR_INIT(LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),                   NULL,                                        0  },
    {STR_INIT(LINE "Content-Length: 007\r\n\r\n"),                                      NULL,                                        0  },
    {STR_INIT(LINE "Transfer-Encoding: Chunked\r\n\r\n"),                               NULL,                                        0  },
    {STR_INIT(CHUNKED "3e8\r\n"),                                                       NULL,                                        0  },
    {STR_INIT(CHUNKED "3E8;a=b\r\n"),                                                   NULL,                                        0  },
    {STR_INIT(CHUNKED "7fffffff"),                                                      NULL,                                        0  },
    {STR_INIT("GET / HTTP/1.1\r\n\r\n"),                                                "the Host header is missing",                400},
    {STR_INIT("GET http:/a HTTP/1.1\r\n\r\n"),                                          "the Host header is missing",                400},
    {STR_INIT(LINE "host: b\r\n\r\n"),                                                  "there is more than one Host header",        400},
    {STR_INIT(LINE "Content-Length : 3\r\n\r\n"),                                       "a blank stands before the colon",           400},
    {STR_INIT(LINE "X\t: 3\r\n\r\n"),                                                   "a blank stands before the colon",           400},
    {STR_INIT(LINE "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
     "Content-Length beside Transfer-Encoding",                                                                                      400},
    {STR_INIT(LINE "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
     "Content-Length is given twice",                                                                                                400},
    {STR_INIT(LINE "Transfer-Encoding: gzip\r\n\r\n"),                                  "the Transfer-Encoding is not 'chunked'",
     501                                                                                                                                },
    {STR_INIT(LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
     "the Transfer-Encoding is not 'chunked'",                                                                                       501},
    {STR_INIT(LINE "Content-Length: +5\r\n\r\n"),                                       "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length: -2\r\n\r\n"),                                       "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length: 0x2\r\n\r\n"),                                      "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length: 2, 2\r\n\r\n"),                                     "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length: 1 2\r\n\r\n"),                                      "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length:\r\n\r\n"),                                          "the Content-Length is no number",           400},
    {STR_INIT(LINE "Content-Length: 2\0003\r\n\r\n"),                                   "a control byte stands in a header",         400},
    {STR_INIT(LINE "Content-Length: 9223372036854775808\r\n\r\n"),                      "the body is larger",                        413},
    {STR_INIT(LINE "Content-Length: 18446744073709551616\r\n\r\n"),                     "the body is larger",                        413},
    {STR_INIT("GET / HTTP/1.1\r\nHost: localhost\0.evil.com\r\n\r\n"),
     "a control byte stands in a header",                                                                                            400},
    {STR_INIT(LINE "X: a\001b\r\n\r\n"),                                                "a control byte stands in a header",         400},
    {STR_INIT(LINE "X: a\rb\r\n\r\n"),                                                  "a control byte stands in a header",         400},
    {STR_INIT(LINE "X: \177\r\n\r\n"),                                                  "a control byte stands in a header",         400},
    {STR_INIT(LINE "X: a\r\n b\033\r\n\r\n"),                                           "a control byte stands in a header",         400},
    {STR_INIT(LINE "Content-Length: 1\r\n 2\r\n\r\n"),                                  "Host, Content-Length or Transfer-Encoding",
     400                                                                                                                                },
    {STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n"),
     "Host, Content-Length or Transfer-Encoding",                                                                                    400},
    {STR_INIT(LINE "Transfer-Encoding:\r\n chunked\r\n\r\n"),
     "Host, Content-Length or Transfer-Encoding",                                                                                    400},
    {STR_INIT(LINE ": a\r\n\r\n"),                                                      "the name of a header is no token",          400},
    {STR_INIT(LINE "X(: a\r\n\r\n"),                                                    "the name of a header is no token",          400},
    {STR_INIT(LINE "X\0: a\r\n\r\n"),                                                   "the name of a header is no token",          400},
    {STR_INIT(LINE "no header\r\n\r\n"),                                                "a line of the head is no header",           400},
    {STR_INIT("GET\r\n\r\n"),                                                           "the request line is not",                   400},
    {STR_INIT("GET /\r\n\r\n"),                                                         "the request line is not",                   400},
    {STR_INIT("G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),                                     "the request line is not",                   400},
    {STR_INIT("GET /\001 HTTP/1.1\r\nHost: a\r\n\r\n"),                                 "the request line is not",                   400},
    {STR_INIT("GET / HTTP/11\r\nHost: a\r\n\r\n"),                                      "the request line is not",                   400},
    {STR_INIT("GET / HTTP/x.1\r\nHost: a\r\n\r\n"),                                     "the request line is not",                   400},
    {STR_INIT("GET / HTTP/1-1\r\nHost: a\r\n\r\n"),                                     "the request line is not",                   400},
    {STR_INIT("GET / http/1.1\r\nHost: a\r\n\r\n"),                                     "the request line is not",                   400},
    {STR_INIT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"),                                     "the version is not HTTP/1.0 or HTTP/1.1",   505},
    {STR_INIT("GET / HTTP/0.9\r\nHost: a\r\n\r\n"),                                     "the version is not HTTP/1.0 or HTTP/1.1",   505},
    {STR_INIT(CHUNKED "3e9\r\n"),                                                       "a chunk is larger than any body",           413},
    {STR_INIT(CHUNKED "7fffffffffffffff\r\n"),                                          "a chunk is larger than any body",           413},
    {STR_INIT(CHUNKED "fffffffffffffffffffffffff\r\n"),                                 "a chunk is larger than any body",           413},
    {STR_INIT(CHUNKED "\r\n"),                                                          "the size of a chunk is no hexadecimal",     400},
    {STR_INIT(CHUNKED "-1\r\n"),                                                        "the size of a chunk is no hexadecimal",     400},
    {STR_INIT(CHUNKED "0x5\r\n"),                                                       "the size of a chunk is no hexadecimal",     400},
    {STR_INIT(CHUNKED "5g\r\n"),                                                        "the size of a chunk is no hexadecimal",     400},
};

START_TEST(test_heads_are_judged)
{
    struct head head;
    enum head_result r = head_judge(judged[_i].bytes, BODY_MAX, &head);
    const char *wrong = judged[_i].wrong;

    ck_assert_int_eq(r, wrong ? HEAD_WRONG : HEAD_WHOLE);
    if (wrong) {
        ck_assert_msg(strstr(head.wrong->message, wrong) == head.wrong->message, "'%s'",
                      head.wrong->message);
        ck_assert_int_eq(head.wrong->status, judged[_i].status);
    } else {
        ck_assert_ptr_null(head.wrong);
    }
}
END_TEST

/* Cut anywhere, a good head is not whole yet, and never wrong. */
START_TEST(test_pieces_are_waited_for)
{
    struct str whole =
        STR("\r\nGET /a?b=1&c=2 HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nX: y\r\n z\r\n\r\n");
    struct head head;

    for (size_t n = 0; n < whole.len; n++)
        ck_assert_int_eq(head_judge(str_slice(whole, 0, n), BODY_MAX, &head), HEAD_MORE);
    ck_assert_int_eq(head_judge(whole, BODY_MAX, &head), HEAD_WHOLE);
    ck_assert_uint_eq(head.len, whole.len);
    ck_assert_uint_eq(head.rows, 5);
}
END_TEST

/* What is looked for by eights is found at each place, whatever stands around it. */
START_TEST(test_control_bytes_anywhere)
{
    static const char others[] = {'\t', 'a', '\x80', '\xff', '~', ' ', 'z', 'a'};
    char text[] = LINE "X: abcdefghijklmnopqrstuvwxyz\r\n\r\n";
    char *value = strstr(text, "bcd");
    struct head head;

    for (size_t at = 0; at < 24; at++) {
        for (int c = 0; c <= UCHAR_MAX; c++) {
            bool wrong = (c < ' ' && c != '\t') || c == 0x7f;

            if (c == '\n' || c == '\r') /* a line ends here */
                continue;
            value[at] = (char)c;
            ck_assert_int_eq(head_judge((struct str){text, sizeof(text) - 1}, BODY_MAX, &head),
                             wrong ? HEAD_WRONG : HEAD_WHOLE);
        }
        value[at] = others[at % sizeof(others)];
    }
}
END_TEST

static const struct {
    struct str bytes;
    uint64_t body_bytes;
    bool chunked;
    bool folded;
} shapes[] = {
    {STR_INIT(LINE "\r\n"),                                    0,  false, false},
    {STR_INIT(LINE "Content-Length: 42\r\n\r\n"),              42, false, false},
    {STR_INIT(CHUNKED "1\r\n"),                                0,  true,  false},
    {STR_INIT(LINE "X: 4\r\n 2\r\nContent-Length: 7\r\n\r\n"), 7,  false, true },
};

START_TEST(test_heads_tell_of_the_body)
{
    struct head head;

    ck_assert_int_eq(head_judge(shapes[_i].bytes, BODY_MAX, &head), HEAD_WHOLE);
    ck_assert_uint_eq(head.body_bytes, shapes[_i].body_bytes);
    ck_assert_int_eq(head.chunked, shapes[_i].chunked);
    ck_assert_int_eq(head.folded, shapes[_i].folded);
}
END_TEST

/* One byte below each limit, and one above. */
static const struct {
    size_t target, value, rows;
    enum refusal_kind kind;
    bool wrong;
} sizes[] = {
    {HEAD_TARGET_BYTES_MAX,     10,                   0,                 0,                    false},
    {HEAD_TARGET_BYTES_MAX + 1, 10,                   0,                 REFUSAL_LONG_TARGET,  true },
    {1,                         HEAD_BYTES_MAX - 100, 0,                 0,                    false},
    {1,                         HEAD_BYTES_MAX,       0,                 REFUSAL_LONG_HEADERS, true },
    {1,                         10,                   HEAD_ROWS_MAX - 2, 0,                    false},
    {1,                         10,                   HEAD_ROWS_MAX - 1, REFUSAL_LONG_HEADERS, true },
};

START_TEST(test_long_heads)
{
    static char text[2 * HEAD_BYTES_MAX];
    struct head head;
    char *at = text;

    at += sprintf(at, "GET %0*d HTTP/1.1\r\nHost: a\r\nX: %0*d\r\n", (int)sizes[_i].target, 0,
                  (int)sizes[_i].value, 0);
    for (size_t i = 0; i < sizes[_i].rows; i++)
        at += sprintf(at, "Y:\r\n");
    strcpy(at, "\r\n");
    struct str bytes = str_slice(str_of(text), 0, HEAD_BYTES_MAX);

    ck_assert_int_eq(head_judge(bytes, BODY_MAX, &head), sizes[_i].wrong ? HEAD_WRONG : HEAD_WHOLE);
    if (sizes[_i].wrong)
        ck_assert_int_eq(head.wrong->kind, sizes[_i].kind);
}
END_TEST

START_TEST(test_line_without_end)
{
    static char text[HEAD_BYTES_MAX];
    struct head head;

    memset(text, 'a', sizeof(text));
    ck_assert_int_eq(head_judge((struct str){text, sizeof(text) - 1}, BODY_MAX, &head), HEAD_MORE);
    ck_assert_int_eq(head_judge((struct str){text, sizeof(text)}, BODY_MAX, &head), HEAD_WRONG);
    ck_assert_int_eq(head.wrong->kind, REFUSAL_LONG_TARGET);
}
END_TEST

static const struct {
    const char *line, *method, *target, *version;
} lines[] = {
    {"GET /a HTTP/1.1",   "GET", "/a",   "HTTP/1.1"},
    {"GET  /a  HTTP/1.1", "GET", "/a",   "HTTP/1.1"},
    {"GET /a b HTTP/1.1", "GET", "/a b", "HTTP/1.1"},
    {"GET /a",            "GET", "",     "/a"      },
    {"GET ",              "GET", "",     ""        },
};

START_TEST(test_request_lines_are_parted)
{
    struct str method;
    struct str target;
    struct str version;

    head_request_line(str_of(lines[_i].line), &method, &target, &version);
    ck_assert(str_eq(method, str_of(lines[_i].method)));
    ck_assert(str_eq(target, str_of(lines[_i].target)));
    ck_assert(str_eq(version, str_of(lines[_i].version)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/head");
    TCase *tc = tcase_create("head");

    tcase_add_loop_test(tc, test_heads_are_judged, 0, (int)N_ELEMENTS(judged));
    tcase_add_test(tc, test_pieces_are_waited_for);
    tcase_add_test(tc, test_control_bytes_anywhere);
    tcase_add_loop_test(tc, test_heads_tell_of_the_body, 0, (int)N_ELEMENTS(shapes));
    tcase_add_loop_test(tc, test_long_heads, 0, (int)N_ELEMENTS(sizes));
    tcase_add_test(tc, test_line_without_end);
    tcase_add_loop_test(tc, test_request_lines_are_parted, 0, (int)N_ELEMENTS(lines));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
