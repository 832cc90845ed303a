/*
 * fault/tape_parts.h - what the files of the tape share
 *
 * tape.c records, tape_play.c plays; tape_calls.c tells calls apart, tape_codec.c writes a decision
 * down, tape_kinds.c its members.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/json.h"
#include "fault/internal.h"

enum { TAPE_VERSION = 1 };

/* ---- tape_calls.c ---- */

/* How often each call was seen. */
struct tape_calls {
    struct seen *places;
    size_t room, count;
};
struct tape_mark tape_calls_count(struct tape_calls *calls, const struct fault_call *call,
                                  enum asking_time time);
void tape_calls_done(struct tape_calls *calls);
/** The beginning of a line: `{"k":3,"label":"pay",…`, without the closing brace. */
void tape_mark_print(const struct tape_mark *mark, const struct fault_call *call, struct buf *out);
bool tape_mark_parse(const cJSON *json, struct tape_mark *out);

/* ---- tape_codec.c ---- */

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

/* ---- tape_play.c, tape.c ---- */

struct tape_player {
    struct fault_ruleset *set; /* NULL = not playing; its arena holds `calls` and their rules */
    struct played *calls;
    bool authenticated; /* some were struck behind the signature check */
};
void tape_player_done(struct tape_player *player);

struct fault_tape {
    struct buf lines;
    uint64_t line_count, dropped;
    struct tape_calls calls;
    struct tape_player player;
};
void tape_clear(struct fault_tape *tape);
