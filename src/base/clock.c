/* Real time, and the virtual clock of rules, TTLs, windows and retries. */
#include "base/clock.h"

#include "base/units.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { S_PER_MINUTE = 60, S_PER_HOUR = 3600 };

static uint64_t read_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / NS_PER_MS;
}

uint64_t clock_now_ns(const struct clock *clock)
{
    if (!clock)
        return clock_monotonic_ns();
    if (clock->frozen)
        return clock->frozen_ns;
    return (uint64_t)((int64_t)clock_monotonic_ns() + clock->offset_ns);
}

static uint64_t now_wall_ns(const struct clock *clock)
{
    uint64_t wall_ns = read_ns(CLOCK_REALTIME);

    if (!clock)
        return wall_ns;
    return clock->frozen ? clock->frozen_wall_ns : (uint64_t)((int64_t)wall_ns + clock->offset_ns);
}

uint64_t clock_now_wall_ms(const struct clock *clock)
{
    return now_wall_ns(clock) / NS_PER_MS;
}

uint64_t clock_wall_ms_at(struct clock *clock, uint64_t monotonic_ns)
{
    if (clock->frozen)
        return clock->frozen_wall_ns / NS_PER_MS;
    if (clock->wall_ahead_from == 0 || monotonic_ns - clock->wall_ahead_from >= NS_PER_S) {
        clock->wall_ahead_from = clock_monotonic_ns();
        clock->wall_ahead_ns = (int64_t)(read_ns(CLOCK_REALTIME) - clock->wall_ahead_from);
    }
    return (uint64_t)((int64_t)monotonic_ns + clock->wall_ahead_ns + clock->offset_ns) / NS_PER_MS;
}

void clock_advance(struct clock *clock, uint64_t ns)
{
    if (clock->frozen) {
        clock->frozen_ns += ns;
        clock->frozen_wall_ns += ns;
    } else {
        clock->offset_ns += (int64_t)ns;
    }
}

void clock_freeze(struct clock *clock)
{
    clock->frozen_ns = clock_now_ns(clock);
    clock->frozen_wall_ns = now_wall_ns(clock);
    clock->frozen = true;
}

void clock_freeze_at(struct clock *clock, uint64_t wall_ms)
{
    int64_t ahead_ms = (int64_t)wall_ms - (int64_t)clock_wall_ms();

    clock->frozen_ns = (uint64_t)((int64_t)clock_monotonic_ns() + ahead_ms * NS_PER_MS);
    clock->frozen_wall_ns = wall_ms * NS_PER_MS;
    clock->frozen = true;
}

void clock_real(struct clock *clock)
{
    *clock = (struct clock){0};
}

bool clock_is_real(const struct clock *clock)
{
    return !clock->frozen && clock->offset_ns == 0;
}

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static struct tm utc_of(uint64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / MS_PER_S);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    return utc;
}

