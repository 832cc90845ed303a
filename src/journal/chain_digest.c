/* Several texts to one number; for journal/ only. */
#include "journal/chain_digest.h"

#include "base/draw.h"

enum { GATHER_BYTES = 1024 };

/* Parts are gathered and digested at once; what does not fit is folded into what is there. */
struct gather {
    const uint8_t *secret;
    size_t used;
    char bytes[GATHER_BYTES];
};

static void gather_fold(struct gather *gather)
{
    uint64_t digest = draw_siphash_1_3(gather->secret, gather->bytes, gather->used);

    memcpy(gather->bytes, &digest, sizeof(digest));
    gather->used = sizeof(digest);
}

static void gather_add(struct gather *gather, struct str part)
{
    uint64_t digest;

    if (part.len > GATHER_BYTES / 4) {
        digest = draw_siphash_1_3(gather->secret, part.ptr, part.len);
        part = (struct str){(const char *)&digest, sizeof(digest)};
    }
    if (gather->used + sizeof(part.len) + part.len > GATHER_BYTES)
        gather_fold(gather);
    memcpy(gather->bytes + gather->used, &part.len, sizeof(part.len));
    gather->used += sizeof(part.len);
    /* A call: for memcpy() of a length that is known to be small, GCC writes `rep movsq`, which
     * takes longer to begin than these texts to copy. */
    if (part.len)
        memmove(gather->bytes + gather->used, part.ptr, part.len);
    gather->used += part.len;
}

uint64_t chain_digest(const uint8_t secret[CHAIN_SECRET_BYTES], const struct str *parts,
                      size_t count, uint64_t number)
{
    struct gather gather;

    gather.secret = secret;
    gather.used = sizeof(number);
    memcpy(gather.bytes, &number, sizeof(number));
    for (size_t i = 0; i < count; i++)
        gather_add(&gather, parts[i]);
    return draw_siphash_1_3(gather.secret, gather.bytes, gather.used);
}
