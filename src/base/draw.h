/*
 * base/draw.h - chance as a pure function
 *
 * A draw depends on the seed and on what it is for, never on a shared generator: two runs agree
 * even when threads interleave differently (spec/faults.md §4.7). SipHash-2-4, Aumasson and
 * Bernstein, 2012.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "base/str.h"

uint64_t draw_siphash(const uint8_t key[16], const void *data, size_t len);
/** With half the rounds: for tables that live no longer than their process and its secret. */
uint64_t draw_siphash_1_3(const uint8_t key[16], const void *data, size_t len);

/** SipHash over the parts, each led by its length so that ("ab","c") differs from ("a","bc"). */
uint64_t draw_bits(uint64_t seed, struct str rule, struct str key, struct str purpose, uint64_t n);

/** The same as a number in [0, 1): the upper 53 bits divided by 2^53. */
double draw_unit(uint64_t seed, struct str rule, struct str key, struct str purpose, uint64_t n);

/** A seed that nobody chose, from the kernel; below 2^53, so that every JSON reader keeps it. */
uint64_t draw_random_seed(void);
