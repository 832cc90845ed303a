/* The control side over real sockets: a server, an engine and a journal, but no gateway. */

#include "house.h"

static void file_rule_is_shown(struct house *house)
{
    struct reply reply = ask(house, "GET", "/faults", "", "");

    ck_assert_int_eq(reply.status, 200);
    ck_assert_double_eq(number_at(reply.json, "seed"), 7);
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "id"), STR("in-file")));
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "layer"), STR("file")));
    ck_assert_ptr_nonnull(strstr(reply.text, "ETag: \"1\""));
    reply_done(&reply);
}

static const char second[] = "{\"id\":\"second\",\"group\":\"g\",\"match\":{\"function\":\"x\"},"
                             "\"do\":{\"error\":\"AccessDenied\"},\"ttl\":\"1h\"}";

/* The place of a mistake is that in the body. */
static void wrong_rule_is_refused(struct house *house)
{
    struct reply reply =
        ask(house, "POST", "/faults/rules", YAML_TYPE,
            "id: second\nmatch: {function: x}\ndo:\n  error: ResourceThrotled\nttl: 1h\n");
    ck_assert_int_eq(reply.status, 422);
    const cJSON *error = item_at(&reply, "errors", 0);

    ck_assert(str_eq(json_get_str(error, "code"), STR("F305")));
    ck_assert(str_eq(json_get_str(error, "file"), STR("request body")));
    ck_assert(str_eq(json_get_str(error, "path"), STR("do.error")));
    ck_assert_double_eq(number_at(error, "line"), 4);
    ck_assert_double_eq(number_at(error, "column"), 10);
    ck_assert_ptr_null(strstr(reply.text, "Location:"));
    reply_done(&reply);
}

static void rule_is_added(struct house *house)
{
    struct reply reply = ask(house, "POST", "/faults/rules?place=first", JSON_TYPE, second);
    ck_assert_int_eq(reply.status, 201);
    ck_assert_ptr_nonnull(strstr(reply.text, "Location: /_fcemu/faults/rules/second"));
    reply_done(&reply);
    expect(house, "POST", "/faults/rules", JSON_TYPE, second, 409);
    reply = ask(house, "GET", "/faults", "", "");
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "id"), STR("second")));
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "layer"), STR("api")));
    reply_done(&reply);
}

static void rule_is_changed(struct house *house)
{
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE, "{\"priority\":5000}", 422);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE, "{\"id\":\"third\"}", 422);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE "If-Match: \"1\"\r\n",
           "{\"priority\":5}", 412);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE "If-Match: \"2\"\r\n",
           "{\"priority\":5}", 200);
    struct reply reply = ask(house, "GET", "/faults/rules/second", "", "");
    ck_assert_double_eq(number_at(reply.json, "priority"), 5);
    reply_done(&reply);
    expect(house, "PUT", "/faults/rules/in-file", JSON_TYPE, second, 409);
    expect(house, "DELETE", "/faults/rules/in-file", "", "", 409);
}

static void rule_is_switched_and_removed(struct house *house)
{
    struct reply reply = ask(house, "POST", "/faults/rules/in-file/disable", "", "");
    ck_assert(str_eq(text_at(&reply, "state"), STR("off")));
    reply_done(&reply);
    expect(house, "POST", "/faults/rules/in-file/enable", "", "", 200);
    expect(house, "POST", "/faults/rules/nobody/enable", "", "", 404);

    reply = ask(house, "GET", "/faults?format=yaml", "", "");
    ck_assert_ptr_nonnull(strstr(reply.text, "Content-Type: application/yaml"));
    expect(house, "POST", "/faults/check?alone=true", YAML_TYPE, strstr(reply.text, "\r\n\r\n") + 4,
           200);
    reply_done(&reply);
    expect(house, "DELETE", "/faults/rules/second", "", "", 200);
    expect(house, "GET", "/faults/rules/second", "", "", 404);
}

static void story_rules(struct house *house)
{
    file_rule_is_shown(house);
    wrong_rule_is_refused(house);
    rule_is_added(house);
    rule_is_changed(house);
    rule_is_switched_and_removed(house);
}

START_TEST(test_admin_changes_rules_whole_or_not_at_all)
{
    struct house house = {0};

    live(&house, false, story_rules);
}
END_TEST

