/*
 * Draws from a latency distribution: each is an inverse transform of one uniform number, or of two
 * for the normal kinds (Box and Muller), so that a delay is a pure function of its draws.
 */
#include <math.h>
#include <stdlib.h>

#include "base/draw.h"
#include "fault/engine.h"

/* The 99th percentile of the standard normal distribution. */
#define NORMAL_P99 2.3263478740408408

#define LATENCY_NS_MAX 0x1p62 /* leaves room to add up */

static double standard_normal(double u, double u2)
{
    return sqrt(-2 * log1p(-u)) * cos(2 * M_PI * u2);
}

/* -1 … 1 over one period. */
static double wave_at(const struct fault_latency *l, uint64_t since_ns)
{
    double x = l->period_ns ? (double)(since_ns % l->period_ns) / (double)l->period_ns : 0;

    switch (l->wave) {
    case WAVE_SINE:
        return sin(2 * M_PI * x);
    case WAVE_SAW:
        return 2 * x - 1;
    case WAVE_SQUARE:
        return x < 0.5 ? 1 : -1;
    case WAVE_TRIANGLE:
        return x < 0.5 ? 4 * x - 1 : 3 - 4 * x;
    }
    return 0;
}

static double sample_at(const struct fault_latency *l, double u)
{
    if (l->sample_count == 0)
        return 0;
    return (double)l->samples_ns[(size_t)(u * (double)l->sample_count)];
}

static double draw_ns(const struct fault_latency *l, double u, double u2, uint64_t since_ns)
{
    switch (l->kind) {
    case LATENCY_FIXED:
        return l->a_ns;
    case LATENCY_UNIFORM:
        return l->a_ns + u * (l->b_ns - l->a_ns);
    case LATENCY_NORMAL:
        return l->a_ns + l->b_ns * standard_normal(u, u2);
    case LATENCY_LOGNORMAL:
        return l->a_ns * exp(log(l->b_ns / l->a_ns) / NORMAL_P99 * standard_normal(u, u2));
    case LATENCY_EXPONENTIAL:
        return -l->a_ns * log1p(-u);
    case LATENCY_PARETO:
        return l->a_ns / pow(1 - u, 1 / l->alpha);
    case LATENCY_WAVE:
        return l->a_ns + l->b_ns * wave_at(l, since_ns);
    case LATENCY_SAMPLES:
        return sample_at(l, u);
    }
    return 0;
}

uint64_t fault_latency_draw(const struct fault_latency *latency, double u, double u2,
                            uint64_t since_armed_ns)
{
    double ns = draw_ns(latency, u, u2, since_armed_ns);

    if (!(ns > 0)) /* the left tail of the normal kind, and NaN */
        return 0;
    uint64_t whole = ns < LATENCY_NS_MAX ? (uint64_t)(ns + 0.5) : (uint64_t)LATENCY_NS_MAX;

    return latency->max_ns && whole > latency->max_ns ? latency->max_ns : whole;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void fault_latency_sample(const struct fault_latency *latency, uint64_t seed, size_t count,
                          uint64_t *out_ns)
{
    const struct str rule = STR("sample");

    for (size_t i = 0; i < count; i++)
        out_ns[i] = fault_latency_draw(latency, draw_unit(seed, rule, STR(""), STR("delay"), i + 1),
                                       draw_unit(seed, rule, STR(""), STR("delay2"), i + 1),
                                       latency->period_ns / count * i);
    qsort(out_ns, count, sizeof(*out_ns), by_size);
}
