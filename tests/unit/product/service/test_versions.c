#include "fixture.h"

START_TEST(test_version_numbers_are_never_reused)
{
    create_service("demo");
    ck_assert_str_eq(
        string_at(send("POST", "/2016-08-15/services/demo/versions", "{}"), "versionId"), "1");
    ck_assert_int_eq(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL).status, 204);
    ck_refused(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL), 404, "VersionNotFound",
               "version '1' of service 'demo' does not exist");
    /* Nothing changed since, but the version that would be repeated is gone. */
    struct reply next =
        send("POST", "/2016-08-15/services/demo/versions", "{\"Description\":\"second\"}");

    ck_assert_str_eq(string_at(next, "versionId"), "2");
    ck_assert_str_eq(string_at(next, "description"), "second");
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/2", NULL));
    ck_ok(send("DELETE", "/2016-08-15/services/demo", NULL));
    create_service("demo");
    ck_assert_str_eq(
        string_at(send("POST", "/2016-08-15/services/demo/versions", "{}"), "versionId"), "1");
}
END_TEST

START_TEST(test_version_without_a_change_is_refused)
{
    const char *text =
        "can not publish version for service 'demo', detail: 'No changes were made since last "
        "publish'";

    create_service("demo");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", NULL));
    ck_refused(send("POST", "/2016-08-15/services/demo/versions", NULL), 409, "VersionPublishError",
               text);
    ck_ok(send("PUT", "/2016-08-15/services/demo", "{}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", NULL));
    create_function("demo", "f");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", NULL));
    ck_refused(send("POST", "/2016-08-15/services/demo/versions", NULL), 409, "VersionPublishError",
               text);
    ck_ok(send("POST", "/2021-04-06/services/demo/versions", "{}"));
}
END_TEST

START_TEST(test_version_compares_the_etag_of_the_service_and_keeps_it)
{
    create_service("demo");
    struct reply before = send("GET", "/2016-08-15/services/demo", NULL);

    create_function("demo", "f");
    ck_refused(send_with("POST", "/2016-08-15/services/demo/versions", "{}", "If-Match", "no"), 412,
               "PreconditionFailed", "the resource being modified has been changed");
    ck_ok(send_with("POST", "/2016-08-15/services/demo/versions", "{}", "If-Match", before.etag));
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo", NULL).etag, before.etag);
}
END_TEST

START_TEST(test_version_freezes_service_and_functions)
{
    create_service("demo");
    create_function("demo", "f");
    ck_ok(send("PUT", "/2016-08-15/services/demo", "{\"description\":\"working\"}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{\"description\":\"v1\"}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/aliases",
               "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"));
    ck_ok(send("PUT", "/2016-08-15/services/demo/functions/f", "{\"timeout\":7}"));
    create_function("demo", "g");
    ck_assert_str_eq(string_at(send("GET", "/2016-08-15/services/demo.1", NULL), "description"),
                     "v1");
    ck_assert_str_eq(string_at(send("GET", "/2016-08-15/services/demo", NULL), "description"),
                     "working");
    struct reply by_version = send("GET", "/2016-08-15/services/demo.1/functions", NULL);

    ck_assert_int_eq(cJSON_GetArraySize(at(by_version, "functions")), 1);
    ck_assert_str_eq(text_at(by_version, "functions.0.timeout"), "60");
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo.prod/functions", NULL).body,
                     by_version.body);
    ck_assert_str_eq(send("GET", "/2021-04-06/services/demo/functions/f?qualifier=prod", NULL).etag,
                     send("GET", "/2016-08-15/services/demo.1/functions/f", NULL).etag);
    ck_assert_str_eq(
        text_at(send("GET", "/2016-08-15/services/demo.LATEST/functions/f", NULL), "timeout"), "7");
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL));
    ck_refused(send("GET", "/2016-08-15/services/demo.prod/functions/f", NULL), 404,
               "VersionNotFound", "version '1' of service 'demo' does not exist");
    ck_assert_str_eq(
        string_at(send("GET", "/2016-08-15/services/demo/aliases/prod", NULL), "versionId"), "1");
}
END_TEST