static void story_layer(struct house *house)
{
    expect(house, "PUT", "/faults", YAML_TYPE,
           "version: 1\nrules:\n  - {id: over, do: {error: AccessDenied}, ttl: 1h}\n", 200);
    expect(house, "PUT", "/faults", YAML_TYPE, "version: 1\nrules: [{id: bad}]\n", 422);
    struct reply reply = ask(house, "GET", "/faults", "", "");

    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 1), "id"), STR("over")));
    reply_done(&reply);
    reply = ask(house, "PUT", "/faults", YAML_TYPE, "version: 1\nrules: [\n");
    ck_assert_int_eq(reply.status, 422);
    ck_assert_ptr_nonnull(strstr(reply.text, "application/problem+json"));
    ck_assert(str_eq(json_get_str(item_at(&reply, "errors", 0), "file"), STR("request body")));
    reply_done(&reply);
    expect(house, "DELETE", "/faults", "", "", 200);
    expect(house, "GET", "/faults/rules/over", "", "", 404);

    reply = ask(house, "PUT", "/faults/groups/g", JSON_TYPE, "{\"enabled\":false}");
    ck_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply.json, "enabled")));
    reply_done(&reply);
    expect(house, "GET", "/faults/groups/x", "", "", 404);
    reply = ask(house, "PUT", "/faults/seed", JSON_TYPE, "{\"seed\":18446744073709551615}");
    ck_assert_ptr_nonnull(strstr(reply.text, "{\"seed\":18446744073709551615}"));
    reply_done(&reply);
    expect(house, "PUT", "/faults/seed", JSON_TYPE, "{\"seed\":-1}", 400);
    reply = ask(house, "POST", "/faults/stop", "", "");
    ck_assert_double_eq(number_at(reply.json, "released"), 2);
    reply_done(&reply);
    ck_assert_uint_eq(house->released, 1);
    reply = ask(house, "GET", "/faults/active", "", "");
    ck_assert_double_eq(number_at(item_at(&reply, "active", 1), "number"), 2);
    reply_done(&reply);
    expect(house, "DELETE", "/faults/active/2", "", "", 200);
    expect(house, "DELETE", "/faults/active/9", "", "", 404);
}

START_TEST(test_admin_api_layer_and_switches)
{
    struct house house = {0};

    live(&house, false, story_layer);
}
END_TEST

/* One call that the rule of the file struck, as the gateway would record it. */
static void record(void *arg)
{
    struct house *house = arg;
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_headers headers = {0};
    struct fault_decision decision;
    struct journal_strike strike;

    for (int i = 1; i <= 20; i++) {
        struct fault_call call = {.method = STR("POST"),
                                  .path = STR("/x"),
                                  .function = STR("pay"),
                                  .api = API_2016,
                                  .headers = &headers,
                                  .body_known = true,
                                  .op = operation_find(API_2016, STR("InvokeFunction"))};

        fault_decide(house->engine, &call, arena, &decision);
        const struct fault_evidence *e = &decision.evidence[0];
        bool fired = e->gate == GATE_FIRED;

        strike = (struct journal_strike){.rule = e->rule->id,
                                         .gate = e->gate,
                                         .key = e->key,
                                         .n = e->n,
                                         .draw = e->draw,
                                         .threshold = e->threshold,
                                         .choice = -1};
        struct journal_entry entry = {
            .request_id = arena_strf(arena, "r-%d", i),
            .wall_ms = clock_wall_ms(),
            .started_ns = clock_monotonic_ns(),
            .ended_ns = clock_monotonic_ns(),
            .method = call.method,
            .path = call.path,
            .function = call.function,
            .api = call.api,
            .op = call.op,
            .status = fired ? 503 : 200,
            .code = fired ? STR("ResourceThrottled") : STR(""),
            .rule = fired ? STR("in-file") : STR(""),
            .outcome_kind = fired ? STR("error") : STR(""),
            .strikes = &strike,
            .strike_count = 1,
            .seed = fault_engine_seed(house->engine),
            .link = {.chain = (uint64_t)i, .attempt = 1},
        };

        fault_release(house->engine, &decision);
        journal_append(house->journal, &entry);
    }
}

static void check_explained(struct house *house, const cJSON *entry)
{
    char body[64];

    snprintf(body, sizeof(body), "{\"request_id\":\"%s\"}",
             cJSON_GetObjectItemCaseSensitive(entry, "request_id")->valuestring);
    struct reply reply = ask(house, "POST", "/faults/explain", JSON_TYPE, body);
    const cJSON *rule = item_at(&reply, "rules", 0);
    bool fired = str_eq(json_get_str(rule, "gate"), STR("fired"));

    ck_assert_int_eq(reply.status, 200);
    ck_assert_int_eq(fired, json_get_str(entry, "rule").len > 0);
    ck_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "agrees")));
    reply_done(&reply);
}

/* Returns how many of them the rule struck. */
static int requests_are_explained(struct house *house)
{
    struct reply reply = ask(house, "GET", "/requests?limit=1000", "", "");
    int fired = 0;

    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply.json, "requests")),
                     20);
    for (const cJSON *e = cJSON_GetObjectItemCaseSensitive(reply.json, "requests")->child; e;
         e = e->next) {
        check_explained(house, e);
        fired += json_get_str(e, "rule").len > 0;
    }
    ck_assert_int_gt(fired, 0);
    ck_assert_int_lt(fired, 20);
    reply_done(&reply);
    return fired;
}

