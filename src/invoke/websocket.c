/*
 * Frames: of a client, masked, in fragments; ours, whole.
 */
#include "invoke/websocket.h"

#include "crypto/digest.h"
#include "crypto/encode.h"

enum {
    FIN = 0x80,
    RESERVED = 0x70,
    OPCODE = 0x0f,
    MASKED = 0x80,
    LEN = 0x7f,
    LEN_16 = 126,
    LEN_64 = 127,
    CONTROL = 8,
    CONTROL_MAX = 125,
    MASK_BYTES = 4,
    HEAD_BYTES = 2,
    MESSAGE_MAX = 1 << 20,
    BYTE_BITS = 8,
};

static const struct {
    unsigned opcode;
    enum websocket_kind kind;
} opcodes[] = {
    {0x1, WEBSOCKET_TEXT },
    {0x2, WEBSOCKET_BYTES},
    {0x8, WEBSOCKET_CLOSE},
    {0x9, WEBSOCKET_PING },
    {0xa, WEBSOCKET_PONG },
};

static enum websocket_kind kind_of(unsigned opcode)
{
    for (size_t i = 0; i < N_ELEMENTS(opcodes); i++) {
        if (opcodes[i].opcode == opcode)
            return opcodes[i].kind;
    }
    return WEBSOCKET_BAD;
}

void websocket_done(struct websocket *socket)
{
    buf_done(&socket->in);
    buf_done(&socket->message);
    *socket = (struct websocket){0};
}

void websocket_take(struct websocket *socket, struct str bytes)
{
    if (socket->at == socket->in.len) {
        buf_clear(&socket->in);
        socket->at = 0;
    }
    buf_add(&socket->in, bytes);
}

/* ---- heads ---- */

struct head {
    bool fin;
    unsigned opcode;
    uint64_t len;
    size_t bytes; /* of the head, with its mask */
};

static uint64_t read_number(const unsigned char *bytes, size_t count)
{
    uint64_t number = 0;

    for (size_t i = 0; i < count; i++)
        number = number << BYTE_BITS | bytes[i];
    return number;
}

static enum websocket_kind check(const struct head *head, const struct websocket *socket)
{
    bool control = head->opcode >= CONTROL;

    if (control && (!head->fin || head->len > CONTROL_MAX))
        return WEBSOCKET_BAD;
    if (head->len > MESSAGE_MAX || socket->message.len + head->len > MESSAGE_MAX)
        return WEBSOCKET_BAD;
    if (head->opcode == 0)
        return socket->begun ? socket->begun : WEBSOCKET_BAD;
    if (!control && socket->begun)
        return WEBSOCKET_BAD; /* a message within another */
    return kind_of(head->opcode);
}

/* MORE when it is not whole, BAD, or what the frame is of. */
static enum websocket_kind read_head(const struct websocket *socket, struct head *out)
{
    const unsigned char *bytes = (const unsigned char *)socket->in.ptr + socket->at;
    size_t there = socket->in.len - socket->at;
    size_t more;

    if (there < HEAD_BYTES)
        return WEBSOCKET_MORE;
    if ((bytes[0] & RESERVED) || !(bytes[1] & MASKED))
        return WEBSOCKET_BAD;
    out->fin = bytes[0] & FIN;
    out->opcode = bytes[0] & OPCODE;
    out->len = bytes[1] & LEN;
    more = out->len == LEN_16 ? sizeof(uint16_t) : out->len == LEN_64 ? sizeof(uint64_t) : 0;
    out->bytes = HEAD_BYTES + more + MASK_BYTES;
    if (there < out->bytes)
        return WEBSOCKET_MORE;
    if (more)
        out->len = read_number(bytes + HEAD_BYTES, more);
    return check(out, socket);
}

/* ---- frames ---- */

static struct str unmask(struct websocket *socket, const struct head *head)
{
    unsigned char *bytes = (unsigned char *)socket->in.ptr + socket->at + head->bytes;
    const unsigned char *mask = bytes - MASK_BYTES;

    for (size_t i = 0; i < head->len; i++)
        bytes[i] ^= mask[i % MASK_BYTES];
    socket->at += head->bytes + (size_t)head->len;
    return (struct str){(const char *)bytes, (size_t)head->len};
}

enum websocket_kind websocket_next(struct websocket *socket, struct str *out)
{
    if (socket->given) {
        buf_clear(&socket->message);
        socket->given = false;
    }
    for (;;) {
        struct head head;
        enum websocket_kind kind = read_head(socket, &head);
        struct str payload;

        if (kind == WEBSOCKET_MORE || kind == WEBSOCKET_BAD)
            return kind;
        if (socket->in.len - socket->at - head.bytes < head.len)
            return WEBSOCKET_MORE;
        payload = unmask(socket, &head);
        if (head.opcode >= CONTROL) {
            *out = payload;
            return kind;
        }
        buf_add(&socket->message, payload);
        socket->begun = head.fin ? WEBSOCKET_MORE : kind;
        if (head.fin) {
            socket->given = true;
            *out = buf_str(&socket->message);
            return kind;
        }
    }
}

void websocket_put(struct buf *out, enum websocket_kind kind, struct str lead, struct str rest)
{
    uint64_t len = lead.len + rest.len;
    size_t more = len < LEN_16 ? 0 : len <= UINT16_MAX ? sizeof(uint16_t) : sizeof(uint64_t);

    for (size_t i = 0; i < N_ELEMENTS(opcodes); i++) {
        if (opcodes[i].kind == kind)
            buf_add_char(out, (char)(FIN | opcodes[i].opcode));
    }
    buf_add_char(out, (char)(more == 0                  ? len
                             : more == sizeof(uint16_t) ? (uint64_t)LEN_16
                                                        : (uint64_t)LEN_64));
    for (size_t i = more; i-- > 0;)
        buf_add_char(out, (char)(len >> (i * BYTE_BITS)));
    buf_add(out, lead);
    if (rest.len)
        buf_add(out, rest);
}

void websocket_put_close(struct buf *out, unsigned status)
{
    const char bytes[] = {(char)(status >> BYTE_BITS), (char)status};

    websocket_put(out, WEBSOCKET_CLOSE, (struct str){bytes, sizeof(bytes)}, STR(""));
}

struct str websocket_accept(struct str key, struct arena *arena)
{
    uint8_t digest[DIGEST_BYTES_MAX];
    struct str text = ARENA_CONCAT(arena, key, STR("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));

    digest_of(DIGEST_SHA1, text, digest);
    return base64_text((struct str){(const char *)digest, DIGEST_SHA1_BYTES}, arena);
}
