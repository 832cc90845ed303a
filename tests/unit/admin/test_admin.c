/* The control side over real sockets: a server, an engine and a journal, but no gateway. */

#include "admin/admin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../suite.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/report.h"
#include "loop/loop.h"

/* ---- the house ---- */

struct house {
    struct loop *loop;
    struct http_server *server;
    struct clock clock;
    struct journal *journal;
    struct chain_tracker *chains;
    struct fault_engine *engine;
    struct admin *admin;
    char folder[64], rules[96];
    const char *files[1];
    uint16_t port;
    size_t released, reloads, refused;
    void (*story)(struct house *house);
};

static void on_head(void *owner, struct http_call *call)
{
    admin_head(((struct house *)owner)->admin, call);
}

static void on_request(void *owner, struct http_call *call)
{
    static const struct delivery whole;
    struct http_response not_found = {.status = 404};

    if (admin_wants(http_call_request(call)))
        admin_request(((struct house *)owner)->admin, call);
    else
        http_call_deliver(call, &not_found, &whole);
}

static void on_too_large(void *owner, struct http_call *call, uint64_t limit)
{
    admin_too_large(((struct house *)owner)->admin, call, limit);
}

static void on_gone(void *owner, struct http_call *call)
{
    admin_gone(((struct house *)owner)->admin, call);
}

static void on_finished(void *owner, struct http_call *call, const struct http_result *result)
{
    (void)result;
    admin_finished(((struct house *)owner)->admin, call);
}

static const char *const *fault_files(void *owner, size_t *out_count)
{
    *out_count = 1;
    return ((struct house *)owner)->files;
}

static void held_each(void *owner, void (*each)(void *arg, const struct admin_held *held),
                      void *arg)
{
    (void)owner;
    for (uint64_t number = 1; number <= 2; number++)
        each(arg, &(struct admin_held){.number = number, .rule = STR("hold"), .kind = STR("hang")});
}

static bool held_release(void *owner, uint64_t number)
{
    (void)owner;
    return number == 2;
}

static size_t held_release_all(void *owner)
{
    ((struct house *)owner)->released++;
    return 2;
}

static void reloaded(void *owner, bool accepted, const char *report)
{
    struct house *house = owner;

    house->reloads++;
    house->refused += !accepted;
    ck_assert(accepted || strstr(report, "rules.yaml:"));
}

