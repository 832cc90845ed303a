#include "fixture.h"

#define TRIGGERS "/2016-08-15/services/demo/functions/f/triggers"

static void setup_function(void)
{
    create_service("demo");
    create_function("demo", "f");
}

#define ROLE "acs:ram::16530750:role/r"
#define ARN(product, of) "acs:" product ":cn-shanghai:16530750:" of

static const struct {
    const char *type, *arn;
} arns[] = {
    {"oss",         ARN("oss",              "bucket")},
    {"log",             ARN("log",                               "project/p")},
    {"mns_topic", ARN("mns","/topics/t")},
    {"cdn_events",    "acs:cdn:*:16530750"                     },
    {"tablestore",  ARN("ots", "instance/i/table/t")},
    {"rds",  ARN("rds",              "dbinstance/d")},
    {"eventbridge",             "any"                              },
};

/* Types without a source are sent one all the same, as clients do. */
static const char *arn_of(const char *type)
{
    for (size_t i = 0; i < N_ELEMENTS(arns); i++)
        if (strcmp(arns[i].type, type) == 0)
            return arns[i].arn;
    return "dummy_arn";
}

static struct reply create_from(const char *type, const char *arn, const char *role,
                                const char *config)
{
    OWN(mem_free)
    char *body = mem_printf("{\"triggerName\":\"t\",\"triggerType\":\"%s\",\"sourceArn\":\"%s\","
                            "\"invocationRole\":\"%s\",\"qualifier\":null,\"triggerConfig\":%s}",
                            type, arn, role, config);

    return sendf("POST", body, TRIGGERS);
}

static struct reply create(const char *type, const char *config)
{
    const char *arn = arn_of(type);

    return create_from(type, arn, strncmp(arn, "acs:", 4) == 0 ? ROLE : "", config);
}

/* Each comes back as it was sent, but for the names. */
/* clang-format off */
static const struct {
    const char *type, *config, *want;
} good[] = {
    {"http", "{\"AuthType\":\"ANONYMOUS\",\"methods\":[\"GET\",\"POST\"]}",
     "{\"authType\":\"anonymous\",\"methods\":[\"GET\",\"POST\"]}"},
    {"timer", "{\"payload\":\"p\",\"cronExpression\":\"CRON_TZ=Asia/Shanghai 0 0 4 * * *\",\"enable\":true}",
     "{\"payload\":\"p\",\"cronExpression\":\"CRON_TZ=Asia/Shanghai 0 0 4 * * *\",\"enable\":true}"},
    {"oss",
     "{\"events\":[\"oss:ObjectCreated:*\"],\"Filter\":{\"Key\":{\"Prefix\":\"a/\",\"Suffix\":null}}}",
     "{\"events\":[\"oss:ObjectCreated:*\"],\"filter\":{\"key\":{\"prefix\":\"a/\",\"suffix\":null}}}"},
    {"log",
     "{\"sourceConfig\":{\"logstore\":\"l\",\"startTime\":null},\"jobConfig\":{\"maxRetryTime\":3,"
     "\"triggerInterval\":60},\"functionParameter\":{\"a\":\"b\"},\"logConfig\":{\"project\":\"\","
     "\"logstore\":\"\"},\"targetConfig\":null,\"Enable\":false}",
     "{\"sourceConfig\":{\"logstore\":\"l\",\"startTime\":null},\"jobConfig\":{\"maxRetryTime\":3,"
     "\"triggerInterval\":60},\"functionParameter\":{\"a\":\"b\"},\"logConfig\":{\"project\":\"\","
     "\"logstore\":\"\"},\"targetConfig\":null,\"enable\":false}"},
    {"mns_topic",
     "{\"filterTag\":\"t\",\"notifyContentFormat\":\"STREAM\",\"notifyStrategy\":\"BACKOFF_RETRY\"}",
     "{\"filterTag\":\"t\",\"notifyContentFormat\":\"STREAM\",\"notifyStrategy\":\"BACKOFF_RETRY\"}"},
    {"cdn_events",
     "{\"eventName\":\"LogFileCreated\",\"eventVersion\":\"1.0.0\",\"notes\":\"n\",\"filter\":"
     "{\"domain\":[\"a.b\"]}}",
     "{\"eventName\":\"LogFileCreated\",\"eventVersion\":\"1.0.0\",\"notes\":\"n\",\"filter\":"
     "{\"domain\":[\"a.b\"]}}"},
    {"tablestore", "{}", "{}"},
    {"rds", "{\"subscriptionObjects\":[\"a\"],\"retry\":1,\"concurrency\":1,\"eventFormat\":\"json\"}",
     "{\"subscriptionObjects\":[\"a\"],\"retry\":1,\"concurrency\":1,\"eventFormat\":\"json\"}"},
    {"eventbridge",
     "{\"eventRuleFilterPattern\":\"{}\",\"eventSourceConfig\":{\"EventSourceType\":\"MNS\","
     "\"eventSourceParameters\":{\"sourcemnsparameters\":{\"queueName\":\"q\",\"RegionId\":null}}},"
     "\"runOptions\":{\"batchWindow\":{\"CountBasedWindow\":3},\"deadLetterQueue\":{\"Arn\":\"a\"}}}",
     "{\"eventRuleFilterPattern\":\"{}\",\"eventSourceConfig\":{\"eventSourceType\":\"MNS\","
     "\"eventSourceParameters\":{\"sourceMNSParameters\":{\"QueueName\":\"q\",\"RegionId\":null}}},"
     "\"runOptions\":{\"batchWindow\":{\"CountBasedWindow\":3},\"deadLetterQueue\":{\"Arn\":\"a\"}}}"},
    {"timer", "{\"cronExpression\":\"@every 1m\",\"Enable\":true,\"enable\":false}",
     "{\"cronExpression\":\"@every 1m\",\"enable\":false}"},
};
/* clang-format on */

