/* Chance as a pure function. */
#include "base/draw.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/random.h>

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static uint64_t read_le(const uint8_t *p, size_t n)
{
    uint64_t word = 0;

    if (n)
        memcpy(&word, p, n);
    return le64toh(word);
}

/* SipHash-c-d: so many rounds a word, and at the end. */
static inline __attribute__((always_inline)) uint64_t
sip_hash(const uint8_t key[16], const void *data, size_t len, int c, int d)
{
    const uint8_t *p = data;
    uint64_t k0 = read_le(key, 8);
    uint64_t k1 = read_le(key + 8, 8);
    struct sip s = {
        .v0 = k0 ^ 0x736f6d6570736575u,
        .v1 = k1 ^ 0x646f72616e646f6du,
        .v2 = k0 ^ 0x6c7967656e657261u,
        .v3 = k1 ^ 0x7465646279746573u,
    };
    size_t whole = len & ~(size_t)7;

    for (size_t i = 0; i <= whole; i += 8) {
        uint64_t word =
            i < whole ? read_le(p + i, 8) : (uint64_t)len << 56 | read_le(p + i, len - whole);

        s.v3 ^= word;
        for (int round = 0; round < c; round++)
            sip_round(&s);
        s.v0 ^= word;
    }
    s.v2 ^= 0xff;
    for (int round = 0; round < d; round++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t draw_siphash(const uint8_t key[16], const void *data, size_t len)
{
    return sip_hash(key, data, len, 2, 4);
}

uint64_t draw_siphash_1_3(const uint8_t key[16], const void *data, size_t len)
{
    return sip_hash(key, data, len, 1, 3);
}

static size_t put_u64(uint8_t *out, uint64_t value)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (8 * i));
    return 8;
}

static size_t put_part(uint8_t *out, struct str part)
{
    size_t n = put_u64(out, part.len);

    if (part.len)
        memcpy(out + n, part.ptr, part.len);
    return n + part.len;
}

uint64_t draw_bits(uint64_t seed, struct str rule, struct str key, struct str purpose, uint64_t n)
{
    uint8_t sip_key[16];
    uint8_t small[512];
    size_t need = rule.len + key.len + purpose.len + 4 * sizeof(uint64_t);
    uint8_t *text = need <= sizeof(small) ? small : malloc(need);
    size_t len = 0;

    if (!text)
        abort();
    put_u64(sip_key, seed);
    put_u64(sip_key + 8, 0x66636d6564726177u); /* "fcmedraw": domain separation */
    len += put_part(text + len, rule);
    len += put_part(text + len, key);
    len += put_part(text + len, purpose);
    len += put_u64(text + len, n);
    uint64_t bits = draw_siphash(sip_key, text, len);

    if (text != small)
        free(text);
    return bits;
}

double draw_unit(uint64_t seed, struct str rule, struct str key, struct str purpose, uint64_t n)
{
    return (double)(draw_bits(seed, rule, key, purpose, n) >> 11) * 0x1p-53;
}

uint64_t draw_random_seed(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        abort();
    return seed >> 11; /* 53 bits survive every JSON reader on the way */
}
