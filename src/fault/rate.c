/*
 * Quota arithmetic without rounding. The token bucket counts in tokens times nanoseconds, so that a
 * refill of limit tokens per period is exact at every moment. The sliding window weighs the
 * previous window by the share of it that is still in view, which needs two numbers a key instead
 * of one a call.
 */
#include "fault/internal.h"

#define wide unsigned __int128

static bool bucket_over(const struct fault_when *when, struct rate_state *s, uint64_t now_ns)
{
    uint64_t burst = when->rate_burst ? when->rate_burst : when->rate_limit;
    wide token = when->rate_per_ns;
    wide full = token * burst;

    s->level += (wide)(now_ns - s->at_ns) * when->rate_limit;
    if (!s->started || s->level > full)
        s->level = full;
    s->at_ns = now_ns;
    if (s->level < token)
        return true;
    s->level -= token;
    return false;
}

/* Windows follow one another from the key's first call. */
static void window_turn(const struct fault_when *when, struct rate_state *s, uint64_t now_ns)
{
    uint64_t turns = when->rate_per_ns ? (now_ns - s->at_ns) / when->rate_per_ns : 0;

    if (turns == 0)
        return;
    s->previous = turns == 1 ? s->present : 0;
    s->present = 0;
    s->at_ns += turns * when->rate_per_ns;
}

static bool fixed_over(const struct fault_when *when, struct rate_state *s, uint64_t now_ns)
{
    window_turn(when, s, now_ns);
    if (s->present >= when->rate_limit)
        return true;
    s->present++;
    return false;
}

static bool sliding_over(const struct fault_when *when, struct rate_state *s, uint64_t now_ns)
{
    window_turn(when, s, now_ns);
    uint64_t in_view_ns = when->rate_per_ns - (now_ns - s->at_ns);
    wide weighted = (wide)s->previous * in_view_ns + (wide)s->present * when->rate_per_ns;

    if (weighted + when->rate_per_ns > (wide)when->rate_limit * when->rate_per_ns)
        return true;
    s->present++;
    return false;
}

bool rate_over(const struct fault_when *when, struct rate_state *state, uint64_t now_ns)
{
    bool over = false;

    if (!state->started || now_ns < state->at_ns) /* the virtual clock may be set back */
        *state = (struct rate_state){.at_ns = now_ns};
    switch (when->rate) {
    case RATE_NONE:
        break;
    case RATE_TOKEN_BUCKET:
        over = bucket_over(when, state, now_ns);
        break;
    case RATE_FIXED_WINDOW:
        over = fixed_over(when, state, now_ns);
        break;
    case RATE_SLIDING_WINDOW:
        over = sliding_over(when, state, now_ns);
        break;
    }
    state->started = true;
    return over;
}
