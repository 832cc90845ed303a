/* Message digests, HMAC, and the checksum of code packages. */
#include "crypto/digest.h"

#include <assert.h>
#include <gnutls/crypto.h>

#include "base/mem.h"
#include "crypto/encode.h"

static const struct {
    gnutls_digest_algorithm_t digest;
    gnutls_mac_algorithm_t mac;
    size_t size;
} kinds[] = {
    [DIGEST_MD5] = {GNUTLS_DIG_MD5,    GNUTLS_MAC_MD5,    DIGEST_MD5_BYTES   },
    [DIGEST_SHA1] = {GNUTLS_DIG_SHA1,   GNUTLS_MAC_SHA1,   DIGEST_SHA1_BYTES  },
    [DIGEST_SHA256] = {GNUTLS_DIG_SHA256, GNUTLS_MAC_SHA256, DIGEST_SHA256_BYTES},
};

struct digest {
    gnutls_hash_hd_t handle;
};

/* GnuTLS fails here only out of memory or for an algorithm that it was built without. */
static void must(int r)
{
    assert(r >= 0);
    (void)r;
}

/* GnuTLS refuses a NULL text even when it is empty. */
static const char *bytes_of(struct str data)
{
    return data.ptr ? data.ptr : "";
}

size_t digest_size(enum digest_kind kind)
{
    return kinds[kind].size;
}

void digest_of(enum digest_kind kind, struct str data, uint8_t out[])
{
    must(gnutls_hash_fast(kinds[kind].digest, bytes_of(data), data.len, out));
}

void digest_hex(enum digest_kind kind, struct str data, char out[DIGEST_HEX_BYTES])
{
    uint8_t bytes[DIGEST_BYTES_MAX];

    digest_of(kind, data, bytes);
    hex_encode(bytes, digest_size(kind), out);
}

void hmac_of(enum digest_kind kind, struct str key, struct str data, uint8_t out[])
{
    must(gnutls_hmac_fast(kinds[kind].mac, bytes_of(key), key.len, bytes_of(data), data.len, out));
}

struct digest *digest_new(enum digest_kind kind)
{
    struct digest *digest = mem_alloc(sizeof(*digest));

    must(gnutls_hash_init(&digest->handle, kinds[kind].digest));
    return digest;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    gnutls_hash_deinit(digest->handle, NULL);
    mem_free(digest);
}

void digest_add(struct digest *digest, struct str data)
{
    must(gnutls_hash(digest->handle, bytes_of(data), data.len));
}

void digest_end(struct digest *digest, uint8_t out[])
{
    gnutls_hash_output(digest->handle, out);
}
