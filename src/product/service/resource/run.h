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
void run_http(struct work *work, const struct address *at, const cJSON *cors);

/** For X-Fc-Error-Type; NULL when there was none. */
const char *run_error_type(const struct invoke_result *result);

/* ---- function_spec.c ---- */

/* What calls want to know of a function, read once and kept until something is written. */
struct function_facts {
    struct invoke_function spec;
    struct str checksum;
};
/** As long as the call's arena. */
const struct function_facts *function_facts(struct work *work, const struct address *at);
/** What invoke/ needs to know of the function; as long as the call's arena. */
void function_spec(struct work *work, const struct address *at, struct invoke_function *out);

/* ---- http_form.c: functions of 2023-03-30 with a built-in runtime ---- */

/** The request as an event. */
struct str http_event(struct work *work, const struct invoke_http *http);
/** The status, headers and body that the answer of the function stands for. */
void http_event_answer(struct work *work, struct invoke_result *result);
