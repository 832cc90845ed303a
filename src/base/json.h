/*
 * base/json.h - the one door to cJSON
 *
 * cJSON parses what clients send on the control plane and prints what tools read; it is never used
 * to answer an invocation or a fault (spec/performance.md §8). Parsing is bounded in depth, refuses
 * trailing bytes, NUL characters and invalid UTF-8. Of members with one name the last counts.
 *
 * Threads: one at a time per tree.
 */
#pragma once

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/error.h"

enum {
    JSON_DEPTH_MAX = 64,
    JSON_VALUES_MAX = 10000, /* a tree takes 64 bytes and more for each, a text two */
};

static inline void json_free(cJSON *json)
{
    cJSON_Delete(json);
}
DEFINE_OWN(json_free, cJSON *);

/** @json, which was just made; out of memory ends the process, as everywhere for small things. */
cJSON *json_made(cJSON *json) __attribute__((returns_nonnull));

/** Parse the whole of @text. On failure *err says at which byte; NULL. Of more than JSON_VALUES_MAX
 * values, members and items no tree is made (ERROR_LIMIT). */
cJSON *json_parse(struct str text, struct error *err);
/** The same with another limit; SIZE_MAX for what is our own. */
cJSON *json_parse_within(struct str text, size_t values_max, struct error *err);
/** How many values a text has, the whole one among them, or some number beyond @most; takes no
 * memory. What is no JSON has some number, too. */
size_t json_count(struct str text, size_t most);

/** Compact, or indented by two blanks; appended to @out. */
void json_print(const cJSON *json, bool pretty, struct buf *out);

cJSON *json_string(struct str s); /* absent becomes null */
void json_add_str(cJSON *object, const char *key, struct str value);
void json_add_uint(cJSON *object, const char *key,
                   uint64_t value); /* exact up to 2^53, as digits beyond that */

/** The member of exactly this name, also null; NULL when there is none. */
static inline cJSON *json_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}
/** The member without regard to ASCII case, or NULL; JSON null counts as absent. */
cJSON *json_get_nocase(const cJSON *object, const char *key);
/** A member that is a whole number from 0 to @max, else @other. Exact key. */
uint64_t json_get_uint(const cJSON *object, const char *key, uint64_t max, uint64_t other);
/** A member that is a number, else @other. Exact key. */
double json_get_double(const cJSON *object, const char *key, double other);
/** A string member, or an absent str. Exact key. */
struct str json_get_str(const cJSON *object, const char *key);
