/*
 * product/service/resource/run.h - calls of functions that have code
 *
 * Inside product/service/ only.
 */
#pragma once

#include "invoke/invoke.h"
#include "product/service/resource/model.h"

/** Run it with the request's body as its event; the answer comes later. Refused when it has no
 * code.
 */
void run_event(struct work *work, const struct address *at, bool async);
/** Run it with the whole HTTP request. @cors: what is configured for browsers, in the call's arena;
 * or NULL. */
void run_http(struct work *work, const struct address *at, struct str trigger_id,
              const cJSON *cors);

/** What the caller says of the trace that the call is part of. */
void run_tracing(struct work *work, struct invoke_request *request);

/** For X-Fc-Error-Type; NULL when there was none. */
const char *run_error_type(const struct invoke_result *result);

/* ---- function_spec.c ---- */

/* What calls want to know of a function, read once and kept until something is written. */
struct function_facts {
    struct invoke_function spec;
    struct str checksum;
    struct str affinity, affinity_config; /* of sessions; the latter is JSON */
    bool exclusive;                       /* an instance has one session */
};
/** As long as the call's arena. */
const struct function_facts *function_facts(struct work *work, const struct address *at);
/** What invoke/ needs to know of the function; as long as the call's arena. */
void function_spec(struct work *work, const struct address *at, struct invoke_function *out);

/* ---- mount.c ---- */

/** False when refused: something would be mounted where it cannot be. */
bool mounts_check(struct work *work, const cJSON *document);
/** What a function mounts, or else its service; NULL: it has none. */
void mounts_read(struct arena *arena, const cJSON *function, const cJSON *service,
                 struct invoke_function *out);

/* ---- session_affinity.c ---- */

/* The session of a call. */
struct session_use {
    struct invoke_session session; /* its id is "" when there is none */
    bool is_known;                 /* it had begun; once it has ended, no call's end revives it */
    bool is_cookie;                /* given by us: the answer says it */
    bool learns;                   /* the function gives it, in the head of its answer */
    bool of_stream;                /* it lasts as long as this answer */
    bool streams;                  /* the function gives it, in this stream */
    struct buf *seen;              /* of the stream; NULL: nothing yet */
    const struct function_facts *facts; /* NULL: the function knows no sessions */
};
/** What session the call belongs to. False when refused: it is paused. @http: NULL for an event. */
bool session_take(struct work *work, const struct address *at, const struct invoke_http *http,
                  struct session_use *out);
/** Some of an answer that is handed on as it comes, by @instance: its session may be named there.
 */
void session_heard(struct work *work, const struct address *at, struct session_use *use,
                   struct str bytes, struct str instance);
/** The call is over: so is a session of its stream, or one that the function did not name. */
void session_over(struct work *work, const struct address *at, const struct session_use *use);
/**
 * The head of the answer is there, or all of it: the session is kept, with its instance, unless it
 * has ended meanwhile. What the client must know of it is added to the answer.
 */
void session_used(struct work *work, const struct address *at, struct session_use *use,
                  const struct invoke_result *result);
/** An instance for the session that is created or resumed; its id. False when refused. */
bool session_open(struct work *work, const struct address *at, struct str id, struct str *out);
void session_close(struct work *work, const struct address *at, struct str id);
/** Its time is over: since its creation, or since its last call. */
bool session_is_expired(struct work *work, const struct store_row *row, const cJSON *document);

/* ---- session_rules.c ---- */

/** False when refused: a member of the configuration is not what this affinity has. */
bool session_affinity_check(struct work *work, struct str affinity, const cJSON *config);

/* ---- session_start.c ---- */

/** The state is from before: sessions whose streams are gone are no more. */
void session_end_streams(struct store *store);

/* ---- session_sse.c ---- */

/** The id that a message names; "" when none. */
struct str session_sse_asked(struct work *work);
/** The request opens a stream. */
bool session_sse_begins(const cJSON *config, const struct invoke_http *http);
/** The id, once it has come; nothing more is wanted then. */
struct str session_sse_hear(struct work *work, struct session_use *use, struct str bytes);

/* ---- http_form.c: functions of 2023-03-30 with a built-in runtime ---- */

/** The request as an event. */
struct str http_event(struct work *work, const struct invoke_http *http, struct str trigger_id);
/** The status, headers and body that the answer of the function stands for. */
void http_event_answer(struct work *work, struct invoke_result *result);
