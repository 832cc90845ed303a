#include "fixture.h"

static void setup_service(void)
{
    create_service("shop");
}

START_TEST(test_function_create_shows_every_member)
{
    struct reply made;

    setup_service();
    made = send("POST", "/2016-08-15/services/shop/functions", FUNCTION("hello"));
    ck_ok(made);
    cJSON_ReplaceItemInObject(made.json, "functionId", cJSON_CreateString("id"));
    struct buf text = {0};

    json_print(made.json, false, &text);
    ck_assert_str_eq(
        buf_text(&text),
        "{\"functionId\":\"id\",\"functionName\":\"hello\",\"description\":\"\","
        "\"runtime\":\"python3\",\"handler\":\"index.handler\",\"initializer\":null,"
        "\"timeout\":60,\"initializationTimeout\":3,\"memorySize\":256,\"instanceConcurrency\":1,"
        "\"instanceType\":\"e1\",\"codeSize\":9,\"codeChecksum\":\"11051210869376104954\","
        "\"environmentVariables\":{},\"customContainerConfig\":null,\"caPort\":null,"
        "\"layers\":null,\"layersArnV2\":null,\"instanceLifecycleConfig\":null,\"customDNS\":null,"
        "\"customRuntimeConfig\":null,\"customHealthCheckConfig\":null,\"gpuMemorySize\":null,"
        "\"diskSize\":null,\"cpu\":null,"
        "\"createdTime\":\"2020-09-13T12:26:40Z\",\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    buf_done(&text);
}
END_TEST

static const struct {
    const char *body;
    const char *message;
} bad[] = {
    {"{\"runtime\":\"python3\",\"handler\":\"h\",\"code\":" CODE "}",
     "FunctionName is required but not provided"                                                                                      },
    {"{\"functionName\":\"f\",\"handler\":\"h\",\"code\":" CODE "}",
     "Runtime is required but not provided"                                                                                           },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"code\":" CODE "}",
     "Handler is required but not provided"                                                                                           },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"description\":1e999,"
     "\"code\":" CODE "}",
     "Description is set to an invalid value (allowed: string, actual: 'null')"                                                       },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\"}",
     "Either ossBucketName/ossObjectName or zipFile must be set"                                                                      },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":{\"zipFile\":null,"
     "\"ossBucketName\":null}}",                                      "Either ossBucketName/ossObjectName or zipFile must be set"},
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":{"
     "\"ossBucketName\":"
     "\"bkt\",\"ossObjectName\":\"o\"}}",                             "object 'o' does not exist in 'bkt'"                       },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":{\"zipFile\":\"?"
     "\"}}",                                                          "ZipFile is not valid base64"                              },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"memorySize\":200,"
     "\"code\":" CODE "}",
     "MemorySize is set to an invalid value. The value must be a multiple of 64 MB. (actual: "
     "'200')"                                                                                                                         },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"memorySize\":64,"
     "\"code\":" CODE "}",
     "MemorySize is set to an invalid value (allowed: 128-32768, actual: '64')"                                                       },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"timeout\":0,"
     "\"code\":" CODE "}",
     "Timeout is set to an invalid value (allowed: 1-86400, actual: '0')"                                                             },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"timeout\":\"soon\","
     "\"code\":" CODE "}",
     "Timeout is set to an invalid value (allowed: integer, actual: 'soon')"                                                          },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"environmentVariables\":"
     "{\"A\":\"a\\tb\"},\"code\":" CODE "}",
     "Environment variable value doesn't match expected format (allowed: ^[[:print:]]+$, actual: "
     "'a\tb')"                                                                                                                        },
    {"{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"environmentVariables\":3,"
     "\"code\":" CODE "}",
     "Environment variable value is set to an invalid value (allowed: map of strings, actual: "
     "'3')"                                                                                                                           },
};

START_TEST(test_function_create_refusals)
{
    setup_service();
    ck_refused(send("POST", "/2016-08-15/services/shop/functions", bad[_i].body), 400,
               "InvalidArgument", bad[_i].message);
    ck_assert_str_eq(send("GET", "/2016-08-15/services/shop/functions", NULL).body,
                     "{\"functions\":[]}");
}
END_TEST

