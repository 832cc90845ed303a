#include "journal/redact_clean.h"

#include "../suite.h"

static const struct {
    struct str name, value;
    const char *want;
} headers[] = {
    {STR_INIT("Host"),                 STR_INIT("localhost"),                     "Host: localhost\n"               },
    {STR_INIT("Authorization"),        STR_INIT("FC LTAI-x:abc123="),             "Authorization: FC LTAI-x:***\n"  },
    {STR_INIT("authorization"),        STR_INIT("Bearer s3cret"),                 "authorization: Bearer ***\n"     },
    {STR_INIT("Authorization"),        STR_INIT("opaque"),                        "Authorization: ***\n"            },
    {STR_INIT("Authorization"),
     STR_INIT("ACS3-HMAC-SHA256 Credential=LTAI-x,SignedHeaders=a,Signature=ff"),
     "Authorization: ACS3-HMAC-SHA256 Credential=LTAI-x,***\n"                                                      },
    {STR_INIT("X-Fc-Security-Token"),  STR_INIT("sts"),                           "X-Fc-Security-Token: ***\n"      },
    {STR_INIT("x-oss-security-token"), STR_INIT("sts"),                           "x-oss-security-token: ***\n"     },
    {STR_INIT("X-Api-Key"),            STR_INIT("k"),                             "X-Api-Key: ***\n"                },
    {STR_INIT("Cookie"),               STR_INIT("session=1"),                     "Cookie: ***\n"                   },
    {STR_INIT("X-Fc-Trace"),           STR_INIT("t"),                             "X-Fc-Trace: t\n"                 },
    {STR_INIT("Proxy-Authorization"),  STR_INIT("Basic x"),                       "Proxy-Authorization: ***\n"      },
    {STR_INIT("X-My-Password"),        STR_INIT("x"),                             "X-My-Password: ***\n"            },
    {STR_INIT("Set-Cookie"),           STR_INIT("a=b"),                           "Set-Cookie: ***\n"               },
    {STR_INIT("Authorization"),        STR_INIT("OSS id:abc"),                    "Authorization: OSS id:***\n"     },
    {STR_INIT("Authorization"),        STR_INIT("acs id:abc"),                    "Authorization: acs id:***\n"     },
    {STR_INIT("Authorization"),        STR_INIT("LOG id:abc"),                    "Authorization: LOG id:***\n"     },
    {STR_INIT("Referer"),              STR_INIT("http://a/?password=x&b=1"),
     "Referer: http://a/?password=***&b=1\n"                                                                        },
    {STR_INIT("JWT"),                  STR_INIT("eyJ"),                           "JWT: ***\n"                      },
    {STR_INIT("Author"),               STR_INIT("me"),                            "Author: me\n"                    },
    {STR_INIT("X-Fc-Session-Id"),      STR_INIT("s"),                             "X-Fc-Session-Id: s\n"            },
    {STR_INIT("Referer"),              STR_INIT("http://a/?b=1&sig=x"),           "Referer: http://a/?b=1&sig=***\n"},
    {STR_INIT("Location"),             STR_INIT("/p?session=x#y"),                "Location: /p?session=***\n"      },
    {STR_INIT("Location"),             STR_INIT("https://u:pw@a/"),               "Location: https://u:***@a/\n"    },
};

START_TEST(test_redact_headers_table)
{
    struct http_header item = {headers[_i].name, headers[_i].value};
    struct http_headers list = {.items = &item, .count = 1};
    OWN(buf_done) struct buf out = {0};

    redact_headers(&list, NULL, &out);
    ck_assert_str_eq(buf_text(&out), headers[_i].want);
}
END_TEST

