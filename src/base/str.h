/*
 * base/str.h - views into somebody else's bytes
 *
 * A struct str is not terminated and owns nothing. An absent value has ptr == NULL; an empty one
 * has a pointer and len 0.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    } /* for static tables */
#define STR_NONE ((struct str){NULL, 0})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct str str_of(const char *text)
{
    return text ? (struct str){text, strlen(text)} : STR_NONE;
}

static inline bool str_is_set(struct str s)
{
    return s.ptr != NULL;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/** Without regard to ASCII case, as memcmp() without an order. */
bool str_same_letters(const char *a, const char *b, size_t len);

static inline bool str_eq_nocase(struct str a, struct str b)
{
    return a.len == b.len && str_same_letters(a.ptr, b.ptr, a.len);
}

/** Clamped to @s. */
static inline struct str str_slice(struct str s, size_t from, size_t to)
{
    if (!s.ptr)
        return STR_NONE;
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct str){s.ptr + from, to - from};
}

bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_compare(struct str a, struct str b); /* bytewise, as memcmp then by length */
struct str str_trim(struct str s);           /* blanks and tabs at both ends */

/** Split @s at the first @sep: *head before it, *tail behind it. False, *head = s and *tail absent,
 * when there is none. */
bool str_cut(struct str s, char sep, struct str *head, struct str *tail);
/** The same at the last @sep. */
bool str_cut_last(struct str s, char sep, struct str *head, struct str *tail);

bool str_find(struct str haystack, struct str needle, size_t *out_at);
bool str_all_digits(struct str s);  /* false when empty */
bool str_has_control(struct str s); /* a byte below a blank, or DEL */
bool str_is_utf8(struct str s);     /* strict: no overlong forms, no surrogates */
size_t str_chars(struct str s);     /* characters of valid UTF-8 */

/** 0 to 15, or -1 when @c is no hexadecimal digit. */
static inline int hex_digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum number_result {
    NUMBER_OK = 0,
    NUMBER_SYNTAX = 1,
    NUMBER_RANGE = 2,
};

/** The one checked parser for numbers: decimal, the whole text, optional leading '-', min <= value
 * <= max. */
enum number_result str_to_int(struct str s, int64_t min, int64_t max, int64_t *out);
enum number_result str_to_uint(struct str s, uint64_t max, uint64_t *out);
enum number_result str_to_double(struct str s, double *out); /* finite, '.' whatever the locale */
