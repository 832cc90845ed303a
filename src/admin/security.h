/*
 * admin/security.h - who may speak to the control side
 *
 * A page of another origin can make a browser send requests here. It may neither read nor change
 * anything: its Origin, Sec-Fetch-Site or a foreign Host (DNS rebinding) gives it away, and only
 * origins that the settings name are invited. Source: issue of DNS rebinding and RFC 9110 §7.4.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "auth/visitor.h"

struct place_names;

struct security_policy {
    const struct place_names *own; /* names that are answered to */
    bool token_required;
    const struct visitor_policy *visitors;
};

struct security_verdict {
    int status;        /* 0 = may pass */
    struct str detail; /* one sentence */
};

/** @open: a route that needs no token. Text is in @arena. */
struct security_verdict security_check(const struct security_policy *policy,
                                       const struct http_request *request, bool open,
                                       struct arena *arena);
/** The same for the user at the other end of the connection, who is asked for only when neither the
 * route nor the policy lets everybody pass. */
struct security_verdict security_check_user(const struct security_policy *policy,
                                            struct http_call *call, bool open, struct arena *arena);

/** The same of a call that a function's program sends: it shows the token. */
struct security_verdict security_ask_function(const struct security_policy *policy,
                                              const struct http_request *request);

enum security_type { SECURITY_NO_BODY, SECURITY_JSON, SECURITY_YAML, SECURITY_OTHER };
/** What the Content-Type says; a body without one counts as JSON, since no form can send that. */
enum security_type security_body_type(const struct http_request *request);
