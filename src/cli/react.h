/*
 * cli/react.h - the ways a call may end besides an error, as react and sweep inject them
 *
 * Threads: any; constant data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct react_end {
    const char *name, *what; /* what: members of `do`, as YAML */
    bool reused;             /* strikes a connection that has served a call already */
};

const struct react_end *react_ends(size_t *out_count);
