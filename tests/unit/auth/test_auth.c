#include "auth/internal.h"

#include "../suite.h"
#include "vector.h"

/* 2021-06-01T08:00:00Z, when the requests below were signed. */
static const uint64_t SIGNED_MS = UINT64_C(1622534400000);

static const char GOOD[] = "FC FAKEAKID000000000001:RP4LkDjTY8OXJH/MLbKR85JcxjiIKs8z7Xz+SliP9Sw=";
static const char DATE[] = "Date: Tue, 01 Jun 2021 08:00:00 GMT\nx-fc-account-id: 1234567890123456";

static struct arena *arena;
static struct http_request request;
static struct auth_key key;
static bool key_known;
static struct auth_check check;
static struct auth_result result;

static bool find_key(void *owner, struct str access_key, struct auth_key *out)
{
    (void)owner;
    (void)access_key;
    *out = key;
    return key_known;
}
static const struct auth_keys keys = {find_key, NULL};

static void receive(const char *target, const char *headers)
{
    struct vector v = {.method = "GET", .target = target, .headers = headers, .body = ""};

    vector_request(&v, arena, &request);
}

static void add_header(const char *name, const char *value)
{
    http_headers_add(&request.headers, arena, str_of(name), str_of(value));
}

static void setup(void)
{
    arena = arena_new();
    key = (struct auth_key){.secret = STR("FakeSecret/For+Vectors=0001"),
                            .account = STR("1234567890123456")};
    key_known = true;
    check = (struct auth_check){.request = &request,
                                .mode = AUTH_STRICT,
                                .account = STR("1234567890123456"),
                                .now_ms = SIGNED_MS,
                                .skew_max_ms = SKEW_MAX_MS,
                                .keys = &keys};
    receive("/2016-08-15/services?limit=3&prefix=ab", DATE);
    add_header("Authorization", GOOD);
}

static void teardown(void)
{
    arena_free(arena);
}

static void expect(bool accepted, const char *code, const char *arg)
{
    auth_check(&check, arena, &result);
    ck_assert_str_eq(result.code ? result.code : "", code);
    ck_assert_msg(str_eq(result.arg, str_of(arg)), "got '" STR_FMT "'", STR_ARG(result.arg));
    ck_assert_int_eq(result.accepted, accepted);
    ck_assert_int_eq(result.note.len > 0, *code != '\0');
}

/* Strict refuses, lenient records, off does not look. */
static void expect_by_mode(const char *code, const char *arg)
{
    check.mode = AUTH_STRICT;
    expect(false, code, arg);
    check.mode = AUTH_LENIENT;
    expect(true, code, arg);
    ck_assert(str_find(result.note, str_of(code), NULL));
    check.mode = AUTH_OFF;
    expect(true, "", "");
}

/* Signatures of known keys count in lenient mode, too. */
static void expect_refused(const char *code, const char *arg)
{
    check.mode = AUTH_STRICT;
    expect(false, code, arg);
    check.mode = AUTH_LENIENT;
    expect(false, code, arg);
    check.mode = AUTH_OFF;
    expect(true, "", "");
}

START_TEST(test_auth_accepts_what_is_right)
{
    expect(true, "", "");
    ck_assert(result.verified);
    ck_assert_int_eq(result.scheme, AUTH_FC);
    ck_assert(str_eq(result.access_key, STR("FAKEAKID000000000001")));
    ck_assert(str_eq(result.account, STR("1234567890123456")));
    ck_assert(!result.sts);
    ck_assert_ptr_null(result.explanation);
}
END_TEST

START_TEST(test_auth_asks_for_date_first)
{
    key_known = false;
    receive("/2016-08-15/services", "");
    expect_by_mode("MissingRequiredHeader", "Date");
    receive("/2016-08-15/services", DATE);
    expect_by_mode("MissingRequiredHeader", "Authorization");
    receive("/2023-03-30/functions", "authorization: ACS3-HMAC-SHA256 "
                                     "Credential=a,SignedHeaders=host,Signature=b");
    expect_by_mode("MissingRequiredHeader", "x-acs-date");
}
END_TEST

START_TEST(test_auth_unknown_key)
{
    key_known = false;
    expect_by_mode("InvalidAccessKeyID", "FAKEAKID000000000001");
    ck_assert(!str_is_set(result.account));
}
END_TEST

