/*
 * logs/internal.h - lines in blocks
 */
#pragma once

#include <stdalign.h>
#include <stdbool.h>

#include <uthash.h>
#include <utlist.h>

#include "logs/logs.h"

/* Many functions print little: their blocks begin small and grow. */
enum { BLOCK_BYTES_FIRST = 1 << 10, BLOCK_BYTES = 16 << 10 };

/* A line as it lies in a block, its texts behind it. Ids that are those of the line before it in
 * the same block are not written again. */
struct record {
    uint64_t number, wall_ms;
    uint32_t text_len;
    uint8_t kind;
    bool same_ids;
    uint8_t version_len, instance_len;
    uint16_t request_id_len;
};

struct block {
    struct block *next, *prev;
    size_t used, cap;
    uint64_t lines;
    uint64_t first, last; /* numbers */
    uint64_t last_ms;     /* the latest time in it */
    struct logs_line ids; /* of the last line: views into the block */
    alignas(uint64_t) char bytes[];
};

struct owner {
    UT_hash_handle hh;
    char *key;
    struct arena *arena; /* of what it is called */
    struct logs_owner shown;
    struct block *blocks; /* oldest first */
    uint64_t bytes, lines, lost_lines, lost_bytes;
};

struct logs {
    uint64_t function_bytes, all_bytes;
    uint64_t bytes; /* of all blocks */
    uint64_t number;
    struct owner *owners;
    struct owner *recent; /* the one that logged last */
    struct logs_follower *followers;
};

bool logs_owner_fits(const struct logs_owner *owner, const struct logs_filter *filter);
bool logs_line_fits(const struct logs_line *line, const struct logs_filter *filter);
/** The line at *at of @block; *line holds the one before it, or is zeroed at the first. False
 * behind the last. */
bool logs_next(const struct block *block, size_t *at, struct logs_line *line);
