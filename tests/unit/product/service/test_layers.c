#include "crypto/digest.h"
#include "fixture.h"

#define PUBLISH                                                                                    \
    "{\"code\":" CODE ",\"compatibleRuntime\":[\"python3\"],\"description\":\"d\",\"license\":"    \
    "\"MIT\",\"layerName\":\"l\"}"

START_TEST(test_layer_versions_count_up)
{
    char digest[DIGEST_HEX_BYTES];
    struct reply made = send("POST", "/2016-08-15/layers/l/versions", PUBLISH);

    digest_hex(DIGEST_MD5, STR(ACCOUNT), digest);
    ck_ok(made);
    ck_assert_str_eq(text_at(made, "version"), "1");
    ck_assert_str_eq(text_at(made, "acl"), "0");
    ck_assert_str_eq(string_at(made, "arn"), arena_printf(made.arena, "%s#l#1", digest));
    ck_assert_str_eq(string_at(made, "arnV2"), "acs:fc:cn-shanghai:16530750:layers/l/versions/1");
    ck_assert_str_eq(string_at(made, "codeChecksum"), "11051210869376104954");
    ck_assert_str_eq(string_at(made, "code.repositoryType"), "OSS");
    made = send("POST", "/2021-04-06/layers/l/versions",
                "{\"Code\":" CODE ",\"compatibleRuntime\":[]}");
    ck_assert_str_eq(text_at(made, "codesize"), "9");
    ck_assert_str_eq(text_at(made, "codeSize"), "9");
    ck_ok(send("DELETE", "/2016-08-15/layers/l/versions/2", NULL));
    ck_ok(send("DELETE", "/2016-08-15/layers/l/versions/2", NULL));
    made = send("POST", "/2023-03-30/layers/l/versions", PUBLISH);
    ck_assert_str_eq(text_at(made, "version"), "3");
    ck_assert_str_eq(text_at(made, "acl"), "\"0\"");
    struct reply list = send("GET", "/2016-08-15/layers/l/versions?startVersion=0&limit=1", NULL);

    ck_assert_str_eq(text_at(list, "layers.0.version"), "1");
    ck_assert_str_eq(text_at(list, "nextVersion"), "3");
    list = send("GET", "/2016-08-15/layers/l/versions?startVersion=3", NULL);
    ck_assert_str_eq(text_at(list, "nextVersion"), "absent");
    list = send("GET", "/2016-08-15/layers", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(list, "layers")), 1);
    ck_assert_str_eq(text_at(list, "layers.0.version"), "3");
}
END_TEST

START_TEST(test_layer_acl_says_what_it_means)
{
    static const struct {
        const char *query;
        const char *acl; /* afterwards */
    } good[] = {
        {"acl=1",             "\"1\""},
        {"acl=private",       "\"0\""},
        {"acl=public",        "\"1\""},
        {"acl=0&public=true", "\"0\""},
        {"acl=&public=true",  "\"1\""},
        {"public=false",      "\"0\""},
    };

    ck_ok(send("POST", "/2023-03-30/layers/l/versions", "{\"code\":" CODE "}"));
    for (size_t i = 0; i < N_ELEMENTS(good); i++) {
        ck_ok(sendf("PUT", NULL, "/2023-03-30/layers/l/acl?%s", good[i].query));
        ck_assert_str_eq(text_at(send("GET", "/2023-03-30/layers/l/versions/1", NULL), "acl"),
                         good[i].acl);
    }
    ck_refused(send("PUT", "/2023-03-30/layers/l/acl", NULL), 400, "InvalidArgument",
               "Public is required but not provided");
    ck_refused(send("PUT", "/2023-03-30/layers/l/acl?acl=7", NULL), 400, "InvalidArgument",
               "Acl is set to an invalid value (allowed: 0 | 1 | private | public, actual: '7')");
    ck_refused(send("PUT", "/2021-04-06/layers/l/acl?public=maybe", NULL), 400, "InvalidArgument",
               "Public is set to an invalid value (allowed: true | false, actual: 'maybe')");
}
END_TEST

