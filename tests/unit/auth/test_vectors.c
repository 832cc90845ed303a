#include "../suite.h"
#include "auth/internal.h"
#include "vectors_acs.h"
#include "vectors_fc.h"

enum { MINUTE_MS = 60 * 1000 };

static struct arena *arena;
static const struct vector *v;
static struct http_request request;
static struct vector other;
static struct auth_keys keys;
static struct auth_check check;
static struct auth_result result;

static const struct vector *all(int i)
{
    int fc = (int)N_ELEMENTS(fc_vectors);

    return i < fc ? &fc_vectors[i] : &acs_vectors[i - fc];
}
enum { ALL = N_ELEMENTS(fc_vectors) + N_ELEMENTS(acs_vectors) };

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static void take(int i)
{
    v = all(i);
    other = *v;
    vector_request(v, arena, &request);
    keys = (struct auth_keys){vector_key, &other};
    check = (struct auth_check){
        .request = &request,
        .mode = AUTH_STRICT,
        .trigger = v->trigger,
        .now_ms = vector_now_ms(&request),
        .skew_max_ms = SKEW_MAX_MS,
        .keys = &keys,
    };
}

static const char *code(void)
{
    auth_check(&check, arena, &result);
    return result.code ? result.code : "";
}

START_TEST(test_vector_is_accepted)
{
    take(_i);
    ck_assert_msg(strcmp(code(), "") == 0, "%s: " STR_FMT, v->id, STR_ARG(result.note));
    ck_assert(result.accepted);
    ck_assert_msg(result.verified == (result.scheme != AUTH_BEARER), "%s", v->id);
}
END_TEST

static const struct signer *signer_of(enum auth_scheme scheme)
{
    return scheme == AUTH_ACS3   ? &acs3_signer
           : scheme == AUTH_ACS4 ? &acs4_signer
           : scheme == AUTH_ROA  ? &roa_signer
                                 : &fc_signer;
}

START_TEST(test_vector_text_is_composed)
{
    struct credential credential;
    OWN(buf_done) struct buf text = {0};
    bool found = false;

    take(_i);
    if (!v->signed_text)
        return;
    credential_find(&request, AUTH_PRODUCT_FC, true, arena, &credential);
    const struct signer *signer = signer_of(credential.scheme);
    struct signing signing = {&request, &credential, v->trigger, arena, STR_NONE};

    for (size_t i = 0; i < signer->variant_count && !found; i++) {
        buf_clear(&text);
        signer->compose(&signing, signer->variants[i].flags, &text);
        found = strcmp(buf_text(&text), v->signed_text) == 0;
    }
    ck_assert_msg(found, "%s: last tried:\n%s", v->id, buf_text(&text));
}
END_TEST

START_TEST(test_vector_with_another_secret_is_refused)
{
    take(_i);
    other.secret = "another secret";
    if (strcmp(v->id, "V11") == 0) /* a bearer token has no signature */
        return;
    ck_assert_msg(strcmp(code(), "SignatureNotMatch") == 0, "%s: %s", v->id, code());
    ck_assert(!result.accepted);
    ck_assert_ptr_nonnull(result.explanation);
    ck_assert(!str_is_set(result.explanation->theirs));
    check.mode = AUTH_LENIENT;
    code();
    ck_assert(!result.accepted);
    ck_assert(!result.verified);
}
END_TEST

/* Every byte of what is signed counts: path, query, body digest, and each signed header. */
START_TEST(test_vector_with_an_altered_path_is_refused)
{
    take(_i);
    if (strcmp(v->id, "V11") == 0)
        return;
    char *path = arena_dup(arena, request.path);

    path[request.path.len - 1] ^= 1;
    request.path.ptr = path;
    ck_assert_msg(strcmp(code(), "SignatureNotMatch") == 0, "%s: %s", v->id, code());
}
END_TEST

START_TEST(test_vector_16_minutes_off_is_refused)
{
    take(_i);
    if (check.now_ms == 0 || strcmp(v->id, "V11") == 0)
        return;
    check.now_ms += 15 * MINUTE_MS;
    ck_assert_str_eq(code(), "");
    check.now_ms += MINUTE_MS;
    ck_assert_str_eq(code(), "AccessDenied");
    check.now_ms -= 32 * MINUTE_MS;
    ck_assert_str_eq(code(), "AccessDenied");
    ck_assert_msg(strncmp(result.arg.ptr, "the difference between the request time '", 41) == 0,
                  STR_FMT, STR_ARG(result.arg));
}
END_TEST