START_TEST(test_auth_signature_mismatch)
{
    key.secret = STR("wrong");
    expect_refused("SignatureNotMatch", "");
}
END_TEST

static const char *const malformed[] = {
    "",
    "FC",
    "FC ",
    "FC id",
    "FC :sig",
    "FC id:",
    "acs id",
    "Basic dXNlcjpwdw==",
    "ACS3-HMAC-SHA256 x",
    "ACS3-HMAC-SHA256 Credential=a,Signature=b",
    "ACS4-HMAC-SHA256 Credential=a,SignedHeaders=h,Signature=b",
    "Bearer",
    "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=h,Signature=b",
};

START_TEST(test_auth_malformed_is_refused_in_every_mode_that_looks)
{
    const char *said = arena_printf(arena, "invalid authorization '%s'", malformed[_i]);

    http_headers_set(&request.headers, arena, STR("Authorization"), str_of(malformed[_i]));
    expect(false, "InvalidArgument", said);
    ck_assert(!str_find(result.note, STR("dXNl"), NULL));
    check.mode = AUTH_LENIENT;
    expect(false, "InvalidArgument", said);
    check.trigger = true; /* may be meant for the function's own code */
    expect(true, "InvalidArgument", said);
    check.mode = AUTH_OFF;
    expect(true, "", "");
}
END_TEST

START_TEST(test_auth_skew_text_names_both_times)
{
    check.now_ms = SIGNED_MS + 16 * 60 * 1000;
    expect_by_mode(
        "AccessDenied",
        "the difference between the request time 'Tue, 01 Jun 2021 08:00:00 GMT' and the "
        "current time 'Tue, 01 Jun 2021 08:16:00 GMT' is too large");
}
END_TEST

START_TEST(test_auth_date_that_is_none)
{
    key_known = false;
    http_headers_set(&request.headers, arena, STR("Date"), STR("yesterday"));
    expect_by_mode("InvalidArgument", "invalid date 'yesterday'");
}
END_TEST

START_TEST(test_auth_foreign_account)
{
    check.account = STR("999");
    expect_by_mode("AccessDenied", "The service or function doesn't belong to you.");
    check.mode = AUTH_STRICT;
    key.account = STR_NONE; /* a key for everybody */
    expect(true, "", "");
    key.account = STR("1234567890123456");
    check.account = STR(""); /* nobody named one */
    expect(true, "", "");
}
END_TEST

START_TEST(test_auth_token_belongs_to_its_key_and_ends)
{
    receive("/2016-08-15/services/svc1", DATE);
    http_headers_remove(&request.headers, STR("x-fc-account-id"));
    add_header("Content-Type", "application/json");
    add_header("X-Fc-Security-Token", "FAKE+STS/Token==");
    add_header("Authorization",
               "FC STS.FAKEAKID00000002:dbBgrPjRFwxYpTUC4GJIEAo39mR1b5sJ5D4i6tdboPg=");
    key.secret = STR("FakeStsSecret0002");
    key.token = STR("FAKE+STS/Token==");
    key.expires_ms = SIGNED_MS;
    expect(true, "", "");
    ck_assert(result.sts);
    key.expires_ms = SIGNED_MS - 1;
    expect_by_mode("AccessDenied", "the security token is invalid or expired");
    key.expires_ms = 0;
    key.token = STR("another");
    expect_by_mode("AccessDenied", "the security token is invalid or expired");
}
END_TEST

/* What is wrong in front of the signature hides neither a right nor a wrong one. */
START_TEST(test_auth_lenient_mode_looks_at_the_signature_behind_a_wrong_date)
{
    check.mode = AUTH_LENIENT;
    check.now_ms = SIGNED_MS + check.skew_max_ms + 1;
    auth_check(&check, arena, &result);
    ck_assert(result.accepted && result.verified);
    ck_assert_str_eq(result.code, "AccessDenied");
    key.secret = STR("wrong");
    auth_check(&check, arena, &result);
    ck_assert(!result.accepted && !result.verified);
    ck_assert_str_eq(result.code, "SignatureNotMatch");
    key_known = false;
    auth_check(&check, arena, &result);
    ck_assert(result.accepted && !result.verified);
    ck_assert_str_eq(result.code, "AccessDenied");
}
END_TEST