START_TEST(test_layer_by_arn_and_acl)
{
    struct reply made = send("POST", "/2016-08-15/layers/l/versions", PUBLISH);
    struct reply got =
        sendf("GET", NULL, "/2016-08-15/layerarn/%.32s%%23l%%231", string_at(made, "arn"));

    ck_ok(got);
    ck_assert_str_eq(string_at(got, "layerName"), "l");
    ck_assert_int_eq(
        send("PUT", "/2016-08-15/layers/l/acl?public=true&official=false", NULL).status, 204);
    ck_assert_str_eq(text_at(send("GET", "/2016-08-15/layers/l/versions/1", NULL), "acl"), "1");
    ck_assert_int_eq(send("PUT", "/2023-03-30/layers/l/acl?public=true&acl=0", "{}").status, 204);
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/layers/l/versions/1", NULL), "acl"), "\"0\"");
    ck_refused(send("PUT", "/2016-08-15/layers/l/acl?public=maybe", NULL), 400, "InvalidArgument",
               "Public is set to an invalid value (allowed: true | false, actual: 'maybe')");
    ck_refused(send("GET", "/2016-08-15/layers?official=maybe", NULL), 400, "InvalidArgument",
               "Official is set to an invalid value (allowed: true | false, actual: 'maybe')");
    ck_refused(send("GET", "/2016-08-15/layers/no/versions/1", NULL), 404, "LayerNotFound",
               "layer 'no' does not exist");
    ck_refused(send("GET", "/2016-08-15/layers/l/versions/9", NULL), 404, "LayerVersionNotFound",
               "layer version 'l:9' does not exist");
    ck_refused(send("GET", "/2016-08-15/layers/no/versions", NULL), 404, "LayerNotFound",
               "layer 'no' does not exist");
    ck_assert_str_eq(send("GET", "/2023-03-30/layers/no/versions", NULL).body, "{\"layers\":[]}");
}
END_TEST

START_TEST(test_function_with_layers)
{
    const char *arn = string_at(send("POST", "/2016-08-15/layers/l/versions", PUBLISH), "arn");
    OWN(mem_free)
    char *good =
        mem_printf("{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"layers\":"
                   "[\"%s\"],\"code\":" CODE "}",
                   arn);
    OWN(mem_free)
    char *other =
        mem_printf("{\"functionName\":\"g\",\"runtime\":\"nodejs12\",\"handler\":\"h\",\"layers\":"
                   "[\"%s\"],\"code\":" CODE "}",
                   arn);
    OWN(mem_free) char *want = mem_printf("runtime: nodejs12 is not supported by layer:%s", arn);

    create_service("demo");
    struct reply made = send("POST", "/2016-08-15/services/demo/functions", good);

    ck_assert_str_eq(string_at(made, "layers.0"), arn);
    ck_assert_str_eq(string_at(made, "layersArnV2.0"),
                     "acs:fc:cn-shanghai:16530750:layers/l/versions/1");
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/demo%24f", NULL), "layers"),
                     "[{\"arn\":\"acs:fc:cn-shanghai:16530750:layers/l/versions/1\",\"size\":9}]");
    ck_refused(send("POST", "/2016-08-15/services/demo/functions", other), 400, "InvalidArgument",
               want);
    ck_refused(send("POST", "/2023-03-30/functions",
                    "{\"functionName\":\"h\",\"runtime\":\"python3\",\"handler\":\"h\",\"layers\":"
                    "[\"acs:fc:cn-shanghai:16530750:layers/no/versions/1\"],\"code\":" CODE "}"),
               404, "LayerVersionNotFound",
               "layer version 'acs:fc:cn-shanghai:16530750:layers/no/versions/1' does not exist");
    ck_ok(send("POST", "/2023-03-30/functions",
               "{\"functionName\":\"h\",\"runtime\":\"python3\",\"handler\":\"h\",\"layers\":"
               "[\"acs:fc:cn-shanghai:official:layers/Python3/versions/1\"],\"code\":" CODE "}"));
    ck_assert_str_eq(
        text_at(send("PUT", "/2016-08-15/services/demo/functions/f", "{\"layers\":[]}"), "layers"),
        "[]");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_layer_versions_count_up,
        test_layer_acl_says_what_it_means,
        test_layer_by_arn_and_acl,
        test_function_with_layers,
    };

    return run_tests("product/service/layers", tests, N_ELEMENTS(tests));
}
