/*
 * base/number.h - doubles from outside as whole numbers
 *
 * JSON and YAML know one kind of number. A cast of one that does not fit is undefined, so nothing
 * else in this program casts a double that came from outside.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Up to here every whole number has a double of its own. */
#define NUMBER_EXACT ((UINT64_C(1) << 53) - 1)

/** The whole number that @value is, when it is one from @min to @max; else false and *out stays. */
bool number_to_int(double value, int64_t min, int64_t max, int64_t *out);
bool number_to_uint(double value, uint64_t max, uint64_t *out); /* from 0 */

/** The nearest whole number from 0 to @max; what is no number is 0. For sums of our own. */
uint64_t number_clamp(double value, uint64_t max);