static const struct {
    struct str in;
    const char *want;
} queries[] = {
    {STR_INIT("limit=5&x-fc-signature=abc&prefix=a"),                                                     "limit=5&x-fc-signature=***&prefix=a"},
    {STR_INIT("Signature=ab%3D"),                                                                         "Signature=***"                      },
    {STR_INIT("signature"),                                                                               "signature"                          },
    {STR_INIT("a=1&password=x&b"),                                                                        "a=1&password=***&b"                 },
    {STR_INIT("PassWd=x"),                                                                                "PassWd=***"                         },
    {STR_INIT("pwd=x&passphrase=y"),                                                                      "pwd=***&passphrase=***"             },
    {STR_INIT("p%61ss%77ord=x"),                                                                          "p%61ss%77ord=***"                   },
    {STR_INIT("%70assword%=x"),                                                                           "%70assword%=***"                    },
    {STR_INIT("api_key=x&api-key=y&apiKey=z"),                                                            "api_key=***&api-key=***&apiKey=***" },
    {STR_INIT("p-w-d=x&pw-d=y&p--wd=z&pwd"),                                                              "p-w-d=***&pw-d=***&p--wd=***&pwd"   },
    {STR_INIT("s_ecret=x&se__cret=y&to-ken=z&t--oken=a"),
     "s_ecret=***&se__cret=***&to-ken=***&t--oken=***"                                                                                         },
    {STR_INIT("au_thorization=x&a-pikey=y&co-okie=z&pri-vate-key=a"),
     "au_thorization=***&a-pikey=***&co-okie=***&pri-vate-key=***"                                                                             },
    {STR_INIT("client_secret=x"),                                                                         "client_secret=***"                  },
    {STR_INIT("access_token=x&nextToken=y&continuation-token=z"),
     "access_token=***&nextToken=y&continuation-token=z"                                                                                       },
    {STR_INIT("OSSAccessKeyId=id&Signature=s&Expires=1"),
     "OSSAccessKeyId=id&Signature=***&Expires=1"                                                                                               },
    {STR_INIT("x-fc-access-key-id=id&SignatureMethod=HMAC&SignatureNonce=n"),
     "x-fc-access-key-id=id&SignatureMethod=HMAC&SignatureNonce=n"                                                                             },
    {STR_INIT("url=http%3A%2F%2Fa%3Fpassword%3Dx%26b%3D1"),
     "url=http%3A%2F%2Fa%3Fpassword%3D***%26b%3D1"                                                                                             },
    {STR_INIT("auth=a&sig=b&signature=c&jwt=d&session=e&sessionid=f&n=1"),
     "auth=***&sig=***&signature=***&jwt=***&session=***&sessionid=***&n=1"                                                                    },
    {STR_INIT("id_token=a&access_token=b&refresh-token=c&session_id=d&sessionId=e"),
     "id_token=***&access_token=***&refresh-token=***&session_id=***&sessionId=***"                                                            },
    {STR_INIT(
         "auth_key=1-2&otp=3&bearer=4&JSESSIONID=5&PHPSESSID=6&_csrf=7&client_assertion=8&s%69g=9"),
     "auth_key=***&otp=***&bearer=***&JSESSIONID=***&PHPSESSID=***&_csrf=***&client_assertion=***&"
     "s%69g=***"                                                                                                                               },
    {STR_INIT("xsrf=1&sess-id=2&passcode=3&assertion=4&authKey=5"),
     "xsrf=***&sess-id=***&passcode=***&assertion=***&authKey=***"                                                                             },
    {STR_INIT("author=a&authType=function&design=b&sigma=c&sessions=d&sessionStatus=Active&"
              "sessionTTL=5"),
     "author=a&authType=function&design=b&sigma=c&sessions=d&sessionStatus=Active&sessionTTL=5"                                                },
    {STR_INIT("key=a&code=b&state=c&id=d&name=e&status=f&user=g&qualifier=h&Expires=1&marker=i"),
     "key=a&code=b&state=c&id=d&name=e&status=f&user=g&qualifier=h&Expires=1&marker=i"                                                         },
    {STR_INIT("next=http%3A%2F%2Fa%3Fsig%3Dx%26b%3D1%26jwt%3dy"),
     "next=http%3A%2F%2Fa%3Fsig%3D***%26b%3D1%26jwt%3d***"                                                                                     },
    {STR_INIT("next=/a?sig=x"),                                                                           "next=/a?sig=***"                    },
    {STR_INIT("password="),                                                                               "password=***"                       },
    {STR_INIT("limit=5&&=x"),                                                                             "limit=5&&=x"                        },
    {STR_INIT(""),                                                                                        ""                                   },
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
    {STR_INIT("{\"accessKeySecret\": \"abc\", \"n\": 1}"),                         100,
     "{\"accessKeySecret\": \"***\", \"n\": 1}"                                                                              },
    {STR_INIT("{\"env\":{\"DB_PASSWORD\":\"a\\\"b\"}}"),                           100,
     "{\"env\":{\"DB_PASSWORD\":\"***\"}}"                                                                                   },
    {STR_INIT("{\"list\":[\"token\",\"x\"]}"),                                     100, "{\"list\":[\"token\",\"x\"]}"       },
    {STR_INIT("{\"token\":\"cut sho"),                                             100, "{\"token\":\"***\""                 },
    {STR_INIT("{\"token"),                                                         100, "{\"token"                           },
    {STR_INIT("token=abc"),                                                        5,   "token"                              },
    {STR_INIT("{\"abcdef\":1}"),                                                   4,   "{\"ab"                              },
    {STR_INIT(""),                                                                 4,   ""                                   },
 /* forms of JSON */
    {STR_INIT("{\"password\":12345,\"n\":1}"),                                     100, "{\"password\":***,\"n\":1}"         },
    {STR_INIT("{\"token\": null, \"secret\":true}"),                               100, "{\"token\": null, \"secret\":true}" },
    {STR_INIT("{\"token\":{\"a\":1},\"secrets\":[1]}"),                            100,
     "{\"token\":{\"a\":1},\"secrets\":[1]}"                                                                                 },
    {STR_INIT("{\"nextToken\":\"n\",\"accessKeyId\":\"i\",\"access_key\":\"k\"}"), 100,
     "{\"nextToken\":\"n\",\"accessKeyId\":\"i\",\"access_key\":\"***\"}"                                                    },
    {STR_INIT("{\"headers\":{\"Authorization\":\"Basic x\",\"Cookie\":\"a\"}}"),   100,
     "{\"headers\":{\"Authorization\":\"***\",\"Cookie\":\"***\"}}"                                                          },
    {STR_INIT("{\"b\":\"{\\\"password\\\":\\\"a\\\\\\\"b\\\",\\\"n\\\":1}\"}"),    100,
     "{\"b\":\"{\\\"password\\\":\\\"***\\\",\\\"n\\\":1}\"}"                                                                },
    {STR_INIT("{'password' : 'x'}"),                                               100, "{'password' : '***'}"               },
    {STR_INIT("{\"token\":\"a\\\\\",\"n\":\"b\"}"),                                100, "{\"token\":\"***\",\"n\":\"b\"}"    },
    {STR_INIT("[\"SignatureNotMatch\",\"the token is over\"]"),                    100,
     "[\"SignatureNotMatch\",\"the token is over\"]"                                                                         },
 /* other forms */
    {STR_INIT("AUTHORIZATION: x\nZ"),                                              100, "AUTHORIZATION: ***\nZ"              },
    {STR_INIT(">token>x<"),                                                        100, ">token>x<"                          },
    {STR_INIT("a=1&password=x y&b=2"),                                             100, "a=1&password=*** y&b=2"             },
    {STR_INIT("Authorization: Digest user=a, response=b\r\nHost: x"),              100,
     "Authorization: ***\r\nHost: x"                                                                                         },
    {STR_INIT("password: a b\nuser: c"),                                           100, "password: ***\nuser: c"             },
    {STR_INIT("secret => x, a"),                                                   100, "secret => ***, a"                   },
    {STR_INIT("<A><AccessKeySecret>s</AccessKeySecret> t<B>u</B></A>"),            100,
     "<A><AccessKeySecret>***</AccessKeySecret> t<B>u</B></A>"                                                               },
    {STR_INIT("<SecurityToken></SecurityToken>x"),                                 100, "<SecurityToken></SecurityToken>x"   },
    {STR_INIT("name=\"password\"\r\n\r\nx\r\n--b"),                                100, "name=\"password\"\r\n\r\n***\r\n--b"},
    {STR_INIT("invalid authorization 'Basic dXNlcjpwdw=='"),                       100,
     "invalid authorization 'Basic ***'"                                                                                     },
    {STR_INIT("basic  dXNlcjpwdw== x"),                                            100, "basic  *** x"                       },
    {STR_INIT("Basic knowledge, Basic dXNlcg=="),                                  100, "Basic knowledge, Basic dXNlcg=="    },
    {STR_INIT("Bearer eyJhbGciOi.J9-_~+/x="),                                      100, "Bearer ***"                         },
    {STR_INIT("bearer of good news"),                                              100, "bearer of good news"                },
    {STR_INIT("mysql://root:pw@db/x and http://a:80/b@c"),                         100,
     "mysql://root:***@db/x and http://a:80/b@c"                                                                             },
    {STR_INIT("password=abcdefgh"),                                                10,  "password=*"                         },
    {STR_INIT("auth=x&b=2"),                                                       100, "auth=***&b=2"                       },
    {STR_INIT("{\"url\":\"https://a/b?c=1&auth=x\",\"n\":1}"),                     100,
     "{\"url\":\"https://a/b?c=1&auth=***\",\"n\":1}"                                                                        },
    {STR_INIT("{\"sessionId\":\"s\",\"auth\":\"none\"}"),                          100,
     "{\"sessionId\":\"s\",\"auth\":\"none\"}"                                                                               },
    {STR_INIT("what? auth: none & sig = 3"),                                       100, "what? auth: none & sig = 3"         },
    {STR_INIT("auth: none"),                                                       100, "auth: none"                         },
    {STR_INIT("password"),                                                         100, "password"                           },
    {STR_INIT("password:"),                                                        100, "password:"                          },
};

