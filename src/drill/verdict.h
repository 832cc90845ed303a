/*
 * drill/verdict.h - how a drill, or anything that judges a client, may end
 *
 * When several endings hold, the first of the table wins (spec/faults.md §3.4, §5.3).
 *
 * Threads: any.
 */
#pragma once

#include "base/str.h"

/* In the order of precedence: the smallest wins. */
enum drill_verdict {
    DRILL_INTERRUPTED,  /* 130 */
    DRILL_TIMED_OUT,    /* 6 */
    DRILL_STOPPED,      /* 4: by stop_when, by a guard, or by *stop all* */
    DRILL_INCONCLUSIVE, /* 7: the journal lost entries */
    DRILL_VACUOUS,      /* 3: too few calls or fires, or an assertion that met nothing */
    DRILL_FAIL,         /* 1 */
    DRILL_PASS,         /* 0 */
};

const char *drill_verdict_name(enum drill_verdict verdict); /* "timed_out" */
int drill_verdict_exit(enum drill_verdict verdict);
/** False when @name names none. */
bool drill_verdict_find(struct str name, enum drill_verdict *out);

/** The one that decides. */
static inline enum drill_verdict drill_verdict_worse(enum drill_verdict a, enum drill_verdict b)
{
    return a < b ? a : b;
}
