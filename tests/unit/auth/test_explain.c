/*
 * Each usual mistake is made on purpose, with the composer's own flags, and must be named.
 */
#include "../suite.h"
#include "auth/internal.h"
#include "crypto/encode.h"
#include "vector.h"

static const char SECRET[] = "FakeSecretForTests";
static const char TOKEN[] = "FakeSessionToken==";

static const struct vector api = {
    .secret = SECRET,
    .method = "POST",
    .target = "/2023-03-30/functions/a%20b/x?b=2+3&a=1&c=&acl",
    .headers = "Host: 127.0.0.1:8252\n"
               "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
               "Accept: application/json\n"
               "Content-Type: application/json; charset=utf-8\n"
               "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\n"
               "X-Fc-Account-Id: 1234\n"
               "X-Fc-Security-Token: FakeSessionToken==\n"
               "x-acs-date: 2021-06-01T08:00:00Z\n"
               "x-acs-security-token: FakeSessionToken==\n"
               "x-acs-content-sha256: "
               "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n"
               "x-log-apiversion: 0.6.0\n"
               "x-log-content-sha256: "
               "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n"
               "x-log-date: 20210601T080000Z\n"
               "x-oss-date: 20210601T080000Z\n"
               "x-oss-meta-a: 1\n"
               "x-oss-security-token: FakeSessionToken==",
    .body = "hello",
};

static struct arena *arena;
static struct vector v;
static struct http_request request;
static struct auth_result result;
static enum auth_product checked; /* whose request it is */

static void setup(void)
{
    arena = arena_new();
    checked = AUTH_PRODUCT_FC;
    v = api;
    vector_request(&v, arena, &request);
}

static void teardown(void)
{
    arena_free(arena);
}

struct scheme_row {
    const char *name;
    const struct signer *signer;
    const char *format; /* of Authorization, around the signature; RPC: of the query's end */
    enum auth_product product;
    const char *mismatch; /* the product's code for it */
};

static const struct scheme_row rows[] = {
    {"FC",   &fc_signer,   "FC id:%s",                                                         AUTH_PRODUCT_FC,  "SignatureNotMatch"    },
    {"acs",  &roa_signer,  "acs id:%s",                                                        AUTH_PRODUCT_FC,  "SignatureNotMatch"    },
    {"ACS3", &acs3_signer,
     "ACS3-HMAC-SHA256 "
     "Credential=id,SignedHeaders=content-type;host;x-acs-content-sha256;x-acs-date;"
     "x-acs-security-token,Signature=%s",                                                      AUTH_PRODUCT_FC,  "SignatureNotMatch"    },
    {"ACS4", &acs4_signer,
     "ACS4-HMAC-SHA256 Credential=id/20210601/cn-hangzhou/FC/aliyun_v4_request, "
     "SignedHeaders=content-type;host;x-acs-content-sha256;x-acs-date;x-acs-security-token, "
     "Signature=%s",                                                                           AUTH_PRODUCT_FC,  "SignatureNotMatch"    },
    {"OSS",  &oss_signer,  "OSS id:%s",                                                        AUTH_PRODUCT_OSS, "SignatureDoesNotMatch"},
    {"OSS4", &oss4_signer,
     "OSS4-HMAC-SHA256 Credential=id/20210601/cn-hangzhou/oss/aliyun_v4_request,"
     "AdditionalHeaders=host,Signature=%s",                                                    AUTH_PRODUCT_OSS, "SignatureDoesNotMatch"},
    {"LOG",  &log_signer,  "LOG id:%s",                                                        AUTH_PRODUCT_LOG, "SignatureNotMatch"    },
    {"SLS4", &log4_signer,
     "SLS4-HMAC-SHA256 Credential=id/20210601/cn-hangzhou/sls/aliyun_v4_request,Signature=%s", AUTH_PRODUCT_LOG, "SignatureNotMatch"    },
    {"RPC",  &rpc_signer,
     "AccessKeyId=id&Timestamp=2021-06-01T08:00:00Z&SecurityToken=FakeSessionToken%%3D%%3D&"
     "Signature=%s",                                                                           AUTH_PRODUCT_RPC, "SignatureDoesNotMatch"},
};