START_TEST(test_trigger_config_is_echoed)
{
    struct reply made;

    setup_function();
    made = create(good[_i].type, good[_i].config);
    ck_ok(made);
    ck_assert_str_eq(text_at(made, "triggerConfig"), good[_i].want);
    ck_assert_str_eq(string_at(made, "sourceArn"),
                     strcmp(arn_of(good[_i].type), "dummy_arn") ? arn_of(good[_i].type) : "null");
    ck_assert_str_eq(text_at(made, "qualifier"), "null");
    ck_assert_str_eq(string_at(made, "invocationRole"),
                     strncmp(arn_of(good[_i].type), "acs:", 4) == 0 ? ROLE : "");
    ck_assert_str_eq(text_at(send("GET", TRIGGERS "/t", NULL), "triggerConfig"), good[_i].want);
    ck_assert_str_eq(
        string_at(send("GET", "/2021-04-06/services/demo/functions/f/triggers/t", NULL),
                  "triggerConfig"),
        good[_i].want);
}
END_TEST

/* clang-format off */
static const struct {
    const char *type, *config, *message;
} bad[] = {
    {"ftp", "{}",
     "TriggerType is set to an invalid value (allowed: http | oss | log | timer | mns_topic | "
     "cdn_events | tablestore | rds | eventbridge, actual: 'ftp')"},
    {"timer", "{\"cronExpression\":\"0 * * * *\"}",
     "CronExpression is set to an invalid value (allowed: '@every <duration>' or six cron fields, "
     "actual: '0 * * * *')"},
    {"timer", "{}", "CronExpression is required but not provided"},
    {"http", "{\"authType\":\"open\"}",
     "AuthType is set to an invalid value (allowed: anonymous | function | jwt | basic | bearer, "
     "actual: 'open')"},
    {"http", "{\"authType\":\"anonymous\",\"methods\":[\"FETCH\"]}",
     "Methods is set to an invalid value (allowed: GET | POST | PUT | DELETE | HEAD | PATCH | "
     "OPTIONS, actual: 'FETCH')"},
    {"mns_topic", "{\"filterTag\":\"12345678901234567\"}",
     "FilterTag exceeds the maximum allowed length (max: 16, actual: '17')"},
    {"mns_topic", "{\"notifyContentFormat\":\"XML\"}",
     "NotifyContentFormat is set to an invalid value (allowed: STREAM | JSON, actual: 'XML')"},
    {"log", "{\"jobConfig\":{\"triggerInterval\":1000}}",
     "TriggerInterval is set to an invalid value (allowed: 3-600, actual: '1000')"},
    {"oss", "{\"events\":\"all\"}",
     "invalid OSS trigger config."},
    {"log", "{\"functionParameter\":\"x\"}",
     "FunctionParameter is set to an invalid value (allowed: object, actual: 'x')"},
    {"cdn_events", "{\"filter\":{\"domain\":\"a.b\"}}",
     "Filter is set to an invalid value (allowed: list of strings, actual: 'a.b')"},
    {"eventbridge", "{\"eventRuleFilterPattern\":\"all\"}",
     "EventRuleFilterPattern is set to an invalid value (allowed: a JSON object as text, actual: 'all')"},
    {"eventbridge",
     "{\"eventSourceConfig\":{\"eventSourceParameters\":{\"sourceMNSParameters\":{\"IsBase64Decode\":3}}}}",
     "IsBase64Decode is set to an invalid value (allowed: true | false, actual: '3')"},
    {"eventbridge", "{\"runOptions\":{\"deadLetterQueue\":\"x\"}}",
     "DeadLetterQueue is set to an invalid value (allowed: object, actual: 'x')"},
    {"oss", "3", "TriggerConfig is set to an invalid value (allowed: a JSON object)"},
    {"oss", "null", "TriggerConfig is required but not provided"},
};
/* clang-format on */

