/*
 * base/units.h - what units of time are of one another
 *
 * Nanoseconds are counted in 64 bits, also where both factors are small: 5 * NS_PER_S is more than
 * an int holds.
 */
#pragma once

#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

enum { MS_PER_S = 1000, US_PER_MS = 1000, NS_PER_US = 1000 };
