/*
 * fault/regex.h - regular expressions, compiled once and asked often
 *
 * Texts are UTF-8; bytes that are not never fit. A match that would cost too much is none.
 *
 * Threads: an expression may be shared; a scratch belongs to one thread.
 */
#pragma once

#include "base/str.h"

struct regex;
struct regex_scratch; /* what PCRE2 needs while it matches; one an engine */

enum { REGEX_MESSAGE_BYTES = 128 };

struct regex_mistake {
    size_t offset; /* bytes */
    bool open_parenthesis;
    char message[REGEX_MESSAGE_BYTES];
};

/** NULL, and @out filled, when @text is no regular expression. */
struct regex *regex_new(struct str text, struct regex_mistake *out);
void regex_free(struct regex *regex);

struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *scratch);

/** The same, with what each group took: [0] the whole match; an absent str for a group without
 * part in it. @groups holds @max. */
bool regex_groups(const struct regex *regex, struct str text, struct str *groups, size_t max,
                  size_t *out_count);
bool regex_holds(const struct regex *regex, struct str text, struct regex_scratch *scratch);
