/*
 * invoke/frame.h - frames over the socket of an instance
 *
 * <length u32><kind u8><3 bytes 0><call u32> and the payload, little-endian. Kinds to the runtime:
 * L load (JSON), I initialize (JSON), K hook (JSON), C call (<u32><JSON><event>), H call over HTTP
 * (the same, with what it asks for in the JSON). Back: r ready, l loaded, a answer (bytes), h
 * answer over HTTP (<u32><JSON><body>), e error (<u8 how><JSON>).
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

struct loop;
struct channel;

enum frame_error { FRAME_HANDLED = 1, FRAME_UNHANDLED = 2 };

/* A large event begins at its place in the frame unless the JSON is longer: blanks fill the gap.
 * Who reads so much at first can read the event to where it stays. */
enum {
    FRAME_HEAD_BYTES = 12,
    FRAME_PAYLOAD_MAX = 160 << 20,
    FRAME_EVENT_LARGE = 64 << 10,
    FRAME_EVENT_AT = 4096
};

struct frame {
    char kind;
    uint32_t call;
    struct str payload; /* valid while the callback runs */
};

/* A callback may close the channel. */
struct channel_events {
    void (*frame)(void *arg, const struct frame *frame);
    void (*ended)(void *arg); /* the other side closed it, or sent what is no frame */
};

/** @fd is taken. */
struct channel *channel_open(struct loop *loop, int fd, const struct channel_events *events,
                             void *arg, struct error *err);
void channel_close(struct channel *channel); /* NULL is fine */
/** From now on somebody else hears of it. */
void channel_adopt(struct channel *channel, const struct channel_events *events, void *arg);
/** The parts behind each other are the payload. What the socket does not take at once is copied. */
void channel_send(struct channel *channel, char kind, uint32_t call, const struct str *parts,
                  size_t count);
/** The same with one part more, which is not copied: it stays as it is until the call is answered,
 * or channel_own() was called. */
void channel_lend(struct channel *channel, char kind, uint32_t call, const struct str *parts,
                  size_t count, struct str last);
/** What was lent for the call goes: what the socket has not taken of it is copied. */
void channel_own(struct channel *channel, uint32_t call);