/* Where the credential goes: a header, or behind the query of a request that brings a form. */
static void put_signature(const struct scheme_row *row, const char *signature)
{
    const char *text;

    if (row->product != AUTH_PRODUCT_RPC) {
        http_headers_set(&request.headers, arena, STR("Authorization"),
                         str_of(arena_printf(arena, row->format, signature)));
        return;
    }
    text = arena_dup(arena, percent_encode(str_of(signature), false, arena));
    request.query =
        str_of(arena_printf(arena, "Action=A&%s", arena_printf(arena, row->format, text)));
    request.body = STR("b=2+3&a=%26");
    http_headers_set(&request.headers, arena, STR("Content-Type"),
                     STR("application/x-www-form-urlencoded"));
}

/* As a client that composes with @flags. */
static void sign_as(const struct scheme_row *row, bool trigger, unsigned flags)
{
    OWN(buf_done) struct buf text = {0};
    struct credential credential;
    uint8_t mac[DIGEST_BYTES_MAX];
    char signature[DIGEST_HEX_BYTES];
    struct str secret = str_of(flags & VARIANT_SECRET_LINE ? "FakeSecretForTests\n" : SECRET);

    put_signature(row, "x");
    credential_find(&request, row->product, trigger, arena, &credential);
    struct signing signing = {&request, &credential, trigger, arena, STR("bucket")};

    row->signer->compose(&signing, flags, &text);
    size_t len = signature_sign(&signing, row->signer, flags, buf_str(&text), secret, mac);

    if (row->signer->canonical != (bool)(flags & VARIANT_RESPELLED))
        hex_encode(mac, len, signature);
    else
        base64_encode((struct str){(const char *)mac, len}, signature);
    put_signature(row, signature);
}

static void check(bool trigger)
{
    struct auth_keys keys = {vector_key, &v};

    auth_check(&(struct auth_check){.request = &request,
                                    .product = checked,
                                    .bucket = STR("bucket"),
                                    .mode = AUTH_STRICT,
                                    .trigger = trigger,
                                    .now_ms = vector_now_ms(&request),
                                    .skew_max_ms = SKEW_MAX_MS,
                                    .keys = &keys},
               arena, &result);
}

static unsigned reference_flags(const struct signer *signer, unsigned on)
{
    const struct variant *variant = signer->variants;

    while (!(variant->on & on))
        variant++;
    return variant->flags;
}

static void expect_named(const struct scheme_row *row, const struct mistake *mistake, bool trigger)
{
    unsigned on = trigger ? ON_TRIGGER : ON_API;
    const struct auth_explanation *why;

    checked = row->product;
    sign_as(row, trigger, reference_flags(row->signer, on) | mistake->flags);
    check(trigger);
    ck_assert_msg(!result.accepted, "%s: %s", row->name, mistake->hint);
    ck_assert_msg(result.fault == AUTH_MISMATCH, "%s: %d: %s", row->name, result.fault,
                  mistake->hint);
    ck_assert_str_eq(result.code, row->mismatch);
    why = result.explanation;
    ck_assert_msg(str_eq(why->hint, str_of(mistake->hint)), "%s: want '%s', got '" STR_FMT "'",
                  row->name, mistake->hint, STR_ARG(why->hint));
    ck_assert(str_is_set(why->theirs));
    ck_assert(
        str_eq(str_slice(why->ours, 0, why->differ_at), str_slice(why->theirs, 0, why->differ_at)));
    ck_assert(!str_find(why->ours, str_of(TOKEN), NULL));
    ck_assert(!str_find(why->theirs, str_of(TOKEN), NULL));
    ck_assert(!str_find(result.note, str_of(SECRET), NULL));
    ck_assert(str_find(result.note, str_of(mistake->hint), NULL));
}

static void expect_each(const struct scheme_row *row, const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mistakes[i].on & ON_API)
            expect_named(row, &mistakes[i], false);
        if (mistakes[i].on & ON_TRIGGER)
            expect_named(row, &mistakes[i], true);
    }
}

