/* Configs, aliases and records as 2021-04-06 and 2023-03-30 differ from 2016-08-15. */
#include "fixture.h"

#define FN_2021 "/2021-04-06/services/demo/functions/f"
#define FN_2023 "/2023-03-30/functions/f"

static void setup_2021(void)
{
    create_service("demo");
    create_function("demo", "f");
}

static void setup_2023(void)
{
    create_function_2023("f");
    for (int i = 0; i < 3; i++)
        ck_ok(send("POST", FN_2023 "/versions", "{}"));
    ck_ok(send("POST", FN_2023 "/aliases", "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"));
}

START_TEST(test_empty_listings_of_2021_are_lists)
{
    setup_2021();
    ck_assert_str_eq(send("GET", FN_2021 "/async-invoke-configs", NULL).body, "{\"configs\":[]}");
    ck_assert_str_eq(send("GET", FN_2021 "/stateful-async-invocations", NULL).body,
                     "{\"invocations\":[]}");
    ck_assert_str_eq(send("GET", "/2021-04-06/on-demand-configs", NULL).body, "{\"configs\":[]}");
}
END_TEST

START_TEST(test_service_of_2021_replaces_its_nas_config)
{
    setup_2021();
    ck_ok(send("PUT", "/2021-04-06/services/demo",
               "{\"role\":\"acs:ram::1:role/"
               "r\",\"vpcConfig\":{\"vpcId\":\"v\"},\"nasConfig\":{\"userId\":7,\"mountPoints\":[{"
               "\"serverAddr\":\"a.nas.b.com:/\","
               "\"mountDir\":\"/mnt\"}]}}"));
    struct reply merged =
        send("PUT", "/2016-08-15/services/demo", "{\"nasConfig\":{\"groupId\":8}}");

    ck_assert_str_eq(text_at(merged, "nasConfig.userId"), "7");
    struct reply replaced =
        send("PUT", "/2021-04-06/services/demo", "{\"nasConfig\":{\"groupId\":9}}");

    ck_assert_str_eq(text_at(replaced, "nasConfig"),
                     "{\"userId\":-1,\"groupId\":9,\"mountPoints\":[]}");
}
END_TEST

START_TEST(test_alias_shares_calls_with_one_version)
{
    setup_2023();
    ck_refused(
        send("PUT", FN_2023 "/aliases/prod", "{\"additionalVersionWeight\":{\"2\":0.1,\"3\":0.1}}"),
        400, "InvalidArgument",
        "AdditionalVersionWeight contains too many values (max: 1, actual: 2)");
    ck_ok(send("PUT", FN_2023 "/aliases/prod", "{\"additionalVersionWeight\":{\"2\":0.1}}"));
    ck_assert_str_eq(text_at(send("PUT", FN_2023 "/aliases/prod",
                                  "{\"additionalVersionWeight\":null,\"description\":null}"),
                             "additionalVersionWeight"),
                     "absent");
}
END_TEST

START_TEST(test_publishing_compares_the_etag_of_the_function)
{
    setup_2023();
    const char *etag = send("GET", FN_2023, NULL).etag;

    ck_ok(send_with("POST", FN_2023 "/versions", "{}", "If-Match", etag));
    ck_ok(send("PUT", FN_2023, "{\"timeout\":9}"));
    ck_refused(send_with("POST", FN_2023 "/versions", "{}", "If-Match", etag), 412,
               "PreconditionFailed", "the resource being modified has been changed");
}
END_TEST

