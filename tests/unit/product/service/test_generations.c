#include "fixture.h"

START_TEST(test_function_of_2023_is_seen_by_2016)
{
    create_function_2023("hello");
    struct reply services = send("GET", "/2016-08-15/services", NULL);

    ck_assert_str_eq(string_at(services, "services.0.serviceName"), "_fc3");
    struct reply list = send("GET", "/2016-08-15/services/_fc3/functions", NULL);

    ck_assert_str_eq(string_at(list, "functions.0.functionName"), "hello");
    ck_assert_str_eq(text_at(list, "functions.0.memorySize"), "512");
    ck_ok(send("PUT", "/2016-08-15/services/_fc3/functions/hello", "{\"timeout\":77}"));
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/hello", NULL), "timeout"), "77");
    ck_ok(send("DELETE", "/2016-08-15/services/_fc3/functions/hello", NULL));
    ck_refused(send("GET", "/2023-03-30/functions/hello", NULL), 404, "FunctionNotFound",
               "function 'hello' does not exist");
    ck_assert_str_eq(send("GET", "/2016-08-15/services", NULL).body, "{\"services\":[]}");
}
END_TEST

START_TEST(test_function_of_2016_is_seen_by_2023)
{
    ck_ok(
        send("POST", "/2016-08-15/services",
             "{\"serviceName\":\"demo\",\"role\":\"acs:ram::1:role/r\",\"internetAccess\":false}"));
    create_function("demo", "hello");
    struct reply got = send("GET", "/2023-03-30/functions/demo%24hello", NULL);

    ck_ok(got);
    ck_assert_str_eq(string_at(got, "functionName"), "demo$hello");
    ck_assert_str_eq(string_at(got, "role"), "acs:ram::1:role/r");
    ck_assert_str_eq(text_at(got, "internetAccess"), "false");
    ck_assert_str_eq(text_at(got, "memorySize"), "256");
    struct reply list = send("GET", "/2023-03-30/functions?fcVersion=v2", NULL);

    ck_assert_str_eq(string_at(list, "functions.0.functionName"), "demo$hello");
    ck_assert_str_eq(send("GET", "/2023-03-30/functions", NULL).body, "{\"functions\":[]}");
    ck_ok(send("PUT", "/2023-03-30/functions/demo%24hello", "{\"description\":\"new\"}"));
    got = send("GET", "/2016-08-15/services/demo/functions/hello", NULL);
    ck_assert_str_eq(string_at(got, "description"), "new");
}
END_TEST

START_TEST(test_initializer_moves_between_the_generations)
{
    create_service("demo");
    ck_ok(send("POST", "/2016-08-15/services/demo/functions",
               "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"initializer\":"
               "\"i.init\",\"initializationTimeout\":30,\"code\":" CODE "}"));
    struct reply got = send("GET", "/2023-03-30/functions/demo%24f", NULL);

    ck_assert_str_eq(text_at(got, "instanceLifecycleConfig"),
                     "{\"initializer\":{\"handler\":\"i.init\",\"timeout\":30}}");
    ck_ok(
        send("PUT", "/2023-03-30/functions/demo%24f",
             "{\"instanceLifecycleConfig\":{\"initializer\":{\"handler\":\"j.init\",\"timeout\":9},"
             "\"preStop\":{\"handler\":\"p.stop\",\"timeout\":5}}}"));
    got = send("GET", "/2021-04-06/services/demo/functions/f", NULL);
    ck_assert_str_eq(string_at(got, "initializer"), "j.init");
    ck_assert_str_eq(text_at(got, "initializationTimeout"), "9");
    ck_assert_str_eq(text_at(got, "instanceLifecycleConfig"),
                     "{\"preStop\":{\"handler\":\"p.stop\",\"timeout\":5}}");
}
END_TEST

