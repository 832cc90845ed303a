/* What a delivery plan asks for next, byte by byte. */
#include "http/call/plan.h"

enum { HURRIED_MS = 1 }; /* 0 would be for ever */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void plan_init(struct plan *plan, const struct delivery *delivery, uint64_t body_len)
{
    uint64_t limit = delivery->cut ? least(delivery->cut_after, body_len) : body_len;

    *plan = (struct plan){
        .limit = limit,
        .cut = limit < body_len,
        .stall = delivery->stall,
        .stall_at = least(delivery->stall_after, limit),
        .stall_ms = delivery->stall_ms,
        .stall_end = delivery->stall_end,
        .drip_bytes = delivery->drip_bytes,
        .drip_every_ms = delivery->drip_every_ms,
        .piece_left = delivery->drip_bytes,
        .pause = delivery->drip_bytes && delivery->drip_every_ms,
        .end = delivery->end,
    };
}

static struct step stall_step(struct plan *plan)
{
    plan->stall = false;
    plan->in_stall = true;
    return (struct step){.kind = STEP_WAIT, .wait_ms = plan->stall_ms};
}

static struct step end_step(struct plan *plan, enum delivery_end end)
{
    plan->cut = plan->cut || plan->at < plan->limit;
    return (struct step){.kind = STEP_END, .end = end};
}

static struct step send_step(const struct plan *plan)
{
    uint64_t bytes = plan->limit - plan->at;

    if (plan->stall)
        bytes = least(bytes, plan->stall_at - plan->at);
    if (plan->drip_bytes)
        bytes = least(bytes, plan->piece_left);
    return (struct step){.kind = STEP_SEND, .at = plan->at, .bytes = bytes};
}

/* Each piece leaves behind its own time, the first as well; one that is smaller takes less. */
static uint64_t piece_ms(const struct plan *plan)
{
    uint64_t bytes = least(plan->drip_bytes, plan->limit - plan->at);

    return (bytes * plan->drip_every_ms + plan->drip_bytes - 1) / plan->drip_bytes;
}

struct step plan_next(struct plan *plan)
{
    if (plan->in_stall) {
        plan->in_stall = false;
        if (plan->stall_end != DELIVERY_KEEP)
            return end_step(plan, plan->stall_end);
    }
    if (plan->stall && plan->at == plan->stall_at)
        return stall_step(plan);
    if (plan->at == plan->limit)
        return end_step(plan, plan->end);
    if (plan->pause) {
        plan->pause = false;
        return (struct step){.kind = STEP_WAIT, .wait_ms = piece_ms(plan)};
    }
    return send_step(plan);
}

bool plan_goes_on(const struct plan *plan, uint64_t ahead)
{
    uint64_t at = plan->at + ahead;

    if (plan->in_stall || plan->pause || plan->drip_bytes || (plan->stall && at == plan->stall_at))
        return false;
    return at < plan->limit || plan->end == DELIVERY_KEEP || plan->end == DELIVERY_CLOSE;
}

void plan_sent(struct plan *plan, uint64_t bytes)
{
    plan->at += bytes;
    if (plan->drip_bytes == 0)
        return;
    plan->piece_left -= bytes;
    if (plan->piece_left == 0) {
        plan->piece_left = plan->drip_bytes;
        plan->pause = plan->drip_every_ms > 0;
    }
}

void plan_hurry(struct plan *plan)
{
    plan->stall_ms = HURRIED_MS;
    plan->drip_bytes = 0;
    plan->pause = false;
}
