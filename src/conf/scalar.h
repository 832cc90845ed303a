/*
 * conf/scalar.h - values with units, read and written
 *
 * duration `250ms` `1.5s` `2m` `1h`; size `512B` `64KiB` `6MiB`; rate `32KiB/s`; ratio `0.3` `30%`.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"

enum scalar_result {
    SCALAR_OK,
    SCALAR_NO_UNIT, /* a number that says not of what */
    SCALAR_SYNTAX,
    SCALAR_RANGE, /* over ten years, 8 EiB, or 100 % */
};

/* A thousand milliseconds and so on, in nanoseconds. */
#define DURATION_MS UINT64_C(1000000)
#define DURATION_S UINT64_C(1000000000)
#define DURATION_M (60 * DURATION_S)
#define DURATION_H (60 * DURATION_M)

enum scalar_result scalar_duration(struct str text, uint64_t *out_ns);
enum scalar_result scalar_size(struct str text, uint64_t *out_bytes);
enum scalar_result scalar_rate(struct str text, uint64_t *out_bytes_per_s);
/** Any number that is not negative: 30 gives 30.0, `30%` gives 0.3. The caller knows the range. */
enum scalar_result scalar_ratio(struct str text, double *out);

/* The shortest form in the largest unit that is exact: "1.5s", "64KiB", "32KiB/s". Appended. */
void scalar_format_duration(uint64_t ns, struct buf *out);
void scalar_format_size(uint64_t bytes, struct buf *out);
