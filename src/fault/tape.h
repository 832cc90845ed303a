/*
 * fault/tape.h - what struck whom in a run, kept so that the run can be played again without rules
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

enum {
    TAPE_BYTES_MAX = 8 << 20, /* as text, some 30,000 calls; what comes later is counted as dropped.
                                 Kept in much less: tape_lines.c */
    TAPE_CALLS_MAX = 1 << 20, /* different calls told apart; same */
};

/** The tape since the engine began, was cleared, or began to play; appended as NDJSON. */
void fault_tape_save(const struct fault_engine *engine, struct buf *out);
void fault_tape_clear(struct fault_engine *engine);

/**
 * Decide literally from a tape from now on; rules are not asked. An absent @ndjson ends it. What is
 * recorded starts anew either way. Negative with the line's number when it is not a tape; then
 * nothing changes.
 */
int fault_engine_play(struct fault_engine *engine, struct str ndjson, struct error *err);
bool fault_engine_is_playing(const struct fault_engine *engine);
