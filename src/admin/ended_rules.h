/*
 * admin/ended_rules.h - rules that end by themselves: expired, spent, capped
 *
 * The engine tells nobody when a rule's time is up; looking at its figures from time to time does.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "fault/engine.h"

struct ended_rules {
    struct seen_rule *seen; /* what each was like when it was looked at last */
    size_t count;
    bool looked;
};

/** Tell of each rule that has ended, or was capped, since it was looked at last: the first look
 * tells nothing. @event is "expired", "spent" or "capped". */
void ended_rules_look(struct ended_rules *rules, struct fault_engine *engine,
                      void (*tell)(void *arg, const char *event,
                                   const struct fault_rule_stats *stats),
                      void *arg);
void ended_rules_done(struct ended_rules *rules);
