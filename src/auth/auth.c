/*
 * The order of checks is the service's: date, Authorization and its form, skew, key, signature,
 * token, account. The first thing wrong is what strict mode answers and lenient mode records; a
 * signature of a known key that does not hold, or has expired, is refused in both.
 */
#include "auth/auth.h"

#include "auth/internal.h"
#include "base/clock.h"
#include "base/glob.h"
#include "base/units.h"
#include "crypto/encode.h"

struct examination {
    const struct auth_check *check;
    const struct credential *credential;
    struct signing signing;
    struct arena *arena;
    struct auth_key key;
    bool key_known;
    bool impossible; /* refused in lenient mode too */
    struct auth_result *result;
};

/* Refusals return false, so that a failing step is one line. */
static bool wrong(struct examination *x, enum auth_fault fault, struct str arg)
{
    x->result->fault = fault;
    x->result->code = refusal_code(x->check->product, fault);
    x->result->arg = arg;
    return false;
}

static bool form_is_impossible(const struct examination *x)
{
    return x->credential->scheme == AUTH_UNKNOWN && !x->check->trigger;
}

/* Lenient mode refuses nobody for a missing date, so it speaks of the form at once. */
static bool check_presence(struct examination *x)
{
    const struct credential *credential = x->credential;

    if (x->check->mode == AUTH_LENIENT && form_is_impossible(x))
        return true;
    if (credential->date_header && !str_is_set(credential->date))
        return wrong(x, AUTH_NO_DATE, str_of(credential->date_header));
    if (credential->scheme == AUTH_NONE)
        return wrong(x, AUTH_NO_CREDENTIAL, STR("Authorization"));
    return true;
}

/* On trigger traffic an Authorization of another kind may be meant for the function's own code. */
static bool check_form(struct examination *x)
{
    if (x->credential->scheme != AUTH_UNKNOWN)
        return true;
    x->impossible = form_is_impossible(x);
    return wrong(x, AUTH_BAD_FORM,
                 arena_strf(x->arena, "invalid authorization '" STR_FMT "'",
                            STR_ARG(x->credential->authorization)));
}

/* The V4 schemes of OSS and Log Service write "20211130T030000Z". */
static bool parse_short_date(struct str text, uint64_t *out_ms)
{
    char iso[] = "yyyy-mm-ddThh:mm:ssZ";
    size_t from = 0;

    for (size_t to = 0; to < sizeof(iso) - 1; to++)
        if (iso[to] != '-' && iso[to] != ':')
            iso[to] = from < text.len ? text.ptr[from++] : '\0';
    return from == text.len && clock_parse_iso(iso, sizeof(iso) - 1, out_ms);
}

static bool parse_date(struct str text, uint64_t *out_ms)
{
    return clock_parse_rfc1123(text.ptr, text.len, out_ms) ||
           clock_parse_iso(text.ptr, text.len, out_ms) || parse_short_date(text, out_ms);
}

static bool check_date(struct examination *x)
{
    struct str date = x->credential->date;
    uint64_t now_ms = x->check->now_ms;
    uint64_t sent_ms;
    char sent[CLOCK_RFC1123_BYTES];
    char now[CLOCK_RFC1123_BYTES];

    if (!x->credential->date_header)
        return true;
    if (!parse_date(date, &sent_ms))
        return wrong(x, AUTH_BAD_DATE,
                     arena_strf(x->arena, "invalid date '" STR_FMT "'", STR_ARG(date)));
    if ((sent_ms > now_ms ? sent_ms - now_ms : now_ms - sent_ms) <= x->check->skew_max_ms)
        return true;
    clock_format_rfc1123(sent_ms, sent);
    clock_format_rfc1123(now_ms, now);
    return wrong(x, AUTH_SKEWED,
                 arena_strf(x->arena,
                            "the difference between the request time '%s' and the current time "
                            "'%s' is too large",
                            sent, now));
}

static bool is_signed_url(const struct credential *credential)
{
    return credential->scheme == AUTH_SIGNED_URL || credential->scheme == AUTH_OSS_URL ||
           credential->scheme == AUTH_OSS4_URL;
}

/* Until when a signed URL is good; false when it does not say. */
static bool read_expiry(const struct credential *credential, uint64_t *out_ms)
{
    uint64_t seconds;
    uint64_t from_ms = 0;

    if (credential->scheme == AUTH_OSS4_URL && !parse_date(credential->date, &from_ms))
        return false;
    if (str_to_uint(credential->expires, UINT64_MAX / MS_PER_S / 2, &seconds) != NUMBER_OK)
        return false;
    *out_ms = from_ms + seconds * MS_PER_S;
    return true;
}

