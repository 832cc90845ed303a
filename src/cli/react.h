/*
 * cli/react.h - the ways a call may end besides an error, as react and sweep inject them
 *
 * Threads: any; constant data.
 */
#pragma once

#include "fault/outcome.h"

/** The @index-th way, by the rows of the outcomes and then of what shapers do to an answer; NULL
 * behind the last. @doors: as private_doors() has them. @out_asked: when it
 * strikes. */
const struct fault_trial *react_end(size_t index, unsigned doors, enum asking_time *out_asked);
