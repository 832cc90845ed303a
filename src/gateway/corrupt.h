/*
 * gateway/corrupt.h - bodies that are wrong in a chosen way
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "fault/rule.h"

/**
 * The spoilt body, in @arena. @bits decides which bytes are flipped. *out_gzip is set when the
 * answer must claim to be gzip.
 */
struct str corrupt_body(const struct fault_action *action, struct str body, uint64_t bits,
                        struct arena *arena, bool *out_gzip);
