/*
 * admin/recall.h - a call of the journal as the rule engine sees calls
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "fault/engine.h"
#include "journal/journal.h"

/** Views of @entry, and of @arena for the headers that were captured. */
void recall_call(const struct journal_entry *entry, struct arena *arena, struct fault_call *out);

/** What was recorded of rules that @set still has; in @arena. Returns how many. */
size_t recall_evidence(const struct journal_entry *entry, const struct fault_ruleset *set,
                       struct arena *arena, struct fault_evidence **out);