static void replay(void *owner, const struct journal_entry *entry,
                   void (*done)(void *arg, const struct admin_replay *replay), void *arg)
{
    (void)owner;
    done(arg, &(struct admin_replay){.status = 503,
                                     .request_id = entry->request_id,
                                     .code = STR("ResourceThrottled"),
                                     .body = STR("{}")});
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static const char first_rules[] = "version: 1\n"
                                  "seed: 7\n"
                                  "groups:\n"
                                  "  g: {enabled: true, description: a group}\n"
                                  "rules:\n"
                                  "  - id: in-file\n"
                                  "    group: g\n"
                                  "    match: {function: pay}\n"
                                  "    when: {probability: 30%}\n"
                                  "    do: {error: ResourceThrottled}\n"
                                  "    ttl: 1h\n";

static void load_engine(struct house *house)
{
    struct error err;
    struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = fault_ruleset_load(house->files, 1, &options, report);

    ck_assert_ptr_nonnull(set);
    ck_assert_int_eq(fault_engine_new(&house->clock, &house->engine, &err), 0);
    fault_engine_load(house->engine, set, 7);
}

static void open_house(struct house *house, bool wide)
{
    static const struct http_handler handler = {.head = on_head,
                                                .request = on_request,
                                                .too_large = on_too_large,
                                                .gone = on_gone,
                                                .finished = on_finished};
    struct http_settings settings = {.body_limit_bytes = 1 << 20, .spool_above_bytes = 1 << 20};
    struct error err = {0};

    snprintf(house->folder, sizeof(house->folder), "/tmp/fcemu-admin-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(house->folder));
    snprintf(house->rules, sizeof(house->rules), "%s/rules.yaml", house->folder);
    house->files[0] = house->rules;
    write_file(house->rules, first_rules);
    load_engine(house);
    ck_assert_int_eq(loop_new(&house->loop, &err), 0);
    ck_assert_int_eq(http_server_new(house->loop, &settings, &handler, house, &house->server, &err),
                     0);
    ck_assert_int_eq(http_server_listen(house->server, STR("127.0.0.1:0"), &house->port, &err), 0);
    house->journal = journal_new(1 << 20);
    house->chains = chain_tracker_new();
    struct admin_context context = {
        .loop = house->loop,
        .clock = &house->clock,
        .journal = house->journal,
        .chains = house->chains,
        .engine = house->engine,
        .server = house->server,
        .version = "0.1.0",
        .token = "open-sesame",
        .wider_than_loopback = wide,
        .owner = house,
        .fault_files = fault_files,
        .reloaded = reloaded,
        .held_each = held_each,
        .held_release = held_release,
        .held_release_all = held_release_all,
        .replay = replay,
    };

    ck_assert_int_eq(admin_new(&context, &house->admin, &err), 0);
}

static void server_has_stopped(void *owner)
{
    loop_stop(((struct house *)owner)->loop);
}

static void stop_server(void *owner)
{
    struct house *house = owner;

    admin_free(house->admin);
    house->admin = NULL;
    http_server_stop(house->server, 0, server_has_stopped);
}

static void *tell(void *arg)
{
    struct house *house = arg;

    house->story(house);
    loop_post(house->loop, stop_server, house);
    return NULL;
}

/* Run the loop while @story talks to it from a thread of its own. */
static void live(struct house *house, bool wide, void (*story)(struct house *house))
{
    pthread_t client;

    house->story = story;
    open_house(house, wide);
    ck_assert_int_eq(pthread_create(&client, NULL, tell, house), 0);
    loop_run(house->loop);
    pthread_join(client, NULL);
    http_server_free(house->server);
    fault_engine_free(house->engine);
    journal_free(house->journal);
    chain_tracker_free(house->chains);
    loop_free(house->loop);
    unlink(house->rules);
    rmdir(house->folder);
}

/* ---- the client ---- */

struct reply {
    int status;
    char *text; /* head and body */
    cJSON *json;
};

static void reply_done(struct reply *reply)
{
    mem_free(reply->text);
    json_free(reply->json);
}

static int connect_to(const struct house *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(house->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void send_all(int fd, struct str text)
{
    while (text.len) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);

        ck_assert_msg(n > 0, "send: %s", strerror(errno));
        text = str_slice(text, (size_t)n, text.len);
    }
}

static struct reply ask(const struct house *house, const char *method, const char *path,
                        const char *headers, const char *body)
{
    OWN(buf_done) struct buf request = {0};
    struct buf text = {0};
    struct reply reply = {0};
    struct error err;
    char piece[4096];
    ssize_t n;
    int fd = connect_to(house);

    buf_printf(&request,
               "%s /_fcemu%s HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n%s"
               "Content-Length: %zu\r\n\r\n%s",
               method, path, house->port, headers, strlen(body), body);
    send_all(fd, buf_str(&request));
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        buf_add(&text, (struct str){piece, (size_t)n});
    close(fd);
    ck_assert_msg(text.len > 12, "%s %s was not answered", method, path);
    reply.status = (int)strtol(text.ptr + 9, NULL, 10);
    const char *end = strstr(text.ptr, "\r\n\r\n");

    ck_assert_ptr_nonnull(end);
    reply.json = json_parse(str_of(end + 4), &err);
    reply.text = buf_take(&text);
    return reply;
}

static struct str text_at(const struct reply *reply, const char *key)
{
    struct str value = json_get_str(reply->json, key);

    return value.ptr ? value : STR("");
}

static double number_at(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static const cJSON *item_at(const struct reply *reply, const char *list, int index)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply->json, list), index);
}

static void expect(const struct house *house, const char *method, const char *path,
                   const char *headers, const char *body, int status)
{
    struct reply reply = ask(house, method, path, headers, body);

    ck_assert_msg(reply.status == status, "%s %s: wanted %d, got %s", method, path, status,
                  reply.text);
    reply_done(&reply);
}

#define JSON_TYPE "Content-Type: application/json\r\n"
#define YAML_TYPE "Content-Type: application/yaml\r\n"

/* ---- stories ---- */

