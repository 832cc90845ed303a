#include "journal/redact.h"

#include "../suite.h"

static const struct {
    struct str name, value;
    const char *want;
} headers[] = {
    {STR_INIT("Host"),                 STR_INIT("localhost"),                     "Host: localhost\n"             },
    {STR_INIT("Authorization"),        STR_INIT("FC LTAI-x:abc123="),             "Authorization: FC LTAI-x:***\n"},
    {STR_INIT("authorization"),        STR_INIT("Bearer s3cret"),                 "authorization: Bearer ***\n"   },
    {STR_INIT("Authorization"),        STR_INIT("opaque"),                        "Authorization: ***\n"          },
    {STR_INIT("Authorization"),
     STR_INIT("ACS3-HMAC-SHA256 Credential=LTAI-x,SignedHeaders=a,Signature=ff"),
     "Authorization: ACS3-HMAC-SHA256 Credential=LTAI-x,***\n"                                                    },
    {STR_INIT("X-Fc-Security-Token"),  STR_INIT("sts"),                           "X-Fc-Security-Token: ***\n"    },
    {STR_INIT("x-oss-security-token"), STR_INIT("sts"),                           "x-oss-security-token: ***\n"   },
    {STR_INIT("X-Api-Key"),            STR_INIT("k"),                             "X-Api-Key: ***\n"              },
    {STR_INIT("Cookie"),               STR_INIT("session=1"),                     "Cookie: ***\n"                 },
    {STR_INIT("X-Fc-Trace"),           STR_INIT("t"),                             "X-Fc-Trace: t\n"               },
};

START_TEST(test_redact_headers_table)
{
    struct http_header item = {headers[_i].name, headers[_i].value};
    struct http_headers list = {.items = &item, .count = 1};
    OWN(buf_done) struct buf out = {0};

    redact_headers(&list, &out);
    ck_assert_str_eq(buf_text(&out), headers[_i].want);
}
END_TEST

static const struct {
    struct str in;
    const char *want;
} queries[] = {
    {STR_INIT("limit=5&x-fc-signature=abc&prefix=a"), "limit=5&x-fc-signature=***&prefix=a"},
    {STR_INIT("Signature=ab%3D"),                     "Signature=***"                      },
    {STR_INIT("signature"),                           "signature"                          },
    {STR_INIT(""),                                    ""                                   },
};

START_TEST(test_redact_query_table)
{
    OWN(buf_done) struct buf out = {0};

    redact_query(queries[_i].in, &out);
    ck_assert_str_eq(buf_text(&out), queries[_i].want);
}
END_TEST

static const struct {
    struct str in;
    size_t most;
    const char *want;
} bodies[] = {
    {STR_INIT("{\"accessKeySecret\": \"abc\", \"n\": 1}"), 100,
     "{\"accessKeySecret\": \"***\", \"n\": 1}"                                               },
    {STR_INIT("{\"env\":{\"DB_PASSWORD\":\"a\\\"b\"}}"),   100,
     "{\"env\":{\"DB_PASSWORD\":\"***\"}}"                                                    },
    {STR_INIT("{\"list\":[\"token\",\"x\"]}"),             100, "{\"list\":[\"token\",\"x\"]}"},
    {STR_INIT("{\"token\":\"cut sho"),                     100, "{\"token\":\"***\""          },
    {STR_INIT("{\"token"),                                 100, "{\"token"                    },
    {STR_INIT("token=abc"),                                5,   "token"                       },
    {STR_INIT("{\"abcdef\":1}"),                           4,   "{\"ab"                       },
    {STR_INIT(""),                                         4,   ""                            },
};

START_TEST(test_redact_body_table)
{
    OWN(buf_done) struct buf out = {0};

    redact_body(bodies[_i].in, bodies[_i].most, &out);
    ck_assert_str_eq(buf_text(&out), bodies[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/redact");
    TCase *tc = tcase_create("redact");

    tcase_add_loop_test(tc, test_redact_headers_table, 0, (int)N_ELEMENTS(headers));
    tcase_add_loop_test(tc, test_redact_query_table, 0, (int)N_ELEMENTS(queries));
    tcase_add_loop_test(tc, test_redact_body_table, 0, (int)N_ELEMENTS(bodies));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