START_TEST(test_vector_without_date_is_refused)
{
    take(_i);
    if (check.now_ms == 0 || strcmp(v->id, "V11") == 0)
        return;
    http_headers_remove(&request.headers, STR("Date"));
    http_headers_remove(&request.headers, STR("X-Fc-Date"));
    http_headers_remove(&request.headers, STR("x-acs-date"));
    ck_assert_str_eq(code(), "MissingRequiredHeader");
    ck_assert(str_eq_nocase(result.arg, STR("Date")) || str_eq(result.arg, STR("x-acs-date")));
}
END_TEST

/* What the composers of the clients' own unit tests expect; none of them comes with a key. */
static const struct {
    struct vector vector;
    unsigned variant; /* in order of the accepted ones for triggers */
    const char *want;
} composed[] = {
    {{.method = "GET",
      .trigger = true,
      .target = "/path?foo=bar&key1=xyz&key1=abc&key3%20with-escaped~chars_here.ext=value%20with-"
                "escaped~chars_here.ext&key2=123",
      .headers = "Content-MD5: 1bca714f406993b309bb87fabeb30a6b\nContent-Type: text/json\n"
                 "Date: today\nx-fc-foo: 123\nx-fc-bar: xyz\nx-fcdummy: dummy\ntest: foo",
      .body = ""},
     0, "GET\n1bca714f406993b309bb87fabeb30a6b\ntext/json\ntoday\nx-fc-bar:xyz\nx-fc-foo:123\n/path\n"
     "foo=bar\nkey1=abc\nkey1=xyz\nkey2=123\n"
     "key3 with-escaped~chars_here.ext=value with-escaped~chars_here.ext"},
    {{.method = "GET",
      .trigger = true,
      .target = "/path%20with%20space?key3&key2=123&foo=bar&key4-with%20/escaped~chars_here.ext=v&"
                "key1=xyz&key1=abc",
      .headers = "Date: today",
      .body = ""},
     0, "GET\n\n\ntoday\n/path with space\nfoo=bar\nkey1=abc\nkey1=xyz\nkey2=123\nkey3\n"
     "key4-with /escaped~chars_here.ext=v"                               },
    {{.method = "GET",
      .trigger = true,
      .target = "/path/action%20with%20space?xyz=&foo=bar&key2=123&key1=xyz&key1=abc&"
                "key3/~x-y_z.a%23b=value/~x-y_z.a%23b",
      .headers = "Date: today",
      .body = ""},
     2, "GET\n\n\ntoday\n/path/action with space\nfoo=bar\nkey1=abc\nkey1=xyz\nkey2=123\n"
     "key3/~x-y_z.a#b=value/~x-y_z.a#b\nxyz"                             },
    {{.method = "GET",
      .trigger = true,
      .target = "/p?h4=k44&h4=k4&h4=k4",
      .headers = "Date: today\nX-Fc-B: 2\nx-fc-a: 1\nX-FC-A: 3",
      .body = ""},
     0, "GET\n\n\ntoday\nx-fc-a:1,3\nx-fc-b:2\n/p\nh4=k4\nh4=k4\nh4=k44"        },
};

START_TEST(test_composer_of_clients)
{
    struct credential credential;
    OWN(buf_done) struct buf text = {0};
    unsigned nth = 0;
    size_t i = 0;

    vector_request(&composed[_i].vector, arena, &request);
    credential_find(&request, AUTH_PRODUCT_FC, true, arena, &credential);
    struct signing signing = {&request, &credential, true, arena, STR_NONE};

    while (!(fc_signer.variants[i].on & ON_TRIGGER) || nth++ < composed[_i].variant)
        i++;
    fc_signer.compose(&signing, fc_signer.variants[i].flags, &text);
    ck_assert_str_eq(buf_text(&text), composed[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("auth/vectors");
    TCase *tc = tcase_create("vectors");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_vector_is_accepted, 0, ALL);
    tcase_add_loop_test(tc, test_vector_text_is_composed, 0, ALL);
    tcase_add_loop_test(tc, test_vector_with_another_secret_is_refused, 0, ALL);
    tcase_add_loop_test(tc, test_vector_with_an_altered_path_is_refused, 0, ALL);
    tcase_add_loop_test(tc, test_vector_16_minutes_off_is_refused, 0, ALL);
    tcase_add_loop_test(tc, test_vector_without_date_is_refused, 0, ALL);
    tcase_add_loop_test(tc, test_composer_of_clients, 0, N_ELEMENTS(composed));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
