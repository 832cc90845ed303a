/*
 * journal/closest.h - why a query met nothing, for people
 *
 * Threads: any; works on a snapshot.
 */
#pragma once

#include "journal/query.h"

/**
 * For a query that no entry meets, add "0 of 212 calls met the match; closest: function 'pay2'
 * (212)": of all filters the one without which most calls would have been met, and the value they
 * have instead that is nearest to what was written, else the most frequent. When a rule is asked
 * for, also where the calls that it looked at were stopped.
 */
void journal_closest(const struct journal_query *query, const struct journal_snapshot *snapshot,
                     struct arena *arena, struct buf *out);