START_TEST(test_route_policy_is_typed)
{
    setup_2021();
    ck_ok(send("POST", "/2021-04-06/services/demo/versions", "{}"));
    ck_refused(send("POST", "/2021-04-06/services/demo/aliases",
                    "{\"aliasName\":\"a\",\"versionId\":\"1\",\"routePolicy\":\"Random\"}"),
               400, "InvalidArgument",
               "RoutePolicy is set to an invalid value (allowed: object, actual: 'Random')");
    struct reply made =
        send("POST", "/2021-04-06/services/demo/aliases",
             "{\"aliasName\":\"a\",\"versionId\":\"1\",\"resolvePolicy\":\"Content\","
             "\"routePolicy\":{\"condition\":\"AND\",\"policyItems\":[{\"type\":\"Header\","
             "\"key\":\"k\",\"operator\":\"=\",\"value\":\"v\"}]}}");

    ck_assert_str_eq(string_at(made, "routePolicy.condition"), "AND");
    ck_assert_str_eq(string_at(made, "routePolicy.policyItems.0.value"), "v");
}
END_TEST

START_TEST(test_capacity_goes_with_its_alias)
{
    setup_2023();
    ck_ok(send("PUT", FN_2023 "/provision-config?qualifier=prod", "{\"target\":1}"));
    ck_ok(send("PUT", FN_2023 "/scaling-config?qualifier=prod", "{\"minInstances\":1}"));
    ck_ok(send("PUT", FN_2023 "/scaling-config?qualifier=2", "{\"minInstances\":1}"));
    ck_ok(send("DELETE", FN_2023 "/aliases/prod", NULL));
    ck_ok(send("DELETE", FN_2023 "/versions/2", NULL));
    ck_assert_str_eq(send("GET", "/2023-03-30/provision-configs", NULL).body,
                     "{\"provisionConfigs\":[]}");
    ck_assert_str_eq(send("GET", "/2023-03-30/scaling-configs", NULL).body,
                     "{\"scalingConfigs\":[]}");
}
END_TEST

START_TEST(test_async_config_of_2023_asks_for_the_qualifier)
{
    setup_2023();
    ck_refused(send("PUT", FN_2023 "/async-invoke-config?qualifier=no", "{}"), 404, "AliasNotFound",
               "alias 'no' of function 'f' does not exist");
    ck_refused(send("PUT", FN_2023 "/async-invoke-config?qualifier=9", "{}"), 404,
               "VersionNotFound", "version '9' of function 'f' does not exist");
    ck_ok(send("PUT", FN_2023 "/async-invoke-config?qualifier=prod", "{\"asyncTask\":true}"));
    ck_ok(send("DELETE", FN_2023 "/aliases/prod", NULL));
    ck_assert_str_eq(
        text_at(send("GET", FN_2023 "/async-invoke-config?qualifier=prod", NULL), "asyncTask"),
        "true");
    ck_ok(send("DELETE", FN_2023 "/async-invoke-config?qualifier=prod", NULL));
}
END_TEST

START_TEST(test_instance_metrics_must_be_collected)
{
    static const char cpu[] =
        "{\"target\":1,\"targetTrackingPolicies\":[{\"name\":\"p\",\"metricType\":"
        "\"CPUUtilization\",\"metricTarget\":0.5}]}";
    static const char scaling[] =
        "{\"horizontalScalingPolicies\":[{\"name\":\"p\",\"metricType\":\"GPUMemUtilization\"}]}";

    setup_2023();
    ck_refused(send("PUT", FN_2023 "/provision-config", cpu), 400, "InstanceMetricsRequired",
               "Target tracking policy required instance metrics enabled.");
    ck_assert_int_eq(send("PUT", FN_2023 "/scaling-config", scaling).status, 400);
    ck_ok(send("PUT", FN_2023 "/provision-config",
               "{\"target\":1,\"targetTrackingPolicies\":[{\"name\":\"p\",\"metricType\":"
               "\"ProvisionedConcurrencyUtilization\"}]}"));
    ck_ok(send(
        "PUT", FN_2023,
        "{\"logConfig\":{\"project\":\"p\",\"logstore\":\"l\",\"enableInstanceMetrics\":true}}"));
    ck_ok(send("PUT", FN_2023 "/provision-config", cpu));
    ck_ok(send("PUT", FN_2023 "/scaling-config", scaling));
}
END_TEST

