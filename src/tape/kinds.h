/*
 * tape/kinds.h - the kinds of members that a recorded decision has; private to the tape
 *
 * Threads: any.
 */
#pragma once

#include "base/json.h"
#include "fault/rule.h"

struct tape_member;

struct tape_kind {
    bool (*is_default)(const void *at);
    void (*print)(const struct tape_member *m, const void *at, struct buf *out);
    bool (*parse)(const struct tape_member *m, const cJSON *json, struct arena *arena, void *at);
};

struct tape_member {
    const char *name;
    const struct tape_kind *kind;
    size_t offset; /* in what is written */
    const char *const *names;
    size_t name_count;
};

extern const struct tape_kind tape_u64, tape_i64; /* digits in a string: a number ends at 2^53 */
extern const struct tape_kind tape_drawn;         /* the same, with a hole where the digits stand */
extern const struct tape_kind tape_u32, tape_bool;
extern const struct tape_kind tape_name;   /* an enumeration by the member's names */
extern const struct tape_kind tape_text;   /* struct str */
extern const struct tape_kind tape_amount; /* struct fault_amount */
extern const struct tape_kind tape_error;  /* const struct fc_error *, by its code */
extern const struct tape_kind tape_texts;  /* struct str *, then size_t */
extern const struct tape_kind tape_edits;  /* struct fault_header_edit *, then size_t */
