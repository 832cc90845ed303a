/*
 * auth/visitor.h - who stands behind a request that nobody signed
 *
 * A page of another origin makes a visitor's browser send requests here, and any user of a machine
 * can reach its loopback addresses. Once code runs on this port both would be running programs. One
 * policy decides for the API, the neighbours and the control side. Source: Fetch and Fetch Metadata
 * (WHATWG, W3C), RFC 6454 §4.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "http/call/message.h"
#include "http/call/server.h"

struct visitor_policy {
    const struct str *origins; /* that may use all: "http://localhost:3000", "null", "*" */
    size_t origin_count;
    bool any_user;
    uint32_t own_uid;
    const uint32_t *uids; /* further users who may use all */
    size_t uid_count;
    struct str token; /* absent or "": no token opens anything */
};

/**
 * The origin of the foreign page that a request comes from: its Origin, or a word in its place when
 * the browser tells only that it is another site. Absent when it comes from no page, from a page of
 * the same origin (scheme, host and port of its own Host), or from one that the policy allows.
 */
struct str visitor_foreign(const struct visitor_policy *policy, const struct http_request *request);
/** True for the opening handshake of a WebSocket, which no CORS guards. */
bool visitor_is_websocket(const struct http_request *request);

/** May a user of this machine use all? Nobody is asked for those on other machines. */
bool visitor_user_may(const struct visitor_policy *policy, enum http_user user, uint32_t uid);
/** The token in X-Fcemu-Token, or else as Bearer, is the policy's. */
bool visitor_shows_token(const struct visitor_policy *policy, const struct http_request *request);

/* What a refusal says: why, and what would open it. In @arena. */
struct str visitor_page_text(struct str origin, struct arena *arena);
struct str visitor_user_text(enum http_user user, uint32_t uid, struct arena *arena);

/** True when a browser asks whether a page of an allowed origin may send what it wants to. */
bool visitor_is_preflight(const struct visitor_policy *policy, const struct http_request *request);
/** Let a page of an allowed origin read the answer; nothing is added for any other. */
void visitor_welcome(const struct visitor_policy *policy, const struct http_request *request,
                     struct arena *arena, struct http_headers *out);
