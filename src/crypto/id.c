/* Random bytes and the identifiers made of them. */
#include "crypto/id.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <inttypes.h>
#include <stdio.h>

#include "crypto/digest.h"
#include "crypto/encode.h"

enum { REQUEST_2023_RANDOM_AT = 11 }; /* behind "1-", eight digits of time and "-" */

void random_bytes(void *out, size_t len)
{
    int r = gnutls_rnd(GNUTLS_RND_RANDOM, out, len);

    assert(r >= 0);
    (void)r;
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* xoshiro256++ (Blackman and Vigna, 2019): 256 bits of state, so that the sequences of all threads
   and daemons keep apart. */
uint64_t id_bits(void)
{
    static _Thread_local uint64_t s[4];

    if (!(s[0] | s[1] | s[2] | s[3]))
        random_bytes(s, sizeof(s));
    uint64_t bits = rotate(s[0] + s[3], 23) + s[0];
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return bits;
}

/* The lowest @digits hex digits of @bits, most significant first. */
static void put_hex(char *out, uint64_t bits, unsigned digits)
{
    while (digits-- > 0) {
        out[digits] = "0123456789abcdef"[bits & 15];
        bits >>= 4;
    }
}

void id_uuid(char out[ID_UUID_BYTES])
{
    uint64_t high = id_bits();
    uint64_t low = id_bits();

    high = (high & ~UINT64_C(0xF000)) | 0x4000;             /* version 4 */
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62; /* RFC 9562 variant */
    put_hex(out, high >> 32, 8);
    out[8] = '-';
    put_hex(out + 9, high >> 16, 4);
    out[13] = '-';
    put_hex(out + 14, high, 4);
    out[18] = '-';
    put_hex(out + 19, low >> 48, 4);
    out[23] = '-';
    put_hex(out + 24, low, 12);
    out[36] = '\0';
}

void id_request_2023(uint64_t wall_ms, char out[ID_REQUEST_2023_BYTES])
{
    char *random = out + REQUEST_2023_RANDOM_AT;

    memcpy(out, "1-", 2);
    put_hex(out + 2, wall_ms / 1000, 8);
    out[10] = '-';
    out[ID_REQUEST_2023_BYTES - 1] = '\0';
    do {
        random[0] = '1';
        random[1] = '5';
        put_hex(random + 2, id_bits(), 6);
        random[8] = '-';
        put_hex(random + 9, id_bits(), 12);
    } while (strstr(random, "429") || strstr(random, "500"));
}

void id_etag(struct str document, uint64_t revision, char out[ID_ETAG_BYTES])
{
    OWN(digest_free) struct digest *digest = digest_new(DIGEST_MD5);
    uint8_t bytes[DIGEST_MD5_BYTES];
    char suffix[24];
    int n = snprintf(suffix, sizeof(suffix), "#%" PRIu64, revision);

    digest_add(digest, document);
    digest_add(digest, (struct str){suffix, (size_t)n});
    digest_end(digest, bytes);
    hex_encode(bytes, sizeof(bytes), out);
}
