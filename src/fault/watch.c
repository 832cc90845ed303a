/*
 * Conditions that are followed while calls come: guard.halt, which stops all rules before a drill
 * does harm, and what drills wait for.
 */
#include "fault/watch.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "fault/internal.h"

#define WINDOW_NS_DEFAULT UINT64_C(10000000000)

enum { SLICES = 20, SUCCESS_CALLS_MIN = 10, STATUS_ERROR = 400, STATUS_SERVER_ERROR = 500 };

struct slice {
    uint64_t number; /* of the slice since time 0, to know a stale one */
    uint64_t calls, ended, good;
};

/* What one condition has counted. */
struct tally {
    uint64_t fired_before;
    struct slice slices[SLICES];
};

struct fault_watch {
    struct fault_watch *next;
    const struct fault_condition *conditions;
    size_t count;
    struct tally *tallies; /* one a condition */
    uint64_t unexpected;
    bool struck;
    fault_watch_fn *fn;
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

static uint64_t fired_now(const struct fault_engine *engine, const struct fault_condition *c)
{
    if (!c->rule_id.ptr)
        return engine->fired;
    int index = engine->set ? fault_ruleset_find(engine->set, c->rule_id) : -1;

    return index < 0 ? 0 : engine->rules[index].fired;
}

struct fault_watch *fault_watch_start(struct fault_engine *engine,
                                      const struct fault_condition *conditions, size_t count,
                                      fault_watch_fn *fn, void *arg)
{
    struct fault_watch *watch = mem_alloc(sizeof(*watch));

    *watch = (struct fault_watch){
        .next = engine->watches,
        .conditions = conditions,
        .count = count,
        .tallies = mem_alloc_array(count, sizeof(*watch->tallies)),
        .fn = fn,
        .arg = arg,
    };
    for (size_t i = 0; i < count; i++)
        if (conditions[i].kind == CONDITION_FIRED)
            watch->tallies[i].fired_before = fired_now(engine, &conditions[i]);
    engine->watches = watch;
    return watch;
}

void fault_watch_stop(struct fault_engine *engine, struct fault_watch *watch)
{
    struct fault_watch **slot = &engine->watches;

    if (!watch)
        return;
    while (*slot != watch)
        slot = &(*slot)->next;
    *slot = watch->next;
    mem_free(watch->tallies);
    mem_free(watch);
}

/* ---- windows ---- */

static uint64_t window_ns(const struct fault_condition *c)
{
    return c->over_ns ? c->over_ns : WINDOW_NS_DEFAULT;
}

static struct slice *slice_at(struct tally *tally, const struct fault_condition *c, uint64_t now_ns)
{
    uint64_t length_ns = window_ns(c) / SLICES ? window_ns(c) / SLICES : 1;
    uint64_t number = now_ns / length_ns;
    struct slice *slice = &tally->slices[number % SLICES];