static void story_rules(struct house *house)
{
    struct reply reply = ask(house, "GET", "/faults", "", "");

    ck_assert_int_eq(reply.status, 200);
    ck_assert_double_eq(number_at(reply.json, "seed"), 7);
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "id"), STR("in-file")));
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "layer"), STR("file")));
    ck_assert_ptr_nonnull(strstr(reply.text, "ETag: \"1\""));
    reply_done(&reply);

    /* A rule with a mistake is refused, its place being that in the body. */
    reply = ask(house, "POST", "/faults/rules", YAML_TYPE,
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

    static const char second[] =
        "{\"id\":\"second\",\"group\":\"g\",\"match\":{\"function\":\"x\"},"
        "\"do\":{\"error\":\"AccessDenied\"},\"ttl\":\"1h\"}";

    reply = ask(house, "POST", "/faults/rules?place=first", JSON_TYPE, second);
    ck_assert_int_eq(reply.status, 201);
    ck_assert_ptr_nonnull(strstr(reply.text, "Location: /_fcemu/faults/rules/second"));
    reply_done(&reply);
    expect(house, "POST", "/faults/rules", JSON_TYPE, second, 409);
    reply = ask(house, "GET", "/faults", "", "");
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "id"), STR("second")));
    ck_assert(str_eq(json_get_str(item_at(&reply, "rules", 0), "layer"), STR("api")));
    reply_done(&reply);

    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE, "{\"priority\":5000}", 422);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE, "{\"id\":\"third\"}", 422);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE "If-Match: \"1\"\r\n",
           "{\"priority\":5}", 412);
    expect(house, "PATCH", "/faults/rules/second", JSON_TYPE "If-Match: \"2\"\r\n",
           "{\"priority\":5}", 200);
    reply = ask(house, "GET", "/faults/rules/second", "", "");
    ck_assert_double_eq(number_at(reply.json, "priority"), 5);
    reply_done(&reply);
    expect(house, "PUT", "/faults/rules/in-file", JSON_TYPE, second, 409);
    expect(house, "DELETE", "/faults/rules/in-file", "", "", 409);

    reply = ask(house, "POST", "/faults/rules/in-file/disable", "", "");
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
    expect(house, "PUT", "/faults/seed", JSON_TYPE, "{\"seed\":-1}", 422);
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

static void story_journal(struct house *house)
{
    loop_post(house->loop, record, house);
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
    expect(house, "GET", "/requests?functon=x", "", "", 400);
    reply = ask(house, "GET", "/requests/r-3", "", "");
    ck_assert(str_eq(text_at(&reply, "request_id"), STR("r-3")));
    reply_done(&reply);
    expect(house, "GET", "/requests/none", "", "", 404);
    reply = ask(house, "GET", "/requests?format=har&limit=2", "", "");
    ck_assert_ptr_nonnull(cJSON_GetObjectItemCaseSensitive(reply.json, "log"));
    reply_done(&reply);

    /* The same rule on the same calls at the same seed strikes as often as it did. */
    reply = ask(house, "POST", "/faults/dry-run?alone=true", YAML_TYPE, first_rules);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_double_eq(number_at(reply.json, "calls"), 20);
    ck_assert_double_eq(number_at(reply.json, "struck"), fired);
    reply_done(&reply);

    expect(house, "POST", "/requests/verify", JSON_TYPE, "{\"assert\":[{\"calls\":{\"eq\":20}}]}",
           200);
    expect(house, "POST", "/requests/verify", JSON_TYPE, "[{\"calls\":{\"eq\":21}}]", 409);
    expect(house, "POST", "/requests/verify", JSON_TYPE,
           "{\"assert\":[{\"calls\":{\"eq\":21}}],\"within\":\"150ms\"}", 409);
    expect(house, "POST", "/requests/verify", JSON_TYPE, "[{\"call\":{}}]", 422);
    expect(house, "POST", "/observations", JSON_TYPE,
           "{\"request_id\":\"r-1\",\"outcome\":\"error\",\"exception\":\"RetryError\"}", 201);
    expect(house, "POST", "/observations", JSON_TYPE, "{\"outcome\":\"error\"}", 422);
    reply = ask(house, "GET", "/observations", "", "");
    ck_assert(
        str_eq(json_get_str(item_at(&reply, "observations", 0), "exception"), STR("RetryError")));
    reply_done(&reply);
    reply = ask(house, "POST", "/requests/r-3/replay", "", "");
    ck_assert_double_eq(number_at(reply.json, "status"), 503);
    reply_done(&reply);
    reply = ask(house, "GET", "/metrics", "", "");
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
    expect(house, "POST", "/reset", JSON_TYPE, "{\"what\":[\"journal\",\"nonsense\"]}", 422);
    expect(house, "POST", "/reset", "", "", 200);
    reply = ask(house, "GET", "/requests", "", "");
    ck_assert_double_eq(number_at(reply.json, "kept"), 0);
    reply_done(&reply);
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
    expect(house, "POST", "/drills/x/runs", "", "", 501);
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