START_TEST(test_auth_denied_operation_is_refused_in_lenient_mode_too)
{
    static const struct str denied[] = {STR_INIT("Delete*"), STR_INIT("CreateService")};

    key.denied = denied;
    key.denied_count = N_ELEMENTS(denied);
    check.resource = STR("acs:fc:cn-hangzhou:1:services/*");
    check.operation = STR("CreateFunction");
    expect(true, "", "");
    check.operation = STR("CreateService");
    expect(false, "AccessDenied",
           "the caller is not authorized to perform 'fc:CreateService' on resource "
           "'acs:fc:cn-hangzhou:1:services/*'");
    check.mode = AUTH_LENIENT;
    key.account = STR("another");
    check.account = STR("1234567890123456");
    check.operation = STR("DeleteFunction");
    expect(false, "AccessDenied",
           "the caller is not authorized to perform 'fc:DeleteFunction' on resource "
           "'acs:fc:cn-hangzhou:1:services/*'");
}
END_TEST

START_TEST(test_auth_anonymous_trigger_looks_at_nothing)
{
    check.trigger = true;
    check.anonymous = true;
    http_headers_set(&request.headers, arena, STR("Authorization"), STR("FC wrong:wrong"));
    expect(true, "", "");
    ck_assert_int_eq(result.scheme, AUTH_ANONYMOUS);
}
END_TEST

static const char SIGNED_URL[] =
    "/2016-08-15/proxy/service/func/?x-fc-access-key-id=akid&x-fc-expires=1583339600"
    "&x-fc-signature=6Rc4KxEAv3%2BlHpbNQWceIUqWVWq3ewxhadlJBRzZ0XQ%3D";

START_TEST(test_auth_signed_url_expires)
{
    receive(SIGNED_URL, "");
    key = (struct auth_key){.secret = STR("akSec")};
    check.trigger = true;
    check.now_ms = UINT64_C(1583339600000);
    expect(true, "", "");
    ck_assert(result.verified);
    ck_assert_int_eq(result.scheme, AUTH_SIGNED_URL);
    ck_assert(str_eq(result.access_key, STR("akid")));
    check.now_ms++;
    expect_refused("AccessDenied", "the signed URL has expired");
    key_known = false;
    check.mode = AUTH_LENIENT;
    expect(true, "AccessDenied", "the signed URL has expired");
}
END_TEST

START_TEST(test_auth_signed_url_counts_on_triggers_only)
{
    receive(SIGNED_URL, "");
    check.now_ms = 0;
    expect(false, "MissingRequiredHeader", "Date");
    ck_assert_int_eq(result.scheme, AUTH_NONE);
    receive("/p?x-fc-access-key-id=a&x-fc-expires=never&x-fc-signature=b", "");
    check.trigger = true;
    expect(false, "InvalidArgument", "invalid x-fc-expires 'never'");
}
END_TEST

START_TEST(test_auth_bearer_needs_no_date_and_no_key)
{
    key_known = false;
    receive("/2023-03-30/functions", "Authorization: Bearer abc");
    expect(true, "", "");
    ck_assert_int_eq(result.scheme, AUTH_BEARER);
    ck_assert(!result.verified);
    receive("/2023-03-30/functions", "x-acs-bearer-token: abc");
    expect(true, "", "");
    ck_assert_int_eq(result.scheme, AUTH_BEARER);
}
END_TEST

START_TEST(test_auth_schemes_without_verification_still_need_a_key)
{
    receive("/2023-03-30/functions", "x-acs-date: 2021-06-01T08:00:00Z\nAuthorization: "
                                     "ACS3-HMAC-SM3 Credential=a, SignedHeaders=host, Signature=b");
    expect(true, "", "");
    ck_assert(!result.verified);
    ck_assert_int_eq(result.scheme, AUTH_ACS3_OTHER);
    key_known = false;
    expect(false, "InvalidAccessKeyID", "a");
}
END_TEST