static void requests_are_listed(struct house *house)
{
    struct reply reply = ask(house, "GET", "/requests/r-3", "", "");

    expect(house, "GET", "/requests?functon=x", "", "", 400);
    ck_assert(str_eq(text_at(&reply, "request_id"), STR("r-3")));
    reply_done(&reply);
    expect(house, "GET", "/requests/none", "", "", 404);
    reply = ask(house, "GET", "/requests?format=har&limit=2", "", "");
    ck_assert_ptr_nonnull(cJSON_GetObjectItemCaseSensitive(reply.json, "log"));
    reply_done(&reply);
    reply = ask(house, "POST", "/requests/r-3/replay", "", "");
    ck_assert_double_eq(number_at(reply.json, "status"), 404);
    reply_done(&reply);
}

/* The same rule on the same calls at the same seed strikes as often as it did. */
static void dry_run_agrees(struct house *house, int fired)
{
    struct reply reply = ask(house, "POST", "/faults/dry-run", YAML_TYPE, first_rules);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_double_eq(number_at(reply.json, "calls"), 20);
    ck_assert_double_eq(number_at(reply.json, "struck"), fired);
    reply_done(&reply);
}

static void calls_are_judged(struct house *house)
{
    expect(house, "POST", "/requests/verify", JSON_TYPE, "{\"assert\":[{\"calls\":{\"eq\":20}}]}",
           200);
    expect(house, "POST", "/requests/verify", JSON_TYPE, "[{\"calls\":{\"eq\":21}}]", 409);
    expect(house, "POST", "/requests/verify", JSON_TYPE,
           "{\"assert\":[{\"calls\":{\"eq\":21}}],\"within\":\"150ms\"}", 409);
    expect(house, "POST", "/requests/verify", JSON_TYPE, "[{\"call\":{}}]", 422);
    expect(house, "POST", "/observations", JSON_TYPE,
           "{\"request_id\":\"r-1\",\"outcome\":\"error\",\"exception\":\"RetryError\"}", 201);
    expect(house, "POST", "/observations", JSON_TYPE, "{\"outcome\":\"error\"}", 422);
    struct reply reply = ask(house, "GET", "/observations", "", "");

    ck_assert(
        str_eq(json_get_str(item_at(&reply, "observations", 0), "exception"), STR("RetryError")));
    reply_done(&reply);
}

static void calls_are_counted(struct house *house)
{
    struct reply reply = ask(house, "GET", "/metrics", "", "");
    ck_assert_ptr_nonnull(strstr(reply.text, "fcemu_fault_matched_total{rule=\"in-file\"} 20\n"));
    ck_assert_ptr_nonnull(strstr(reply.text, "fcemu_request_duration_seconds_count 20\n"));
    reply_done(&reply);
    reply = ask(house, "GET", "/coverage?error=ResourceThrottled&operation=InvokeFunction", "", "");
    ck_assert_double_eq(number_at(reply.json, "reached"), 1);
    reply_done(&reply);
    expect(house, "GET", "/retries", "", "", 200);
    expect(house, "GET", "/clients", "", "", 200);
    expect(house, "GET", "/retries/3", "", "", 200);
    expect(house, "GET", "/retries/99", "", "", 404);
}

static void reset_forgets(struct house *house)
{
    struct reply reply;

    expect(house, "POST", "/reset", JSON_TYPE, "{\"what\":[\"journal\",\"nonsense\"]}", 422);
    expect(house, "POST", "/reset", "", "", 200);
    reply = ask(house, "GET", "/requests", "", "");
    ck_assert_double_eq(number_at(reply.json, "kept"), 0);
    reply_done(&reply);
}

static void story_journal(struct house *house)
{
    loop_post(house->loop, record, house);
    int fired = requests_are_explained(house);

    requests_are_listed(house);
    dry_run_agrees(house, fired);
    calls_are_judged(house);
    calls_are_counted(house);
    reset_forgets(house);
}

START_TEST(test_admin_journal_explain_dry_run_and_verify)
{
    struct house house = {0};

    live(&house, false, story_journal);
}
END_TEST

static void reload(void *arg)
{
    admin_reload_faults(((struct house *)arg)->admin);
}

/* Read an event stream until @what has been seen. */
static void read_until(int fd, struct buf *seen, const char *what)
{
    char piece[4096];

    while (!strstr(buf_text(seen), what)) {
        ssize_t n = read(fd, piece, sizeof(piece));

        ck_assert_msg(n > 0, "the stream ended before '%s': %s", what, buf_text(seen));
        buf_add(seen, (struct str){piece, (size_t)n});
    }
}