START_TEST(test_disabled_function_runs_nowhere)
{
    setup_2023();
    ck_ok(send("PUT", FN_2023 "/provision-config", "{\"target\":2}"));
    ck_ok(send("POST", FN_2023 "/invoke/enable", "{\"functionName\":\"f\"}"));
    ck_assert_str_eq(text_at(send("GET", FN_2023, NULL), "invocationRestriction"), "absent");
    ck_refused(send("POST", FN_2023 "/invoke/disable", "{\"abortOngoingRequest\":\"maybe\"}"), 400,
               "InvalidArgument",
               "AbortOngoingRequest is set to an invalid value (allowed: true | false, actual: "
               "'maybe')");
    ck_assert_str_eq(send("POST", FN_2023 "/invoke/disable", "{\"reason\":\"costs\"}").body,
                     "{\"success\":true}");
    ck_refused(send("POST", FN_2023 "/invocations", "x"), 403, "AccessDenied",
               "invocation of function 'f' is disabled, reason: 'costs'");
    ck_refused(send("POST", FN_2023 "/invocations?qualifier=prod", "x"), 403, "AccessDenied",
               "invocation of function 'f' is disabled, reason: 'costs'");
    ck_assert_str_eq(text_at(send("GET", FN_2023 "/provision-config", NULL), "current"), "0");
    ck_ok(send("POST", FN_2023 "/invoke/enable", NULL));
    ck_assert_str_eq(text_at(send("GET", FN_2023, NULL), "invocationRestriction.disable"), "false");
    ck_assert_str_eq(text_at(send("GET", FN_2023 "/provision-config", NULL), "current"), "2");
    ck_assert_int_eq(send("POST", FN_2023 "/invocations", "x").status, 400);
}
END_TEST

START_TEST(test_function_without_on_demand_instances_is_exhausted)
{
    static const char text[] =
        "the number of on-demand instances of function 'f' exceeds the limit (max: 0, actual: 1)";

    setup_2023();
    ck_ok(send("PUT", FN_2023 "/concurrency", "{\"reservedConcurrency\":0}"));
    ck_refused(send("POST", FN_2023 "/invocations", "x"), 429, "ResourceExhausted", text);
    ck_ok(send("PUT", FN_2023 "/provision-config", "{\"target\":1}"));
    ck_assert_int_eq(send("POST", FN_2023 "/invocations", "x").status, 400);
    ck_assert_int_eq(send("POST", FN_2023 "/invocations?qualifier=prod", "x").status, 429);
    ck_ok(send("DELETE", FN_2023 "/concurrency", NULL));
    ck_ok(send("PUT", FN_2023, "{\"disableOndemand\":true}"));
    ck_assert_int_eq(send("POST", FN_2023 "/invocations", "x").status, 400);
    ck_ok(send("DELETE", FN_2023 "/provision-config", NULL));
    ck_refused(send("POST", FN_2023 "/invocations", "x"), 429, "ResourceExhausted", text);
}
END_TEST

START_TEST(test_resource_group_of_any_function)
{
    setup_2021();
    setup_2023();
    struct reply changed = send("PUT", "/2023-03-30/resource-groups",
                                "{\"ResourceId\":\"demo$f\",\"ResourceType\":\"function\","
                                "\"NewResourceGroupId\":\"rg-2\"}");

    ck_assert_str_eq(string_at(changed, "OldResourceGroupId"), "rg-default");
    ck_assert_str_eq(
        string_at(send("GET", "/2023-03-30/functions/demo%24f", NULL), "resourceGroupId"), "rg-2");
    ck_refused(
        send("PUT", "/2023-03-30/resource-groups",
             "{\"resourceId\":\"f\",\"resourceType\":\"service\",\"newResourceGroupId\":\"rg-2\"}"),
        400, "InvalidArgument",
        "ResourceType is set to an invalid value (allowed: function, actual: 'service')");
    ck_refused(send("PUT", "/2023-03-30/resource-groups",
                    "{\"resourceId\":\"no\",\"newResourceGroupId\":\"rg-2\"}"),
               404, "FunctionNotFound", "function 'no' does not exist");
}
END_TEST