START_TEST(test_port_and_health_check_move_to_the_runtime_config)
{
    struct reply made = send(
        "POST", "/2023-03-30/functions",
        "{\"functionName\":\"f\",\"runtime\":\"custom\",\"handler\":\"h\",\"customRuntimeConfig\":"
        "{\"command\":[\"./x\"],\"port\":9527,\"healthCheckConfig\":{\"httpGetUrl\":\"/ok\"}},"
        "\"code\":" CODE "}");

    ck_ok(made);
    ck_assert_str_eq(text_at(made, "customRuntimeConfig.healthCheckConfig.periodSeconds"), "3");
    struct reply got = send("GET", "/2016-08-15/services/_fc3/functions/f", NULL);

    ck_assert_str_eq(text_at(got, "caPort"), "9527");
    ck_assert_str_eq(text_at(got, "customHealthCheckConfig"), "{\"httpGetUrl\":\"/ok\"}");
    ck_assert_str_eq(text_at(got, "customRuntimeConfig"), "{\"command\":[\"./x\"]}");
    ck_ok(send("PUT", "/2016-08-15/services/_fc3/functions/f", "{\"caPort\":9900}"));
    got = send("GET", "/2023-03-30/functions/f", NULL);
    ck_assert_str_eq(text_at(got, "customRuntimeConfig.port"), "9900");
    ck_assert_str_eq(text_at(got, "customRuntimeConfig.command"), "[\"./x\"]");
}
END_TEST

START_TEST(test_defaults_differ_by_the_version_that_creates)
{
    create_service("demo");
    struct reply made = send("POST", "/2021-04-06/services/demo/functions", FUNCTION("f"));

    ck_assert_str_eq(text_at(made, "memorySize"), "128");
    ck_assert_str_eq(text_at(made, "timeout"), "3");
    struct reply seen = send("GET", "/2016-08-15/services/demo/functions/f", NULL);

    ck_assert_str_eq(text_at(seen, "memorySize"), "128");
    ck_assert_str_eq(text_at(seen, "timeout"), "3");
}
END_TEST

START_TEST(test_reserved_service_cannot_be_made_or_published)
{
    ck_refused(send("POST", "/2016-08-15/services", "{\"serviceName\":\"_fc3\"}"), 400,
               "InvalidArgument", "ServiceName '_fc3' is reserved for functions of 2023-03-30");
    create_function_2023("f");
    ck_refused(send("POST", "/2016-08-15/services/_fc3/versions", "{}"), 400, "InvalidArgument",
               "functions of 2023-03-30 have versions of their own");
    ck_refused(send("DELETE", "/2016-08-15/services/_fc3", NULL), 409, "ServiceNotEmpty",
               "service '_fc3' has active 'functions'");
}
END_TEST

START_TEST(test_triggers_and_configs_are_shared)
{
    create_service("demo");
    create_function("demo", "f");
    ck_ok(send("POST", "/2016-08-15/services/demo/functions/f/triggers",
               "{\"triggerName\":\"t\",\"triggerType\":\"timer\",\"triggerConfig\":"
               "{\"cronExpression\":\"@every 5m\",\"enable\":true}}"));
    struct reply got = send("GET", "/2023-03-30/functions/demo%24f/triggers/t", NULL);

    ck_assert_str_eq(string_at(got, "triggerConfig"),
                     "{\"cronExpression\":\"@every 5m\",\"enable\":true}");
    ck_assert_str_eq(string_at(got, "targetArn"),
                     "acs:fc:cn-shanghai:16530750:functions/demo$f/LATEST");
    ck_ok(send("PUT", "/2023-03-30/functions/demo%24f/async-invoke-config",
               "{\"asyncTask\":true,\"maxAsyncRetryAttempts\":2}"));
    got = send("GET", "/2016-08-15/services/demo/functions/f/async-invoke-config", NULL);
    ck_assert_str_eq(text_at(got, "statefulInvocation"), "true");
    ck_assert_str_eq(text_at(got, "maxAsyncRetryAttempts"), "2");
    ck_ok(send("PUT", "/2023-03-30/functions/demo%24f/concurrency", "{\"reservedConcurrency\":7}"));
    got = send("GET", "/2016-08-15/services/demo/functions/f/on-demand-config", NULL);
    ck_assert_str_eq(text_at(got, "maximumInstanceCount"), "7");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_function_of_2023_is_seen_by_2016,
        test_function_of_2016_is_seen_by_2023,
        test_initializer_moves_between_the_generations,
        test_port_and_health_check_move_to_the_runtime_config,
        test_defaults_differ_by_the_version_that_creates,
        test_reserved_service_cannot_be_made_or_published,
        test_triggers_and_configs_are_shared,
    };

    return run_tests("product/service/generations", tests, N_ELEMENTS(tests));
}
