/*
 * http/wire/authority.h - hosts out of Host headers, targets and half-read heads
 *
 * Threads: pure.
 */
#pragma once

#include "base/str.h"

/** Without a path behind it: "a:1/b" → "a:1". */
struct str authority_alone(struct str authority);
/** The host in "host", "host:port", "[::1]:port", without a trailing dot; as written otherwise. An
 * IPv6 literal keeps its brackets. */
struct str authority_host(struct str authority);

/** Split "http://host:8/path?x" (also https) into authority and rest; the rest is "/" when there is
 * none. False when @target is not of that form. */
bool authority_cut(struct str target, struct str *out_authority, struct str *out_rest);

enum peek_result { PEEK_OK, PEEK_MORE };

/** The authority a request head is for: of an absolute target, else of the Host header; absent
 * without. And the target from its path on, "/" when there is none. PEEK_MORE while the answer may
 * still be to come. */
enum peek_result authority_peek(struct str bytes, struct str *out, struct str *out_target);

/** Copy in lower case; @out must hold @s.len bytes and a terminator. */
void authority_lower(struct str s, char *out);
