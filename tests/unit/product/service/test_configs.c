#include "fixture.h"

#define FN "/2016-08-15/services/demo/functions/f"
#define SCALING_2023 "/2023-03-30/functions/z/scaling-config?qualifier=LATEST"
#define PROVISION "/2016-08-15/services/demo.prod/functions/f/provision-config"

static void setup_function(void)
{
    create_service("demo");
    create_function("demo", "f");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/aliases",
               "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"));
}

/* ---- provision ---- */

START_TEST(test_provision_life)
{
    setup_function();
    struct reply none = send("GET", PROVISION, NULL);

    ck_assert_int_eq(none.status, 200);
    ck_assert_str_eq(text_at(none, "target"), "0");
    struct reply made = send("PUT", PROVISION, "{\"target\":3,\"alwaysAllocateCPU\":true}");

    ck_assert_str_eq(made.body,
                     "{\"target\":3,\"scheduledActions\":[],\"targetTrackingPolicies\":[],"
                     "\"alwaysAllocateCPU\":true,\"current\":3,\"currentError\":\"\","
                     "\"resource\":\"16530750#demo#prod#f\"}");
    struct reply list = send(
        "GET", "/2016-08-15/provision-configs?serviceName=demo&qualifier=prod&limit=100", NULL);

    ck_assert_str_eq(text_at(list, "provisionConfigs.0.target"), "3");
    ck_assert_str_eq(text_at(list, "nextToken"), "absent");
    ck_ok(send("PUT", PROVISION, "{\"target\":0,\"scheduledActions\":[]}"));
    ck_assert_str_eq(send("GET", "/2016-08-15/provision-configs", NULL).body,
                     "{\"provisionConfigs\":[]}");
    ck_assert_str_eq(text_at(send("GET", PROVISION, NULL), "current"), "0");
    ck_refused(send("GET", "/2016-08-15/provision-configs?qualifier=prod", NULL), 400,
               "InvalidArgument", "ServiceName is required but not provided");
    ck_refused(
        send("PUT", "/2016-08-15/services/demo.no/functions/f/provision-config", "{\"target\":1}"),
        404, "AliasNotFound", "alias 'no' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_provision_goes_with_its_alias_or_version)
{
    setup_function();
    ck_ok(
        send("PUT", "/2016-08-15/services/demo.1/functions/f/provision-config", "{\"target\":1}"));
    ck_ok(send("PUT", "/2016-08-15/services/demo/functions/f/provision-config", "{\"target\":2}"));
    ck_ok(send("PUT", PROVISION, "{\"target\":3}"));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/aliases/prod", NULL));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL));
    struct reply left = send("GET", "/2016-08-15/provision-configs", NULL);

    ck_assert_int_eq(cJSON_GetArraySize(at(left, "provisionConfigs")), 1);
    ck_assert_str_eq(string_at(left, "provisionConfigs.0.resource"), "16530750#demo#LATEST#f");
}
END_TEST

#define WINDOW "\"startTime\":\"2020-09-01T00:00:00Z\",\"endTime\":\"2030-10-10T10:10:10Z\""

START_TEST(test_provision_schedule_takes_over)
{
    setup_function();
    struct reply made = send("PUT", PROVISION,
                             "{\"target\":3,\"scheduledActions\":["
                             "{\"name\":\"a1\"," WINDOW ",\"target\":5,\"scheduleExpression\":"
                             "\"at(2020-09-10T10:10:10Z)\"},"
                             "{\"name\":\"a2\"," WINDOW ",\"target\":6,\"scheduleExpression\":"
                             "\"cron(0 */30 * * * *)\"}]}");

    ck_assert_str_eq(text_at(made, "target"), "3");
    ck_assert_str_eq(string_at(made, "scheduledActions.1.scheduleExpression"),
                     "cron(0 */30 * * * *)");
    struct reply got = send("GET", PROVISION, NULL);

    ck_assert_str_eq(text_at(got, "target"), "6");
    ck_assert_str_eq(text_at(got, "current"), "6");
    struct reply kept = send("PUT", PROVISION, "{\"target\":4,\"scheduledActions\":null}");

    ck_assert_int_eq(cJSON_GetArraySize(at(kept, "scheduledActions")), 2);
}
END_TEST

/* The clock stands at 12:26:40. */
static const struct {
    const char *times, *schedule, *target;
} windows[] = {
    {"",                                        "at(2020-09-13T12:26:40Z)", "5"},
    {"",                                        "at(2020-09-13T12:26:41Z)", "3"},
    {"\"startTime\":\"2020-09-13T12:26:40Z\",", "at(2020-09-13T12:26:40Z)", "5"},
    {"\"startTime\":\"2020-09-13T12:26:41Z\",", "at(2020-09-13T12:26:40Z)", "3"},
    {"\"startTime\":\"2020-09-13T12:26:40Z\",", "at(2020-09-13T12:26:39Z)", "3"},
    {"\"endTime\":\"2020-09-13T12:26:40Z\",",   "cron(* * * * * *)",        "5"},
    {"\"endTime\":\"2020-09-13T12:26:39Z\",",   "cron(* * * * * *)",        "3"},
    {"\"startTime\":\"2020-09-13T12:26:40Z\",", "cron(40 26 12 13 9 *)",    "5"},
    {"\"startTime\":\"2020-09-13T12:26:40Z\",", "cron(39 26 12 13 9 *)",    "3"},
};

START_TEST(test_provision_schedule_at_its_edges)
{
    OWN(mem_free)
    char *body = mem_printf("{\"target\":3,\"scheduledActions\":[{\"name\":\"a\",\"target\":5,%s"
                            "\"scheduleExpression\":\"%s\"}]}",
                            windows[_i].times, windows[_i].schedule);

    setup_function();
    ck_ok(send("PUT", PROVISION, body));
    ck_assert_str_eq(text_at(send("GET", PROVISION, NULL), "target"), windows[_i].target);
}
END_TEST

#define PROVISION_2023 "/2023-03-30/functions/z/provision-config?qualifier=LATEST"

/* In Shanghai it is 20:26:40 then, in New York 08:26:40. */
static const struct {
    const char *zone, *times, *schedule, *target;
} zoned[] = {
    {"Asia/Shanghai",    "",                                        "at(2020-09-13T20:26:40)", "5"},
    {"Asia/Shanghai",    "",                                        "at(2020-09-13T20:26:41)", "3"},
    {"Asia/Shanghai",    "\"startTime\":\"2020-09-13T20:26:40\",",  "cron(40 26 20 13 9 *)",   "5"},
    {"Asia/Shanghai",    "\"startTime\":\"2020-09-13T12:26:40Z\",", "cron(40 26 20 13 9 *)",   "5"},
    {"Asia/Shanghai",    "\"startTime\":\"2020-09-13T20:26:41\",",  "cron(* * * * * *)",       "3"},
    {"Asia/Shanghai",    "\"startTime\":\"2020-09-13T13:00:00\",",  "cron(40 26 12 13 9 *)",   "3"},
    {"America/New_York", "",                                        "at(2020-09-13T08:26:40)", "5"},
    {"America/New_York", "\"endTime\":\"2020-09-13T08:26:39\",",    "cron(* * * * * *)",       "3"},
};

START_TEST(test_provision_schedule_of_a_zone)
{
    OWN(mem_free)
    char *body = mem_printf(
        "{\"defaultTarget\":3,\"scheduledActions\":[{\"name\":\"a\",\"target\":5,%s\"timeZone\":"
        "\"%s\",\"scheduleExpression\":\"%s\"}]}",
        zoned[_i].times, zoned[_i].zone, zoned[_i].schedule);

    create_function_2023("z");
    ck_ok(send("PUT", PROVISION_2023, body));
    ck_assert_str_eq(text_at(send("GET", PROVISION_2023, NULL), "target"), zoned[_i].target);
}
END_TEST

static const struct {
    const char *actions, *message;
} bad_actions[] = {
    {"{\"name\":\"a\"," WINDOW ",\"target\":1,\"scheduleExpression\":\"at(2020-09-10T10:10:10Z)\"},"
     "{\"name\":\"a\"," WINDOW ",\"target\":1,\"scheduleExpression\":\"at(2020-09-10T10:10:10Z)\"}",
     "Duplicate action name 'a' in ScheduledActions is not allowed"                          },
    {"{\"name\":\"a\",\"startTime\":\"2020-10-10 10:10:10\",\"endTime\":\"2030-10-10T10:10:10Z\"}",
     "The StartTime is not in UTC time format (example: '2020-10-10T10:10:10Z', actual: "
     "'2020-10-10 10:10:10')"                                                                },
    {"{\"name\":\"a\"," WINDOW ",\"target\":1,\"scheduleExpression\":\"cron(0s */30 * * * *)\"}",
     "The ScheduleExpression should be atTime or cron expression (example: "
     "['at(2020-10-10T10:10:10Z)', 'cron(0 */30 * * * *)'], actual: 'cron(0s */30 * * * *)')"},
};

START_TEST(test_provision_schedule_texts_that_clients_compare)
{
    OWN(mem_free)
    char *body = mem_printf("{\"target\":3,\"scheduledActions\":[%s]}", bad_actions[_i].actions);

    setup_function();
    ck_refused(send("PUT", PROVISION, body), 400, "InvalidArgument", bad_actions[_i].message);
}
END_TEST

static const struct {
    const char *path, *list, *item, *message;
} backwards[] = {
  /* clang-format off */
    {PROVISION, "scheduledActions", "'startTime':'2030-01-02T00:00:00Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-02T00:00:00Z', actual: '2030-01-01T00:00:00Z')"},
    {PROVISION, "scheduledActions", "'startTime':'2030-01-01T00:00:00Z','endTime':'2030-01-01T00:00:00Z'", NULL},
    {PROVISION, "scheduledActions", "'endTime':'1999-01-01T00:00:00Z'", NULL},
    {PROVISION, "targetTrackingPolicies", "'startTime':'2030-01-01T00:00:01Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-01T00:00:01Z', actual: '2030-01-01T00:00:00Z')"},
    {PROVISION, "targetTrackingPolicies", "'minCapacity':5,'maxCapacity':3", "MaxCapacity is set to an invalid value (allowed: at least 5, actual: '3')"},
    {PROVISION, "targetTrackingPolicies", "'minCapacity':3,'maxCapacity':3", NULL},
    {"/2021-04-06/services/demo/functions/f/provision-config?qualifier=prod", "scheduledActions", "'startTime':'2030-01-02T00:00:00Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-02T00:00:00Z', actual: '2030-01-01T00:00:00Z')"},
    {PROVISION_2023, "scheduledActions", "'startTime':'2030-01-02T00:00:00Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-02T00:00:00Z', actual: '2030-01-01T00:00:00Z')"},
    {PROVISION_2023, "scheduledActions", "'timeZone':'Asia/Shanghai','startTime':'2030-01-01T08:00:00','endTime':'2030-01-01T00:30:00Z'", NULL},
    {PROVISION_2023, "scheduledActions", "'timeZone':'Asia/Shanghai','startTime':'2030-01-01T08:00:00','endTime':'2029-12-31T23:59:59Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-01T08:00:00', actual: '2029-12-31T23:59:59Z')"},
    {SCALING_2023, "scheduledPolicies", "'startTime':'2030-01-02T00:00:00Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-02T00:00:00Z', actual: '2030-01-01T00:00:00Z')"},
    {SCALING_2023, "horizontalScalingPolicies", "'startTime':'2030-01-02T00:00:00Z','endTime':'2030-01-01T00:00:00Z'",
     "EndTime is set to an invalid value (allowed: a time not before StartTime '2030-01-02T00:00:00Z', actual: '2030-01-01T00:00:00Z')"},
    {SCALING_2023, "horizontalScalingPolicies", "'minInstances':2,'maxInstances':1", "MaxInstances is set to an invalid value (allowed: at least 2, actual: '1')"},
  /* clang-format on */
};

/* What is over before it begins, and a range whose bottom is above its top. */
START_TEST(test_schedules_that_can_never_be)
{
    OWN(mem_free)
    char *body =
        mem_printf("{'target':3,'%s':[{'name':'a',%s}]}", backwards[_i].list, backwards[_i].item);
    struct reply made;

    for (char *p = body; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    setup_function();
    create_function_2023("z");
    made = send("PUT", backwards[_i].path, body);
    if (backwards[_i].message)
        ck_refused(made, 400, "InvalidArgument", backwards[_i].message);
    else
        ck_ok(made);
}
END_TEST

START_TEST(test_provision_too_many_actions)
{
    struct buf body = {0};

    setup_function();
    buf_puts(&body, "{\"target\":3,\"scheduledActions\":[");
    for (int i = 0; i < 110; i++)
        buf_printf(&body, "%s{\"name\":\"a%d\"}", i ? "," : "", i);
    buf_puts(&body, "]}");
    ck_refused(send("PUT", PROVISION, buf_text(&body)), 400, "InvalidArgument",
               "ScheduledActions contains too many values (max: 100, actual: 110)");
    buf_done(&body);
}
END_TEST

START_TEST(test_provision_policy_numbers_are_echoed)
{
    setup_function();
    struct reply made =
        send("PUT", PROVISION,
             "{\"target\":3,\"targetTrackingPolicies\":[{\"name\":\"p\"," WINDOW
             ",\"metricType\":\"ProvisionedConcurrencyUtilization\",\"metricTarget\":0.6,"
             "\"minCapacity\":1,\"maxCapacity\":5}]}");

    ck_assert_str_eq(text_at(made, "targetTrackingPolicies.0.metricTarget"), "0.6");
    made = send("PUT", PROVISION,
                "{\"target\":3,\"targetTrackingPolicies\":[{\"name\":\"p\",\"metricTarget\":"
                "0.6000000238418579}]}");
    ck_assert_str_eq(text_at(made, "targetTrackingPolicies.0.metricTarget"), "0.6000000238418579");
}
END_TEST

START_TEST(test_provision_of_2023)
{
    create_function_2023("f");
    struct reply none = send("GET", "/2023-03-30/functions/f/provision-config", NULL);

    ck_assert_str_eq(none.body, "{\"target\":0,\"defaultTarget\":0,\"scheduledActions\":[],"
                                "\"targetTrackingPolicies\":[],\"alwaysAllocateCPU\":false,"
                                "\"alwaysAllocateGPU\":false,\"current\":0,\"currentError\":\"\","
                                "\"functionArn\":\"\"}");
    ck_ok(send("POST", "/2023-03-30/functions/f/versions", NULL));
    struct reply made = send("PUT", "/2023-03-30/functions/f/provision-config?qualifier=1",
                             "{\"defaultTarget\":2}");

    ck_assert_str_eq(text_at(made, "target"), "2");
    ck_assert_str_eq(string_at(made, "functionArn"), "acs:fc:cn-shanghai:16530750:functions/f/1");
    ck_assert_str_eq(
        text_at(send("GET", "/2023-03-30/functions/f/provision-config", NULL), "target"), "2");
    ck_assert_int_eq(
        send("DELETE", "/2023-03-30/functions/f/provision-config?qualifier=1", NULL).status, 204);
    ck_assert_int_eq(
        send("DELETE", "/2023-03-30/functions/f/provision-config?qualifier=1", NULL).status, 204);
}
END_TEST

/* ---- on demand ---- */

START_TEST(test_on_demand_needs_no_function_and_pages_by_resource)
{
    ck_assert_str_eq(
        send("GET", "/2016-08-15/on-demand-configs?limit=100&nextToken=&prefix=", NULL).body, "{}");
    for (int i = 0; i < 5; i++) {
        OWN(mem_free)
        char *body = mem_printf("{\"resource\":\"x\",\"maximumInstanceCount\":%d}", i);

        ck_ok(sendf("PUT", body,
                    "/2016-08-15/services/svc.test-qualifier-%d/functions/f/on-demand-config", i));
    }
    struct reply list =
        send("GET", "/2016-08-15/on-demand-configs?prefix=services/svc.test-qualifier-1", NULL);

    ck_assert_str_eq(text_at(list, "configs"),
                     "[{\"resource\":\"services/svc.test-qualifier-1/functions/f\","
                     "\"maximumInstanceCount\":1}]");
    list =
        send("GET", "/2016-08-15/on-demand-configs?startKey=services/svc.test-qualifier-3", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(list, "configs")), 2);
    list = send("GET", "/2016-08-15/on-demand-configs?limit=3", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(list, "configs")), 3);
    list = sendf("GET", NULL, "/2016-08-15/on-demand-configs?limit=3&nextToken=%s",
                 string_at(list, "nextToken"));
    ck_assert_int_eq(cJSON_GetArraySize(at(list, "configs")), 2);
    ck_assert_str_eq(text_at(list, "nextToken"), "absent");
    ck_assert_str_eq(send("GET", "/2016-08-15/on-demand-configs?prefix=services/no", NULL).body,
                     "{}");
    ck_refused(send("GET", "/2016-08-15/services/svc.no/functions/f/on-demand-config", NULL), 404,
               "OnDemandConfigNotFound",
               "on-demand config of 'services/svc.no/functions/f' does not exist");
}
END_TEST

START_TEST(test_on_demand_limit_is_checked_without_a_config)
{
    ck_refused(send("GET", "/2016-08-15/on-demand-configs?limit=0", NULL), 400, "InvalidArgument",
               "Limit is set to an invalid value (allowed: 1-100, actual: '0')");
}
END_TEST

START_TEST(test_concurrency_of_2023)
{
    create_function_2023("f");
    ck_refused(send("GET", "/2023-03-30/functions/f/concurrency", NULL), 404,
               "OnDemandConfigNotFound", "on-demand config of 'f' does not exist");
    ck_assert_str_eq(
        send("PUT", "/2023-03-30/functions/f/concurrency", "{\"reservedConcurrency\":10}").body,
        "{\"functionArn\":\"acs:fc:cn-shanghai:16530750:functions/f\",\"reservedConcurrency\":10}");
    ck_assert_int_eq(
        cJSON_GetArraySize(
            at(send("GET", "/2023-03-30/concurrency-configs?functionName=f", NULL), "configs")),
        1);
    ck_assert_str_eq(send("GET", "/2023-03-30/concurrency-configs?functionName=g", NULL).body,
                     "{\"configs\":[]}");
    ck_assert_int_eq(send("DELETE", "/2023-03-30/functions/f/concurrency", NULL).status, 204);
    ck_assert_int_eq(send("DELETE", "/2023-03-30/functions/f/concurrency", NULL).status, 204);
}
END_TEST

START_TEST(test_scaling_is_there_at_once_and_gone_at_once)
{
    const char *path = "/2023-03-30/functions/f/scaling-config?qualifier=LATEST";

    create_function_2023("f");
    ck_assert_str_eq(string_at(send("GET", path, NULL), "functionArn"), "");
    struct reply made = send("PUT", path, "{\"minInstances\":4,\"residentPoolId\":\"fc-pool-1\"}");

    ck_assert_str_eq(text_at(made, "currentInstances"), "4");
    ck_assert_str_eq(text_at(made, "targetInstances"), "4");
    ck_assert_str_eq(string_at(made, "functionArn"),
                     "acs:fc:cn-shanghai:16530750:functions/f/LATEST");
    ck_assert_int_eq(send("DELETE", path, NULL).status, 204);
    ck_assert_str_eq(text_at(send("GET", path, NULL), "currentInstances"), "0");
}
END_TEST

/* ---- async ---- */

START_TEST(test_async_config_as_the_python_client_writes_it)
{
    setup_function();
    struct reply made =
        send("PUT", "/2016-08-15/services/demo./functions/f/async-invoke-config",
             "{\"DestinationConfig\":{\"OnSuccess\":{\"Destination\":\"acs:fc:x\"}},"
             "\"MaxAsyncEventAgeInSeconds\":100,\"MaxAsyncRetryAttempts\":1}");

    ck_assert_str_eq(made.body,
                     "{\"destinationConfig\":{\"onSuccess\":{\"destination\":\"acs:fc:x\"}},"
                     "\"maxAsyncEventAgeInSeconds\":100,\"maxAsyncRetryAttempts\":1,"
                     "\"statefulInvocation\":false,\"service\":\"demo\",\"function\":\"f\","
                     "\"qualifier\":\"LATEST\",\"createdTime\":\"2020-09-13T12:26:40Z\","
                     "\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    struct reply replaced = send("PUT", FN "/async-invoke-config", "{}");

    ck_assert_str_eq(text_at(replaced, "destinationConfig"), "null");
    ck_assert_str_eq(text_at(replaced, "maxAsyncEventAgeInSeconds"), "null");
    struct reply merged =
        send("PUT", "/2021-04-06/services/demo/functions/f/async-invoke-config?qualifier=LATEST",
             "{\"maxAsyncRetryAttempts\":2}");

    ck_assert_str_eq(text_at(merged, "maxAsyncRetryAttempts"), "2");
    merged = send("PUT", "/2021-04-06/services/demo/functions/f/async-invoke-config",
                  "{\"statefulInvocation\":true}");
    ck_assert_str_eq(text_at(merged, "maxAsyncRetryAttempts"), "2");
    ck_assert_str_eq(send("GET", "/2016-08-15/stateful-async-invocation-functions", NULL).body,
                     "{\"data\":[{\"serviceName\":\"demo\",\"functionName\":\"f\",\"qualifier\":"
                     "\"LATEST\"}]}");
    ck_refused(send("PUT", FN "/async-invoke-config", "{\"maxAsyncRetryAttempts\":9}"), 400,
               "InvalidArgument",
               "MaxAsyncRetryAttempts is set to an invalid value (allowed: 0-8, actual: '9')");
}
END_TEST

START_TEST(test_async_config_listing_always_has_a_token)
{
    setup_function();
    ck_assert_str_eq(send("GET", FN "/async-invoke-configs", NULL).body,
                     "{\"configs\":null,\"nextToken\":\"\"}");
    for (int i = 0; i < 3; i++)
        ck_ok(sendf("PUT", "{}",
                    "/2016-08-15/services/demo.test-qualifier-%d/functions/f/async-invoke-config",
                    i));
    struct reply page = send("GET", FN "/async-invoke-configs?limit=1", NULL);

    ck_assert_str_eq(string_at(page, "nextToken"), "test-qualifier-1");
    page = send("GET", FN "/async-invoke-configs?nextToken=test-qualifier-1", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(page, "configs")), 2);
    ck_assert_str_eq(string_at(page, "nextToken"), "");
    ck_refused(send("GET", FN "/async-invoke-config", NULL), 404, "AsyncConfigNotExists",
               "AsyncConfig for demo:f does not exist.");
    ck_refused(send("DELETE", FN "/async-invoke-config", NULL), 404, "AsyncConfigNotExists",
               "AsyncConfig for demo:f does not exist.");
    ck_ok(send("DELETE", FN, NULL));
    create_function("demo", "f");
    ck_assert_str_eq(text_at(send("GET", FN "/async-invoke-configs", NULL), "configs"), "null");
}
END_TEST

static void put_task(const char *id, const char *status, int started)
{
    struct store_batch *batch = store_begin(service_store(f.service));
    struct store_key key = {STR(ACCOUNT),  STR(REGION), STR(STORE_KIND_TASK),
                            STR("demo/f"), STR(""),     str_of(id)};
    OWN(mem_free)
    char *document =
        mem_printf("{\"id\":\"%s\",\"status\":\"%s\",\"startedTime\":%d,\"qualifier\":\"LATEST\","
                   "\"payload\":\"event\"}",
                   id, status, started);
    struct store_value value = {.document = str_of(document)};

    store_put(batch, &key, &value);
    store_commit(batch, NULL, NULL);
}

START_TEST(test_async_tasks_are_listed_and_stopped)
{
    setup_function();
    ck_assert_str_eq(send("GET", FN "/stateful-async-invocations", NULL).body,
                     "{\"invocations\":null}");
    put_task("b", "Running", 2000);
    put_task("a", "Succeeded", 3000);
    put_task("c", "Enqueued", 1000);
    struct reply list =
        send("GET", FN "/stateful-async-invocations?sortOrderByTime=desc&limit=2", NULL);

    ck_assert_str_eq(string_at(list, "invocations.0.invocationId"), "a");
    ck_assert_str_eq(string_at(list, "nextToken"), "c");
    ck_assert_str_eq(text_at(list, "invocations.0.invocationPayload"), "absent");
    list = send("GET", FN "/stateful-async-invocations?status=Running&includePayload=true", NULL);
    ck_assert_str_eq(string_at(list, "invocations.0.invocationPayload"), "event");
    list = send("GET", FN "/stateful-async-invocations?startedTimeBegin=1500&startedTimeEnd=2500",
                NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(list, "invocations")), 1);
    ck_assert_int_eq(send("PUT", FN "/stateful-async-invocations/b", NULL).status, 204);
    ck_refused(send("PUT", FN "/stateful-async-invocations/b", NULL), 400, "InvalidArgument",
               "invocation 'b' is in the final state 'Stopped'");
    struct reply task = send("GET", "/2023-03-30/functions/demo%24f/async-tasks/b", NULL);

    ck_assert_str_eq(string_at(task, "taskId"), "b");
    ck_assert_str_eq(string_at(task, "events.1.status"), "Stopped");
    ck_refused(send("GET", "/2023-03-30/functions/demo%24f/async-tasks/x", NULL), 404,
               "AsyncTaskNotFound", "task x does not exist");
    ck_refused(send("GET", FN "/stateful-async-invocations/x", NULL), 404,
               "StatefulAsyncInvocationNotFound", "invocation 'x' does not exist");
}
END_TEST

