/*
 * tests/unit/auth/vector.h - signed requests as text, and the look-up that knows their keys
 */
#pragma once

#include "auth/auth.h"
#include "base/clock.h"

enum { SKEW_MAX_MS = 15 * 60 * 1000 };

struct vector {
    const char *id;
    bool trigger;
    const char *secret;
    const char *method;
    const char *target;
    const char *headers; /* "Name: value" lines */
    const char *body;
    const char *signed_text; /* string to sign, for ACS3 and ACS4 the canonical request; or NULL */
};

static inline void vector_request(const struct vector *v, struct arena *arena,
                                  struct http_request *out)
{
    struct str rest = str_of(v->headers);
    struct str line;
    struct str name;
    struct str value;

    *out = (struct http_request){
        .method = str_of(v->method),
        .target = str_of(v->target),
        .body = str_of(v->body),
        .body_complete = true,
    };
    str_cut(out->target, '?', &out->path, &out->query);
    while (rest.len > 0) {
        str_cut(rest, '\n', &line, &rest);
        str_cut(line, ':', &name, &value);
        http_headers_add(&out->headers, arena, name, str_trim(value));
    }
    out->authority = http_headers_get(&out->headers, STR("Host"));
}

/* Any id has the vector's secret. */
static inline bool vector_key(void *owner, struct str access_key, struct auth_key *out)
{
    const struct vector *v = owner;

    (void)access_key;
    *out = (struct auth_key){.secret = str_of(v->secret)};
    return true;
}

/* The moment at which the request was signed. */
static inline uint64_t vector_now_ms(const struct http_request *request)
{
    struct str date = http_headers_get(&request->headers, STR("Date"));
    uint64_t now_ms;

    if (!str_is_set(date))
        date = http_headers_get(&request->headers, STR("x-acs-date"));
    if (clock_parse_rfc1123(date.ptr, date.len, &now_ms) ||
        clock_parse_iso(date.ptr, date.len, &now_ms))
        return now_ms;
    return 0; /* signed URLs: long before they expire */
}