START_TEST(test_trigger_config_refusals)
{
    setup_function();
    ck_refused(create(bad[_i].type, bad[_i].config), 400, "InvalidArgument", bad[_i].message);
}
END_TEST

/* clang-format off */
static const struct {
    const char *type, *arn, *role, *config, *message;
} incomplete[] = {
    {"oss", "", ROLE, "{\"events\":[\"oss:ObjectCreated:*\"]}", "SourceArn is required but not provided"},
    {"oss", ARN("oss", ""), ROLE, "{\"events\":[\"oss:ObjectCreated:*\"]}",
     "SourceArn is set to an invalid value (allowed: acs:oss:<region>:<account>:<bucket>, actual: 'acs:oss:cn-shanghai:16530750:')"},
    {"oss", ARN("log", "project/p"), ROLE, "{\"events\":[\"oss:ObjectCreated:*\"]}",
     "SourceArn is set to an invalid value (allowed: acs:oss:<region>:<account>:<bucket>, actual: 'acs:log:cn-shanghai:16530750:project/p')"},
    {"oss", ARN("oss", "b"), "", "{\"events\":[\"oss:ObjectCreated:*\"]}", "InvocationRole is required but not provided"},
    {"tablestore", "acs:ots:cn-shanghai::instance/i/table/t", ROLE, "{}",
     "SourceArn is set to an invalid value (allowed: acs:ots:<region>:<account>:instance/<instance>/table/<table>, actual: 'acs:ots:cn-shanghai::instance/i/table/t')"},
    {"oss", ARN("oss", "b"), ROLE, "{}", "invalid OSS trigger config."},
    {"oss", ARN("oss", "b"), ROLE, "{\"events\":[]}", "invalid OSS trigger config."},
    {"oss", ARN("oss", "b"), ROLE, "{\"events\":[\"ObjectCreated\"]}", "invalid OSS trigger config."},
    {"oss", ARN("oss", "b"), ROLE, "{\"events\":[\"oss::x\"]}", "invalid OSS trigger config."},
    {"oss", ARN("oss", "b"), ROLE, "{\"events\":[\"oss:ObjectCreated:*\"],\"filter\":\"x\"}", "invalid OSS trigger config."},
    {"log", ARN("log", "project/p"), ROLE, "{}", "SourceConfig is required but not provided"},
    {"log", ARN("log", "project/p"), ROLE, "{\"sourceConfig\":{\"startTime\":1}}", "Logstore is required but not provided"},
    {"cdn_events", "acs:cdn:*:1", ROLE, "{\"eventName\":\"LogFileCreated\"}", "EventVersion is required but not provided"},
    {"rds", ARN("rds", "dbinstance/d"), ROLE, "{\"retry\":1}", "SubscriptionObjects is required but not provided"},
};
/* clang-format on */