START_TEST(test_redact_body_table)
{
    OWN(buf_done) struct buf out = {0};

    redact_text(bodies[_i].in, bodies[_i].most, NULL, &out);
    ck_assert_str_eq(buf_text(&out), bodies[_i].want);
}
END_TEST

/* What a request held secret is hidden where the answer repeats it, in whatever form. */
static const struct {
    const char *name;
    const char *value;
    const char *query;
    const char *answer;
    const char *want;
} echoes[] = {
    {"Authorization", "Custom very-secret",                                                  "",                       "you sent very-secret", "you sent ***"},
    {"Authorization", "opaque-thing",                                                        "",                       "'opaque-thing'",       "'***'"       },
    {"Authorization", "FC LTAI-x:c2lnbmVkPQ==",                                              "",                       "LTAI-x c2lnbmVkPQ==",  "LTAI-x ***"  },
    {"Authorization", "Basic dXNlcjpodW50ZXIy",                                              "",                       "pw is hunter2",        "pw is ***"   },
    {"Authorization", "ACS3-HMAC-SHA256 Credential=i,SignedHeaders=host,Signature=0123abcd", "",
     "got 0123abcd",                                                                                                                           "got ***"     },
    {"X-Api-Key",     "key-0001",                                                            "",                       "key-0001key-0001",     "******"      },
    {"Cookie",        "sid=12345",                                                           "",                       "<p>sid=12345</p>",     "<p>***</p>"  },
    {"X-Trace",       "trace-0001",                                                          "",                       "trace-0001",           "trace-0001"  },
    {"X-Api-Key",     "short",                                                               "",                       "short",                "short"       },
    {"X-Trace",       "t",                                                                   "password=a%20b%20c%20d", "hi a b c d!",          "hi ***!"     },
};

