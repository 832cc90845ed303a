#include "fixture.h"

START_TEST(test_service_create_shows_every_member)
{
    struct reply made =
        send("POST", "/2016-08-15/services", "{\"serviceName\":\"shop\",\"description\":null}");

    ck_ok(made);
    ck_assert_int_eq(made.status, 200);
    ck_assert_uint_eq(strlen(made.etag), 32);
    cJSON_ReplaceItemInObject(made.json, "serviceId", cJSON_CreateString("id"));
    made.body = text_at(made, "");
    struct buf text = {0};

    json_print(made.json, false, &text);
    ck_assert_str_eq(
        buf_text(&text),
        "{\"serviceName\":\"shop\",\"serviceId\":\"id\",\"description\":\"\",\"role\":\"\","
        "\"logConfig\":{\"project\":\"\",\"logstore\":\"\",\"enableRequestMetrics\":false,"
        "\"enableInstanceMetrics\":false},"
        "\"vpcConfig\":{\"vpcId\":\"\",\"vSwitchIds\":[],\"securityGroupId\":\"\",\"role\":\"\"},"
        "\"internetAccess\":true,"
        "\"nasConfig\":{\"userId\":-1,\"groupId\":-1,\"mountPoints\":[]},"
        "\"tracingConfig\":{\"type\":null,\"params\":null},"
        "\"ossMountConfig\":{\"mountPoints\":[]},"
        "\"createdTime\":\"2020-09-13T12:26:40Z\",\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    buf_done(&text);
}
END_TEST

START_TEST(test_service_names_are_checked)
{
    ck_refused(send("POST", "/2016-08-15/services", "{}"), 400, "InvalidArgument",
               "ServiceName is required but not provided");
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"\"}"), 400,
               "InvalidArgument", "ServiceName is required but not provided");
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"1a\"}"), 400,
               "InvalidArgument",
               "ServiceName doesn't match expected format (allowed: ^[_a-zA-Z][-_a-zA-Z0-9]*$, "
               "actual: '1a')");
    create_service("demo");
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"demo\"}"), 409,
               "ServiceAlreadyExists", "service 'demo' already exists");
}
END_TEST

START_TEST(test_service_bodies_that_are_not_json)
{
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":"), 400, "InvalidArgument",
               "Bad data in request body");
    ck_refused(send("POST", "/2016-08-15/services", "\"text\""), 400, "InvalidArgument",
               "Bad data in request body");
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"\xff\"}"), 400,
               "InvalidArgument", "Bad data in request body");
    char deep[300] = "{\"serviceName\":";

    memset(deep + 15, '[', 200);
    ck_refused(send("POST", "/2016-08-15/services", deep), 400, "InvalidArgument",
               "Bad data in request body");
}
END_TEST

START_TEST(test_service_keys_in_any_case_and_unknown_ones)
{
    struct reply made =
        send("POST", "/2016-08-15/services",
             "{\"ServiceName\":\"demo\",\"LOGCONFIG\":{\"Project\":\"p\","
             "\"LogStore\":\"l\"},\"headers\":{\"a\":1},\"internetAccess\":\"false\"}");

    ck_ok(made);
    ck_assert_str_eq(text_at(made, "logConfig"),
                     "{\"project\":\"p\",\"logstore\":\"l\",\"enableRequestMetrics\":false,"
                     "\"enableInstanceMetrics\":false}");
    ck_assert_str_eq(text_at(made, "internetAccess"), "false");
}
END_TEST

START_TEST(test_service_update_keeps_what_is_not_named)
{
    create_service("demo");
    ck_ok(send("PUT", "/2016-08-15/services/demo",
               "{\"description\":\"a\",\"role\":\"acs:ram::1:role/r\"}"));
    struct reply changed = send("PUT", "/2016-08-15/services/demo",
                                "{\"description\":\"b\",\"role\":null,\"serviceName\":\"other\"}");

    ck_ok(changed);
    ck_assert_str_eq(string_at(changed, "description"), "b");
    ck_assert_str_eq(string_at(changed, "role"), "acs:ram::1:role/r");
    ck_assert_str_eq(string_at(changed, "serviceName"), "demo");
    ck_assert_str_eq(string_at(changed, "createdTime"), "2020-09-13T12:26:40Z");
    /* The clock stands still; each update is a second later all the same. */
    ck_assert_str_eq(string_at(changed, "lastModifiedTime"), "2020-09-13T12:26:42Z");
}
END_TEST

