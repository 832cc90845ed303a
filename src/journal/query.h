/*
 * journal/query.h - which entries: the filters of GET /_fcemu/requests and of `match` in assertions
 *
 * Terms are all asked and must all hold; several values of one term mean "any of". Text values are
 * globs, a leading '!' turns one round ("!Resource*"); `operation` also takes the classes @invoke,
 * @read, @write, @control. Numbers are "503", "5xx", ">=500" and, in JSON, {"gte": 500}.
 *
 * Threads: a query belongs to one thread; matching any.
 */
#pragma once

#include "base/json.h"
#include "fault/rule.h"
#include "journal/journal.h"

enum {
    JOURNAL_QUERY_TERMS_MAX = 24,
    JOURNAL_QUERY_LIMIT_DEFAULT = 100,
    JOURNAL_QUERY_LIMIT_MAX = 1000000,
};

struct journal_field; /* a row of the table in query.c */

struct journal_term {
    const struct journal_field *field;
    struct str *values;
    size_t count;
    struct fault_compare compare; /* for numbers: bounds, which all must hold */
    struct journal_number
        *numbers; /* 503, 5xx and !200: one of the first kind, none of the other */
    size_t number_count;
};

struct journal_number {
    struct fault_compare compare;
    bool negated;
};

/* Zeroed, with a limit set by journal_query_init(). */
struct journal_query {
    struct journal_term terms[JOURNAL_QUERY_TERMS_MAX];
    size_t term_count;
    uint64_t since_ms, until_ms; /* wall time of arrival; 0 = open */
    struct str account;          /* only its calls, whatever the terms say; absent = of all */
    uint64_t after;              /* only entries with a larger number */
    size_t limit;
    bool unmatched; /* a near miss, or no rule struck */
};

void journal_query_init(struct journal_query *query);

/**
 * Add one filter. `since` and `until` are RFC 3339, milliseconds since 1970, or an age such as 5m
 * before @wall_ms. Repeating a filter adds a value; with '!' in front it must not hold. Copies go
 * to @arena.
 *
 * Returns 0, or negative with the nearest right name in *err.
 */
int journal_query_add(struct journal_query *query, struct str name, struct str value,
                      uint64_t wall_ms, struct arena *arena, struct error *err);

/** All members of a JSON object: strings, numbers, booleans, lists of strings, comparisons, and
 * {"not": "glob"}, {"not": 200}. */
int journal_query_add_json(struct journal_query *query, const cJSON *object, uint64_t wall_ms,
                           struct arena *arena, struct error *err);

bool journal_query_matches(const struct journal_query *query, const struct journal_entry *entry);
/** The same without the term of that index. */
bool journal_query_matches_but(const struct journal_query *query, const struct journal_entry *entry,
                               size_t but);
/** It came within the time, behind the number and for the account that the query is about. */
bool journal_query_in_time(const struct journal_query *query, const struct journal_entry *entry);

/** The matching entries, oldest first: with `after` the first `limit` of them, else the newest. */
struct journal_selection {
    const struct journal_entry **entries; /* in the arena; valid as long as the snapshot */
    size_t count;
    size_t matched; /* before the limit */
};
void journal_select(const struct journal_query *query, const struct journal_snapshot *snapshot,
                    struct arena *arena, struct journal_selection *out);

/** Codes and regions that are neither documented nor in the journal: -1, with the nearest. */
int journal_query_check(const struct journal_query *query, const struct journal_snapshot *snapshot,
                        struct arena *arena, struct error *err);
/** Only those that are near a word: an assertion can be about a name that is still to come. Without
 * a snapshot nothing came so far. */
int journal_query_check_spelling(const struct journal_query *query,
                                 const struct journal_snapshot *snapshot, struct arena *arena,
                                 struct error *err);
/** The same for one value of @filter, which is "code" or "region". */
int journal_word_check_spelling(const char *filter, struct str value,
                                const struct journal_snapshot *snapshot, struct arena *arena,
                                struct error *err);

/** A moment as milliseconds since 1970: RFC 3339, such a number, or an age such as 5m before
 * @wall_ms. @name is for the message. */
int journal_query_moment(struct str name, struct str value, uint64_t wall_ms, uint64_t *out,
                         struct error *err);

/** The names of all filters, for messages and the OpenAPI document; NULL behind the last. */
const char *journal_query_name(size_t index);
