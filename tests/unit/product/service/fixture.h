/*
 * tests/unit/product/service/fixture.h - calls as a client would make them, without sockets
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../suite.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "crypto/encode.h"
#include "loop/loop.h"
#include "product/service/service.h"
#include "store/store.h"

#define ACCOUNT "16530750"
#define REGION "cn-shanghai"
#define BASE_URL "http://127.0.0.1:8252"

struct fixture {
    struct loop *loop;
    struct service *service;
    struct clock clock; /* frozen at a known time */
    struct arena *arenas[512];
    size_t arena_count;
};

/* An answer, kept until the fixture ends. */
struct reply {
    int status;
    const char *code;    /* "" on success */
    const char *message; /* "" on success */
    const char *body;    /* "" when there is none */
    cJSON *json;         /* of the body; freed with the arena */
    const char *etag;
    struct http_headers headers;
    bool done;
    struct loop *loop;
    struct arena *arena;
};

static struct fixture f;

static void free_json(void *arg)
{
    cJSON_Delete((cJSON *)arg);
}

static void take_answer(void *arg, const struct service_answer *answer)
{
    struct reply *reply = (struct reply *)arg;

    reply->done = true;
    reply->status = answer->status;
    reply->code = answer->error ? answer->error->code : "";
    reply->message = arena_dup(reply->arena, answer->message);
    reply->body = arena_dup(reply->arena, answer->body);
    reply->headers = answer->headers;
    struct str etag = http_headers_get(&answer->headers, STR("Etag"));

    reply->etag = arena_dup(reply->arena, etag.ptr ? etag : STR(""));
    reply->json = answer->body.len ? cJSON_Parse(reply->body) : NULL;
    if (reply->json)
        arena_on_end(reply->arena, free_json, reply->json);
    ck_assert_msg(!answer->error == (answer->status < 400), "status %d with code '%s'",
                  answer->status, reply->code);
    if (reply->loop)
        loop_stop(reply->loop);
}

struct outgoing {
    const char *method, *path, *body;
    struct http_header header;
    struct http_request request;
    struct target target;
    struct query query;
    struct service_call call;
};

static inline const char *base_url(const struct http_request *request, struct arena *arena)
{
    (void)request;
    (void)arena;
    return BASE_URL;
}

static inline void prepare(struct arena *arena, struct outgoing *out)
{
    struct str path = str_of(out->path);
    struct str query = STR_NONE;

    str_cut(path, '?', &path, &query);
    out->request.method = str_of(out->method);
    out->request.path = path;
    out->request.query = query;
    out->request.body = out->body ? str_of(out->body) : STR_NONE;
    if (out->header.name.ptr)
        http_headers_add(&out->request.headers, arena, out->header.name, out->header.value);
    query_parse(query, arena, &out->query);
    target_find(out->request.method, path, query_get(&out->query, STR("qualifier")), arena,
                &out->target);
    out->call = (struct service_call){
        .arena = arena,
        .request = &out->request,
        .target = &out->target,
        .query = &out->query,
        .account = STR(ACCOUNT),
        .region = STR(REGION),
        .request_id = STR("0f1e2d3c-1111-2222-3333-444455556666"),
        .base_url = base_url,
    };
}

static inline struct arena *new_arena(void)
{
    struct arena *arena = arena_new();

    ck_assert_uint_lt(f.arena_count, N_ELEMENTS(f.arenas));
    f.arenas[f.arena_count++] = arena;
    return arena;
}

/** Send and wait for the answer. */
static inline struct reply send_with(const char *method, const char *path, const char *body,
                                     const char *header, const char *value)
{
    struct arena *arena = new_arena();
    struct outgoing *out = ARENA_NEW(arena, struct outgoing);
    struct reply *reply = ARENA_NEW(arena, struct reply);

    *out = (struct outgoing){.method = method, .path = path, .body = body};
    if (header)
        out->header = (struct http_header){str_of(header), str_of(value)};
    prepare(arena, out);
    ck_assert_msg(out->target.result == TARGET_FOUND, "%s %s is no operation", method, path);
    reply->arena = arena;
    if (service_perform(f.service, &out->call, take_answer, reply)) {
        reply->loop = f.loop;
        loop_run(f.loop);
    }
    ck_assert(reply->done);
    return *reply;
}

static inline struct reply send(const char *method, const char *path, const char *body)
{
    return send_with(method, path, body, NULL, NULL);
}

