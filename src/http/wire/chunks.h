/*
 * http/wire/chunks.h - the sizes of a body's chunks, as they come in
 *
 * Only sizes are looked at; what is wrong otherwise is for the reader of the chunks to say. Source:
 * RFC 9112 §7.1.
 *
 * Threads: plain value.
 */
#pragma once

#include <stdint.h>

#include "base/str.h"

enum chunks_at {
    CHUNKS_SIZE, /* before or in a size */
    CHUNKS_LINE, /* behind it, to the end of its line */
    CHUNKS_DATA,
    CHUNKS_GAP,  /* the end of the line behind the data */
    CHUNKS_OVER, /* nothing more is followed: the last chunk was there, or something is wrong */
};

struct chunks { /* all zero: before the first */
    enum chunks_at at;
    uint64_t left; /* of the data; in a size, as much of it as is there */
    uint32_t digits;
};

/** Follow the next @bytes. False once a size is larger than @max, at its digit that says so. */
bool chunks_follow(struct chunks *chunks, struct str bytes, uint64_t max);
