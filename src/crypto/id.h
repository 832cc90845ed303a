/*
 * crypto/id.h - random bytes and the identifiers made of them
 *
 * Ids come from a generator per thread, seeded once by the kernel: one costs some 20 ns where a
 * system call costs 460. They are unique, not secret; secrets come from random_bytes().
 *
 * Threads: any.
 */
#pragma once

#include "base/str.h"

enum {
    ID_UUID_BYTES = 37,         /* 36 characters and a terminator */
    ID_REQUEST_2023_BYTES = 33, /* 32 characters and a terminator */
    ID_ETAG_BYTES = 33,
};

/** From the kernel's generator, fit for keys and tokens. */
void random_bytes(void *out, size_t len);

/** The next 64 bits of this thread's generator; for ids, not for secrets. */
uint64_t id_bits(void);

/** A version 4 UUID in lower case: request ids and resource ids of 2016-08-15 and 2021-04-06. */
void id_uuid(char out[ID_UUID_BYTES]);

/**
 * A request id of 2023-03-30: `1-<hex seconds>-15xxxxxx-<12 hex>`. The random part never contains
 * "429" or "500", because the Terraform provider searches error bodies for these texts.
 *
 * Source: three captures of 2024-2026.
 */
void id_request_2023(uint64_t wall_ms, char out[ID_REQUEST_2023_BYTES]);

/**
 * 32 lower-case hex digits for `Etag`: a digest of the resource's @document and its @revision, so
 * that two reads agree and even a write that changes nothing gives a new one.
 */
void id_etag(struct str document, uint64_t revision, char out[ID_ETAG_BYTES]);
