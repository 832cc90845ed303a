/*
 * base/clock.h - real time, and the virtual clock of rules, TTLs, windows and retries
 *
 * Inside, times are monotonic; wall-clock time is only printed and signed. A virtual clock runs
 * with real time until it is moved or frozen (`fcemu clock advance 5h`); held connections (delay,
 * hang) always wait in real time.
 *
 * Threads: the two real clocks any; a struct clock belongs to the loop thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLOCK_RFC1123_BYTES = 30, /* "Tue, 24 Nov 2026 03:00:00 GMT" and a terminator */
    CLOCK_ISO_BYTES = 25,     /* "2026-11-24T03:00:00.123Z" and a terminator */
};

uint64_t clock_monotonic_ns(void);
uint64_t clock_wall_ms(void); /* since 1970 */

struct clock {
    int64_t offset_ns;       /* added to real time while running */
    uint64_t frozen_ns;      /* the standing time while frozen */
    uint64_t frozen_wall_ns; /* the same moment as wall time */
    bool frozen;
    int64_t wall_ahead_ns;    /* of monotonic time, as it was looked up last */
    uint64_t wall_ahead_from; /* monotonic; good for a second, 0 = never looked up */
};

uint64_t clock_now_ns(const struct clock *clock);      /* monotonic scale; NULL = real */
uint64_t clock_now_wall_ms(const struct clock *clock); /* the same moment as wall time */
/** The wall time of a real monotonic moment that has just passed. The system is asked once a
 * second: this is for what happens many times in between. */
uint64_t clock_wall_ms_at(struct clock *clock, uint64_t monotonic_ns);
void clock_advance(struct clock *clock, uint64_t ns);
void clock_freeze(struct clock *clock);
/** Freeze at a wall time; moves backwards are allowed for freeze only. */
void clock_freeze_at(struct clock *clock, uint64_t wall_ms);
void clock_real(struct clock *clock);
bool clock_is_real(const struct clock *clock);

void clock_format_rfc1123(uint64_t wall_ms, char out[CLOCK_RFC1123_BYTES]);
void clock_format_iso(uint64_t wall_ms, char out[CLOCK_ISO_BYTES]); /* with milliseconds */
void clock_format_iso_seconds(uint64_t wall_ms,
                              char out[CLOCK_ISO_BYTES]); /* "2026-11-24T03:00:00Z" */
/** Parse "Tue, 24 Nov 2026 03:00:00 GMT". False when it is not of that form. */
bool clock_parse_rfc1123(const char *text, size_t len, uint64_t *out_wall_ms);
/** Parse RFC 3339, offset or Z, optional fraction. */
bool clock_parse_iso(const char *text, size_t len, uint64_t *out_wall_ms);