START_TEST(test_each_usual_mistake_is_named)
{
    const struct scheme_row *row = &rows[_i];

    checked = row->product;
    for (size_t i = 0; i < row->signer->variant_count; i++) {
        if (!(row->signer->variants[i].on & ON_API))
            continue;
        sign_as(row, false, row->signer->variants[i].flags);
        check(false);
        ck_assert_msg(result.accepted && result.verified, "%s, variant %zu: " STR_FMT, row->name, i,
                      STR_ARG(result.note));
    }
    expect_each(row, row->signer->mistakes, row->signer->mistake_count);
    expect_each(row, shared_mistakes, SHARED_MISTAKES);
    ck_assert_uint_ge(row->signer->mistake_count, row->product == AUTH_PRODUCT_FC ? 10 : 3);
}
END_TEST

START_TEST(test_first_differing_byte_is_where_the_type_was)
{
    sign_as(&rows[0], false, 0);
    http_headers_set(&request.headers, arena, STR("Content-Type"), STR("text/plain"));
    http_headers_remove(&request.headers, STR("Content-MD5"));
    check(false);
    ck_assert_str_eq(result.code, "SignatureNotMatch");
    ck_assert(!str_is_set(result.explanation->theirs)); /* the old type cannot be guessed */
    ck_assert_uint_eq(result.explanation->differ_at, result.explanation->ours.len);

    http_headers_remove(&request.headers, STR("Content-Type"));
    sign_as(&rows[0], false, 0);
    http_headers_set(&request.headers, arena, STR("Content-Type"), STR("text/plain"));
    check(false);
    ck_assert(str_starts(result.explanation->ours, STR("POST\n\ntext/plain\n")));
    ck_assert_uint_eq(result.explanation->differ_at, strlen("POST\n\n"));
}
END_TEST

START_TEST(test_mistake_on_top_of_an_accepted_variant_is_named)
{
    const struct variant *raw = &fc_signer.variants[1];
    const struct mistake *mistake = &fc_signer.mistakes[0];

    ck_assert(raw->on & mistake->on & ON_API);
    sign_as(&rows[0], false, raw->flags | mistake->flags);
    check(false);
    ck_assert(str_eq(result.explanation->hint, str_of(mistake->hint)));
}
END_TEST

START_TEST(test_body_that_was_not_signed_is_refused)
{
    sign_as(&rows[2], false, 0);
    check(false);
    ck_assert_msg(result.accepted && result.verified, STR_FMT, STR_ARG(result.note));
    request.body = STR("hellp");
    check(false);
    ck_assert_str_eq(result.code, "SignatureNotMatch");
    ck_assert(!result.verified);
    ck_assert(str_find(result.explanation->hint, STR("digest of the body"), NULL));
    request.body_complete = false; /* not known yet */
    check(false);
    ck_assert(result.accepted);
}
END_TEST

START_TEST(test_body_digest_of_the_caller_is_used)
{
    struct auth_keys keys = {vector_key, &v};

    sign_as(&rows[2], false, 0);
    auth_check(
        &(struct auth_check){
            .request = &request,
            .mode = AUTH_STRICT,
            .body_sha256 = STR("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9825"),
            .now_ms = vector_now_ms(&request),
            .skew_max_ms = SKEW_MAX_MS,
            .keys = &keys},
        arena, &result);
    ck_assert_str_eq(result.code, "SignatureNotMatch");
    ck_assert_uint_eq(result.explanation->differ_at, 63);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("auth/explain");
    TCase *tc = tcase_create("explain");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_each_usual_mistake_is_named, 0, N_ELEMENTS(rows));
    tcase_add_test(tc, test_first_differing_byte_is_where_the_type_was);
    tcase_add_test(tc, test_mistake_on_top_of_an_accepted_variant_is_named);
    tcase_add_test(tc, test_body_that_was_not_signed_is_refused);
    tcase_add_test(tc, test_body_digest_of_the_caller_is_used);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
