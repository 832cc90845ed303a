/*
 * tape/kinds.h - the kinds of members that a recorded decision has; private to the tape
 *
 * Threads: any.
 */
#pragma once

#include "base/json.h"
#include "fault/outcome.h"

struct tape_kind {
    bool (*is_default)(const void *at);
    void (*print)(const struct fault_member *m, const void *at, struct buf *out);
    bool (*parse)(const struct fault_member *m, const cJSON *json, struct arena *arena, void *at);
};

/** Numbers of 64 bits are digits in a string, as a JSON number ends at 2^53; one that is drawn is a
 * hole in it. */
const struct tape_kind *tape_kind(enum fault_member_kind kind);
