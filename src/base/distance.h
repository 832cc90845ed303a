/*
 * base/distance.h - the nearest right word, for "did you mean"
 *
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

/** Optimal string alignment distance without regard to case; @most + 1 when it is larger. */
size_t distance_of(struct str a, struct str b, size_t most);

/**
 * Remember the nearest of the words offered. Start from a zeroed struct with .wanted set; after all
 * offers .best is the nearest word within a third of the wanted word's length (at least 1), or
 * absent. A tie keeps the first.
 */
struct nearest {
    struct str wanted;
    struct str best;
    size_t distance;
};

void nearest_offer(struct nearest *nearest, struct str word);

/** -1, with "WHAT: there is no 'WANTED'" and the nearest word. */
int nearest_refuse(const struct nearest *nearest, const char *what, struct error *err);