START_TEST(test_redact_what_an_answer_repeats)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf out = {0};
    struct http_request request = {.query = str_of(echoes[_i].query)};
    struct redact_secrets secrets;

    http_headers_add(&request.headers, arena, str_of(echoes[_i].name), str_of(echoes[_i].value));
    redact_learn(&request, arena, &secrets);
    redact_text(str_of(echoes[_i].answer), 1000, &secrets, &out);
    ck_assert_str_eq(buf_text(&out), echoes[_i].want);
}
END_TEST

START_TEST(test_redact_learns_no_more_than_it_has_room_for)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_request request = {0};
    struct redact_secrets secrets;

    for (int i = 0; i < REDACT_SECRETS_MAX + 2; i++)
        http_headers_add(&request.headers, arena, STR("X-Api-Key"), STR("key-0001"));
    redact_learn(&request, arena, &secrets);
    ck_assert_uint_eq(secrets.count, REDACT_SECRETS_MAX);
}
END_TEST

/* Each body as it would be without the others; those of one length share a place. */
START_TEST(test_clean_bodies_are_known_again)
{
    static const struct {
        struct str text;
        const char *want;
    } calls[] = {
        {STR_INIT("{\"n\":\"abcdef\"}"), "{\"n\":\"abcdef\"}"},
        {STR_INIT("{\"n\":\"abcdef\"}"), "{\"n\":\"abcdef\"}"},
        {STR_INIT("{\"pwd\":\"abcd\"}"), "{\"pwd\":\"***\"}" },
        {STR_INIT("{\"pwd\":\"abcd\"}"), "{\"pwd\":\"***\"}" },
        {STR_INIT("{\"n\":\"abcdef\"}"), "{\"n\":\"abcdef\"}"},
        {STR_INIT("{\"n\":\"ghijkl\"}"), "{\"n\":\"ghijkl\"}"},
        {STR_INIT("{\"n\":\"abcdef\"}"), "{\"n\":\"abcdef\"}"},
        {STR_INIT(""),                   ""                  },
    };
    static struct redact_clean clean;
    struct redact_secrets secrets = {
        .items = {STR("abcdef")}, .count = 1, .begins = {['a'] = true}};
    OWN(buf_done) struct buf out = {0};

    for (size_t i = 0; i < N_ELEMENTS(calls); i++) {
        buf_clear(&out);
        redact_body(&clean, calls[i].text, 1000, NULL, &out);
        ck_assert_str_eq(buf_text(&out), calls[i].want);
    }
    buf_clear(&out);
    redact_body(&clean, calls[0].text, 1000, &secrets, &out); /* of this call it is a secret */
    ck_assert_str_eq(buf_text(&out), "{\"n\":\"***\"}");
    buf_clear(&out);
    redact_body(&clean, calls[0].text, 4, NULL, &out);
    ck_assert_str_eq(buf_text(&out), "{\"n\"");
}
END_TEST

