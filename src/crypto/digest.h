/*
 * crypto/digest.h - message digests, HMAC, and the checksum of code packages
 *
 * MD5 and SHA-1 are here because the emulated service uses them on the wire, for nothing else.
 *
 * Threads: any; a struct digest one at a time.
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

enum digest_kind {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
};

enum {
    DIGEST_MD5_BYTES = 16,
    DIGEST_SHA1_BYTES = 20,
    DIGEST_SHA256_BYTES = 32,
    DIGEST_BYTES_MAX = DIGEST_SHA256_BYTES,
    DIGEST_HEX_BYTES = 2 * DIGEST_BYTES_MAX + 1, /* with a terminator */
};

size_t digest_size(enum digest_kind kind); /* bytes of the digest */

/** @out holds digest_size() bytes; DIGEST_BYTES_MAX always suffice. */
void digest_of(enum digest_kind kind, struct str data, uint8_t out[]);
/** The same as lower-case hex with a terminator. */
void digest_hex(enum digest_kind kind, struct str data, char out[DIGEST_HEX_BYTES]);

void hmac_of(enum digest_kind kind, struct str key, struct str data, uint8_t out[]);

/* A digest over bytes that arrive piece by piece. */
struct digest;

struct digest *digest_new(enum digest_kind kind);
void digest_free(struct digest *digest);
DEFINE_OWN(digest_free, struct digest *);
void digest_add(struct digest *digest, struct str data);
/** Hand out the digest of all that was added, and start again from nothing. */
void digest_end(struct digest *digest, uint8_t out[]);

/**
 * CRC-64/XZ (ECMA-182, reflected), the `codeChecksum` of a package. Start with 0 and pass the last
 * result on to continue; printed as unsigned decimal.
 *
 * Source: official clients compare it with the OSS header X-Oss-Hash-Crc64ecma of the same bytes.
 */
uint64_t crc64_add(uint64_t crc, struct str data);
