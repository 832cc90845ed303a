/*
 * base/hash.h - spreading bytes over tables
 *
 * Fast, and good enough to tell any number of calls or names apart by 64 bits; no protection
 * against somebody who looks for collisions, and not the same on every machine: never written to a
 * file.
 *
 * Threads: any; pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 divided by the golden ratio */
    return hash ^ hash >> 29;
}

/** @seed: 0, or the hash of what stands in front. Parts of other lengths give other hashes. */
static inline uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
    const unsigned char *p = (const unsigned char *)data;
    uint64_t hash = hash_mix(seed, len);
    uint64_t word = 0;
    size_t left = len;

    for (; left > sizeof(word); p += sizeof(word), left -= sizeof(word)) {
        memcpy(&word, p, sizeof(word));
        hash = hash_mix(hash, word);
    }
    if (len >= sizeof(word)) {
        memcpy(&word, p + left - sizeof(word), sizeof(word)); /* some bytes twice */
    } else {
        word = 0;
        for (size_t i = 0; i < left; i++)
            word = word << 8 | p[i];
    }
    return hash_mix(hash_mix(hash, word), hash >> 32);
}

/* For tables of uthash; stands before <uthash.h> is included. */
#define HASH_FUNCTION(key, len, out) ((out) = (unsigned)hash_bytes(0, (key), (len)))