START_TEST(test_what_is_long_is_read_each_time)
{
    static struct redact_clean clean;
    char text[REDACT_CLEAN_BYTES + 1];
    OWN(buf_done) struct buf out = {0};

    memset(text, 'x', sizeof(text));
    for (size_t len = REDACT_CLEAN_BYTES; len <= sizeof(text); len++)
        for (int again = 0; again < 2; again++) {
            buf_clear(&out);
            redact_body(&clean, (struct str){text, len}, SIZE_MAX, NULL, &out);
            ck_assert(str_eq(buf_str(&out), (struct str){text, len}));
        }
    ck_assert_uint_eq(clean.slots[REDACT_CLEAN_BYTES % REDACT_CLEAN_SLOTS].len, REDACT_CLEAN_BYTES);
    ck_assert_uint_eq(clean.slots[sizeof(text) % REDACT_CLEAN_SLOTS].len, 0);
}
END_TEST

/* Each line as it would be without the others, and so is what is learnt of it. */
START_TEST(test_clean_lines_are_known_again)
{
    static const struct http_header calls[] = {
        {STR_INIT("X-Trace"),       STR_INIT("abcdefgh")                },
        {STR_INIT("X-Trace"),       STR_INIT("ijklmnop")                },
        {STR_INIT("X-Trace"),       STR_INIT("abcdefgh")                },
        {STR_INIT("X-Trac"),        STR_INIT("eabcdefgh")               },
        {STR_INIT("Cookie"),        STR_INIT("abcdefgh")                },
        {STR_INIT("Cookie"),        STR_INIT("***")                     },
        {STR_INIT("Authorization"), STR_INIT("FC LTAI:abcdefgh")        },
        {STR_INIT("Authorization"), STR_INIT("FC LTAI:***")             },
        {STR_INIT("Authorization"), STR_INIT("Basic dTphYmNkZWZnaA==")  },
        {STR_INIT("Referer"),       STR_INIT("http://a/?pwd=abcdefgh&b")},
        {STR_INIT("Referer"),       STR_INIT("http://a/?pwd=***&b")     },
        {STR_INIT("X-Empty"),       STR_INIT("")                        },
        {STR_INIT(""),              STR_INIT("X-Trace")                 },
    };
    static struct redact_clean clean;
    OWN(arena_free) struct arena *arena = arena_new();

    for (size_t i = 0; i < 3 * N_ELEMENTS(calls); i++) {
        struct http_header item = calls[i % N_ELEMENTS(calls)];
        struct http_request request = {
            .headers = {.items = &item, .count = 1},
              .query = STR("token=querysecret")
        };
        struct redact_secrets plain, known;
        OWN(buf_done) struct buf want = {0};
        OWN(buf_done) struct buf out = {0};

        redact_learn(&request, arena, &plain);
        redact_known_learn(&clean, &request, arena, &known);
        ck_assert_uint_eq(known.count, plain.count);
        for (size_t k = 0; k < plain.count; k++)
            ck_assert(str_eq(known.items[k], plain.items[k]));
        redact_headers(&request.headers, NULL, &want);
        redact_known_headers(&clean, &request.headers, NULL, &out);
        ck_assert_str_eq(buf_text(&out), buf_text(&want));
    }
}
END_TEST