START_TEST(test_function_runtime_text_begins_as_clients_compare)
{
    struct reply refused;

    setup_service();
    refused = send("POST", "/2016-08-15/services/shop/functions",
                   "{\"functionName\":\"f\",\"runtime\":10,\"handler\":\"h\",\"code\":" CODE "}");
    ck_assert_str_eq(refused.code, "InvalidArgument");
    ck_assert_ptr_eq(strstr(refused.message, "Runtime is set to an invalid value (allowed: "),
                     refused.message);
    ck_assert_ptr_nonnull(strstr(refused.message, "actual: '10')"));
    create_function("shop", "f");
    refused = send("PUT", "/2016-08-15/services/shop/functions/f", "{\"runtime\":\"10\"}");
    ck_assert_str_eq(refused.code, "InvalidArgument");
}
END_TEST

START_TEST(test_function_update_as_the_php_client_sends_it)
{
    struct reply changed;

    setup_service();
    create_function("shop", "f");
    changed = send("PUT", "/2016-08-15/services/shop/functions/f",
                   "{\"runtime\":\"\",\"handler\":\"\",\"initializer\":null,\"memorySize\":256,"
                   "\"timeout\":60,\"initializationTimeout\":30,\"environmentVariables\":[]}");
    ck_ok(changed);
    ck_assert_str_eq(string_at(changed, "runtime"), "python3");
    ck_assert_str_eq(string_at(changed, "handler"), "index.handler");
    ck_assert_str_eq(text_at(changed, "initializer"), "null");
    ck_assert_str_eq(text_at(changed, "initializationTimeout"), "30");
    ck_assert_str_eq(text_at(changed, "instanceLifecycleConfig"), "null");
}
END_TEST

START_TEST(test_function_environment_is_replaced_kept_and_cleared)
{
    setup_service();
    create_function("shop", "f");
    ck_ok(send("PUT", "/2016-08-15/services/shop/functions/f",
               "{\"environmentVariables\":{\"A\":\"1\",\"b\":2}}"));
    struct reply kept = send("PUT", "/2016-08-15/services/shop/functions/f",
                             "{\"initializer\":\"i.h\",\"initializationTimeout\":\"20\"}");

    ck_assert_str_eq(text_at(kept, "environmentVariables"), "{\"A\":\"1\",\"b\":\"2\"}");
    ck_assert_str_eq(string_at(kept, "initializer"), "i.h");
    ck_assert_str_eq(text_at(kept, "initializationTimeout"), "20");
    struct reply cleared =
        send("PUT", "/2016-08-15/services/shop/functions/f", "{\"environmentVariables\":{}}");

    ck_assert_str_eq(text_at(cleared, "environmentVariables"), "{}");
    ck_assert_str_eq(string_at(cleared, "initializer"), "i.h");
}
END_TEST

START_TEST(test_function_container_texts_come_back_byte_for_byte)
{
    struct reply made;

    setup_service();
    made = send("POST", "/2016-08-15/services/shop/functions",
                "{\"functionName\":\"c\",\"runtime\":\"custom-container\",\"handler\":\"not-used\","
                "\"CAPort\":9527,\"CustomContainerConfig\":{\"Image\":\"img:1\",\"command\":"
                "\"[\\\"python\\\", \\\"server.py\\\"]\",\"args\":\"[\\\"a1\\\", \\\"a2\\\"]\"}}");
    ck_ok(made);
    ck_assert_str_eq(string_at(made, "customContainerConfig.command"),
                     "[\"python\", \"server.py\"]");
    ck_assert_str_eq(string_at(made, "customContainerConfig.args"), "[\"a1\", \"a2\"]");
    ck_assert_str_eq(string_at(made, "customContainerConfig.accelerationInfo.status"), "Ready");
    ck_assert_str_eq(text_at(made, "caPort"), "9527");
    ck_assert_str_eq(text_at(made, "codeSize"), "0");
    ck_assert_str_eq(string_at(made, "codeChecksum"), "0");
    struct reply got = send("GET", "/2023-03-30/functions/shop%24c", NULL);

    ck_assert_str_eq(text_at(got, "customContainerConfig.entrypoint"),
                     "[\"python\",\"server.py\"]");
    ck_assert_str_eq(text_at(got, "customContainerConfig.command"), "[\"a1\",\"a2\"]");
    ck_assert_str_eq(text_at(got, "customContainerConfig.port"), "9527");
}
END_TEST

START_TEST(test_function_port_zero_is_echoed)
{
    struct reply made;

    setup_service();
    made =
        send("POST", "/2016-08-15/services/shop/functions",
             "{\"functionName\":\"c\",\"runtime\":\"custom\",\"handler\":\"h\",\"caPort\":0,"
             "\"customRuntimeConfig\":{\"command\":[\"a\"],\"args\":[\"b\"]},\"code\":" CODE "}");
    ck_ok(made);
    ck_assert_str_eq(text_at(made, "caPort"), "0");
    ck_assert_str_eq(text_at(made, "customRuntimeConfig"),
                     "{\"command\":[\"a\"],\"args\":[\"b\"]}");
}
END_TEST

