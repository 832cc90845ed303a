/*
 * journal/chain_digest.h - several texts to one number; for journal/ only
 *
 * Threads: any; a pure function.
 */
#pragma once

#include "base/str.h"

enum { CHAIN_SECRET_BYTES = 16 };

/** Keyed, so that nobody can make two calls look alike; ("ab","c") differs from ("a","bc"). */
uint64_t chain_digest(const uint8_t secret[CHAIN_SECRET_BYTES], const struct str *parts,
                      size_t count, uint64_t number);
