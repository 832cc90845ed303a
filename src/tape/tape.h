/*
 * tape/tape.h - what struck whom in a run, kept so that the run can be played again without rules
 *
 * One JSON line for each call that a rule changed. A call is known by what it asks (account,
 * region, label, method, path, and the moment of asking) and by the how-manieth of these it is, `k`
 * from 1; so the order in which different callers arrive does not matter. `do` is the decision
 * itself, with delays as they were drawn; `strikes` says which rules had a part and why. Leaving a
 * line out leaves that fault out, which is how a failing run is shrunk.
 *
 *   {"fcemu_tape":1,"seed":"7","lines":1,"dropped":0}
 *   {"k":3,"label":"pay","method":"POST","path":"/…","do":{"rule":"flaky","outcome":"error",…},
 *    "strikes":[{"rule":"flaky","gate":"fired","n":3,"draw":0.11,"threshold":0.3}]}
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/buf.h"
#include "fault/engine.h"

struct tape;

enum {
    TAPE_BYTES_MAX = 8 << 20, /* as text, some 30,000 calls; what comes later is counted as dropped.
                                 Kept in much less: lines.c */
    TAPE_CALLS_MAX = 1 << 20, /* different calls told apart; same */
};

/** Looks on at @engine, as its observer, from now on; freed before it. */
struct tape *tape_new(struct fault_engine *engine);
void tape_free(struct tape *tape);

/** The tape since it is there, was cleared, or began to play; appended as NDJSON. */
void tape_save(const struct tape *tape, struct buf *out);
void tape_clear(struct tape *tape);

/**
 * Decide literally from a tape from now on; rules are not asked. An absent @ndjson ends it. What is
 * recorded starts anew either way. Negative with the line's number when it is not a tape; then
 * nothing changes.
 */
int tape_play(struct tape *tape, struct str ndjson, struct error *err);
bool tape_is_playing(const struct tape *tape);
/** Calls that the tape which plays has a decision for. */
size_t tape_playing_calls(const struct tape *tape);
