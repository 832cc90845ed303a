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
               "{\"nasConfig\":{\"userId\":7,\"mountPoints\":[{\"serverAddr\":\"a.nas.b.com:/\","
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

int main(void)
{
    const TTest *const tests[] = {
        test_empty_listings_of_2021_are_lists,    test_service_of_2021_replaces_its_nas_config,
        test_alias_shares_calls_with_one_version, test_route_policy_is_typed,
        test_capacity_goes_with_its_alias,        test_async_config_of_2023_asks_for_the_qualifier,
    };

    return run_tests("service/configs_later", tests, N_ELEMENTS(tests));
}
