/*
 * product/service/resource/cors.h - what the service itself says to browsers, for HTTP triggers
 *
 * Without a configuration every origin is let in, and a preflight is answered by the service unless
 * the trigger takes OPTIONS. With one (2023-03-30), it decides. What code says wins.
 *
 * Source: spec page invocation §4.6.
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/frame/work.h"

/** A browser asks whether it may send a request. */
bool cors_is_preflight(const struct http_request *request);
/** True when the service answers it: @config is a trigger's or a domain's corsConfig, or NULL;
 * @methods has the trigger's. */
bool cors_answers(const struct http_request *request, const cJSON *config, const cJSON *methods);
/** Answer it. */
void cors_answer_preflight(struct work *work, const cJSON *config);
/** Add to an answer of code what that did not say itself. @expose: without a configuration. */
void cors_add(struct work *work, const cJSON *config, struct str expose);