START_TEST(test_sessions)
{
    create_function_2023("f");
    struct reply made = send("POST", "/2023-03-30/functions/f/sessions?qualifier=LATEST",
                             "{\"sessionTTLInSeconds\":60}");
    OWN(mem_free)
    char *path = mem_printf("/2023-03-30/functions/f/sessions/%s", string_at(made, "sessionId"));

    ck_assert_uint_eq(strlen(string_at(made, "sessionId")), 32);
    ck_assert_str_eq(string_at(made, "sessionStatus"), "Active");
    OWN(mem_free) char *pause = mem_printf("%s/pause", path);

    ck_assert_str_eq(string_at(send("PUT", pause, NULL), "sessionStatus"), "Paused");
    clock_freeze_at(&f.clock, 1600000061000);
    ck_refused(
        send("GET", path, NULL), 404, "SessionNotFound",
        arena_printf(made.arena, "session '%s' does not exist", string_at(made, "sessionId")));
    ck_assert_str_eq(string_at(send("GET", "/2023-03-30/functions/f/sessions", NULL),
                               "sessions.0.sessionStatus"),
                     "Expired");
}
END_TEST

START_TEST(test_things_that_cannot_be_emulated_name_themselves)
{
    ck_refused(send("POST", "/2021-04-06/gpuInstances", "{}"), 400, "InvalidArgument",
               "operation 'ClaimGPUInstance' is not emulated: there is no GPU to lease");
    ck_refused(send("DELETE", "/2021-04-06/gpuInstances/i", NULL), 400, "InvalidArgument",
               "operation 'ReleaseGPUInstance' is not emulated: there is no GPU to lease");
    ck_assert_str_eq(send("GET", "/2016-08-15/reservedCapacities?limit=5", NULL).body,
                     "{\"reservedCapacities\":[]}");
    setup_function();
    ck_assert_str_eq(send("GET", FN "/instances", NULL).body, "{\"instances\":[]}");
}
END_TEST

