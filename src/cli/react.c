/*
 * The ways a call may end besides an error, which react and sweep try.
 */
#include "cli/react.h"

#include "base/own.h"

/* What shapers make of an answer. */
static const struct fault_trial damages[] = {
    {"body cut",        "truncate: {after: 50%, then: close}",                   false},
    {"bad JSON",        "error: InternalServerError, corrupt: {kind: bad_json}", false},
    {"length too long", "length: {declare: \"+100\", then: close}",              false},
};

const struct fault_trial *react_end(size_t index, unsigned doors, enum asking_time *out_asked)
{
    *out_asked = ASKED_ON_REQUEST;
    for (enum fault_outcome o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++) {
        const struct fault_outcome_row *row = fault_outcome_row(o);

        if (row->door != DOOR_ANY && !(doors >> row->door & 1))
            continue;
        if (index < row->trial_count) {
            *out_asked = row->tried_at;
            return &row->trials[index];
        }
        index -= row->trial_count;
    }
    return index < N_ELEMENTS(damages) ? &damages[index] : NULL;
}