    if (slice->number != number)
        *slice = (struct slice){.number = number};
    return slice;
}

static struct slice window_sum(struct tally *tally, const struct fault_condition *c,
                               uint64_t now_ns)
{
    uint64_t newest = slice_at(tally, c, now_ns)->number;
    struct slice sum = {0};

    for (size_t i = 0; i < SLICES; i++) {
        const struct slice *slice = &tally->slices[i];

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

/* A reload that changes a rule lets it count anew. */
static double fires_since(const struct fault_engine *engine, const struct fault_condition *c,
                          const struct tally *tally)
{
    uint64_t fired = fired_now(engine, c);

    return (double)(fired >= tally->fired_before ? fired - tally->fired_before : fired);
}

static bool condition_holds(const struct fault_engine *engine, const struct fault_watch *watch,
                            size_t index, uint64_t now_ns)
{
    const struct fault_condition *c = &watch->conditions[index];
    struct tally *tally = &watch->tallies[index];

    switch (c->kind) {
    case CONDITION_FIRED:
        return compare_holds(&c->compare, fires_since(engine, c, tally));
    case CONDITION_IN_FLIGHT:
        return compare_holds(&c->compare, (double)engine->in_flight);
    case CONDITION_UNEXPECTED_5XX:
        return compare_holds(&c->compare, (double)watch->unexpected);
    case CONDITION_CALL_RATE:
        return compare_holds(&c->compare, (double)window_sum(tally, c, now_ns).calls * NS_PER_S /
                                              (double)window_ns(c));
    case CONDITION_SUCCESS:
        return success_holds(c, window_sum(tally, c, now_ns));
    }
    return false;
}

static const struct fault_condition *held_by(const struct fault_engine *engine,
                                             const struct fault_watch *watch, uint64_t now_ns)
{
    for (size_t i = 0; i < watch->count; i++)
        if (condition_holds(engine, watch, i, now_ns))
            return &watch->conditions[i];
    return NULL;
}

/* What is told may stop watches and start others: the list is walked anew each time. */
void watches_check(struct fault_engine *engine, uint64_t now_ns)
{
    struct fault_watch *watch = engine->watches;

    while (watch) {
        const struct fault_condition *condition =
            watch->struck ? NULL : held_by(engine, watch, now_ns);

        if (!condition) {
            watch = watch->next;
            continue;
        }
        watch->struck = true;
        watch->fn(watch->arg, condition);
        watch = engine->watches;
    }
}

static void note(struct fault_watch *watch, enum fault_condition_kind kind, uint64_t now_ns,
                 void (*count)(struct slice *slice, int status), int status)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->conditions[i].kind == kind)
            count(slice_at(&watch->tallies[i], &watch->conditions[i], now_ns), status);
}

static void count_call(struct slice *slice, int status)
{
    (void)status;
    slice->calls++;
}

static void count_end(struct slice *slice, int status)
{
    slice->ended++;
    slice->good += status > 0 && status < STATUS_ERROR;
}

void watches_note_call(struct fault_engine *engine, uint64_t now_ns)
{
    if (!engine->watches)
        return;
    for (struct fault_watch *watch = engine->watches; watch; watch = watch->next)
        note(watch, CONDITION_CALL_RATE, now_ns, count_call, 0);
    watches_check(engine, now_ns);
}

void fault_engine_observe(struct fault_engine *engine, int status, bool by_rule)
{
    uint64_t now_ns;

    if (!engine->watches)
        return;
    now_ns = clock_now_ns(engine->clock);
    for (struct fault_watch *watch = engine->watches; watch; watch = watch->next) {
        watch->unexpected += status >= STATUS_SERVER_ERROR && !by_rule;
        note(watch, CONDITION_SUCCESS, now_ns, count_end, status);
    }
    watches_check(engine, now_ns);
}

/* ---- guard.halt ---- */

static void halt(void *arg, const struct fault_condition *condition)
{
    struct fault_engine *engine = arg;

    if (engine->stopped)
        return;
    engine->halted = true;
    engine->halted_by = *condition;
    engine->halted_by.rule_id = STR_NONE; /* of a set that may be gone by then */
    fault_engine_stop(engine);
    if (engine->on_halt)
        engine->on_halt(engine->on_halt_arg, condition);
}

void halt_start(struct fault_engine *engine)
{
    const struct fault_guard *guard = &engine->set->guard;

    fault_watch_stop(engine, engine->halt);
    engine->halted = engine->halted && engine->stopped; /* a stop outlives a reload */
    engine->halt = guard->halt_count
                       ? fault_watch_start(engine, guard->halt, guard->halt_count, halt, engine)
                       : NULL;
}

const struct fault_condition *fault_engine_halted(const struct fault_engine *engine)
{
    return engine->halted ? &engine->halted_by : NULL;
}

void fault_engine_on_halt(struct fault_engine *engine,
                          void (*fn)(void *arg, const struct fault_condition *condition), void *arg)
{
    engine->on_halt = fn;
    engine->on_halt_arg = arg;
}