static const struct {
    const char *target;
    const char *headers;
    enum auth_scheme scheme;
    const char *access_key; /* NULL: none */
    bool sts;
} callers[] = {
    {"/",                                                                                "",                                                                                  AUTH_NONE,    NULL,     false},
    {"/",                                                                                "authorization: FC id:sig:x",                                                        AUTH_FC,      "id",     false},
    {"/",                                                                                "authorization: FC STS.id:sig",                                                      AUTH_FC,      "STS.id", true },
    {"/",                                                                                "Authorization: FC id:s\nX-Fc-Security-Token: t",                                    AUTH_FC,      "id",     true },
    {"/",                                                                                "Authorization: acs id:s\nx-acs-security-token: t",                                  AUTH_ROA,     "id",     true },
    {"/",                                                                                "Authorization: ACS3-HMAC-SHA256   Credential=id, SignedHeaders=h , Signature=s",
     AUTH_ACS3,                                                                                                                                                                             "id",     false},
    {"/",                                                                                "Authorization: ACS4-HMAC-SHA256 Credential=id/d/r/p/x,SignedHeaders=h,Signature=s",
     AUTH_ACS4,                                                                                                                                                                             "id",     false},
    {"/",                                                                                "Authorization: bearer t",                                                           AUTH_BEARER,  NULL,     false},
    {"/",                                                                                "Authorization: Digest t",                                                           AUTH_UNKNOWN, NULL,     false},
    {"/?x-fc-signature=s&x-fc-expires=1&x-fc-access-key-id=a%2Fb&x-fc-security-token=t", "",
     AUTH_SIGNED_URL,                                                                                                                                                                       "a/b",    true },
    {"/?x-fc-signature=s",                                                               "",                                                                                  AUTH_NONE,    NULL,     false},
};

START_TEST(test_auth_caller_is_read_without_verifying)
{
    receive(callers[_i].target, callers[_i].headers);
    struct auth_caller got = auth_caller_of(&request, arena);

    ck_assert_int_eq(got.scheme, callers[_i].scheme);
    ck_assert_msg(str_eq(got.access_key, str_of(callers[_i].access_key)), "got '" STR_FMT "'",
                  STR_ARG(got.access_key));
    ck_assert_int_eq(got.sts, callers[_i].sts);
}
END_TEST

static const struct {
    enum auth_product product;
    const char *target;
    const char *headers;
    const char *code;
} wrong_requests[] = {
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Date: Tue, 01 Jun 2021 08:00:00 GMT",                                "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Authorization: OSS id:s",                                            "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Authorization: FC id:s\nDate: x",                                    "InvalidArgument"        },
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Authorization: OSS id:s\nDate: x",                                   "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Authorization: OSS id:s\nDate: Tue, 01 Jun 2021 09:00:00 GMT",
     "RequestTimeTooSkewed"                                                                                                                                                                       },
    {AUTH_PRODUCT_OSS, "/b/k",                                                                     "Authorization: OSS4-HMAC-SHA256 Credential=id,Signature=s\nDate: x",
     "InvalidArgument"                                                                                                                                                                            },
    {AUTH_PRODUCT_OSS, "/b/k",
     "Authorization: OSS4-HMAC-SHA256 Credential=id/d/r/oss/x,Signature=s\n"
     "x-oss-date: 20210601T0800",                                                                                                                                        "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k",
     "Authorization: OSS4-HMAC-SHA256 Credential=id/d/r/oss/x,Signature=s\n"
     "x-oss-date: 20210601T073000Z",                                                                                                                                     "RequestTimeTooSkewed"   },
    {AUTH_PRODUCT_OSS, "/b/k?OSSAccessKeyId=id&Signature=s",                                       "",                                                                   "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k?OSSAccessKeyId=id&Signature=s&Expires=1622534399",                    "",                                                                   "AccessDenied"           },
    {AUTH_PRODUCT_OSS, "/b/k?OSSAccessKeyId=id&Signature=s&Expires=1622534400",                    "",
     "SignatureDoesNotMatch"                                                                                                                                                                      },
    {AUTH_PRODUCT_OSS,
     "/b/k?x-oss-credential=id/d&x-oss-signature=s&x-oss-date=20210601T075000Z&x-oss-expires=599", "",                                                                   "AccessDenied"           },
    {AUTH_PRODUCT_OSS,
     "/b/k?x-oss-credential=id/d&x-oss-signature=s&x-oss-date=20210601T075000Z&x-oss-expires=600", "",                                                                   "SignatureDoesNotMatch"  },
    {AUTH_PRODUCT_OSS, "/b/k?x-oss-credential=id/d&x-oss-signature=s&x-oss-expires=600",           "",
     "AccessDenied"                                                                                                                                                                               },
    {AUTH_PRODUCT_LOG, "/",                                                                        "",                                                                   "MissAccessKeyId"        },
    {AUTH_PRODUCT_LOG, "/",                                                                        "Authorization: LOG id:s",                                            "MissingDate"            },
    {AUTH_PRODUCT_LOG, "/",                                                                        "Authorization: OSS id:s\nDate: x",                                   "Unauthorized"           },
    {AUTH_PRODUCT_LOG, "/",                                                                        "Authorization: LOG id:s\nDate: x",                                   "InvalidDateFormat"      },
    {AUTH_PRODUCT_LOG, "/",                                                                        "Authorization: LOG id:s\nDate: Tue, 01 Jun 2021 09:00:00 GMT",
     "RequestTimeExpired"                                                                                                                                                                         },
    {AUTH_PRODUCT_RPC, "/?Action=x",                                                               "",                                                                   "MissingAccessKeyId"     },
    {AUTH_PRODUCT_RPC, "/?AccessKeyId=id",                                                         "",                                                                   "MissingAccessKeyId"     },
    {AUTH_PRODUCT_RPC, "/?AccessKeyId=id&Signature=s",                                             "",                                                                   "MissingTimestamp"       },
    {AUTH_PRODUCT_RPC, "/?AccessKeyId=id&Signature=s&Timestamp=x",                                 "",                                                                   "InvalidTimeStamp.Format"},
    {AUTH_PRODUCT_RPC, "/?AccessKeyId=id&Signature=s&Timestamp=2021-06-01T09:00:00Z",              "",
     "InvalidTimeStamp.Expired"                                                                                                                                                                   },
    {AUTH_PRODUCT_RPC, "/",                                                                        "Authorization: LOG id:s\nDate: x",                                   "IncompleteSignature"    },
};

