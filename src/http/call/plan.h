/*
 * http/call/plan.h - what a delivery plan asks for next, byte by byte
 *
 * Pure arithmetic over a struct delivery and the length of the body; whoever sends asks plan_next()
 * and reports with plan_sent().
 *
 * Threads: plain value.
 */
#pragma once

#include "http/call/delivery.h"

enum step_kind {
    STEP_SEND, /* at most `bytes` from position `at` */
    STEP_WAIT, /* `wait_ms`, DELIVERY_FOREVER = no end */
    STEP_END,  /* nothing more; `end` */
};

struct step {
    enum step_kind kind;
    uint64_t at;
    uint64_t bytes;
    uint64_t wait_ms;
    enum delivery_end end;
};

struct plan {
    uint64_t at;
    uint64_t limit;      /* bytes of the body that go */
    uint64_t stall_at;   /* valid while `stall` */
    uint64_t piece_left; /* of the drip */
    uint64_t stall_ms;
    uint32_t drip_bytes;
    uint32_t drip_every_ms;
    enum delivery_end end;
    enum delivery_end stall_end;
    bool cut;      /* ends short of the body */
    bool stall;    /* still to come */
    bool in_stall; /* the pause has been handed out, not yet taken up again */
    bool pause;    /* the next step is the drip's pause */
};

void plan_init(struct plan *plan, const struct delivery *delivery, uint64_t body_len);
/** A STEP_WAIT is handed out once; ask again when it is over. */
struct step plan_next(struct plan *plan);
/** Does something follow the first @ahead bytes at once: more of the body, or a FIN? */
bool plan_goes_on(const struct plan *plan, uint64_t ahead);
void plan_sent(struct plan *plan, uint64_t bytes);
/** Drop the pauses that are still to come, but not what follows them. */
void plan_hurry(struct plan *plan);