START_TEST(test_version_listing_goes_both_ways)
{
    create_service("demo");
    for (int i = 0; i < 11; i++) {
        ck_ok(send("PUT", "/2016-08-15/services/demo", "{}"));
        ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    }
    struct reply page = send("GET", "/2016-08-15/services/demo/versions?limit=2", NULL);

    ck_assert_str_eq(string_at(page, "versions.0.versionId"), "11");
    ck_assert_str_eq(string_at(page, "versions.1.versionId"), "10");
    ck_assert_str_eq(string_at(page, "nextToken"), "9");
    ck_assert_str_eq(string_at(page, "direction"), "BACKWARD");
    /* Terraform deletes the versions of a page before it asks for the next. */
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/9", NULL));
    page = send("GET", "/2016-08-15/services/demo/versions?limit=2&nextToken=9", NULL);
    ck_assert_str_eq(string_at(page, "versions.0.versionId"), "8");
    page = send("GET", "/2016-08-15/services/demo/versions?limit=20&direction=FORWARD&startKey=8",
                NULL);
    ck_assert_str_eq(string_at(page, "versions.0.versionId"), "8");
    ck_assert_str_eq(string_at(page, "versions.2.versionId"), "11");
    ck_assert_str_eq(text_at(page, "nextToken"), "absent");
    ck_refused(send("GET", "/2016-08-15/services/demo/versions?direction=UP", NULL), 400,
               "InvalidArgument",
               "Direction is set to an invalid value (allowed: BACKWARD | FORWARD, actual: 'UP')");
}
END_TEST

START_TEST(test_version_of_a_function_in_2023)
{
    create_function_2023("f");
    clock_freeze_at(&f.clock, 1600000100000);
    struct reply made =
        send("POST", "/2023-03-30/functions/f/versions", "{\"description\":\"first\"}");

    ck_assert_str_eq(string_at(made, "versionId"), "1");
    ck_assert_str_eq(string_at(send("POST", "/2023-03-30/functions/f/versions", NULL), "versionId"),
                     "2");
    struct reply got = send("GET", "/2023-03-30/functions/f?qualifier=1", NULL);

    ck_assert_str_eq(string_at(got, "description"), "first");
    ck_assert_str_eq(string_at(got, "createdTime"), string_at(made, "createdTime"));
    ck_assert_str_eq(string_at(got, "functionArn"), "acs:fc:cn-shanghai:16530750:functions/f/1");
    ck_refused(send("GET", "/2023-03-30/functions/f?qualifier=9", NULL), 404, "VersionNotFound",
               "version '9' of function 'f' does not exist");
    ck_ok(send("DELETE", "/2023-03-30/functions/f", NULL));
    create_function_2023("f");
    ck_refused(send("GET", "/2023-03-30/functions/f?qualifier=1", NULL), 404, "VersionNotFound",
               "version '1' of function 'f' does not exist");
}
END_TEST