START_TEST(test_trigger_is_whole)
{
    setup_function();
    ck_refused(create_from(incomplete[_i].type, incomplete[_i].arn, incomplete[_i].role,
                           incomplete[_i].config),
               400, "InvalidArgument", incomplete[_i].message);
}
END_TEST

static const struct {
    const char *type, *bus;
} sources[] = {
    {"Default",  "default"     },
    {"MNS",      "MNS-f-t"     },
    {"RocketMQ", "RocketMQ-f-t"},
    {"RabbitMQ", "RabbitMQ-f-t"},
};

START_TEST(test_trigger_eventbridge_source_is_generated)
{
    setup_function();
    OWN(mem_free)
    char *body =
        mem_printf("{\"triggerName\":\"t\",\"triggerType\":\"eventbridge\",\"triggerConfig\":"
                   "{\"triggerEnable\":true,\"asyncInvocationType\":false,\"eventSourceConfig\":"
                   "{\"eventSourceType\":\"%s\",\"eventSourceParameters\":null}}}",
                   sources[_i].type);
    OWN(mem_free)
    char *want = mem_printf("acs:eventbridge:cn-shanghai:16530750:eventbus/%s/rule/demo-f-t",
                            sources[_i].bus);

    ck_assert_str_eq(string_at(sendf("POST", body, TRIGGERS), "sourceArn"), want);
    struct reply changed =
        send("PUT", TRIGGERS "/t",
             "{\"triggerConfig\":{\"triggerEnable\":null,\"asyncInvocationType\":true,"
             "\"eventSourceConfig\":null}}");

    ck_assert_str_eq(string_at(changed, "sourceArn"), want);
    ck_assert_str_eq(text_at(changed, "triggerConfig.triggerEnable"), "true");
    ck_assert_str_eq(text_at(changed, "triggerConfig.asyncInvocationType"), "true");
    ck_assert_str_eq(string_at(changed, "triggerConfig.eventSourceConfig.eventSourceType"),
                     sources[_i].type);
}
END_TEST

START_TEST(test_trigger_update_keeps_the_members_not_named)
{
    setup_function();
    ck_ok(create("log", good[3].config));
    struct reply changed =
        send("PUT", TRIGGERS "/t",
             "{\"triggerType\":\"log\",\"sourceArn\":\"other\",\"triggerConfig\":"
             "{\"jobConfig\":{\"maxRetryTime\":0,\"triggerInterval\":5}}}");

    ck_ok(changed);
    ck_assert_str_eq(text_at(changed, "triggerConfig.jobConfig"),
                     "{\"maxRetryTime\":0,\"triggerInterval\":5}");
    ck_assert_str_eq(text_at(changed, "triggerConfig.sourceConfig"),
                     "{\"logstore\":\"l\",\"startTime\":null}");
    ck_assert_str_eq(text_at(changed, "triggerConfig.enable"), "false");
    ck_assert_str_eq(string_at(changed, "sourceArn"), ARN("log", "project/p"));
    ck_assert_str_eq(string_at(changed, "lastModifiedTime"), "2020-09-13T12:26:41Z");
}
END_TEST