/* clang-format off */
static const struct {
    const char *method, *path, *body;
    const char *message;
} bad[] = {
    {"POST", FN_2023 "/sessions", "{\"sessionTTLInSeconds\":0}",          "SessionTTLInSeconds is set to an invalid value (allowed: 1 or more, actual: '0')"},
    {"POST", FN_2023 "/sessions", "{\"sessionIdleTimeoutInSeconds\":-1}", "SessionIdleTimeoutInSeconds is set to an invalid value (allowed: 1 or more, actual: '-1')"},
    {"GET",  FN_2023 "/async-tasks?status=Bogus", NULL,                   "Status is set to an invalid value (allowed: Enqueued | Dequeued | Running | Succeeded | Failed | Stopped | Stopping | Expired | Invalid | Retrying, actual: 'Bogus')"},
    {"GET",  FN_2023 "/instances?startTimeMs=soon", NULL,                 "StartTimeMs is set to an invalid value (allowed: integer, actual: 'soon')"},
    {"GET",  FN_2023 "/instances?withAllActive=2", NULL,                  "WithAllActive is set to an invalid value (allowed: true | false, actual: '2')"},
    {"GET",  "/2023-03-30/functions?fcVersion=v9", NULL,                  "FcVersion is set to an invalid value (allowed: v2 | v3, actual: 'v9')"},
};
/* clang-format on */

START_TEST(test_parameters_are_checked)
{
    setup_2023();
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        ck_refused(send(bad[i].method, bad[i].path, bad[i].body), 400, "InvalidArgument",
                   bad[i].message);
    ck_assert_str_eq(send("GET", FN_2023 "/sessions", NULL).body, "{\"sessions\":[]}");
    ck_refused(send_with("POST", FN_2023 "/invocations", "x", "X-Fc-Async-Task-Id", "9 x"), 400,
               "InvalidArgument",
               "AsyncTaskId doesn't match expected format (allowed: ^[_a-zA-Z][-_a-zA-Z0-9]*$, "
               "actual: '9 x')");
}
END_TEST

START_TEST(test_wildcard_domains)
{
    setup_2023();
    ck_ok(send("POST", "/2023-03-30/custom-domains",
               "{\"domainName\":\"*.example.com\",\"protocol\":\"HTTP\"}"));
    ck_assert_str_eq(
        string_at(send("GET", "/2023-03-30/custom-domains/%2A.example.com", NULL), "domainName"),
        "*.example.com");
    ck_assert(service_has_domain(f.service, STR("api.example.com")));
    ck_assert(!service_has_domain(f.service, STR("example.com")));
    ck_assert(!service_has_domain(f.service, STR("a.b.example.com")));
    ck_assert_int_eq(send("POST", "/2016-08-15/custom-domains",
                          "{\"domainName\":\"*.example.org\",\"protocol\":\"HTTP\"}")
                         .status,
                     400);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_empty_listings_of_2021_are_lists,
        test_service_of_2021_replaces_its_nas_config,
        test_alias_shares_calls_with_one_version,
        test_publishing_compares_the_etag_of_the_function,
        test_route_policy_is_typed,
        test_capacity_goes_with_its_alias,
        test_async_config_of_2023_asks_for_the_qualifier,
        test_instance_metrics_must_be_collected,
        test_disabled_function_runs_nowhere,
        test_function_without_on_demand_instances_is_exhausted,
        test_resource_group_of_any_function,
        test_parameters_are_checked,
        test_wildcard_domains,
    };

    return run_tests("product/service/configs_later", tests, N_ELEMENTS(tests));
}
