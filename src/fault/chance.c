/*
 * The threshold that a draw is compared with.
 *
 * A burst is a chain of two states, good and bad (Gilbert 1960, Elliott 1963). Its state at a step
 * must follow from the seed and the number of the step alone, also when nobody looked for hours.
 * So the chain is cut into blocks: each starts with a draw from the stationary distribution, and
 * within it a step follows from the one before.
 */
#include <math.h>

#include "base/draw.h"
#include "fault/internal.h"

enum { BURST_BLOCK_STEPS = 1024 };

/* How steep the exponential curve is: it doubles ten times on its way. */
#define RAMP_DOUBLINGS 10

static double curve_at(const struct fault_when *when, double x)
{
    switch (when->ramp_curve) {
    case RAMP_LINEAR:
        return x;
    case RAMP_EXPONENTIAL:
        return (exp2(RAMP_DOUBLINGS * x) - 1) / (exp2(RAMP_DOUBLINGS) - 1);
    case RAMP_STEPS:
        return when->ramp_steps ? floor(x * (double)when->ramp_steps) / (double)when->ramp_steps
                                : x;
    }
    return x;
}

/* Without `hold` it stays at `to`; with it, the ramp is over afterwards and nothing fires. */
double ramp_at(const struct fault_when *when, uint64_t armed_for_ns)
{
    if (armed_for_ns < when->ramp_over_ns)
        return when->ramp_from +
               (when->ramp_to - when->ramp_from) *
                   curve_at(when, (double)armed_for_ns / (double)when->ramp_over_ns);
    if (when->ramp_hold_ns && armed_for_ns - when->ramp_over_ns >= when->ramp_hold_ns)
        return 0;
    return when->ramp_to;
}

static double burst_draw(const struct chance *chance, uint64_t step)
{
    return draw_unit(chance->seed, chance->rule, chance->key, STR("burst"), step);
}

static bool burst_next(const struct fault_when *when, bool bad, double u)
{
    return bad ? u >= when->burst_leave : u < when->burst_enter;
}

static bool burst_first(const struct fault_when *when, double u)
{
    return u * (when->burst_enter + when->burst_leave) < when->burst_enter;
}

bool burst_is_bad(const struct fault_when *when, const struct chance *chance, uint64_t step,
                  struct burst_state *burst)
{
    uint64_t block = step - step % BURST_BLOCK_STEPS;

    if (!burst->known || burst->step > step || burst->step < block) {
        burst->step = block;
        burst->bad = burst_first(when, burst_draw(chance, block));
        burst->known = true;
    }
    while (burst->step < step)
        burst->bad = burst_next(when, burst->bad, burst_draw(chance, ++burst->step));
    return burst->bad;
}

double chance_threshold(const struct fault_when *when, const struct chance *chance,
                        struct burst_state *burst)
{
    uint64_t step;

    switch (when->chance) {
    case CHANCE_ALWAYS:
        return 1;
    case CHANCE_PROBABILITY:
        return when->probability;
    case CHANCE_RAMP:
        return ramp_at(when, chance->armed_for_ns);
    case CHANCE_BURST:
        step = when->burst_step_ns ? chance->armed_for_ns / when->burst_step_ns : chance->n;
        return burst_is_bad(when, chance, step, burst) ? when->burst_inside : when->burst_outside;
    }
    return 1;
}