START_TEST(test_trigger_update_finds_members_in_any_case)
{
    setup_function();
    ck_ok(create("timer", "{\"payload\":\"p\",\"cronExpression\":\"@every 1m\",\"enable\":true}"));
    struct reply changed = send("PUT", TRIGGERS "/t", "{\"triggerConfig\":{\"Enable\":false}}");

    ck_ok(changed);
    ck_assert_str_eq(text_at(changed, "triggerConfig"),
                     "{\"payload\":\"p\",\"cronExpression\":\"@every 1m\",\"enable\":false}");
}
END_TEST

START_TEST(test_trigger_outlives_its_qualifier)
{
    setup_function();
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", NULL));
    ck_ok(send("POST", TRIGGERS,
               "{\"triggerName\":\"t\",\"triggerType\":\"timer\",\"qualifier\":\"1\","
               "\"triggerConfig\":{\"cronExpression\":\"@every 1m\"}}"));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL));
    ck_assert_str_eq(
        string_at(send("PUT", TRIGGERS "/t", "{\"description\":\"new\"}"), "description"), "new");
    ck_refused(send("PUT", TRIGGERS "/t", "{\"qualifier\":\"1\"}"), 404, "VersionNotFound",
               "version '1' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_trigger_exists_and_does_not)
{
    setup_function();
    ck_ok(create("http", "{}"));
    ck_refused(create("http", "{}"), 409, "TriggerAlreadyExists",
               "trigger 't' already exists in service 'demo' and function 'f'");
    ck_assert_int_eq(send("DELETE", TRIGGERS "/t", NULL).status, 204);
    ck_refused(send("DELETE", TRIGGERS "/t", NULL), 404, "TriggerNotFound",
               "trigger 't' does not exist in service 'demo' and function 'f'");
    ck_refused(send("POST", TRIGGERS,
                    "{\"triggerName\":\"t\",\"triggerType\":\"http\",\"triggerConfig\":{},"
                    "\"qualifier\":\"prod\"}"),
               404, "AliasNotFound", "alias 'prod' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_trigger_urls)
{
    setup_function();
    create_function_2023("my_Func7");
    ck_ok(create("http", "{\"authType\":\"anonymous\"}"));
    ck_assert_str_eq(string_at(send("GET", TRIGGERS "/t", NULL), "urlInternet"),
                     BASE_URL "/2016-08-15/proxy/demo/f/");
    struct reply made =
        send("POST", "/2023-03-30/functions/my_Func7/triggers",
             "{\"triggerName\":\"t\",\"triggerType\":\"http\",\"qualifier\":"
             "\"LATEST\",\"triggerConfig\":\"{\\\"authType\\\":\\\"anonymous\\\"}\"}");
    const char *url = string_at(made, "httpTrigger.urlInternet");

    ck_assert_ptr_eq(strstr(url, "https://my-func-"), url);
    ck_assert_str_eq(strchr(url, '.'), ".cn-shanghai.fcapp.run");
    ck_assert_str_eq(strchr(string_at(made, "httpTrigger.urlIntranet"), '.'),
                     ".cn-shanghai-vpc.fcapp.run");
    ck_assert_str_eq(string_at(made, "triggerConfig"), "{\"authType\":\"anonymous\"}");
    ck_refused(send("POST", "/2023-03-30/functions/my_Func7/triggers",
                    "{\"triggerName\":\"u\",\"triggerType\":\"http\"}"),
               400, "InvalidArgument", "qualifier 'LATEST' already has the http trigger 't'");
    made = send("POST", "/2023-03-30/functions/my_Func7/triggers",
                "{\"triggerName\":\"v\",\"triggerType\":\"alb\"}");
    ck_ok(made);
    ck_assert_str_eq(string_at(made, "triggerConfig"), "{}");
}
END_TEST

START_TEST(test_trigger_of_2021_has_a_host_of_its_own)
{
    setup_function();
    ck_ok(create("http", "{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"));
    struct reply got = send("GET", "/2021-04-06/services/demo/functions/f/triggers/t", NULL);
    const char *host = string_at(got, "domainName");

    ck_assert_ptr_eq(strstr(host, "demo-f-"), host);
    ck_assert_str_eq(strchr(host, '.'), ".cn-shanghai.fcapp.run");
    ck_assert_str_eq(string_at(got, "urlInternet") + strlen("https://"), host);
    ck_assert_str_eq(strchr(string_at(got, "urlIntranet"), '.'), ".cn-shanghai-vpc.fcapp.run");
}
END_TEST

START_TEST(test_trigger_host_shortens_long_names)
{
    create_function_2023("bot-detect-plugin-s33i");
    struct reply made = send("POST", "/2023-03-30/functions/bot-detect-plugin-s33i/triggers",
                             "{\"triggerName\":\"t\",\"triggerType\":\"http\"}");
    const char *url = string_at(made, "httpTrigger.urlInternet");

    ck_assert_ptr_eq(strstr(url, "https://bot-detlugin-si-"), url);
}
END_TEST

START_TEST(test_trigger_config_of_2021_is_replaced)
{
    setup_function();
    ck_ok(create("timer", "{\"cronExpression\":\"@every 5m\",\"payload\":\"p\"}"));
    struct reply changed =
        send("PUT", "/2021-04-06/services/demo/functions/f/triggers/t",
             "{\"triggerConfig\":\"{\\\"cronExpression\\\":\\\"@every 7m\\\"}\"}");

    ck_assert_str_eq(string_at(changed, "triggerConfig"), "{\"cronExpression\":\"@every 7m\"}");
    ck_ok(send("POST", "/2021-04-06/services/demo/functions/f/triggers",
               "{\"triggerName\":\"ts\",\"triggerType\":\"tablestore\",\"sourceArn\":\"" ARN(
                   "ots", "instance/i/table/t") "\",\"invocationRole\":\"" ROLE "\"}"));
}
END_TEST

START_TEST(test_http_trigger_cannot_move_to_a_taken_qualifier)
{
    create_function_2023("f");
    ck_ok(send("POST", "/2023-03-30/functions/f/versions", "{}"));
    ck_ok(send("POST", "/2023-03-30/functions/f/triggers",
               "{\"triggerName\":\"a\",\"triggerType\":\"http\"}"));
    ck_ok(send("POST", "/2023-03-30/functions/f/triggers",
               "{\"triggerName\":\"b\",\"triggerType\":\"http\",\"qualifier\":\"1\"}"));
    ck_refused(send("PUT", "/2023-03-30/functions/f/triggers/b", "{\"qualifier\":\"LATEST\"}"), 400,
               "InvalidArgument", "qualifier 'LATEST' already has the http trigger 'a'");
    ck_ok(send("PUT", "/2023-03-30/functions/f/triggers/b", "{\"qualifier\":\"1\"}"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/triggers");
    TCase *tc = tcase_create("triggers");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, test_trigger_config_is_echoed, 0, N_ELEMENTS(good));
    tcase_add_loop_test(tc, test_trigger_config_refusals, 0, N_ELEMENTS(bad));
    tcase_add_loop_test(tc, test_trigger_is_whole, 0, N_ELEMENTS(incomplete));
    tcase_add_loop_test(tc, test_trigger_eventbridge_source_is_generated, 0, N_ELEMENTS(sources));
    tcase_add_test(tc, test_trigger_update_keeps_the_members_not_named);
    tcase_add_test(tc, test_trigger_update_finds_members_in_any_case);
    tcase_add_test(tc, test_trigger_outlives_its_qualifier);
    tcase_add_test(tc, test_trigger_exists_and_does_not);
    tcase_add_test(tc, test_trigger_urls);
    tcase_add_test(tc, test_trigger_of_2021_has_a_host_of_its_own);
    tcase_add_test(tc, test_trigger_host_shortens_long_names);
    tcase_add_test(tc, test_trigger_config_of_2021_is_replaced);
    tcase_add_test(tc, test_http_trigger_cannot_move_to_a_taken_qualifier);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