START_TEST(test_function_code_checksum_header)
{
    setup_service();
    ck_refused(send_with("POST", "/2016-08-15/services/shop/functions", FUNCTION("f"),
                         "X-Fc-Code-Checksum", "1"),
               400, "InvalidArgument",
               "Code checksum is set to an invalid value (allowed: 11051210869376104954, actual: "
               "'1')");
    ck_ok(send_with("POST", "/2016-08-15/services/shop/functions", FUNCTION("f"),
                    "X-Fc-Code-Checksum", "11051210869376104954"));
}
END_TEST

START_TEST(test_function_exists_already)
{
    setup_service();
    create_function("shop", "f");
    ck_refused(send("POST", "/2016-08-15/services/shop/functions", FUNCTION("f")), 409,
               "FunctionAlreadyExists", "function 'f' already exists in service 'shop'");
    create_function_2023("f");
    ck_refused(send("POST", "/2023-03-30/functions", FUNCTION("f")), 409, "FunctionAlreadyExists",
               "function 'f' already exists");
}
END_TEST

START_TEST(test_function_delete_with_triggers)
{
    setup_service();
    create_function("shop", "f");
    ck_ok(send("POST", "/2016-08-15/services/shop/functions/f/triggers",
               "{\"triggerName\":\"t\",\"triggerType\":\"http\",\"triggerConfig\":{}}"));
    ck_refused(send("DELETE", "/2016-08-15/services/shop/functions/f", NULL), 409,
               "FunctionNotEmpty", "function 'f' has active triggers");
    ck_ok(send("DELETE", "/2016-08-15/services/shop/functions/f/triggers/t", NULL));
    ck_assert_int_eq(send("DELETE", "/2016-08-15/services/shop/functions/f", NULL).status, 204);
    ck_refused(send("DELETE", "/2016-08-15/services/shop/functions/f", NULL), 404,
               "FunctionNotFound", "function 'f' does not exist in service 'shop'");
}
END_TEST

START_TEST(test_function_invoke_refusals_in_their_order)
{
    const char *path = "/2016-08-15/services/shop/functions/f/invocations";

    setup_service();
    create_function("shop", "f");
    ck_refused(send_with("POST", path, "not json", "X-Fc-Log-Type", "Invalid"), 400,
               "InvalidArgument",
               "LogType is set to an invalid value (allowed: Tail | None, actual: 'Invalid')");
    ck_refused(send_with("POST", path, "not json", "X-Fc-Invocation-Type", "async"), 400,
               "InvalidArgument",
               "InvocationType is set to an invalid value (allowed: Sync | Async, actual: "
               "'async')");
    ck_refused(send_with("POST", path, "", "X-Fc-Stateful-Async-Invocation-Id", "1st"), 400,
               "InvalidArgument",
               "AsyncTaskId doesn't match expected format (allowed: ^[_a-zA-Z][-_a-zA-Z0-9]*$, "
               "actual: '1st')");
    ck_refused(send_with("POST", "/2016-08-15/services/shop/functions/none/invocations", "",
                         "X-Fc-Log-Type", "Invalid"),
               404, "FunctionNotFound", "function 'none' does not exist in service 'shop'");
}
END_TEST

START_TEST(test_function_memory_and_cpu_follow_each_other_in_2023)
{
    struct reply made = send("POST", "/2023-03-30/functions",
                             "{\"functionName\":\"f\",\"runtime\":\"python3.10\",\"handler\":\"h\","
                             "\"memorySize\":2048,\"code\":" CODE "}");

    ck_assert_str_eq(text_at(made, "cpu"), "0.5");
    made = send("PUT", "/2023-03-30/functions/f", "{\"cpu\":2}");
    ck_assert_str_eq(text_at(made, "memorySize"), "2048");
    ck_assert_str_eq(text_at(made, "cpu"), "2");
    made = send("PUT", "/2023-03-30/functions/f", "{\"memorySize\":16384}");
    ck_assert_str_eq(text_at(made, "cpu"), "4");
    ck_refused(send("PUT", "/2023-03-30/functions/f", "{\"memorySize\":16384,\"cpu\":1}"), 400,
               "InvalidArgument",
               "CPU is set to an invalid value. The ratio of memory (GB) to CPU must be between 1 "
               "and 4. (actual: '16')");
    ck_assert_str_eq(
        text_at(send("PUT", "/2023-03-30/functions/f", "{\"memorySize\":512,\"cpu\":0.35}"), "cpu"),
        "0.35");
}
END_TEST

