/* Bodies that are wrong in a chosen way. */
#include "gateway/corrupt.h"

#include "base/buf.h"

static uint64_t mix(uint64_t bits)
{
    /* splitmix64: the next position from the last one, the same for the same draw. */
    bits += 0x9E3779B97F4A7C15u;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return bits ^ bits >> 31;
}

static struct str cut(struct str body, uint64_t amount)
{
    size_t drop = amount ? (size_t)amount : body.len / 2;

    return str_slice(body, 0, drop >= body.len ? 0 : body.len - drop);
}

static struct str flip(struct str body, uint64_t amount, uint64_t bits, struct arena *arena)
{
    char *copy = arena_dup(arena, body);

    for (uint64_t i = 0; i < (amount ? amount : 1) && body.len; i++) {
        bits = mix(bits);
        copy[bits % body.len] ^= (char)(1u << (bits >> 32) % 8);
    }
    return (struct str){copy, body.len};
}

/* A JSON value of another type than the one that was promised, but still JSON. */
static struct str wrong_type(struct str body, struct arena *arena)
{
    OWN(buf_done) struct buf b = {0};

    if (body.len && body.ptr[0] == '{') {
        buf_add_char(&b, '[');
        buf_add(&b, body);
        buf_add_char(&b, ']');
    } else {
        buf_puts(&b, "{\"value\":");
        buf_json_string(&b, body);
        buf_add_char(&b, '}');
    }
    return arena_str(arena, buf_str(&b));
}

static struct str bytes_insert(struct str body, size_t at, struct str what, struct arena *arena)
{
    OWN(buf_done) struct buf b = {0};

    buf_add(&b, str_slice(body, 0, at));
    buf_add(&b, what);
    buf_add(&b, str_slice(body, at, body.len));
    return arena_str(arena, buf_str(&b));
}

struct str corrupt_body(const struct fault_action *action, struct str body, uint64_t bits,
                        struct arena *arena, bool *out_gzip)
{
    *out_gzip = false;
    switch (action->corrupt) {
    case CORRUPT_CUT_JSON:
        return cut(body, action->corrupt_amount);
    case CORRUPT_BAD_JSON:
        return bytes_insert(body, body.len ? 1 : 0, STR(",}"), arena);
    case CORRUPT_WRONG_TYPE:
        return wrong_type(body, arena);
    case CORRUPT_EMPTY:
        return STR("");
    case CORRUPT_FLIP_BYTES:
        return flip(body, action->corrupt_amount, bits, arena);
    case CORRUPT_BAD_UTF8:
        return bytes_insert(body, body.len / 2, STR("\xC3\x28"), arena);
    case CORRUPT_BAD_GZIP:
        *out_gzip = true;
        return bytes_insert(body, 0, STR("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03"), arena);
    case CORRUPT_NONE:
        break;
    }
    return body;
}
