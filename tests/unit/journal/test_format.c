#include "journal/format.h"

#include "story.h"

static cJSON *parse(const struct buf *text)
{
    struct error err;
    cJSON *json = json_parse(buf_str(text), &err);

    ck_assert_msg(json != NULL, "%s in %s", err.text, buf_text(text));
    return json;
}

static double number_of(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

START_TEST(test_format_entry_names_place_and_fault)
{
    struct story story;
    OWN(buf_done) struct buf out = {0};
    struct journal_strike strike = {.rule = STR("throttle"),
                                    .gate = GATE_FIRED,
                                    .key = STR("ci"),
                                    .n = 4,
                                    .draw = 0.25,
                                    .threshold = 0.3,
                                    .choice = -1};

    story_begin(&story);
    story.last.strikes = &strike;
    story.last.strike_count = 1;
    story.last.near_miss = STR("say \"cn-hangzhou\"");
    story_tell(&story, 5000, 4, 2, 503, "ResourceThrottled");
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(story.journal);

    journal_entry_json(journal_snapshot_at(snapshot, 0), JOURNAL_FULL, &out);
    OWN(json_free) cJSON *json = parse(&out);

    ck_assert_double_eq(number_of(json, "status"), 503);
    ck_assert_double_eq(number_of(json, "chain"), 4);
    ck_assert_double_eq(number_of(json, "attempt"), 2);
    ck_assert_double_eq(number_of(json, "duration_ms"), 1);
    ck_assert(str_eq(json_get_str(json, "region"), STR("cn-hangzhou")));
    ck_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(json, "internal")));
    ck_assert(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, "account")));
    ck_assert(str_eq(json_get_str(json, "code"), STR("ResourceThrottled")));
    ck_assert(str_eq(json_get_str(json, "near_miss"), STR("say \"cn-hangzhou\"")));
    ck_assert(str_eq(json_get_str(json, "time"), STR("2023-11-14T22:13:25.000Z")));
    const cJSON *rule = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "rules"), 0);

    ck_assert(str_eq(json_get_str(rule, "gate"), str_of(fault_gate_name(GATE_FIRED))));
    ck_assert_double_eq(number_of(rule, "draw"), 0.25);
    ck_assert_ptr_null(cJSON_GetObjectItemCaseSensitive(rule, "choice"));
    story_end(&story);
}
END_TEST

static void select_all(struct story *story, struct journal_snapshot **snapshot,
                       struct journal_selection *out)
{
    struct journal_query query;

    *snapshot = journal_snapshot_take(story->journal);
    journal_query_init(&query);
    journal_select(&query, *snapshot, story->arena, out);
}

START_TEST(test_format_ndjson_is_an_object_a_line)
{
    struct story story;
    struct journal_selection selection;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;
    OWN(buf_done) struct buf out = {0};
    struct str line, rest;

    story_begin(&story);
    story_tell(&story, 1, 1, 1, 200, "");
    story_tell(&story, 2, 2, 1, 429, "ResourceExhausted");
    select_all(&story, &snapshot, &selection);
    journal_ndjson(&selection, &out);
    ck_assert(str_cut(buf_str(&out), '\n', &line, &rest));
    struct error err;
    OWN(json_free) cJSON *first = json_parse(line, &err);

    ck_assert_ptr_nonnull(first);
    ck_assert_double_eq(number_of(first, "number"), 1);
    ck_assert(str_ends(rest, STR("}\n")));
    story_end(&story);
}
END_TEST

START_TEST(test_format_har_has_headers_query_and_binary_body)
{
    struct story story;
    struct journal_selection selection;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;
    OWN(buf_done) struct buf out = {0};

    story_begin(&story);
    story.last.host = STR("1.cn-hangzhou.fc.aliyuncs.com");
    story.last.query = STR("qualifier=a%20b");
    story.last.request_headers = STR("Content-Type: application/json\nX-A: b: c\n");
    story.last.request_body = STR("{}");
    story.last.response_headers = STR("content-type: image/png\n");
    story.last.response_body = STR("\xff\xd8");
    story_tell(&story, 1, 1, 1, 200, "");
    select_all(&story, &snapshot, &selection);
    journal_har(&selection, "0.1.0", &out);
    OWN(json_free) cJSON *json = parse(&out);
    const cJSON *log = cJSON_GetObjectItemCaseSensitive(json, "log");
    const cJSON *entry = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(log, "entries"), 0);
    const cJSON *request = cJSON_GetObjectItemCaseSensitive(entry, "request");
    const cJSON *second =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(request, "headers"), 1);
    const cJSON *pair =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(request, "queryString"), 0);
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(entry, "response"), "content");

    ck_assert(str_eq(json_get_str(log, "version"), STR("1.2")));
    ck_assert(str_eq(json_get_str(request, "url"),
                     STR("http://1.cn-hangzhou.fc.aliyuncs.com/2016-08-15/services/s/functions/pay/"
                         "invocations?qualifier=a%20b")));
    ck_assert(str_eq(json_get_str(second, "value"), STR("b: c")));
    ck_assert(str_eq(json_get_str(pair, "value"), STR("a b")));
    ck_assert(str_eq(json_get_str(content, "encoding"), STR("base64")));
    ck_assert(str_eq(json_get_str(content, "text"), STR("/9g=")));
    ck_assert(str_eq(json_get_str(content, "mimeType"), STR("image/png")));
    story_end(&story);
}
END_TEST

