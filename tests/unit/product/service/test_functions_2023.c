/* What 2023-03-30 says of a function that the older versions do not. */
#include "fixture.h"

#define FUNCTION_2023(more)                                                                        \
    "{\"functionName\":\"f\",\"runtime\":\"python3.10\",\"handler\":\"h\",\"code\":" CODE "," more \
    "}"

/* clang-format off */
static const struct {
    const char *more;
    const char *message;
} bad[] = {
    {"\"diskSize\":1000",                                  "DiskSize is set to an invalid value (allowed: 512 | 10240, actual: '1000')"},
    {"\"idleTimeout\":-1",                                 "IdleTimeout is set to an invalid value (allowed: 0 or more, actual: '-1')"},
    {"\"gpuConfig\":{\"gpuMemorySize\":1000}",             "GpuMemorySize is set to an invalid value (allowed: 1024 or more, actual: '1000')"},
    {"\"sessionAffinityConfig\":\"soon\"",                 "SessionAffinityConfig is set to an invalid value (allowed: a JSON object, actual: 'soon')"},
    {"\"environmentVariables\":{\"1A\":\"x\"}",            "Environment variable name doesn't match expected format (allowed: ^[a-zA-Z][a-zA-Z0-9_]*$, actual: '1A')"},
    {"\"environmentVariables\":{\"\":\"x\"}",              "Environment variable name doesn't match expected format (allowed: ^[a-zA-Z][a-zA-Z0-9_]*$, actual: '')"},
    {"\"customRuntimeConfig\":{\"healthCheckConfig\":{\"periodSeconds\":0}}",
                                                           "PeriodSeconds is set to an invalid value (allowed: 1-120, actual: '0')"},
    {"\"customRuntimeConfig\":{\"healthCheckConfig\":{\"timeoutSeconds\":4}}",
                                                           "TimeoutSeconds is set to an invalid value (allowed: 1-3, actual: '4')"},
    {"\"customContainerConfig\":{\"image\":\"i\"}",        "Either code or customContainerConfig must be set, not both"},
};

static const struct {
    const char *code;
    const char *message;
} bad_code[] = {
    {"5",                      "Code is set to an invalid value (allowed: object, actual: '5')"},
    {"\"x\"",                  "Code is set to an invalid value (allowed: object, actual: '\"x\"')"},
    {"{\"zipFile\":5}",        "ZipFile is set to an invalid value (allowed: text in base64, actual: '5')"},
    {"{\"ossBucketName\":[]}", "OssBucketName is set to an invalid value (allowed: string, actual: '[]')"},
    {"{\"ossObjectName\":{}}", "OssObjectName is set to an invalid value (allowed: string, actual: '{}')"},
};
/* clang-format on */

#define CONTAINER(config)                                                                          \
    "{\"functionName\":\"c\",\"runtime\":\"custom-container\",\"customContainerConfig\":" config "}"

static struct reply create(const char *more)
{
    OWN(mem_free)
    char *body = mem_printf("{\"functionName\":\"f\",\"runtime\":\"python3.10\",\"handler\":\"h\","
                            "\"code\":" CODE ",%s}",
                            more);

    return send("POST", "/2023-03-30/functions", body);
}

START_TEST(test_create_refusals)
{
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        ck_refused(create(bad[i].more), 400, "InvalidArgument", bad[i].message);
    ck_assert_str_eq(send("GET", "/2023-03-30/functions", NULL).body, "{\"functions\":[]}");
}
END_TEST

START_TEST(test_code_of_a_wrong_type_is_refused_in_updates_too)
{
    create_function_2023("f");
    const char *before = send("GET", "/2023-03-30/functions/f", NULL).etag;

    for (size_t i = 0; i < N_ELEMENTS(bad_code); i++) {
        OWN(mem_free) char *body = mem_printf("{\"code\":%s}", bad_code[i].code);

        ck_refused(send("PUT", "/2023-03-30/functions/f", body), 400, "InvalidArgument",
                   bad_code[i].message);
    }
    ck_assert_str_eq(send("GET", "/2023-03-30/functions/f", NULL).etag, before);
    ck_ok(send("PUT", "/2023-03-30/functions/f", "{\"code\":null}"));
    ck_ok(send("PUT", "/2023-03-30/functions/f", "{\"code\":{}}"));
}
END_TEST

START_TEST(test_container_needs_an_image)
{
    ck_refused(send("POST", "/2023-03-30/functions", CONTAINER("{\"port\":9000}")), 400,
               "InvalidArgument", "CustomContainerConfig is required but not provided");
    struct reply made =
        send("POST", "/2023-03-30/functions", CONTAINER("{\"image\":\"registry/app:1\"}"));

    ck_ok(made);
    ck_assert_str_eq(string_at(made, "codeChecksum"), "");
    ck_assert_str_eq(text_at(made, "codeSize"), "0");
}
END_TEST

