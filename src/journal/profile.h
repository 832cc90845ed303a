/*
 * journal/profile.h - how known clients back off, to compare a schedule with
 *
 * Source: spec/faults.md §3.1 and §3.3: measured on the official Node and Python clients, read in
 * the code of the others.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "journal/retries.h"

enum profile_wish { WISH_ANY, WISH_YES, WISH_NO };

struct backoff_profile {
    const char *name;
    const char *about;
    uint32_t attempts_most;               /* 0 = any */
    double first_ms_least, first_ms_most; /* of the first gap that is not "at once"; most 0: any */
    double factor_least, factor_most;     /* growth; most 0: any */
    double gap_ms_most;                   /* no gap is longer; 0: any */
    enum profile_wish jitter;
    enum profile_wish fresh_signature;
};

const struct backoff_profile *backoff_profile_find(struct str name); /* NULL when unknown */
const struct backoff_profile *backoff_profile_table(size_t *out_count);
