/*
 * admin/rule_json.h - a rule and its counters as JSON
 *
 * Threads: the loop thread.
 */
#pragma once

#include "admin/internal.h"

/** Append one object. @detail adds the rule's source as YAML. */
void rule_json(const struct admin *admin, const struct fault_rule_stats *stats, bool detail,
               struct buf *out);
/** "armed", "off", "stopped", "expired" or "spent". */
const char *rule_state(const struct fault_rule_stats *stats);
/** The numbers of one rule, by id; false when there is none. */
bool rule_stats_find(const struct admin *admin, struct str id, struct fault_rule_stats *out);
/** All of them in the order they are asked, for mem_free(). */
struct fault_rule_stats *rule_stats_all(struct fault_engine *engine, size_t *out_count);
