/*
 * gateway/stations.h - the stations a call passes, in the order of the table in gateway.c
 *
 * Each takes the exchange and says where the call goes next; none sees a socket but the last.
 */
#pragma once

#include "gateway/exchange.h"

enum next {
    NEXT_STATION,
    NEXT_PARKED, /* somebody will call exchange_advance(), which goes on with the station behind */
    NEXT_HOLD_HEADERS, /* no work is done here: on to the delay before the answer */
    NEXT_DELIVER,      /* nothing is to be shaped */
    NEXT_COUNT,
};

/* The way of a call; gateway.c has it. */
struct way {
    const struct station {
        const char *name;
        enum next (*run)(struct exchange *x);
    } * stations;
    size_t count;
    enum next (*jumps[NEXT_COUNT])(struct exchange *x); /* where an answer leads elsewhere */
};

/** That station is the next one to be run. */
void exchange_stand_at(struct exchange *x, enum next (*station)(struct exchange *x));

/** Held for that long as a delay; 0 = not at all. hold.c */
enum next exchange_hold_if(struct exchange *x, uint64_t ns);

enum next station_place(struct exchange *x);
enum next station_operate(struct exchange *x);
enum next station_strike_upload(struct exchange *x);
enum next station_receive_body(struct exchange *x);
enum next station_visit(struct exchange *x);
enum next station_strike(struct exchange *x);
enum next station_hang_request(struct exchange *x);
enum next station_skip(struct exchange *x);
enum next station_refuse(struct exchange *x);
enum next station_admit(struct exchange *x);
enum next station_refuse_account(struct exchange *x);
enum next station_strike_again(struct exchange *x);
enum next station_late(struct exchange *x);
enum next station_hold_effect(struct exchange *x);
enum next station_canned(struct exchange *x);
enum next station_perform(struct exchange *x);
enum next station_hold_canned(struct exchange *x);
enum next station_late_is_done(struct exchange *x);
enum next station_hold_headers(struct exchange *x);
enum next station_hang_headers(struct exchange *x);
enum next station_outcome(struct exchange *x);
enum next station_shape(struct exchange *x);
enum next station_deliver(struct exchange *x);