static bool check_expiry(struct examination *x)
{
    uint64_t until_ms;

    if (!is_signed_url(x->credential))
        return true;
    if (!read_expiry(x->credential, &until_ms))
        return wrong(x, AUTH_BAD_EXPIRY,
                     x->credential->scheme == AUTH_SIGNED_URL
                         ? arena_strf(x->arena, "invalid x-fc-expires '" STR_FMT "'",
                                      STR_ARG(x->credential->expires))
                         : STR("invalid Expires in the signed URL"));
    if (until_ms < x->check->now_ms)
        return wrong(x, AUTH_EXPIRED,
                     x->check->product == AUTH_PRODUCT_FC ? STR("the signed URL has expired")
                                                          : STR("Request has expired."));
    return true;
}

static bool check_key(struct examination *x)
{
    if (x->key_known || x->credential->scheme == AUTH_BEARER)
        return true;
    return wrong(x, AUTH_UNKNOWN_KEY, x->credential->access_key);
}

static const struct signer *const signers[AUTH_SCHEME_COUNT] = {
    [AUTH_FC] = &fc_signer,     [AUTH_ACS3] = &acs3_signer,     [AUTH_ACS4] = &acs4_signer,
    [AUTH_ROA] = &roa_signer,   [AUTH_SIGNED_URL] = &fc_signer, [AUTH_OSS] = &oss_signer,
    [AUTH_OSS4] = &oss4_signer, [AUTH_OSS_URL] = &oss_signer,   [AUTH_OSS4_URL] = &oss4_signer,
    [AUTH_LOG] = &log_signer,   [AUTH_LOG4] = &log4_signer,     [AUTH_RPC] = &rpc_signer,
};

static bool mismatch(struct examination *x, const struct auth_explanation *explanation)
{
    x->result->explanation = explanation;
    return wrong(x, AUTH_MISMATCH, STR_NONE);
}

static bool check_signature(struct examination *x)
{
    const struct signer *signer = signers[x->credential->scheme];

    if (!signer)
        return true;
    x->result->verified = signature_holds(&x->signing, signer, x->key.secret);
    if (!x->result->verified && x->check->as_sent) {
        struct signing as_sent = x->signing;

        as_sent.request = x->check->as_sent;
        x->result->verified = signature_holds(&as_sent, signer, x->key.secret);
    }
    if (x->result->verified)
        return true;
    struct auth_explanation *explanation = ARENA_NEW(x->arena, struct auth_explanation);

    signature_explain(&x->signing, signer, x->key.secret, x->arena, explanation);
    return mismatch(x, explanation);
}

/* The digest that was signed must be that of the body which came; "UNSIGNED-PAYLOAD" and the like
   say that there is none. */
static bool check_body(struct examination *x)
{
    const struct http_request *request = x->check->request;
    struct str said = http_headers_get(&request->headers, str_of(x->credential->digest_header));
    struct str have = x->check->body_sha256;
    uint8_t bytes[DIGEST_SHA256_BYTES];
    char hex[DIGEST_HEX_BYTES];

    if (!x->credential->digest_header || said.len != 2 * sizeof(bytes) || !hex_decode(said, bytes))
        return true;
    if (have.len == 0 && !request->body_complete)
        return true;
    if (have.len == 0) {
        digest_hex(DIGEST_SHA256, request->body, hex);
        have = arena_str(x->arena, str_of(hex));
    }
    if (str_eq_nocase(said, have))
        return true;
    struct auth_explanation *explanation = ARENA_NEW(x->arena, struct auth_explanation);

    x->result->verified = false;
    *explanation = (struct auth_explanation){
        .what = "digest of the body",
        .ours = have,
        .theirs = said,
        .hint = arena_strf(x->arena, "%s is not the digest of the body that arrived",
                           x->credential->digest_header),
    };
    while (have.ptr[explanation->differ_at] == said.ptr[explanation->differ_at])
        explanation->differ_at++;
    return mismatch(x, explanation);
}

