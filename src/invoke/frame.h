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

enum { FRAME_PAYLOAD_MAX = 160 << 20 };

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
