/*
 * journal/reaction.h - how each kind of client reacted to each failure
 *
 * A row for each client kind, operation and failure that a rule made: calls, attempts, gaps, and
 * how they ended (spec/faults.md §3.1).
 *
 * Threads: any; works on a snapshot.
 */
#pragma once

#include "journal/retries.h"

/** Append {"rows":[{sdk, operation, failure, calls, attempts_least, attempts_most, gaps_ms, …}]}.
 */
void reaction_json(const struct journal_query *query, const struct journal_snapshot *snapshot,
                   struct arena *arena, struct buf *out);