/* The members of a link, in their words. */
static const struct {
    struct chain_link link;
    const char *want;
} links[] = {
    {{.chain = 4, .attempt = 1},                                                              "\"chain\":4,\"attempt\":1}"},
    {{.chain = 4, .attempt = 1, .evidence = CHAIN_BY_CONTENT},                                "\"chain\":4,\"attempt\":1}"},
    {{.chain = 4, .attempt = 3, .confidence = CHAIN_CERTAIN, .evidence = CHAIN_BY_SIGNATURE},
     "\"chain\":4,\"attempt\":3,\"chain_confidence\":\"certain\",\"chain_evidence\":[\"same "
     "signature\"],\"repeated_by\":\"program\"}"                                                                          },
    {{.chain = 4,
      .attempt = 2,
      .confidence = CHAIN_LIKELY,
      .evidence = CHAIN_BY_CONTENT | CHAIN_BY_CONNECTION | CHAIN_ON_SCHEDULE},
     "\"chain\":4,\"attempt\":2,\"chain_confidence\":\"likely\",\"chain_evidence\":[\"same "
     "credential, "
     "operation, target and body\",\"same connection\",\"when this client would repeat\"],"
     "\"repeated_by\":\"program\"}"                                                                                       },
    {{.chain = 4, .attempt = 2, .confidence = CHAIN_CERTAIN, .evidence = CHAIN_BY_TRANSPORT},
     "\"chain_evidence\":[\"below the program: the same bytes at once on another connection\"],"
     "\"repeated_by\":\"transport\"}"                                                                                     },
    {{.chain = 9, .attempt = 1, .confidence = CHAIN_POSSIBLE, .maybe = 4},
     "\"chain\":9,\"attempt\":1,\"chain_confidence\":\"possible\",\"chain_evidence\":[],"
     "\"repeated_by\":null,\"chain_maybe\":4}"                                                                            },
};

START_TEST(test_format_link_tells_confidence_and_evidence)
{
    struct journal_entry entry = story_call();
    OWN(buf_done) struct buf out = {0};

    entry.link = links[_i].link;
    journal_entry_json(&entry, JOURNAL_SHORT, &out);
    ck_assert_msg(str_ends(buf_str(&out), str_of(links[_i].want)), "%s", buf_text(&out));
}
END_TEST

START_TEST(test_format_late_work_tells_what_it_came_to)
{
    struct journal_entry entry = story_call();
    struct journal_late late = {.state = LATE_WAITS, .status = 409, .code = "X"};
    OWN(buf_done) struct buf waits = {0};
    OWN(buf_done) struct buf refused = {0};

    entry.performed = false;
    entry.late = &late;
    journal_entry_json(&entry, JOURNAL_SHORT, &waits);
    ck_assert_ptr_nonnull(strstr(buf_text(&waits), ",\"late\":\"waiting\",\"chain\""));
    ck_assert_ptr_nonnull(strstr(buf_text(&waits), "\"performed\":false"));
    late.state = LATE_REFUSED;
    journal_entry_json(&entry, JOURNAL_SHORT, &refused);
    ck_assert_ptr_nonnull(
        strstr(buf_text(&refused),
               ",\"late\":\"refused\",\"late_status\":409,\"late_code\":\"X\",\"chain\""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/format");
    TCase *tc = tcase_create("format");

    tcase_add_test(tc, test_format_entry_names_place_and_fault);
    tcase_add_test(tc, test_format_ndjson_is_an_object_a_line);
    tcase_add_test(tc, test_format_har_has_headers_query_and_binary_body);
    tcase_add_loop_test(tc, test_format_link_tells_confidence_and_evidence, 0,
                        (int)N_ELEMENTS(links));
    tcase_add_test(tc, test_format_late_work_tells_what_it_came_to);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
