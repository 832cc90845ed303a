#include "dns/answer.h"

#include <arpa/inet.h>

#include "../suite.h"

/* One question for "a.b" of class IN; what stands behind the head. */
#define QUESTION "\1a\1b\0\0\1\0\1"
#define AAAA_QUESTION "\1a\1b\0\0\34\0\1"
#define HEAD(flags, count) "\x12\x34" flags "\0" count "\0\0\0\0\0\0"

enum { HEAD_BYTES = 12, RCODE_AT = 3, ANSWERS_AT = 7, NO_ANSWER = -1 };

static bool serves(void *owner, struct str name)
{
    return str_eq(name, str_of(owner));
}

static struct str ask(const char *served, int family, struct str query, struct buf *out)
{
    const struct dns_zone zone = {.serves = serves, .owner = (char *)(uintptr_t)served};
    struct dns_address here = {.family = family};

    if (family == AF_INET6)
        here.v6 = in6addr_loopback;
    else
        here.v4.s_addr = htonl(INADDR_LOOPBACK);
    return dns_answer(&zone, &here, STR("127.0.0.1"), query, out) ? buf_str(out) : STR_NONE;
}

static const struct {
    const char *what;
    struct str query;
    int family;
    int rcode; /* NO_ANSWER: silence */
    int answers;
} cases[] = {
    {"served",               STR_INIT(HEAD("\1\0",                   "\1") QUESTION), AF_INET,                                   0,                        1},
    {"the other family",                      STR_INIT(HEAD("\1\0",                                           "\1") QUESTION),                 AF_INET6, 0, 0},
    {"six",                     STR_INIT(HEAD("\1\0",                                                           "\1") AAAA_QUESTION),                                                                      AF_INET6,                                                                       0,                 1},
    {"six asked of four",                     STR_INIT(HEAD("\1\0",                                                          "\1") AAAA_QUESTION),                                                                         AF_INET,                          0,0},
    {"no question",               STR_INIT(HEAD("\1\0",                                                    "\0")),AF_INET,          1,                             0},
    {"two of them",                STR_INIT(HEAD("\1\0","\2") QUESTION QUESTION),                 AF_INET,                                                1,                                            0},
    {"a question that ends",STR_INIT(HEAD("\1\0",      "\1") "\1a"),AF_INET,1,0},
    {"a notification", STR_INIT(HEAD("\x20\0",                                 "\1") QUESTION),                               AF_INET,                                                                    4,                                                                                                     0},
    {"an answer",                      STR_INIT(HEAD("\x81\0",                                             "\1") QUESTION),                                      AF_INET,                                NO_ANSWER,                   0},
    {"less than a head",                     STR_INIT("\x12\x34\1\0\0\1\0\0\0\0\0"),                                                           AF_INET,                                                                NO_ANSWER,                                                              0},
    {"nothing",             STR_INIT(""),                                                  AF_INET,                                                                 NO_ANSWER,                                                          0     },
};

START_TEST(test_answer_table)
{
    OWN(buf_done) struct buf out = {0};
    struct str got = ask("a.b", cases[_i].family, cases[_i].query, &out);

    if (cases[_i].rcode == NO_ANSWER) {
        ck_assert_msg(!got.ptr, "%s: answered", cases[_i].what);
        return;
    }
    ck_assert_msg(got.len >= HEAD_BYTES, "%s: no answer", cases[_i].what);
    ck_assert_msg((got.ptr[RCODE_AT] & 0x0f) == cases[_i].rcode, "%s: rcode %d", cases[_i].what,
                  got.ptr[RCODE_AT] & 0x0f);
    ck_assert_msg(got.ptr[ANSWERS_AT] == cases[_i].answers, "%s: %d answers", cases[_i].what,
                  got.ptr[ANSWERS_AT]);
    ck_assert_mem_eq(got.ptr, "\x12\x34", 2);
}
END_TEST

START_TEST(test_a_name_that_is_not_served_is_refused)
{
    OWN(buf_done) struct buf out = {0};
    struct str got = ask("a.c", AF_INET, (struct str)STR_INIT(HEAD("\1\0", "\1") QUESTION), &out);

    ck_assert_int_eq(got.ptr[RCODE_AT], 5);
    ck_assert_int_eq(got.ptr[ANSWERS_AT], 0);
}
END_TEST

START_TEST(test_an_answer_is_appended)
{
    OWN(buf_done) struct buf out = {0};

    buf_puts(&out, "--");
    ask("a.b", AF_INET, (struct str)STR_INIT(HEAD("\1\0", "\1") QUESTION), &out);
    ck_assert_mem_eq(out.ptr, "--\x12\x34", 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dns/answer");
    TCase *tc = tcase_create("answer");

    tcase_add_loop_test(tc, test_answer_table, 0, N_ELEMENTS(cases));
    tcase_add_test(tc, test_a_name_that_is_not_served_is_refused);
    tcase_add_test(tc, test_an_answer_is_appended);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
