#include "fixture.h"

#define ARN "acs:fc:cn-shanghai:16530750:services/demo"

START_TEST(test_tags_merge_and_go)
{
    create_service("demo");
    struct reply before = send("GET", "/2016-08-15/services/demo", NULL);

    ck_assert_str_eq(
        send("POST", "/2016-08-15/tag",
             "{\"resourceArn\":\"services\\/demo\",\"tags\":{\"k1\":\"v1\",\"k2\":\"\"}}")
            .body,
        "{\"requestId\":\"0f1e2d3c-1111-2222-3333-444455556666\"}");
    ck_assert_int_eq(
        send("POST", "/2021-04-06/tag", "{\"resourceArn\":\"" ARN "\",\"tags\":{\"k3\":\"v3\"}}")
            .status,
        204);
    ck_assert_str_eq(send("GET", "/2016-08-15/tag?resourceArn=services%2Fdemo", NULL).body,
                     "{\"resourceArn\":\"" ARN
                     "\",\"tags\":{\"k1\":\"v1\",\"k2\":\"\",\"k3\":\"v3\"}}");
    ck_assert_str_eq(send("GET", "/2016-08-15/services/demo", NULL).etag, before.etag);
    ck_ok(send("DELETE", "/2016-08-15/tag",
               "{\"resourceArn\":\"services/demo\",\"tagKeys\":[\"k1\",\"none\"],\"all\":false}"));
    ck_ok(
        send("PUT", "/2021-04-06/tag", "{\"resourceArn\":\"services/demo\",\"tagKeys\":[\"k2\"]}"));
    ck_assert_str_eq(text_at(send("GET", "/2016-08-15/tag?resourceArn=" ARN, NULL), "tags"),
                     "{\"k3\":\"v3\"}");
    ck_assert_str_eq(send("GET", "/2021-04-06/tags", NULL).body,
                     "{\"resources\":[{\"resourceArn\":\"" ARN "\",\"tags\":{\"k3\":\"v3\"}}]}");
    ck_ok(send("DELETE", "/2016-08-15/tag",
               "{\"resourceArn\":\"services/demo\",\"tagKeys\":[],\"all\":true}"));
    ck_assert_str_eq(text_at(send("GET", "/2016-08-15/tag?resourceArn=" ARN, NULL), "tags"), "{}");
}
END_TEST

START_TEST(test_tags_filter_services)
{
    for (int i = 0; i < 4; i++) {
        OWN(mem_free) char *name = mem_printf("s%d", i);
        OWN(mem_free)
        char *body = mem_printf(
            "{\"resourceArn\":\"services/s%d\",\"tags\":{\"k3\":\"v%d\",\"k1\":\"v1\"}}", i, i % 2);

        create_service(name);
        if (i > 0)
            ck_ok(send("POST", "/2016-08-15/tag", body));
    }
    ck_assert_int_eq(
        cJSON_GetArraySize(at(send("GET", "/2016-08-15/services?tag_k3=v1", NULL), "services")), 2);
    ck_assert_int_eq(
        cJSON_GetArraySize(at(send("GET", "/2016-08-15/services?tag_k3=", NULL), "services")), 3);
    ck_assert_int_eq(
        cJSON_GetArraySize(
            at(send("GET", "/2016-08-15/services?tag_k3=v0&tag_k1=v1", NULL), "services")),
        1);
    ck_assert_str_eq(send("GET", "/2016-08-15/services?tag_no=v0", NULL).body, "{\"services\":[]}");
    /* What stands behind a full page counts only when the filter lets it through. */
    create_service("z");
    struct reply page = send("GET", "/2016-08-15/services?tag_k1=v1&limit=2", NULL);

    ck_assert_str_eq(string_at(page, "nextToken"), "s3");
    page = send("GET", "/2016-08-15/services?tag_k1=v1&limit=3", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(page, "services")), 3);
    ck_assert_str_eq(text_at(page, "nextToken"), "absent");
}
END_TEST