START_TEST(test_event_sources)
{
    const char *path = "/2021-04-06/services/demo/functions/f/event-sources";

    setup_function();
    struct reply made = send("POST", path, "{\"sourceArn\":\"acs:oss:cn:1:b\"}");

    ck_assert_str_eq(string_at(made, "sourceArn"), "acs:oss:cn:1:b");
    ck_assert_str_eq(string_at(send("GET", path, NULL), "eventSources.0.sourceArn"),
                     "acs:oss:cn:1:b");
    ck_assert_int_eq(sendf("DELETE", NULL, "%s/acs%%3Aoss%%3Acn%%3A1%%3Ab", path).status, 204);
    ck_assert_str_eq(send("GET", path, NULL).body, "{\"eventSources\":[]}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/configs");
    TCase *tc = tcase_create("configs");
    const TTest *const tests[] = {
        test_provision_life,
        test_provision_goes_with_its_alias_or_version,
        test_provision_schedule_takes_over,
        test_provision_too_many_actions,
        test_provision_policy_numbers_are_echoed,
        test_provision_of_2023,
        test_on_demand_needs_no_function_and_pages_by_resource,
        test_on_demand_limit_is_checked_without_a_config,
        test_concurrency_of_2023,
        test_scaling_is_there_at_once_and_gone_at_once,
        test_async_config_as_the_python_client_writes_it,
        test_async_config_listing_always_has_a_token,
        test_async_tasks_are_listed_and_stopped,
        test_sessions,
        test_things_that_cannot_be_emulated_name_themselves,
        test_event_sources,
    };

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, test_provision_schedule_at_its_edges, 0, N_ELEMENTS(windows));
    tcase_add_loop_test(tc, test_provision_schedule_of_a_zone, 0, N_ELEMENTS(zoned));
    tcase_add_loop_test(tc, test_provision_schedule_texts_that_clients_compare, 0,
                        N_ELEMENTS(bad_actions));
    tcase_add_loop_test(tc, test_schedules_that_can_never_be, 0, N_ELEMENTS(backwards));
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
