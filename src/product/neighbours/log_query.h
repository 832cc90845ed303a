/*
 * product/neighbours/log_query.h - the queries of Log Service, as far as they are words
 *
 * Words and "phrases" that all must occur, whatever the case; `not` in front of one; `field: word`;
 * a star at the end of a word. `and` joins them. The rest is named and refused.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"

enum { LOG_WORDS_MAX = 32 };

struct log_word {
    bool negated;
    struct str field; /* absent: any */
    struct str text;  /* "": whatever is there */
};

struct log_query {
    struct log_word words[LOG_WORDS_MAX];
    size_t count;
};

/** Views into @text. NULL, or what of it is not emulated: "'or'". */
const char *log_query_read(struct str text, struct log_query *out);

struct log_field {
    const char *name;
    struct str value;
};
bool log_query_fits(const struct log_query *query, const struct log_field *fields, size_t count);
