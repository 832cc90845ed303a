/*
 * catalog/limits.h - every documented quota, range and size, as one table
 *
 * A row is one figure with its value of today and of 2020-08-27. Sizes are bytes, memory is MB as
 * the API counts it, times are seconds, CPUs thousandths. LIMIT_NONE means that the profile has no
 * such limit. The error code is what the service answers beyond the figure; NULL where nothing is
 * refused (defaults, and things that are cut short).
 *
 * Source: quota and limits pages of 2020, 2023-2025 and 2026, API metadata, official SDK tests;
 * each row names its own. "recalled" and "choice" mark figures that no page in reach confirms.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/str.h"

enum { LIMIT_NONE = -1 };

enum limit_unit {
    UNIT_COUNT,
    UNIT_BYTES,
    UNIT_MB,
    UNIT_SECONDS,
    UNIT_MILLI_VCPU,
    UNIT_CHARS,
    UNIT_PERCENT,
};

enum limit_id {
#define X(id, key, unit, current, in_2020, error, source) LIMIT_##id,
#include "catalog/limits.inc"
#undef X
    LIMIT_ID_COUNT,
};

struct limit {
    const char *key; /* of the setting: "function.memory.max" */
    enum limit_unit unit;
    int64_t current;   /* 2026 */
    int64_t in_2020;   /* as of 2020-08-27; the current figure where that date had none */
    const char *error; /* code of the answer beyond it, NULL when nothing is refused */
    const char *source;
};

/* The figures in force: a profile with the operator's settings on top. */
struct limits {
    int64_t values[LIMIT_ID_COUNT];
};

const struct limit *limit_table(size_t *out_count); /* indexed by enum limit_id */
const struct limit *limit_find(struct str key);     /* NULL when unknown */
const char *limit_unit_name(enum limit_unit unit);  /* "bytes" */

void limits_init(struct limits *limits, bool as_of_2020);

/**
 * The figure for a region. Code packages from OSS, bursts and growth are larger in some regions;
 * ask for the plain id (LIMIT_CODE_OSS_BYTES), never for the …_ELSEWHERE one. A region that is
 * unknown counts as elsewhere.
 */
int64_t limits_in_region(const struct limits *limits, enum limit_id id, struct str region);
