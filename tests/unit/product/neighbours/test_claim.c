#include "fixture.h"

static const struct {
    const char *host, *target, *header, *value; /* header NULL: none */
    const char *body;                           /* a form; NULL: none */
    int neighbour;                              /* -1: nobody's */
    const char *bucket;
} cases[] = {
    {"127.0.0.1",                   "/b/k",                                          "Authorization", "OSS id:sig",                        NULL,                 NEIGHBOUR_OSS,   ""    },
    {"code.localhost",              "/k",                                            "Authorization", "OSS4-HMAC-SHA256 Credential=id/x",  NULL,
     NEIGHBOUR_OSS,                                                                                                                                                               "code"},
    {"127.0.0.1",                   "/b/k?OSSAccessKeyId=id&Expires=1&Signature=s",  NULL,            NULL,                                NULL,                 NEIGHBOUR_OSS,
     ""                                                                                                                                                                                 },
    {"127.0.0.1",                   "/?Action=GetCallerIdentity&Version=2015-04-01", NULL,            NULL,                                NULL,                 NEIGHBOUR_STS,
     ""                                                                                                                                                                                 },
    {"127.0.0.1",                   "/",                                             "x-acs-version", "2015-05-01",                        NULL,                 NEIGHBOUR_RAM,   ""    },
    {"127.0.0.1",                   "/",                                             "Content-Type",  "application/x-www-form-urlencoded", "Version=2015-04-01",
     NEIGHBOUR_STS,                                                                                                                                                               ""    },
    {"logs.localhost",              "/logstores",                                    "Authorization", "LOG id:sig",                        NULL,                 NEIGHBOUR_LOG,   "logs"},
    {"127.0.0.1",                   "/logstores",                                    "Authorization", "LOG id:sig",                        NULL,                 NEIGHBOUR_LOG,   ""    },
    {"127.0.0.1",                   "/2016-08-15/services",                          "Authorization", "FC id:sig",                         NULL,                 -1,              ""    },
    {"127.0.0.1",                   "/2016-08-15/services?Version=2015-04-01",       NULL,            NULL,                                NULL,                 -1,              ""    },
    {"vpc.aliyuncs.com",            "/?Action=DescribeVpcs",                         NULL,            NULL,                                NULL,                 NEIGHBOUR_OTHER, ""    },
    {"cs.cn-shanghai.aliyuncs.com", "/clusters",                                     "x-acs-action",  "DescribeClusters",                  NULL,
     NEIGHBOUR_OTHER,                                                                                                                                                             ""    },
    {"vpc.aliyuncs.com",            "/",                                             NULL,            NULL,                                NULL,                 -1,              ""    },
    {"www.example.com",             "/?Action=DescribeVpcs",                         NULL,            NULL,                                NULL,                 -1,              ""    },
    {"www.example.com",             "/b/k",                                          "Authorization", "OSS id:sig",                        NULL,                 -1,              ""    },
};

START_TEST(test_claim_table)
{
    static const struct place_defaults defaults = {.account = STR_INIT("100"),
                                                   .region = STR_INIT("cn-hangzhou")};
    struct place place;
    const struct http_request *request;

    if (cases[_i].header)
        with_header(cases[_i].header, cases[_i].value);
    request = request_of("GET", cases[_i].host, cases[_i].target, str_of(cases[_i].body));
    place_find(request->host, STR_NONE, &defaults, f.arena, &place);
    ck_assert_int_eq(neighbours_claim(request, f.arena, &place), cases[_i].neighbour >= 0);
    ck_assert_int_eq(place.kind == PLACE_NEIGHBOUR, cases[_i].neighbour >= 0);
    if (cases[_i].neighbour < 0)
        return;
    ck_assert_int_eq((int)place.neighbour, cases[_i].neighbour);
    ck_assert(str_eq(place.bucket, str_of(cases[_i].bucket)));
}
END_TEST

static const struct {
    const char *target, *header, *value;
    const char *key; /* "" when none is named */
} keys[] = {
    {"/",                              "Authorization", "OSS abc:sig",                                                 "abc"},
    {"/",                              "Authorization", "LOG abc:sig",                                                 "abc"},
    {"/",                              "Authorization", "OSS4-HMAC-SHA256 Credential=abc/2/3,Signature=s",             "abc"},
    {"/",                              "Authorization", "ACS3-HMAC-SHA256 Credential=abc,SignedHeaders=a,Signature=s", "abc"},
    {"/?AccessKeyId=abc",              "X",             "",                                                            "abc"},
    {"/?OSSAccessKeyId=abc",           "X",             "",                                                            "abc"},
    {"/?x-oss-credential=abc%2F2%2F3", "X",             "",                                                            "abc"},
    {"/",                              "X",             "",                                                            ""   },
};

START_TEST(test_claim_access_key_in_every_way)
{
    struct str key;

    with_header(keys[_i].header, keys[_i].value);
    key = neighbours_access_key(request_of("GET", "127.0.0.1", keys[_i].target, STR("")), f.arena);
    ck_assert_msg(str_eq(key, str_of(keys[_i].key)), "'" STR_FMT "'", STR_ARG(key));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/neighbours/claim");
    TCase *tc = tcase_create("claim");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_claim_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_claim_access_key_in_every_way, 0, (int)N_ELEMENTS(keys));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
