/*
 * invoke/bootstrap.h - the bootstraps of bootstrap/, as the build put them into the program
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/str.h"

struct bootstrap {
    const char *name; /* of its file */
    struct str text;
};

extern const struct bootstrap bootstraps[];
extern const size_t bootstrap_count;