static void story_reload(struct house *house)
{
    OWN(buf_done) struct buf seen = {0};
    int fd = connect_to(house);

    send_all(fd, STR("GET /_fcemu/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    read_until(fd, &seen, "listening");
    write_file(house->rules, "version: 1\nrules:\n  - id: in-file\n    do: {error: Nonsense}\n");
    loop_post(house->loop, reload, house);
    read_until(fd, &seen, "event: reload_refused");
    ck_assert_uint_eq(house->refused, 1);
    struct reply reply = ask(house, "GET", "/health", "", "");

    ck_assert(str_eq(text_at(&reply, "status"), STR("degraded")));
    ck_assert_ptr_nonnull(strstr(reply.text, "rules.yaml:4:"));
    reply_done(&reply);
    reply = ask(house, "GET", "/metrics", "", "");
    ck_assert_ptr_nonnull(strstr(reply.text, "fcemu_reload_ok 0\n"));
    reply_done(&reply);
    expect(house, "GET", "/faults/rules/in-file", "", "", 200);

    write_file(house->rules,
               "version: 1\nrules: [{id: other, do: {error: AccessDenied}, ttl: 1h}]\n");
    loop_post(house->loop, reload, house);
    read_until(fd, &seen, "event: reloaded");
    expect(house, "GET", "/faults/rules/other", "", "", 200);
    reply = ask(house, "GET", "/health", "", "");
    ck_assert(str_eq(text_at(&reply, "status"), STR("ok")));
    reply_done(&reply);
    expect(house, "POST", "/faults/stop", "", "", 200);
    read_until(fd, &seen, "event: stopped");
    close(fd);
}

START_TEST(test_admin_reload_is_refused_or_taken_and_told)
{
    struct house house = {0};

    live(&house, false, story_reload);
    ck_assert_uint_eq(house.reloads, 2);
}
END_TEST

static void story_manners(struct house *house)
{
    expect(house, "GET", "/nothing", "", "", 404);
    expect(house, "DELETE", "/health", "", "", 405);
    expect(house, "GET", "/requests", "Origin: https://evil.example\r\n", "", 403);
    expect(house, "POST", "/reset", "Content-Type: application/x-www-form-urlencoded\r\n", "a=b",
           415);
    expect(house, "PUT", "/clock", JSON_TYPE, "{\"advance\":\"5h\"}", 200);
    struct reply reply = ask(house, "GET", "/clock", "", "");

    ck_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply.json, "is_real")));
    reply_done(&reply);
    expect(house, "PUT", "/clock", JSON_TYPE, "{\"advance\":\"5\"}", 422);
    expect(house, "PUT", "/clock", JSON_TYPE, "{\"freeze\":\"2026-11-24T03:00:00Z\"}", 200);
    expect(house, "DELETE", "/clock", "", "", 200);
    expect(house, "GET", "/livez", "", "", 200);
    expect(house, "GET", "/readyz", "", "", 200);
    expect(house, "GET", "/openapi.json", "", "", 200);
    expect(house, "GET", "/faults/schema.json", "", "", 200);
    expect(house, "GET", "/faults/catalog", "", "", 200);
    expect(house, "GET", "/faults/tape", "", "", 200);
    expect(house, "PUT", "/faults/tape", "", "nonsense", 422);
    expect(house, "DELETE", "/faults/tape", "", "", 200);
    expect(house, "GET", "/drills", "", "", 200);
    expect(house, "POST", "/drills/x/runs", "", "", 404);
    expect(house, "GET", "/scenarios/x", "", "", 404);
    reply = ask(house, "GET", "/requests", "", "");
    ck_assert_ptr_null(strstr(reply.text, "Access-Control"));
    ck_assert_ptr_nonnull(strstr(reply.text, "X-Content-Type-Options: nosniff"));
    reply_done(&reply);
}

START_TEST(test_admin_refuses_what_it_does_not_know)
{
    struct house house = {0};

    live(&house, false, story_manners);
}
END_TEST

static void story_token(struct house *house)
{
    expect(house, "GET", "/requests", "", "", 401);
    expect(house, "GET", "/nothing", "", "", 401);
    expect(house, "GET", "/requests", "Authorization: Bearer open-sesame\r\n", "", 200);
    expect(house, "GET", "/livez", "", "", 200);
}

START_TEST(test_admin_wide_listener_wants_the_token)
{
    struct house house = {0};

    live(&house, true, story_token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/admin");
    TCase *tc = tcase_create("admin");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_admin_changes_rules_whole_or_not_at_all);
    tcase_add_test(tc, test_admin_api_layer_and_switches);
    tcase_add_test(tc, test_admin_journal_explain_dry_run_and_verify);
    tcase_add_test(tc, test_admin_reload_is_refused_or_taken_and_told);
    tcase_add_test(tc, test_admin_refuses_what_it_does_not_know);
    tcase_add_test(tc, test_admin_wide_listener_wants_the_token);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
