/*
 * admin/security.h - who may speak to the control side
 *
 * A page of another origin can make a browser send requests here. It may neither read nor change
 * anything: its Origin, Sec-Fetch-Site or a foreign Host (DNS rebinding) gives it away, and no CORS
 * header ever invites it. Source: issue of DNS rebinding and RFC 9110 §7.4; Fetch Metadata, W3C.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "http/call/message.h"

struct place_names;

struct security_policy {
    const struct place_names *own; /* names that are answered to */
    bool token_required;
    struct str token; /* absent or "": no token opens anything */
};

struct security_verdict {
    int status;         /* 0 = may pass */
    const char *detail; /* one sentence */
};

/** @open: a route that needs no token. */
struct security_verdict security_check(const struct security_policy *policy,
                                       const struct http_request *request, bool open);

enum security_type { SECURITY_NO_BODY, SECURITY_JSON, SECURITY_YAML, SECURITY_OTHER };
/** What the Content-Type says; a body without one counts as JSON, since no form can send that. */
enum security_type security_body_type(const struct http_request *request);