static void format_rfc1123(uint64_t wall_ms, char out[CLOCK_RFC1123_BYTES])
{
    struct tm t = utc_of(wall_ms);

    snprintf(out, CLOCK_RFC1123_BYTES, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
             days + (size_t)t.tm_wday * 3, (unsigned)t.tm_mday % 100u,
             months + (size_t)t.tm_mon * 3, (unsigned)(t.tm_year + 1900) % 10000u,
             (unsigned)t.tm_hour % 100u, (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
}

/* Answers by the thousand carry the same second. */
void clock_format_rfc1123(uint64_t wall_ms, char out[CLOCK_RFC1123_BYTES])
{
    static _Thread_local uint64_t second = UINT64_MAX;
    static _Thread_local char text[CLOCK_RFC1123_BYTES];

    if (second != wall_ms / MS_PER_S) {
        second = wall_ms / MS_PER_S;
        format_rfc1123(wall_ms, text);
    }
    memcpy(out, text, CLOCK_RFC1123_BYTES);
}

/* Up to the seconds: rows by the thousand carry the same one. */
static size_t format_seconds(uint64_t wall_ms, char *out)
{
    static _Thread_local uint64_t second = UINT64_MAX;
    static _Thread_local char text[CLOCK_ISO_BYTES];
    static _Thread_local size_t len;

    if (second != wall_ms / MS_PER_S) {
        struct tm t = utc_of(wall_ms);

        second = wall_ms / MS_PER_S;
        len =
            (size_t)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u",
                             (unsigned)(t.tm_year + 1900) % 10000u, (unsigned)(t.tm_mon + 1) % 100u,
                             (unsigned)t.tm_mday % 100u, (unsigned)t.tm_hour % 100u,
                             (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
    }
    memcpy(out, text, len);
    return len;
}

static void format_iso(uint64_t wall_ms, bool with_ms, char *out)
{
    size_t n = format_seconds(wall_ms, out);
    unsigned part = (unsigned)(wall_ms % MS_PER_S);

    if (with_ms) {
        out[n++] = '.';
        out[n++] = (char)('0' + part / 100);
        out[n++] = (char)('0' + part / 10 % 10);
        out[n++] = (char)('0' + part % 10);
    }
    out[n++] = 'Z';
    out[n] = '\0';
}

void clock_format_iso(uint64_t wall_ms, char out[CLOCK_ISO_BYTES])
{
    format_iso(wall_ms, true, out);
}

void clock_format_iso_seconds(uint64_t wall_ms, char out[CLOCK_ISO_BYTES])
{
    format_iso(wall_ms, false, out);
}

/* Reads exactly n digits at *p; -1 when they are not there. */
static int digits(const char **p, const char *end, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (*p >= end || **p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
        (*p)++;
    }
    return value;
}

static bool literal(const char **p, const char *end, const char *text)
{
    size_t n = strlen(text);

    if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0)
        return false;
    *p += n;
    return true;
}

static bool in_range(const struct tm *t)
{
    return t->tm_year >= 70 && t->tm_mon >= 0 && t->tm_mon < 12 && t->tm_mday >= 1 &&
           t->tm_mday <= 31 && t->tm_hour >= 0 && t->tm_hour < 24 && t->tm_min >= 0 &&
           t->tm_min < 60 && t->tm_sec >= 0 && t->tm_sec <= 60;
}

static bool to_wall_ms(struct tm *t, int offset_s, int ms, uint64_t *out)
{
    struct tm wanted = *t;

    if (!in_range(t))
        return false;
    time_t seconds = timegm(t);

    /* timegm() moves 31 February into March: such a day does not exist. */
    if (seconds < 0 || t->tm_mday != wanted.tm_mday || t->tm_mon != wanted.tm_mon)
        return false;
    int64_t result = ((int64_t)seconds - offset_s) * MS_PER_S + ms;

    if (result < 0)
        return false;
    *out = (uint64_t)result;
    return true;
}

/* 15:04:05 */
static bool time_of_day(const char **p, const char *end, struct tm *out)
{
    out->tm_hour = digits(p, end, 2);
    if (!literal(p, end, ":"))
        return false;
    out->tm_min = digits(p, end, 2);
    if (!literal(p, end, ":"))
        return false;
    out->tm_sec = digits(p, end, 2);
    return true;
}

bool clock_parse_rfc1123(const char *text, size_t len, uint64_t *out_wall_ms)
{
    const char *p = text;
    const char *end = text + len;
    struct tm t = {0};

    if (len != CLOCK_RFC1123_BYTES - 1)
        return false;
    p += 3; /* the name of the day says nothing that the date does not */
    if (!literal(&p, end, ", "))
        return false;
    t.tm_mday = digits(&p, end, 2);
    if (!literal(&p, end, " "))
        return false;
    t.tm_mon = -1;
    for (int m = 0; m < 12; m++)
        if (memcmp(p, months + (size_t)m * 3, 3) == 0)
            t.tm_mon = m;
    p += 3;
    if (!literal(&p, end, " "))
        return false;
    t.tm_year = digits(&p, end, 4) - 1900;
    if (!literal(&p, end, " "))
        return false;
    return time_of_day(&p, end, &t) && literal(&p, end, " GMT") &&
           to_wall_ms(&t, 0, 0, out_wall_ms);
}

static bool parse_fraction(const char **p, const char *end, int *out_ms)
{
    int scale = 100;

    *out_ms = 0;
    if (*p >= end || **p != '.')
        return true;
    (*p)++;
    if (*p >= end || **p < '0' || **p > '9')
        return false;
    for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        *out_ms += (**p - '0') * scale;
    return true;
}

static bool parse_offset(const char **p, const char *end, int *out_s)
{
    int sign;

    *out_s = 0;
    if (literal(p, end, "Z") || literal(p, end, "z"))
        return true;
    if (literal(p, end, "+"))
        sign = 1;
    else if (literal(p, end, "-"))
        sign = -1;
    else
        return false;
    int hours = digits(p, end, 2);

    if (!literal(p, end, ":"))
        return false;
    int minutes = digits(p, end, 2);

    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *out_s = sign * (hours * S_PER_HOUR + minutes * S_PER_MINUTE);
    return true;
}

bool clock_parse_iso(const char *text, size_t len, uint64_t *out_wall_ms)
{
    const char *p = len ? text : "";
    const char *end = p + len;
    struct tm t = {0};
    int ms = 0;
    int offset_s = 0;

    t.tm_year = digits(&p, end, 4) - 1900;
    if (!literal(&p, end, "-"))
        return false;
    t.tm_mon = digits(&p, end, 2) - 1;
    if (!literal(&p, end, "-"))
        return false;
    t.tm_mday = digits(&p, end, 2);
    if (!literal(&p, end, "T") && !literal(&p, end, "t") && !literal(&p, end, " "))
        return false;
    return time_of_day(&p, end, &t) && parse_fraction(&p, end, &ms) &&
           parse_offset(&p, end, &offset_s) && p == end &&
           to_wall_ms(&t, offset_s, ms, out_wall_ms);
}
