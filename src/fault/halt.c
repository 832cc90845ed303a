/*
 * guard.halt: conditions that stop all rules before a drill does harm. Counts begin when the set is
 * loaded, or when something is enabled after a stop. Rates are taken over a window cut into slices;
 * the share of successes says nothing before a handful of calls has ended.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "fault/internal.h"

#define WINDOW_NS_DEFAULT UINT64_C(10000000000)
#define NS_PER_S 1e9

enum { SLICES = 20, SUCCESS_CALLS_MIN = 10, STATUS_ERROR = 400, STATUS_SERVER_ERROR = 500 };

struct slice {
    uint64_t number; /* of the slice since time 0, to know a stale one */
    uint64_t calls, ended, good;
};

struct watch {
    uint64_t fired_before;
    struct slice slices[SLICES];
};

struct halt_watch {
    struct watch *watches; /* one a condition */
    uint64_t unexpected;
    const struct fault_condition *struck;
    void (*on_halt)(void *arg, const struct fault_condition *condition);
    void *arg;
};

static const char *const condition_names[] = {
    [CONDITION_FIRED] = "fired",
    [CONDITION_IN_FLIGHT] = "in_flight",
    [CONDITION_UNEXPECTED_5XX] = "unexpected_5xx",
    [CONDITION_CALL_RATE] = "call_rate",
    [CONDITION_SUCCESS] = "success",
};

const char *fault_condition_name(enum fault_condition_kind kind)
{
    return kind < N_ELEMENTS(condition_names) ? condition_names[kind] : "";
}

struct halt_watch *halt_new(void)
{
    return mem_alloc(sizeof(struct halt_watch));
}

void halt_free(struct halt_watch *halt)
{
    if (!halt)
        return;
    mem_free(halt->watches);
    mem_free(halt);
}

static uint64_t fired_now(const struct fault_engine *engine, const struct fault_condition *c)
{
    return c->rule < 0 ? engine->fired : engine->rules[c->rule].fired;
}

void halt_start(struct fault_engine *engine)
{
    struct halt_watch *halt = engine->halt;
    const struct fault_guard *guard = &engine->set->guard;

    mem_free(halt->watches);
    halt->watches = mem_alloc_array(guard->halt_count, sizeof(*halt->watches));
    halt->unexpected = 0;
    halt->struck = NULL;
    for (size_t i = 0; i < guard->halt_count; i++)
        if (guard->halt[i].kind == CONDITION_FIRED)
            halt->watches[i].fired_before = fired_now(engine, &guard->halt[i]);
}

/* ---- windows ---- */

static uint64_t window_ns(const struct fault_condition *c)
{
    return c->over_ns ? c->over_ns : WINDOW_NS_DEFAULT;
}

static struct slice *slice_at(struct watch *watch, const struct fault_condition *c, uint64_t now_ns)
{
    uint64_t length_ns = window_ns(c) / SLICES ? window_ns(c) / SLICES : 1;
    uint64_t number = now_ns / length_ns;
    struct slice *slice = &watch->slices[number % SLICES];

    if (slice->number != number)
        *slice = (struct slice){.number = number};
    return slice;
}

static struct slice window_sum(struct watch *watch, const struct fault_condition *c,
                               uint64_t now_ns)
{
    uint64_t newest = slice_at(watch, c, now_ns)->number;
    struct slice sum = {0};

    for (size_t i = 0; i < SLICES; i++) {
        const struct slice *slice = &watch->slices[i];

        if (slice->number + SLICES <= newest || slice->number > newest)
            continue;
        sum.calls += slice->calls;
        sum.ended += slice->ended;
        sum.good += slice->good;
    }
    return sum;
}

/* ---- conditions ---- */

static bool success_holds(const struct fault_condition *c, struct slice sum)
{
    return sum.ended >= SUCCESS_CALLS_MIN &&
           compare_holds(&c->compare, (double)sum.good / (double)sum.ended);
}

static bool condition_holds(struct fault_engine *engine, size_t index, uint64_t now_ns)
{
    const struct fault_condition *c = &engine->set->guard.halt[index];
    struct watch *watch = &engine->halt->watches[index];

    switch (c->kind) {
    case CONDITION_FIRED:
        return compare_holds(&c->compare, (double)(fired_now(engine, c) - watch->fired_before));
    case CONDITION_IN_FLIGHT:
        return compare_holds(&c->compare, (double)engine->in_flight);
    case CONDITION_UNEXPECTED_5XX:
        return compare_holds(&c->compare, (double)engine->halt->unexpected);
    case CONDITION_CALL_RATE:
        return compare_holds(&c->compare, (double)window_sum(watch, c, now_ns).calls * NS_PER_S /
                                              (double)window_ns(c));
    case CONDITION_SUCCESS:
        return success_holds(c, window_sum(watch, c, now_ns));
    }
    return false;
}

void halt_check(struct fault_engine *engine, uint64_t now_ns)
{
    struct halt_watch *halt = engine->halt;
    const struct fault_guard *guard = &engine->set->guard;

    for (size_t i = 0; !engine->stopped && i < guard->halt_count; i++) {
        if (!condition_holds(engine, i, now_ns))
            continue;
        fault_engine_stop(engine);
        halt->struck = &guard->halt[i];
        if (halt->on_halt)
            halt->on_halt(halt->arg, halt->struck);
    }
}

void halt_note_call(struct fault_engine *engine, uint64_t now_ns)
{
    const struct fault_guard *guard = engine->set ? &engine->set->guard : NULL;

    if (!guard || guard->halt_count == 0)
        return;
    for (size_t i = 0; i < guard->halt_count; i++)
        if (guard->halt[i].kind == CONDITION_CALL_RATE)
            slice_at(&engine->halt->watches[i], &guard->halt[i], now_ns)->calls++;
    halt_check(engine, now_ns);
}

void fault_engine_observe(struct fault_engine *engine, int status, bool by_rule)
{
    const struct fault_guard *guard = engine->set ? &engine->set->guard : NULL;
    uint64_t now_ns;

    if (!guard || guard->halt_count == 0)
        return;
    now_ns = clock_now_ns(engine->clock);
    engine->halt->unexpected += status >= STATUS_SERVER_ERROR && !by_rule;
    for (size_t i = 0; i < guard->halt_count; i++) {
        if (guard->halt[i].kind != CONDITION_SUCCESS)
            continue;
        struct slice *slice = slice_at(&engine->halt->watches[i], &guard->halt[i], now_ns);

        slice->ended++;
        slice->good += status > 0 && status < STATUS_ERROR;
    }
    halt_check(engine, now_ns);
}

const struct fault_condition *fault_engine_halted(const struct fault_engine *engine)
{
    return engine->halt->struck;
}

void fault_engine_on_halt(struct fault_engine *engine,
                          void (*fn)(void *arg, const struct fault_condition *condition), void *arg)
{
    engine->halt->on_halt = fn;
    engine->halt->arg = arg;
}
