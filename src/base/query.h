/*
 * base/query.h - percent encoding, and a query string as decoded pairs in their order
 *
 * Form decoding: %XX and '+' → blank. "a" and "a=" differ (has_value); nothing between two '&' is
 * no pair. Source: official clients of 2016-08-15, whose signatures depend on each of these.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"

enum { QUERY_PAIRS_MAX = 10000 }; /* one takes 40 bytes, a text of it two */

struct query_pair {
    struct str key;
    struct str value; /* "" when there is none */
    bool has_value;   /* an '=' was there */
};

struct query {
    struct query_pair *pairs;
    size_t count;
    bool valid;    /* false: a bad percent escape; such texts are kept raw */
    bool too_many; /* there are more, which were not read */
};

void query_parse(struct str raw, struct arena *arena, struct query *out);
/** The same by RFC 3986, where '+' stands for itself: what ACS3 clients sign. */
void query_parse_plain(struct str raw, struct arena *arena, struct query *out);
struct str query_get(const struct query *query, struct str key); /* first; absent when missing */

/** Decode %XX (and '+' when @form). False, *out = @raw, when an escape is malformed. */
bool percent_decode(struct str raw, bool form, struct arena *arena, struct str *out);
/** Encode everything but RFC 3986 unreserved characters (and '/' when @keep_slash). */
struct str percent_encode(struct str text, bool keep_slash, struct arena *arena);