START_TEST(test_tags_are_checked)
{
    create_service("demo");
    ck_refused(
        send("POST", "/2016-08-15/tag", "{\"resourceArn\":\"services/no\",\"tags\":{\"k\":\"v\"}}"),
        404, "ServiceNotFound", "service 'no' does not exist");
    ck_refused(
        send("POST", "/2016-08-15/tag", "{\"resourceArn\":\"bucket/x\",\"tags\":{\"k\":\"v\"}}"),
        400, "InvalidArgument",
        "ResourceArn doesn't match expected format (allowed: "
        "acs:fc:<region>:<account>:services/<service>, actual: 'bucket/x')");
    ck_refused(send("POST", "/2016-08-15/tag",
                    "{\"resourceArn\":\"services/demo\",\"tags\":{\"acs:k\":\"v\"}}"),
               400, "InvalidArgument",
               "Tag key doesn't match expected format (allowed: not empty, not beginning with "
               "aliyun or acs:, without http:// and https://, actual: 'acs:k')");
    OWN(mem_free) char *tag = mem_printf("\xE5\x87\xBD%063d", 1);
    OWN(mem_free)
    char *fits =
        mem_printf("{\"resourceArn\":\"services/demo\",\"tags\":{\"%s\":\"%0128d\"}}", tag, 1);
    OWN(mem_free)
    char *long_key = mem_printf("{\"resourceArn\":\"services/demo\",\"tags\":{\"%sx\":\"\"}}", tag);

    ck_ok(send("POST", "/2016-08-15/tag", fits));
    ck_ok(send("DELETE", "/2016-08-15/tag", "{\"resourceArn\":\"services/demo\",\"all\":true}"));
    ck_refused(send("POST", "/2016-08-15/tag", long_key), 400, "InvalidArgument",
               "Tag key exceeds the maximum allowed length (max: 64, actual: '65')");
    struct buf body = {0};

    buf_puts(&body, "{\"resourceArn\":\"services/demo\",\"tags\":{");
    for (int i = 0; i < 21; i++)
        buf_printf(&body, "%s\"k%d\":\"v\"", i ? "," : "", i);
    buf_puts(&body, "}}");
    ck_refused(send("POST", "/2016-08-15/tag", buf_text(&body)), 400, "InvalidArgument",
               "Tags contains too many values (max: 20, actual: 21)");
    buf_done(&body);
}
END_TEST

START_TEST(test_tags_of_2023)
{
    ck_ok(send("POST", "/2023-03-30/functions",
               "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":" CODE
               ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}"));
    create_function_2023("g");
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/f", NULL), "tags"),
                     "[{\"Key\":\"a\",\"Value\":\"1\"}]");
    ck_assert_int_eq(
        send("POST", "/2023-03-30/tags-v2",
             "{\"ResourceId\":[\"acs:fc:cn-shanghai:16530750:functions/f\",\"g\"],\"ResourceType\":"
             "\"FUNCTION\",\"Tag\":[{\"Key\":\"b\",\"Value\":\"2\"}]}")
            .status,
        204);
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/f", NULL), "tags"),
                     "[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"b\",\"Value\":\"2\"}]");
    struct reply list =
        send("GET", "/2023-03-30/tags-v2?ResourceType=function&ResourceId=%5B%22g%22%5D", NULL);

    ck_assert_str_eq(text_at(list, "TagResources"),
                     "[{\"ResourceId\":\"acs:fc:cn-shanghai:16530750:functions/g\","
                     "\"ResourceType\":\"function\",\"TagKey\":\"b\",\"TagValue\":\"2\"}]");
    ck_assert_int_eq(
        cJSON_GetArraySize(
            at(send("GET",
                    "/2023-03-30/"
                    "functions?tags=%5B%7B%22Key%22%3A%22a%22%2C%22Value%22%3A%221%22%7D%5D",
                    NULL),
               "functions")),
        1);
    ck_assert_int_eq(
        send("DELETE",
             "/2023-03-30/tags-v2?ResourceType=function&ResourceId=%5B%22f%22%5D&TagKey="
             "%5B%22a%22%5D&All=false",
             NULL)
            .status,
        204);
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/f", NULL), "tags"),
                     "[{\"Key\":\"b\",\"Value\":\"2\"}]");
    ck_refused(send("GET", "/2023-03-30/tags-v2", NULL), 400, "InvalidArgument",
               "ResourceType is required but not provided");
    ck_refused(send("POST", "/2023-03-30/tags-v2",
                    "{\"ResourceId\":[\"no\"],\"ResourceType\":\"function\",\"Tag\":[{\"Key\":"
                    "\"k\"}]}"),
               404, "FunctionNotFound", "function 'no' does not exist");
}
END_TEST

#define TAGS "/2023-03-30/tags-v2?ResourceType=function"
#define TAG_F(tag) "{\"ResourceId\":[\"f\"],\"ResourceType\":\"function\"" tag "}"

