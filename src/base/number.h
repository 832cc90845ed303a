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

/** The whole number that @value is, when it is one from 0 to @max; else false and *out stays. */
bool number_to_uint(double value, uint64_t max, uint64_t *out);
