/*
 * tests/unit/product/neighbours/fixture.h - the neighbours over a store that goes away, and a way
 * to ask
 */
#pragma once

#include "../../suite.h"
#include "base/clock.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "loop/loop.h"
#include "product/neighbours/neighbours.h"
#include "product/neighbours/state.h"
#include "store/store.h"

enum { FIXTURE_NOW_MS = 1000000000 };

struct fixture {
    struct loop *loop;
    struct store *store;
    struct neighbours *neighbours;
    struct arena *arena;
    struct clock clock;
    struct http_headers headers;     /* of the next request; forgotten after it */
    struct neighbours_answer answer; /* of the last one */
    bool answered;
    bool waiting; /* the loop runs until the answer is there */
};

static struct fixture f;

static inline void fixture_start(const bool enabled[NEIGHBOUR_COUNT])
{
    struct store_settings store = {0};
    struct neighbours_settings settings = {.clock = &f.clock};
    struct error err = {0};

    f = (struct fixture){.arena = arena_new()};
    clock_freeze_at(&f.clock, FIXTURE_NOW_MS);
    ck_assert_int_eq(loop_new(&f.loop, &err), 0);
    ck_assert_msg(store_open(f.loop, &store, &f.store, &err) == 0, "%s", err.text);
    settings.store = f.store;
    memcpy(settings.enabled, enabled, sizeof(settings.enabled));
    ck_assert_int_eq(neighbours_new(f.loop, &settings, &f.neighbours, &err), 0);
}

static inline void setup(void)
{
    static const bool all[NEIGHBOUR_COUNT] = {true, true, true, true};

    fixture_start(all);
}

static inline void teardown(void)
{
    neighbours_free(f.neighbours);
    store_close(f.store);
    loop_free(f.loop);
    arena_free(f.arena);
}

static inline void with_header(const char *name, const char *value)
{
    http_headers_add(&f.headers, f.arena, str_of(name), str_of(value));
}

static inline void note_answer(void *arg, const struct neighbours_answer *answer)
{
    (void)arg;
    ck_assert(!f.answered);
    f.answered = true;
    f.answer = *answer;
    if (f.waiting)
        loop_stop(f.loop);
}

static inline struct http_request *request_of(const char *method, const char *host,
                                              const char *target, struct str body)
{
    struct http_request *request = ARENA_NEW(f.arena, struct http_request);

    request->method = str_of(method);
    request->host = str_of(host);
    str_cut(str_of(target), '?', &request->path, &request->query);
    request->headers = f.headers;
    request->body = body;
    f.headers = (struct http_headers){0};
    return request;
}

static inline struct neighbours_call *call_of(const struct http_request *request)
{
    static const struct place_defaults defaults = {.account = STR_INIT("100"),
                                                   .region = STR_INIT("cn-hangzhou")};
    struct neighbours_call *call = ARENA_NEW(f.arena, struct neighbours_call);
    struct place *place = ARENA_NEW(f.arena, struct place);

    place_find(request->host, STR_NONE, &defaults, f.arena, place);
    if (place->kind != PLACE_NEIGHBOUR)
        ck_assert(neighbours_claim(request, f.arena, place));
    *call = (struct neighbours_call){.arena = f.arena,
                                     .request = request,
                                     .place = place,
                                     .account = place->account,
                                     .request_id = STR("REQ-1")};
    return call;
}

/** The status; more in f.answer. */
static inline int ask_bytes(const char *method, const char *host, const char *target,
                            struct str body)
{
    struct neighbours_call *call = call_of(request_of(method, host, target, body));

    f.answered = false;
    f.waiting = false;
    if (neighbours_perform(f.neighbours, call, note_answer, NULL)) {
        f.waiting = true;
        loop_run(f.loop);
    }
    ck_assert(f.answered);
    return f.answer.status;
}

static inline int ask(const char *method, const char *host, const char *target, const char *body)
{
    return ask_bytes(method, host, target, str_of(body));
}

static inline const char *answer_text(void)
{
    return arena_dup(f.arena, f.answer.body);
}

static inline const char *answer_header(const char *name)
{
    struct str value = http_headers_get(&f.answer.headers, str_of(name));

    return str_is_set(value) ? arena_dup(f.arena, value) : "(none)";
}

static inline void assert_holds(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in: %s", part, text);
}