START_TEST(test_alias_life)
{
    create_service("demo");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_refused(send("POST", "/2016-08-15/services/demo/aliases", "{\"versionId\":\"1\"}"), 400,
               "InvalidArgument", "AliasName is required but not provided");
    ck_refused(send("POST", "/2016-08-15/services/demo/aliases",
                    "{\"aliasName\":\"prod\",\"versionId\":\"7\"}"),
               404, "VersionNotFound", "version '7' of service 'demo' does not exist");
    ck_refused(send("POST", "/2016-08-15/services/demo/aliases",
                    "{\"aliasName\":\"latest\",\"versionId\":\"1\"}"),
               400, "InvalidArgument",
               "AliasName is set to an invalid value: 'LATEST' names the working copy");
    struct reply made = send("POST", "/2016-08-15/services/demo/aliases",
                             "{\"aliasName\":\"prod\",\"versionId\":\"1\"}");

    ck_assert_int_eq(made.status, 200);
    ck_assert_str_eq(made.body,
                     "{\"aliasName\":\"prod\",\"versionId\":\"1\",\"description\":\"\","
                     "\"additionalVersionWeight\":null,\"createdTime\":\"2020-09-13T12:26:40Z\","
                     "\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    ck_refused(send("POST", "/2016-08-15/services/demo/aliases",
                    "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"),
               409, "AliasAlreadyExists", "alias 'prod' of service 'demo' already exists");
    struct reply changed = send("PUT", "/2016-08-15/services/demo/aliases/prod",
                                "{\"versionId\":null,\"description\":\"\","
                                "\"additionalVersionWeight\":{\"1\":0.9}}");

    ck_assert_str_eq(string_at(changed, "versionId"), "1");
    ck_assert_str_eq(text_at(changed, "additionalVersionWeight"), "{\"1\":0.9}");
    ck_refused(send("PUT", "/2021-04-06/services/demo/aliases/prod",
                    "{\"additionalVersionWeight\":{\"1\":0.5}}"),
               400, "AdditionalVersionContainsMajorVersion",
               "additionalVersionWeight {\"1\":0.5} should not contain major version 1");
    ck_refused(send("PUT", "/2016-08-15/services/demo/aliases/prod",
                    "{\"additionalVersionWeight\":{\"1\":2}}"),
               400, "InvalidArgument",
               "AdditionalVersionWeight is set to an invalid value (allowed: 0-1, actual: '2')");
    ck_assert_str_eq(text_at(send("PUT", "/2016-08-15/services/demo/aliases/prod",
                                  "{\"additionalVersionWeight\":{}}"),
                             "additionalVersionWeight"),
                     "{}");
    ck_assert_int_eq(send("DELETE", "/2016-08-15/services/demo/aliases/prod", NULL).status, 204);
    ck_refused(send("GET", "/2016-08-15/services/demo/aliases/prod", NULL), 404, "AliasNotFound",
               "alias 'prod' of service 'demo' does not exist");
}
END_TEST

START_TEST(test_alias_that_outlives_its_version_can_be_changed)
{
    create_service("demo");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_ok(send("PUT", "/2016-08-15/services/demo", "{}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    ck_ok(send("POST", "/2016-08-15/services/demo/aliases",
               "{\"aliasName\":\"prod\",\"versionId\":\"1\"}"));
    ck_ok(send("DELETE", "/2016-08-15/services/demo/versions/1", NULL));
    ck_assert_str_eq(text_at(send("PUT", "/2016-08-15/services/demo/aliases/prod",
                                  "{\"additionalVersionWeight\":{\"2\":0.5}}"),
                             "additionalVersionWeight"),
                     "{\"2\":0.5}");
    ck_refused(send("PUT", "/2016-08-15/services/demo/aliases/prod",
                    "{\"additionalVersionWeight\":{\"3\":0.5}}"),
               404, "VersionNotFound", "version '3' of service 'demo' does not exist");
    ck_refused(send("PUT", "/2021-04-06/services/demo/aliases/prod", "{\"versionId\":\"2\"}"), 400,
               "AdditionalVersionContainsMajorVersion",
               "additionalVersionWeight {\"2\":0.5} should not contain major version 2");
    ck_ok(send("PUT", "/2016-08-15/services/demo/aliases/prod", "{\"versionId\":\"2\"}"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_version_numbers_are_never_reused,
        test_version_without_a_change_is_refused,
        test_version_compares_the_etag_of_the_service_and_keeps_it,
        test_version_freezes_service_and_functions,
        test_version_listing_goes_both_ways,
        test_version_of_a_function_in_2023,
        test_alias_life,
        test_alias_that_outlives_its_version_can_be_changed,
    };

    return run_tests("product/service/versions", tests, N_ELEMENTS(tests));
}
