/*
 * tests/unit/admin/house.h - a server, an engine, a journal and the control side, and a client
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../suite.h"
#include "admin/admin.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/report.h"
#include "loop/loop.h"
#include "route/place.h"
#include "tape/tape.h"

/* ---- the house ---- */

static const struct visitor_policy visitors = {.any_user = true, .token = STR_INIT("open-sesame")};

struct house {
    struct loop *loop;
    struct http_server *server;
    struct clock clock;
    struct journal *journal;
    struct chain_tracker *chains;
    struct fault_engine *engine;
    struct tape *tape;
    struct admin *admin;
    char folder[256], rules[288];
    const char *files[1];
    uint16_t port;
    size_t released, reloads, refused;
    void (*story)(struct house *house);
};

static inline void on_head(void *owner, struct http_call *call)
{
    admin_head(((struct house *)owner)->admin, call);
}

static inline void on_request(void *owner, struct http_call *call)
{
    static const struct delivery whole;
    struct http_response not_found = {.status = 404};

    if (admin_wants(&place_usual_names, http_call_request(call)))
        admin_request(((struct house *)owner)->admin, call);
    else
        http_call_deliver(call, &not_found, &whole);
}

static inline void on_too_large(void *owner, struct http_call *call, uint64_t limit)
{
    admin_too_large(((struct house *)owner)->admin, call, limit);
}

static inline void on_gone(void *owner, struct http_call *call)
{
    admin_gone(((struct house *)owner)->admin, call);
}

static inline void on_finished(void *owner, struct http_call *call,
                               const struct http_result *result)
{
    (void)result;
    admin_finished(((struct house *)owner)->admin, call);
}

static inline const char *const *fault_files(void *owner, size_t *out_count)
{
    *out_count = 1;
    return ((struct house *)owner)->files;
}

static inline void held_each(void *owner, void (*each)(void *arg, const struct admin_held *held),
                             void *arg)
{
    (void)owner;
    for (uint64_t number = 1; number <= 2; number++)
        each(arg, &(struct admin_held){.number = number, .rule = STR("hold"), .kind = STR("hang")});
}

static inline bool held_release(void *owner, uint64_t number)
{
    (void)owner;
    return number == 2;
}

static inline size_t held_release_all(void *owner)
{
    ((struct house *)owner)->released++;
    return 2;
}

static inline void reloaded(void *owner, bool accepted, const char *report)
{
    struct house *house = owner;

    house->reloads++;
    house->refused += !accepted;
    ck_assert(accepted || strstr(report, "rules.yaml:"));
}

static inline uint16_t loopback_port(void *owner)
{
    return ((struct house *)owner)->port;
}

static inline void write_file(const char *path, const char *text)
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

static inline void load_engine(struct house *house)
{
    struct error err;
    struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = fault_ruleset_load(house->files, 1, &options, report);

    ck_assert_ptr_nonnull(set);
    ck_assert_int_eq(fault_engine_new(&house->clock, &house->engine, &err), 0);
    house->tape = tape_new(house->engine);
    fault_engine_load(house->engine, set, 7);
}

static inline void open_house(struct house *house, bool wide)
{
    static const struct http_handler handler = {.head = on_head,
                                                .request = on_request,
                                                .too_large = on_too_large,
                                                .gone = on_gone,
                                                .finished = on_finished};
    struct http_settings settings = {.body_limit_bytes = 1 << 20, .spool_above_bytes = 1 << 20};
    struct error err = {0};

    scratch_folder(house->folder, "admin");
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
        .tape = house->tape,
        .server = house->server,
        .version = "0.1.0",
        .visitors = &visitors,
        .own = &place_usual_names,
        .wider_than_loopback = wide,
        .owner = house,
        .fault_files = fault_files,
        .reloaded = reloaded,
        .held_each = held_each,
        .held_release = held_release,
        .held_release_all = held_release_all,
        .loopback_port = loopback_port,
    };

    ck_assert_int_eq(admin_new(&context, &house->admin, &err), 0);
}

static inline void server_has_stopped(void *owner)
{
    loop_stop(((struct house *)owner)->loop);
}

static inline void stop_server(void *owner)
{
    struct house *house = owner;

    admin_free(house->admin);
    house->admin = NULL;
    http_server_stop(house->server, 0, server_has_stopped);
}

static inline void *tell(void *arg)
{
    struct house *house = arg;

    house->story(house);
    loop_post(house->loop, stop_server, house);
    return NULL;
}

/* Run the loop while @story talks to it from a thread of its own. */
static inline void live(struct house *house, bool wide, void (*story)(struct house *house))
{
    pthread_t client;

    house->story = story;
    open_house(house, wide);
    ck_assert_int_eq(pthread_create(&client, NULL, tell, house), 0);
    loop_run(house->loop);
    pthread_join(client, NULL);
    http_server_free(house->server);
    tape_free(house->tape);
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

static inline void reply_done(struct reply *reply)
{
    mem_free(reply->text);
    json_free(reply->json);
}

static inline int connect_to(const struct house *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(house->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static inline void send_all(int fd, struct str text)
{
    while (text.len) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);

        ck_assert_msg(n > 0, "send: %s", strerror(errno));
        text = str_slice(text, (size_t)n, text.len);
    }
}

static inline struct reply ask(const struct house *house, const char *method, const char *path,
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

static inline struct str text_at(const struct reply *reply, const char *key)
{
    struct str value = json_get_str(reply->json, key);

    return value.ptr ? value : STR("");
}

static inline double number_at(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static const cJSON *item_at(const struct reply *reply, const char *list, int index)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply->json, list), index);
}

static inline void expect(const struct house *house, const char *method, const char *path,
                          const char *headers, const char *body, int status)
{
    struct reply reply = ask(house, method, path, headers, body);

    ck_assert_msg(reply.status == status, "%s %s: wanted %d, got %s", method, path, status,
                  reply.text);
    reply_done(&reply);
}

#define JSON_TYPE "Content-Type: application/json\r\n"
#define YAML_TYPE "Content-Type: application/yaml\r\n"
