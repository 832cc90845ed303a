/*
 * admin/unwrap.h - one rule, sent alone or as the rule file that `fault new` and `show` print
 *
 * Threads: the loop thread.
 */
#pragma once

#include "admin/internal.h"
#include "admin/layer.h"

/**
 * The rule of the call's document, a copy. Of a rule file, groups and latencies that nobody has yet
 * go into @layer; what else differs from what is in force (seed, guard, defaults) is left out, and
 * *out_left_out says so: a JSON list in the call's arena. NULL when an answer was given instead.
 */
cJSON *rule_unwrap(struct admin_call *call, struct layer *layer, const char **out_left_out);