START_TEST(test_service_nas_is_merged_other_objects_replaced)
{
    ck_ok(send("POST", "/2016-08-15/services",
               "{\"serviceName\":\"demo\",\"role\":\"acs:ram::1:role/"
               "r\",\"vpcConfig\":{\"vpcId\":\"v\"},\"nasConfig\":{\"userId\":1,\"groupId\":2,"
               "\"mountPoints\":"
               "[{\"serverAddr\":\"s:/\",\"mountDir\":\"/mnt\"}]},"
               "\"logConfig\":{\"project\":\"p\",\"logstore\":\"l\"}}"));
    struct reply changed =
        send("PUT", "/2016-08-15/services/demo",
             "{\"nasConfig\":{\"userId\":-1},\"logConfig\":{\"project\":\"q\"}}");

    ck_assert_str_eq(text_at(changed, "nasConfig"),
                     "{\"userId\":-1,\"groupId\":2,\"mountPoints\":[{\"serverAddr\":\"s:/\","
                     "\"mountDir\":\"/mnt\"}]}");
    ck_assert_str_eq(string_at(changed, "logConfig.project"), "q");
    ck_assert_str_eq(string_at(changed, "logConfig.logstore"), "");
}
END_TEST

START_TEST(test_service_tracing_is_disabled_by_an_empty_object)
{
    ck_ok(send("POST", "/2016-08-15/services",
               "{\"serviceName\":\"demo\",\"tracingConfig\":{\"type\":\"Jaeger\",\"params\":"
               "{\"endpoint\":\"http://j\"}}}"));
    struct reply off = send("PUT", "/2016-08-15/services/demo", "{\"tracingConfig\":{}}");

    ck_assert_str_eq(text_at(off, "tracingConfig"), "{\"type\":null,\"params\":null}");
}
END_TEST

START_TEST(test_service_if_match)
{
    create_service("demo");
    struct reply got = send("GET", "/2016-08-15/services/demo", NULL);

    ck_refused(send_with("PUT", "/2016-08-15/services/demo", "{}", "If-Match", "1234"), 412,
               "PreconditionFailed", "the resource being modified has been changed");
    ck_refused(send_with("DELETE", "/2016-08-15/services/demo", NULL, "If-Match", "1234"), 412,
               "PreconditionFailed", "the resource being modified has been changed");
    struct reply changed =
        send_with("PUT", "/2016-08-15/services/demo", "{}", "if-match", got.etag);

    ck_ok(changed);
    ck_assert_str_ne(changed.etag, got.etag);
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo", NULL).etag, changed.etag);
    struct reply gone =
        send_with("DELETE", "/2016-08-15/services/demo", NULL, "If-Match", changed.etag);

    ck_assert_int_eq(gone.status, 204);
    ck_assert_str_eq(gone.body, "");
}
END_TEST

