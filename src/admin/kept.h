/*
 * admin/kept.h - the last events, for listeners that come back
 *
 * A ring bounded in events and in bytes; the numbers in it follow each other without a gap.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/str.h"

enum { KEPT_EVENTS_MAX = 1024, KEPT_BYTES_MAX = 1 << 20 };

struct kept_event {
    uint64_t number;
    const char *type; /* a literal */
    struct str text;  /* as it is sent; heap */
};

struct kept {
    struct kept_event events[KEPT_EVENTS_MAX];
    size_t first, count, bytes;
};

/** @number is one more than that of the newest, or nothing is kept. The oldest make room. */
void kept_add(struct kept *kept, uint64_t number, const char *type, struct str text);
/** The event of that number, or NULL. */
const struct kept_event *kept_find(const struct kept *kept, uint64_t number);
/** Number of the oldest; @otherwise when there is none. */
uint64_t kept_oldest(const struct kept *kept, uint64_t otherwise);
void kept_clear(struct kept *kept);
