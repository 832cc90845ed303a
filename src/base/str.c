/* Views into somebody else's bytes. */
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Eight bytes at a time: the same, or different in nothing but the bit that tells the cases apart;
 * whether those are letters is then looked at one by one. */
static bool may_be_same(const char *a, const char *b, size_t len)
{
    uint64_t left;
    uint64_t right;

    for (; len >= sizeof(left); a += sizeof(left), b += sizeof(left), len -= sizeof(left)) {
        memcpy(&left, a, sizeof(left));
        memcpy(&right, b, sizeof(right));
        if ((left ^ right) & ~UINT64_C(0x2020202020202020))
            return false;
    }
    return true;
}

bool str_same_letters(const char *a, const char *b, size_t len)
{
    if (len == 0 || memcmp(a, b, len) == 0)
        return true;
    if (!may_be_same(a, b, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq_nocase((struct str){s.ptr, prefix.len}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int r = n ? memcmp(a.ptr, b.ptr, n) : 0;

    if (r != 0)
        return r;
    return (a.len > b.len) - (a.len < b.len);
}

struct str str_trim(struct str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = str_slice(s, 1, s.len);
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool cut_at(struct str s, const char *at, struct str *head, struct str *tail)
{
    if (!at) {
        *head = s;
        *tail = STR_NONE;
        return false;
    }
    size_t i = (size_t)(at - s.ptr);

    *head = (struct str){s.ptr, i};
    *tail = (struct str){s.ptr + i + 1, s.len - i - 1};
    return true;
}

bool str_cut(struct str s, char sep, struct str *head, struct str *tail)
{
    return cut_at(s, s.len ? memchr(s.ptr, sep, s.len) : NULL, head, tail);
}

bool str_cut_last(struct str s, char sep, struct str *head, struct str *tail)
{
    return cut_at(s, s.len ? memrchr(s.ptr, sep, s.len) : NULL, head, tail);
}

bool str_find(struct str haystack, struct str needle, size_t *out_at)
{
    const char *at = NULL;

    if (needle.len == 0)
        at = haystack.ptr ? haystack.ptr : "";
    else if (haystack.len >= needle.len)
        at = memmem(haystack.ptr, haystack.len, needle.ptr, needle.len);
    if (!at)
        return false;
    if (out_at)
        *out_at = needle.len ? (size_t)(at - haystack.ptr) : 0;
    return true;
}

bool str_has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return true;
    return false;
}

bool str_all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

/* Length of the well-formed sequence at p, or 0; table 3-7 of the Unicode standard. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t n;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        n = 2;
    else if (p[0] >= 0xE0 && p[0] <= 0xEF)
        n = 3;
    else if (p[0] >= 0xF0 && p[0] <= 0xF4)
        n = 4;
    else
        return 0;
    if (left < n)
        return 0;
    if (p[0] == 0xE0)
        low = 0xA0;
    if (p[0] == 0xED)
        high = 0x9F;
    if (p[0] == 0xF0)
        low = 0x90;
    if (p[0] == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return n;
}

/* Most text is ASCII: eight bytes at a time, until one is not. */
static size_t ascii_prefix(const unsigned char *p, size_t len)
{
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof(word) <= len; i += sizeof(word)) {
        memcpy(&word, p + i, sizeof(word));
        if (word & 0x8080808080808080u)
            break;
    }
    return i;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;

    for (size_t i = ascii_prefix(p, s.len); i < s.len;) {
        size_t n = utf8_sequence(p + i, s.len - i);

        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t str_chars(struct str s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return count;
}

enum number_result str_to_uint(struct str s, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (!str_all_digits(s))
        return NUMBER_SYNTAX;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(s.ptr[i] - '0');

        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return NUMBER_RANGE;
    }
    if (value > max)
        return NUMBER_RANGE;
    *out = value;
    return NUMBER_OK;
}

enum number_result str_to_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t magnitude = 0;
    int64_t value;
    enum number_result r =
        str_to_uint(negative ? str_slice(s, 1, s.len) : s, (uint64_t)INT64_MAX, &magnitude);

    if (r != NUMBER_OK)
        return r;
    value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (value < min || value > max)
        return NUMBER_RANGE;
    *out = value;
    return NUMBER_OK;
}

enum number_result str_to_double(struct str s, double *out)
{
    char text[64];
    char *end = NULL;

    if (s.len == 0 || s.len >= sizeof(text))
        return NUMBER_SYNTAX;
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("0123456789.+-eE", s.ptr[i]) || s.ptr[i] == '\0')
            return NUMBER_SYNTAX;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    /* The program never calls setlocale(LC_NUMERIC, …), so the decimal point is '.'. */
    double value = strtod(text, &end);

    if (end != text + s.len)
        return NUMBER_SYNTAX;
    if (!isfinite(value))
        return NUMBER_RANGE;
    *out = value;
    return NUMBER_OK;
}