START_TEST(test_service_delete_refuses_what_is_not_empty)
{
    create_service("demo");
    create_function("demo", "hello");
    ck_refused(send("DELETE", "/2016-08-15/services/demo", NULL), 409, "ServiceNotEmpty",
               "service 'demo' has active 'functions'");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/functions/hello", NULL));
    ck_refused(send("DELETE", "/2016-08-15/services/demo", NULL), 409, "ServiceNotEmpty",
               "service 'demo' has active 'versions'");
    ck_ok(send("POST", "/2016-08-15/services/demo/aliases",
               "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL));
    ck_ok(send("DELETE", "/2016-08-15/services/demo", NULL));
    ck_refused(send("GET", "/2016-08-15/services/demo", NULL), 404, "ServiceNotFound",
               "service 'demo' does not exist");
    create_service("demo");
    ck_refused(send("GET", "/2016-08-15/services/demo/aliases/prod", NULL), 404, "AliasNotFound",
               "alias 'prod' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_service_not_found_from_the_outside_in)
{
    ck_refused(send("GET", "/2016-08-15/services/no.1/functions/f/triggers/t", NULL), 404,
               "ServiceNotFound", "service 'no' does not exist");
    create_service("demo");
    ck_refused(send("GET", "/2016-08-15/services/demo.7/functions/f", NULL), 404, "VersionNotFound",
               "version '7' of service 'demo' does not exist");
    ck_refused(send("GET", "/2016-08-15/services/demo.prod/functions/f", NULL), 404,
               "AliasNotFound", "alias 'prod' of service 'demo' does not exist");
    ck_refused(send("POST", "/2016-08-15/services/demo/functions/f/invocations", "event"), 404,
               "FunctionNotFound", "function 'f' does not exist in service 'demo'");
    create_function("demo", "f");
    ck_refused(send("GET", "/2016-08-15/services/demo/functions/f/triggers/t", NULL), 404,
               "TriggerNotFound", "trigger 't' does not exist in service 'demo' and function 'f'");
}
END_TEST

START_TEST(test_service_qualified_change_is_refused)
{
    create_service("demo");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_refused(send("PUT", "/2016-08-15/services/demo.1", "{}"), 400, "InvalidArgument",
               "qualifier '1' cannot be changed: only LATEST can");
    ck_ok(send("PUT", "/2016-08-15/services/demo.LATEST", "{}"));
    ck_ok(send("PUT", "/2016-08-15/services/demo.", "{}"));
    /* The qualifier stands in the path; in the query it is one of the unknown parameters. */
    ck_ok(send("PUT", "/2016-08-15/services/demo?qualifier=1", "{}"));
    ck_ok(send("GET", "/2016-08-15/services/demo?qualifier=none", NULL));
    ck_refused(send("GET", "/2021-04-06/services/demo?qualifier=none", NULL), 404, "AliasNotFound",
               "alias 'none' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_service_vpc_bindings)
{
    create_service("demo");
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo/bindings", NULL).body,
                     "{\"vpcIds\":[]}");
    ck_assert_str_eq(
        send("POST", "/2016-08-15/services/demo/binding", "{\"vpcId\":\"vpc-1\"}").body, "{}");
    ck_assert_int_eq(
        send("POST", "/2021-04-06/services/demo/bindings", "{\"vpcId\":\"vpc-2\"}").status, 204);
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo/bindings", NULL).body,
                     "{\"vpcIds\":[\"vpc-1\",\"vpc-2\"]}");
    ck_assert_int_eq(
        send("DELETE", "/2016-08-15/services/demo/binding", "{\"vpcId\":\"vpc-1\"}").status, 200);
    ck_refused(send("DELETE", "/2021-04-06/services/demo/bindings/vpc-1", NULL), 404,
               "VpcBindingNotFound", "VPC binding 'vpc-1' does not exist");
    /* The paths of the later version are understood in the older one, with its statuses. */
    ck_assert_int_eq(
        send("POST", "/2016-08-15/services/demo/bindings", "{\"vpcId\":\"vpc-3\"}").status, 200);
    ck_assert_int_eq(send("DELETE", "/2016-08-15/services/demo/bindings/vpc-3", NULL).status, 200);
}
END_TEST

START_TEST(test_service_quota)
{
    for (int i = 0; i < 50; i++) {
        OWN(mem_free) char *name = mem_printf("s%d", i);

        create_service(name);
    }
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"more\"}"), 400,
               "LimitExceededError",
               "the number of services exceeds the limit (max: 50, actual: 51)");
}
END_TEST

START_TEST(test_account_settings_and_configs)
{
    ck_assert_str_eq(text_at(send("GET", "/2016-08-15/account-settings", NULL), "availableAZs"),
                     "[\"cn-shanghai-b\"]");
    ck_assert_str_eq(send("GET", "/2016-08-15/accountConfigs?config=CodeSizeLimit", NULL).body,
                     "{\"CodeSizeLimit\":\"104857600\"}");
    struct reply token = send("GET", "/2016-08-15/tempBucketToken", NULL);

    ck_assert(cJSON_IsString(at(token, "credentials.SecurityToken")));
    ck_assert(cJSON_IsString(at(token, "ossBucket")));
    ck_assert(cJSON_IsString(at(token, "objectName")));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_service_create_shows_every_member,
        test_service_names_are_checked,
        test_service_bodies_that_are_not_json,
        test_service_keys_in_any_case_and_unknown_ones,
        test_service_update_keeps_what_is_not_named,
        test_service_nas_is_merged_other_objects_replaced,
        test_service_tracing_is_disabled_by_an_empty_object,
        test_service_if_match,
        test_service_delete_refuses_what_is_not_empty,
        test_service_not_found_from_the_outside_in,
        test_service_qualified_change_is_refused,
        test_service_vpc_bindings,
        test_service_quota,
        test_account_settings_and_configs,
    };

    return run_tests("product/service/services", tests, N_ELEMENTS(tests));
}