static bool check_token(struct examination *x)
{
    struct str text = STR("the security token is invalid or expired");

    if (str_is_set(x->key.token) && !secret_equal(x->key.token, x->credential->token))
        return wrong(x, AUTH_BAD_TOKEN, text);
    uint64_t now_ms = x->check->key_now_ms ? x->check->key_now_ms : x->check->now_ms;

    if (x->key.expires_ms > 0 && x->key.expires_ms < now_ms)
        return wrong(x, AUTH_TOKEN_OVER, text);
    return true;
}

static bool check_account(struct examination *x)
{
    if (x->check->account.len == 0 || x->key.account.len == 0 ||
        str_eq(x->check->account, x->key.account))
        return true;
    return wrong(x, AUTH_OTHER_ACCOUNT, STR("The service or function doesn't belong to you."));
}

/* Somebody wrote this refusal down for this key, so lenient mode keeps to it, whatever else is
 * wrong. */
static bool check_permission(struct examination *x)
{
    struct str operation = x->check->operation;

    for (size_t i = 0; operation.len > 0 && i < x->key.denied_count; i++)
        if (glob_match(x->key.denied[i], operation))
            return wrong(x, AUTH_DENIED,
                         arena_strf(x->arena,
                                    "the caller is not authorized to perform 'fc:" STR_FMT
                                    "' on resource '" STR_FMT "'",
                                    STR_ARG(operation), STR_ARG(x->check->resource)));
    return true;
}

/* Whoever configured a key wants its signatures to hold: those steps bind in lenient mode, too. */
static const struct {
    bool (*right)(struct examination *x);
    bool binds;
} steps[] = {
    {check_presence,  false},
    {check_form,      false},
    {check_date,      false},
    {check_expiry,    true },
    {check_key,       false},
    {check_signature, true },
    {check_body,      true },
    {check_token,     false},
    {check_account,   false},
};

/* What the journal keeps: the code and a reason, never a header that may hold a credential. */
static struct str note(const struct examination *x)
{
    const struct auth_result *result = x->result;
    struct str detail = result->arg;

    if (!result->code || x->check->no_note)
        return STR("");
    if (result->explanation && result->fault == AUTH_MISMATCH)
        detail = result->explanation->hint;
    else if (x->credential->scheme == AUTH_UNKNOWN)
        detail = STR("an Authorization header of no known form");
    return ARENA_CONCAT(x->arena, str_of(result->code), STR(": "), detail,
                        result->accepted ? STR(" (accepted, authentication is lenient)") : STR(""));
}

static void find_key(struct examination *x)
{
    const struct auth_keys *keys = x->check->keys;

    if (!keys || x->credential->access_key.len == 0)
        return;
    x->key_known = keys->find(keys->owner, x->credential->access_key, &x->key);
    if (x->key_known && x->key.account.len > 0)
        x->result->account = arena_str(x->arena, x->key.account);
}

/* May lenient mode overlook what step @failed found? Those behind it, which nobody asked any more,
 * have a say; the first thing wrong is what is recorded. */
static bool may_be_overlooked(struct examination *x, size_t failed)
{
    enum auth_fault fault = x->result->fault;
    struct str arg = x->result->arg;

    if (x->check->mode != AUTH_LENIENT || x->impossible)
        return false;
    for (size_t i = failed; x->key_known && i < N_ELEMENTS(steps); i++)
        if (steps[i].binds && (i == failed || !steps[i].right(x)))
            return false;
    wrong(x, fault, arg);
    return true;
}

static void examine(struct examination *x)
{
    struct auth_result *result = x->result;
    size_t i = 0;

    find_key(x);
    while (i < N_ELEMENTS(steps) && steps[i].right(x))
        i++;
    result->accepted = i == N_ELEMENTS(steps) || may_be_overlooked(x, i);
    if (result->accepted)
        result->accepted = check_permission(x);
    result->note = note(x);
}

void auth_check(const struct auth_check *check, struct arena *arena, struct auth_result *out)
{
    struct credential credential;

    credential_find(check->request, check->product, check->trigger, arena, &credential);
    *out = (struct auth_result){
        .accepted = true,
        .scheme = check->anonymous ? AUTH_ANONYMOUS : credential.scheme,
        .access_key = credential.access_key,
        .sts = credential.token.len > 0 || str_starts(credential.access_key, STR("STS.")),
        .note = STR(""),
    };
    if (check->anonymous || check->mode == AUTH_OFF)
        return;
    struct examination x = {
        .check = check,
        .credential = &credential,
        .signing = {check->request, &credential, check->trigger, arena, check->bucket},
        .arena = arena,
        .result = out,
    };

    examine(&x);
}
