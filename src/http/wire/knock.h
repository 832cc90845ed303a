/*
 * http/wire/knock.h - a connection that is looked at, and the ways in which it ends untaken
 *
 * knock.c looks, knock_end.c ends. For http/wire/ only.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "http/wire/head.h"
#include "http/wire/hello.h"
#include "http/wire/internal.h"

enum knock_state {
    KNOCK_LOOKS,
    KNOCK_IS_SILENT, /* nothing will be said any more; who leaves, leaves */
    KNOCK_LINGERS,   /* all has been said; what still comes is read and forgotten */
};

struct knock {
    struct knock *next;
    struct knock *prev;
    struct wire *wire;
    struct peer *peer;
    struct loop_timer timer;
    struct sockaddr_storage address;
    socklen_t address_len;
    int low_water; /* SO_RCVLOWAT, 0 = never set */
    bool tunnelled;
    enum knock_state state;
    struct head head;        /* without TLS */
    enum hello_result hello; /* with TLS */
    size_t heard;            /* bytes that were there at the last look */
    bool begun;              /* some bytes were there: the time of the head runs */
    bool late;               /* all places but those kept back were taken */
};

/* Wait for more than so many bytes. */
void knock_low_water(struct knock *k, int bytes);
/** The peer has found, or finds, another owner. */
void knock_free(struct knock *k);

/* Each of these ends the knock, now or when the client has heard. */
void knock_hang_up(struct knock *k);
void knock_drop(struct knock *k);      /* without a word */
void knock_close(struct knock *k);     /* FIN */
void knock_reset(struct knock *k);     /* RST */
void knock_send_away(struct knock *k); /* there is no place */
void knock_refuse(struct knock *k);    /* its head is wrong */
void knock_alert(struct knock *k);     /* its hello is */
void knock_say_old(struct knock *k);   /* to a hello: SSL 3.0 is all that is spoken here */
void knock_be_silent(struct knock *k, uint64_t silence_ms);