static inline struct reply sendf(const char *method, const char *body, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
static inline struct reply sendf(const char *method, const char *body, const char *fmt, ...)
{
    struct buf path = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&path, fmt, args);
    va_end(args);
    struct arena *arena = new_arena();
    const char *kept = arena_dup(arena, buf_str(&path));

    buf_done(&path);
    return send(method, kept, body);
}

static inline void ck_ok(struct reply got)
{
    ck_assert_msg(got.status < 300, "%d %s: %s", got.status, got.code, got.message);
}

#define ck_refused(got, want_status, want_code, want_message)                                      \
    do {                                                                                           \
        struct reply refused_ = (got);                                                             \
        ck_assert_msg(refused_.status == (want_status), "%d %s: %s", refused_.status,              \
                      refused_.code, refused_.message);                                            \
        ck_assert_str_eq(refused_.code, (want_code));                                              \
        ck_assert_str_eq(refused_.message, (want_message));                                        \
    } while (0)

/** A member of an answer by a path like "logConfig.project" or "functions.0.functionName". */
static inline const cJSON *at(struct reply reply, const char *path)
{
    const cJSON *json = reply.json;
    struct str rest = str_of(path);
    struct str part;

    while (json && str_is_set(rest)) {
        int64_t index;

        str_cut(rest, '.', &part, &rest);
        if (cJSON_IsArray(json) && str_to_int(part, 0, 10000, &index) == NUMBER_OK) {
            json = cJSON_GetArrayItem(json, (int)index);
        } else {
            OWN(mem_free) char *name = mem_dup_len(part.ptr, part.len);

            json = cJSON_GetObjectItemCaseSensitive(json, name);
        }
    }
    return json;
}

/** The same as compact JSON text; "absent" when it is not there. */
static inline const char *text_at(struct reply reply, const char *path)
{
    const cJSON *json = at(reply, path);
    struct buf text = {0};

    if (!json)
        return "absent";
    json_print(json, false, &text);
    const char *kept = arena_dup(reply.arena, buf_str(&text));

    buf_done(&text);
    return kept;
}

static inline const char *string_at(struct reply reply, const char *path)
{
    const cJSON *json = at(reply, path);

    return cJSON_IsString(json) ? json->valuestring : text_at(reply, path);
}

#define CODE                                                                                       \
    "{\"zipFile\":\"MTIzNDU2Nzg5\"}" /* "123456789", no archive; its CRC is the published check    \
                                        value */
#define FUNCTION(name)                                                                             \
    "{\"functionName\":\"" name                                                                    \
    "\",\"runtime\":\"python3\",\"handler\":\"index.handler\",\"code\":" CODE "}"

static inline void create_service(const char *name)
{
    OWN(mem_free) char *body = mem_printf("{\"serviceName\":\"%s\"}", name);

    ck_ok(send("POST", "/2016-08-15/services", body));
}

static inline void create_function(const char *service, const char *name)
{
    OWN(mem_free)
    char *body = mem_printf("{\"functionName\":\"%s\",\"runtime\":\"python3\","
                            "\"handler\":\"index.handler\",\"code\":" CODE "}",
                            name);

    ck_ok(sendf("POST", body, "/2016-08-15/services/%s/functions", service));
}

static inline void create_function_2023(const char *name)
{
    OWN(mem_free)
    char *body = mem_printf("{\"functionName\":\"%s\",\"runtime\":\"python3.10\","
                            "\"handler\":\"index.handler\",\"code\":" CODE "}",
                            name);

    ck_ok(send("POST", "/2023-03-30/functions", body));
}

static inline void fixture_setup(void)
{
    struct service_settings settings = {
        .clock = &f.clock, .default_account = STR(ACCOUNT), .default_region = STR(REGION)};
    struct error err = {0};

    f = (struct fixture){0};
    clock_freeze_at(&f.clock, 1600000000000); /* 2020-09-13T12:26:40Z */
    ck_assert_int_eq(loop_new(&f.loop, &err), 0);
    ck_assert_msg(service_new(f.loop, &settings, &f.service, &err) == 0, "%s", err.text);
}

static inline void fixture_teardown(void)
{
    service_free(f.service);
    loop_free(f.loop);
    for (size_t i = 0; i < f.arena_count; i++)
        arena_free(f.arenas[i]);
}

static inline int run_tests(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
