/*
 * tests/fuzz/fuzz_websocket.c - frames give the same messages however they are cut
 */
#include <stdlib.h>

#include "invoke/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_all(struct websocket *socket, struct buf *out, bool *bad)
{
    enum websocket_kind kind;
    struct str got;

    while (!*bad && (kind = websocket_next(socket, &got)) != WEBSOCKET_MORE) {
        buf_add_char(out, (char)kind);
        *bad = kind == WEBSOCKET_BAD;
        if (!*bad)
            websocket_put(out, kind, STR(""), got);
    }
}

static void read_in_steps(struct str all, size_t step, struct buf *out)
{
    struct websocket socket = {0};
    bool bad = false;

    for (size_t at = 0; at < all.len && !bad; at += step) {
        websocket_take(&socket, str_slice(all, at, at + step < all.len ? at + step : all.len));
        add_all(&socket, out, &bad);
    }
    websocket_done(&socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = {(const char *)data, size};
    struct buf whole = {0};

    if (size == 0)
        return 0;
    read_in_steps(all, size, &whole);
    for (size_t step = 1; step < 8; step += 3) {
        struct buf cut = {0};

        read_in_steps(all, step, &cut);
        if (!str_eq(buf_str(&whole), buf_str(&cut)))
            abort();
        buf_done(&cut);
    }
    buf_done(&whole);
    return 0;
}