/* clang-format off */
static const struct {
    const char *method, *path, *body;
    const char *message;
} bad_2023[] = {
    {"POST",   "/2023-03-30/tags-v2", TAG_F(""),                  "Tag is required but not provided"},
    {"POST",   "/2023-03-30/tags-v2", TAG_F(",\"Tag\":[]"),       "Tag is required but not provided"},
    {"POST",   "/2023-03-30/tags-v2", TAG_F(",\"Tag\":\"x\""),    "Tags is set to an invalid value (allowed: list of {Key, Value}, actual: '\"x\"')"},
    {"POST",   "/2023-03-30/tags-v2", TAG_F(",\"Tag\":[1]"),      "Tags is set to an invalid value (allowed: list of {Key, Value}, actual: '[1]')"},
    {"POST",   "/2023-03-30/tags-v2", TAG_F(",\"Tag\":[{\"Key\":\"see http://x\"}]"),
                                                                  "Tag key doesn't match expected format (allowed: not empty, not beginning with aliyun or acs:, without http:// and https://, actual: 'see http://x')"},
    {"DELETE", TAGS "&ResourceId=f", NULL,                        "TagKey is required but not provided"},
    {"GET",    TAGS "&Limit=0", NULL,                             "Limit is set to an invalid value (allowed: 1-100, actual: '0')"},
    {"GET",    TAGS "&Limit=101", NULL,                           "Limit is set to an invalid value (allowed: 1-100, actual: '101')"},
    {"GET",    TAGS "&Tag=k", NULL,                               "Tags is set to an invalid value (allowed: list of {Key, Value}, actual: '[\"k\"]')"},
    {"POST",   "/2023-03-30/functions", "{\"functionName\":\"n\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":" CODE ",\"tags\":{\"a\":\"b\"}}",
                                                                  "Tags is set to an invalid value (allowed: list of {Key, Value}, actual: '{\"a\":\"b\"}')"},
};
/* clang-format on */

START_TEST(test_tags_of_the_first_clients_of_2023)
{
    create_function_2023("f");
    ck_assert_int_eq(send("POST", "/2023-03-30/tag",
                          "{\"resourceArn\":\"functions/f\",\"tags\":{\"a\":\"1\",\"b\":\"2\","
                          "\"c\":\"3\"}}")
                         .status,
                     204);
    ck_assert_int_eq(
        send("DELETE", "/2023-03-30/tag?arn=functions%2Ff&tagKeys=a,b&all=false", NULL).status,
        204);
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/tag?arn=functions%2Ff", NULL), "tags"),
                     "{\"c\":\"3\"}");
    ck_assert_str_eq(send("GET", "/2023-03-30/tags?limit=5", NULL).body,
                     "{\"resources\":[{\"resourceArn\":\"acs:fc:cn-shanghai:16530750:functions/f\","
                     "\"tags\":{\"c\":\"3\"}}]}");
    ck_assert_int_eq(send("DELETE", "/2023-03-30/tag?arn=functions%2Ff&all=true", NULL).status,
                     204);
    ck_assert_str_eq(text_at(send("GET", "/2023-03-30/tag?arn=functions%2Ff", NULL), "tags"), "{}");
}
END_TEST

START_TEST(test_tags_of_2023_are_checked)
{
    create_function_2023("f");
    for (size_t i = 0; i < N_ELEMENTS(bad_2023); i++)
        ck_refused(send(bad_2023[i].method, bad_2023[i].path, bad_2023[i].body), 400,
                   "InvalidArgument", bad_2023[i].message);
    ck_assert_str_eq(text_at(send("GET", TAGS, NULL), "TagResources"), "[]");

    OWN(buf_done) struct buf keys = {0};

    for (int i = 0; i < 51; i++)
        buf_printf(&keys, "%s%%22k%d%%22", i ? "," : "", i);
    ck_refused(sendf("DELETE", NULL, TAGS "&ResourceId=f&TagKey=%%5B%s%%5D", buf_text(&keys)), 400,
               "InvalidArgument", "TagKey contains too many values (max: 50, actual: 51)");
}
END_TEST

START_TEST(test_tags_of_2023_are_listed_in_pages)
{
    struct reply page = {0};
    const char *token = "";

    create_function_2023("f");
    create_function_2023("g");
    ck_ok(
        send("POST", "/2023-03-30/tags-v2",
             "{\"ResourceId\":[\"g\",\"f\"],\"ResourceType\":\"function\",\"Tag\":[{\"Key\":\"b\"},"
             "{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"c\"}]}"));
    for (int i = 0; i < 3; i++) {
        static const char *const want[][2] = {
            {"f/a", "f/b"},
            {"f/c", "g/a"},
            {"g/b", "g/c"}
        };

        page = sendf("GET", NULL, TAGS "&Limit=2&NextToken=%s", token);
        for (int k = 0; k < 2; k++) {
            OWN(mem_free) char *id = mem_printf("TagResources.%d.ResourceId", k);
            OWN(mem_free) char *key = mem_printf("TagResources.%d.TagKey", k);
            OWN(mem_free)
            char *both = mem_printf(
                "%s/%s", string_at(page, id) + sizeof("acs:fc:cn-shanghai:16530750:functions/") - 1,
                string_at(page, key));

            ck_assert_str_eq(both, want[i][k]);
        }
        token = string_at(page, "NextToken");
    }
    ck_assert_str_eq(text_at(page, "NextToken"), "absent");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_tags_merge_and_go,
        test_tags_filter_services,
        test_tags_are_checked,
        test_tags_of_2023,
        test_tags_of_2023_are_checked,
        test_tags_of_the_first_clients_of_2023,
        test_tags_of_2023_are_listed_in_pages,
    };

    return run_tests("product/service/tags", tests, N_ELEMENTS(tests));
}