START_TEST(test_a_known_line_may_hold_a_secret_of_this_call)
{
    static struct redact_clean clean;
    struct http_header item = {STR("X-Trace"), STR("of abcdef")};
    struct http_headers list = {.items = &item, .count = 1};
    struct redact_secrets secrets = {
        .items = {STR("abcdef")}, .count = 1, .begins = {['a'] = true}};

    for (int i = 0; i < 4; i++) {
        OWN(buf_done) struct buf out = {0};

        redact_known_headers(&clean, &list, i % 2 ? &secrets : NULL, &out);
        ck_assert_str_eq(buf_text(&out), i % 2 ? "X-Trace: of ***\n" : "X-Trace: of abcdef\n");
    }
}
END_TEST

START_TEST(test_a_line_with_a_secret_is_not_kept)
{
    static struct redact_clean clean;
    struct http_header items[] = {
        {STR("Cookie"),        STR("abcdefgh")          },
        {STR("Authorization"), STR("FC LTAI:abcdefgh")  },
        {STR("Referer"),       STR("http://u:abcdef@a/")},
    };
    struct http_headers list = {.items = items, .count = N_ELEMENTS(items)};
    OWN(buf_done) struct buf out = {0};
    size_t at;

    redact_known_headers(&clean, &list, NULL, &out);
    ck_assert(!str_find((struct str){(const char *)&clean, sizeof(clean)}, STR("abcdef"), &at));
}
END_TEST

START_TEST(test_a_long_line_is_read_each_time)
{
    static struct redact_clean clean;
    char text[REDACT_LINE_BYTES];

    memset(text, 'x', sizeof(text));
    for (size_t len = REDACT_LINE_BYTES - 5; len <= REDACT_LINE_BYTES - 3; len++)
        for (int again = 0; again < 2; again++) {
            struct http_header item = {
                STR("A"), {text, len}
            };
            struct http_headers list = {.items = &item, .count = 1};
            OWN(buf_done) struct buf want = {0};
            OWN(buf_done) struct buf out = {0};

            redact_headers(&list, NULL, &want);
            redact_known_headers(&clean, &list, NULL, &out);
            ck_assert_str_eq(buf_text(&out), buf_text(&want));
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/redact");
    TCase *tc = tcase_create("redact");

    tcase_add_loop_test(tc, test_redact_headers_table, 0, (int)N_ELEMENTS(headers));
    tcase_add_loop_test(tc, test_redact_query_table, 0, (int)N_ELEMENTS(queries));
    tcase_add_loop_test(tc, test_redact_body_table, 0, (int)N_ELEMENTS(bodies));
    tcase_add_loop_test(tc, test_redact_what_an_answer_repeats, 0, (int)N_ELEMENTS(echoes));
    tcase_add_test(tc, test_redact_learns_no_more_than_it_has_room_for);
    tcase_add_test(tc, test_clean_bodies_are_known_again);
    tcase_add_test(tc, test_what_is_long_is_read_each_time);
    tcase_add_test(tc, test_clean_lines_are_known_again);
    tcase_add_test(tc, test_a_known_line_may_hold_a_secret_of_this_call);
    tcase_add_test(tc, test_a_line_with_a_secret_is_not_kept);
    tcase_add_test(tc, test_a_long_line_is_read_each_time);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