START_TEST(test_large_disks_belong_to_gpu_functions)
{
    ck_ok(create("\"diskSize\":61440,\"gpuConfig\":{\"gpuType\":\"fc.gpu.ada.1\"}"));
    ck_ok(send("PUT", "/2023-03-30/functions/f", "{\"cpu\":8,\"memorySize\":65536}"));
    create_service("demo");
    ck_refused(send("POST", "/2021-04-06/services/demo/functions",
                    FUNCTION_2023("\"instanceType\":\"huge\"")),
               400, "InvalidArgument",
               "InstanceType is set to an invalid value (allowed: e1 | c1 | g1 | fc.gpu.tesla.1 | "
               "fc.gpu.ampere.1 | fc.gpu.ada.1, actual: 'huge')");
    ck_ok(send("POST", "/2021-04-06/services/demo/functions",
               FUNCTION_2023("\"instanceType\":\"g1\",\"diskSize\":20480")));
}
END_TEST

START_TEST(test_null_clears_what_has_members)
{
    ck_ok(create(
        "\"description\":\"d\",\"timeout\":9,\"gpuConfig\":{\"gpuType\":\"g1\"},"
        "\"logConfig\":{\"project\":\"p\",\"logstore\":\"l\"},"
        "\"environmentVariables\":{\"A\":\"1\"},\"customRuntimeConfig\":{\"command\":[\"x\"],"
        "\"healthCheckConfig\":{\"httpGetUrl\":\"/\"}}"));
    struct reply changed = send("PUT", "/2023-03-30/functions/f",
                                "{\"description\":null,\"timeout\":null,\"gpuConfig\":null,"
                                "\"environmentVariables\":null,"
                                "\"customRuntimeConfig\":{\"healthCheckConfig\":null}}");

    ck_ok(changed);
    ck_assert_str_eq(string_at(changed, "description"), "d");
    ck_assert_str_eq(text_at(changed, "timeout"), "9");
    ck_assert_str_eq(text_at(changed, "gpuConfig"), "absent");
    ck_assert_str_eq(text_at(changed, "environmentVariables"), "{}");
    ck_assert_str_eq(text_at(changed, "customRuntimeConfig"), "absent");
    ck_assert_str_eq(string_at(changed, "logConfig.project"), "p");
    changed = send("PUT", "/2023-03-30/functions/f", "{\"logConfig\":{}}");
    ck_assert_str_eq(text_at(changed, "logConfig"), "absent");
}
END_TEST

START_TEST(test_null_says_nothing_to_the_older_versions)
{
    create_service("demo");
    ck_ok(send("POST", "/2021-04-06/services/demo/functions",
               FUNCTION_2023("\"environmentVariables\":{\"A\":\"1\"}")));
    struct reply changed = send("PUT", "/2021-04-06/services/demo/functions/f",
                                "{\"environmentVariables\":null,\"customDNS\":null}");

    ck_assert_str_eq(text_at(changed, "environmentVariables"), "{\"A\":\"1\"}");
}
END_TEST

START_TEST(test_lengths_count_characters)
{
    OWN(buf_done) struct buf text = {0};

    for (int i = 0; i < 256; i++)
        buf_puts(&text, "\xe4\xb8\xad");
    OWN(mem_free) char *fits = mem_printf("\"description\":\"%s\"", buf_text(&text));
    OWN(mem_free) char *over = mem_printf("\"description\":\"%sx\"", buf_text(&text));

    ck_assert_int_eq(create(over).status, 400);
    ck_ok(create(fits));
}
END_TEST

START_TEST(test_environment_is_bounded)
{
    OWN(buf_done) struct buf text = {0};

    for (int i = 0; i < 4096; i++)
        buf_add_char(&text, 'v');
    OWN(mem_free)
    char *body = mem_printf("\"environmentVariables\":{\"A\":\"%s\"}", buf_text(&text));

    ck_refused(create(body), 400, "InvalidArgument",
               "Environment variable value exceeds the maximum allowed length (max: 4096, actual: "
               "'4097')");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_create_refusals,
        test_code_of_a_wrong_type_is_refused_in_updates_too,
        test_container_needs_an_image,
        test_large_disks_belong_to_gpu_functions,
        test_null_clears_what_has_members,
        test_null_says_nothing_to_the_older_versions,
        test_lengths_count_characters,
        test_environment_is_bounded,
    };

    return run_tests("product/service/functions_2023", tests, N_ELEMENTS(tests));
}