START_TEST(test_what_is_wrong_has_the_products_code)
{
    check.product = wrong_requests[_i].product;
    receive(wrong_requests[_i].target, wrong_requests[_i].headers);
    auth_check(&check, arena, &result);
    ck_assert(!result.accepted && !result.verified);
    ck_assert_str_eq(result.code, wrong_requests[_i].code);
}
END_TEST

START_TEST(test_each_fault_has_a_code_of_each_product)
{
    for (int product = 0; product < AUTH_PRODUCT_COUNT; product++)
        for (int fault = AUTH_RIGHT + 1; fault < AUTH_FAULT_COUNT; fault++)
            ck_assert_ptr_nonnull(refusal_code((enum auth_product)product, (enum auth_fault)fault));
    ck_assert_ptr_null(refusal_code(AUTH_PRODUCT_OSS, AUTH_RIGHT));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("auth/auth");
    TCase *tc = tcase_create("auth");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_auth_accepts_what_is_right);
    tcase_add_loop_test(tc, test_what_is_wrong_has_the_products_code, 0,
                        (int)N_ELEMENTS(wrong_requests));
    tcase_add_test(tc, test_each_fault_has_a_code_of_each_product);
    tcase_add_test(tc, test_auth_asks_for_date_first);
    tcase_add_test(tc, test_auth_unknown_key);
    tcase_add_test(tc, test_auth_signature_mismatch);
    tcase_add_loop_test(tc, test_auth_malformed_is_refused_in_every_mode_that_looks, 0,
                        N_ELEMENTS(malformed));
    tcase_add_test(tc, test_auth_skew_text_names_both_times);
    tcase_add_test(tc, test_auth_date_that_is_none);
    tcase_add_test(tc, test_auth_foreign_account);
    tcase_add_test(tc, test_auth_token_belongs_to_its_key_and_ends);
    tcase_add_test(tc, test_auth_lenient_mode_looks_at_the_signature_behind_a_wrong_date);
    tcase_add_test(tc, test_auth_denied_operation_is_refused_in_lenient_mode_too);
    tcase_add_test(tc, test_auth_anonymous_trigger_looks_at_nothing);
    tcase_add_test(tc, test_auth_signed_url_expires);
    tcase_add_test(tc, test_auth_signed_url_counts_on_triggers_only);
    tcase_add_test(tc, test_auth_bearer_needs_no_date_and_no_key);
    tcase_add_test(tc, test_auth_schemes_without_verification_still_need_a_key);
    tcase_add_loop_test(tc, test_auth_caller_is_read_without_verifying, 0, N_ELEMENTS(callers));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