START_TEST(test_function_2023_sample)
{
    struct reply made = send("POST", "/2023-03-30/functions",
                             "{\"functionName\":\"demo-func\",\"runtime\":\"python3.10\","
                             "\"handler\":\"index.handler\",\"code\":" CODE "}");
    struct buf text = {0};

    ck_ok(made);
    cJSON_ReplaceItemInObject(made.json, "functionId", cJSON_CreateString("id"));
    json_print(made.json, false, &text);
    ck_assert_str_eq(
        buf_text(&text),
        "{\"functionId\":\"id\",\"functionName\":\"demo-func\",\"description\":\"\","
        "\"runtime\":\"python3.10\",\"handler\":\"index.handler\",\"timeout\":3,"
        "\"memorySize\":512,\"instanceConcurrency\":1,\"codeSize\":9,"
        "\"codeChecksum\":\"11051210869376104954\",\"environmentVariables\":{},\"layers\":[],"
        "\"diskSize\":512,\"cpu\":0.35,\"role\":\"\",\"internetAccess\":true,"
        "\"instanceIsolationMode\":\"SHARE\",\"sessionAffinity\":\"NONE\",\"disableOndemand\":"
        "false,"
        "\"resourceGroupId\":\"rg-default\","
        "\"functionArn\":\"acs:fc:cn-shanghai:16530750:functions/demo-func\",\"tags\":[],"
        "\"state\":\"Active\",\"stateReason\":\"\",\"stateReasonCode\":\"\","
        "\"lastUpdateStatus\":\"Successful\",\"lastUpdateStatusReason\":\"\","
        "\"lastUpdateStatusReasonCode\":\"\",\"createdTime\":\"2020-09-13T12:26:40Z\","
        "\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    buf_done(&text);
}
END_TEST

START_TEST(test_function_disable_enable_and_group)
{
    create_function_2023("f");
    ck_assert_str_eq(
        send("POST", "/2023-03-30/functions/f/invoke/disable", "{\"reason\":\"why\"}").body,
        "{\"success\":true}");
    struct reply got = send("GET", "/2023-03-30/functions/f", NULL);

    ck_assert_str_eq(text_at(got, "invocationRestriction.disable"), "true");
    ck_assert_str_eq(string_at(got, "invocationRestriction.reason"), "why");
    ck_ok(send("POST", "/2023-03-30/functions/f/invoke/enable", NULL));
    got = send("GET", "/2023-03-30/functions/f", NULL);
    ck_assert_str_eq(text_at(got, "invocationRestriction.disable"), "false");
    ck_assert_str_eq(send("PUT", "/2023-03-30/resource-groups",
                          "{\"resourceId\":\"f\",\"newResourceGroupId\":\"rg-2\",\"resourceType\":"
                          "\"function\"}")
                         .body,
                     "{\"resourceId\":\"f\",\"oldResourceGroupId\":\"rg-default\","
                     "\"newResourceGroupId\":\"rg-2\"}");
    ck_assert_str_eq(send("PUT", "/2023-03-30/resource-groups",
                          "{\"ResourceId\":\"f\",\"NewResourceGroupId\":\"rg-2\"}")
                         .body,
                     "{\"ResourceId\":\"f\",\"OldResourceGroupId\":\"rg-2\","
                     "\"NewResourceGroupId\":\"rg-2\"}");
    ck_assert_str_eq(string_at(send("GET", "/2023-03-30/functions/f", NULL), "resourceGroupId"),
                     "rg-2");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/functions");
    TCase *tc = tcase_create("functions");
    const TTest *const tests[] = {
        test_function_create_shows_every_member,
        test_function_runtime_text_begins_as_clients_compare,
        test_function_update_as_the_php_client_sends_it,
        test_function_environment_is_replaced_kept_and_cleared,
        test_function_container_texts_come_back_byte_for_byte,
        test_function_port_zero_is_echoed,
        test_function_code_checksum_header,
        test_function_exists_already,
        test_function_delete_with_triggers,
        test_function_invoke_refusals_in_their_order,
        test_function_memory_and_cpu_follow_each_other_in_2023,
        test_function_2023_sample,
        test_function_disable_enable_and_group,
    };

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, test_function_create_refusals, 0, N_ELEMENTS(bad));
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
