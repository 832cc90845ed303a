/*
 * fault/tape_codec.h - a decision as JSON and back; private to the tape
 */
#pragma once

#include "base/json.h"
#include "fault/internal.h"

/* A decision without pointers into a rule set: every shaper stands in the one action. */
struct tape_deed {
    struct fault_action action;
    uint64_t delay_request_ns, delay_effect_ns, delay_headers_ns;
    bool delay_capped, rejected, unmarked;
    uint64_t corrupt_draw;
    enum fault_effect effect;
    struct str rule, outcome_rule, effect_rule; /* ids; absent = none */
};

/** Everything that counts in @decision, flat. Views into it; @arena for the header edits. */
void tape_deed_of(const struct fault_decision *decision, struct arena *arena,
                  struct tape_deed *out);
void tape_deed_print(const struct tape_deed *deed, struct buf *out);
/** Copies go into @arena. Negative when a member is not what it should be. */
int tape_deed_parse(const cJSON *json, struct arena *arena, struct tape_deed *out,
                    struct error *err);
