/*
 * Timer triggers on the virtual clock. Each moment of a schedule fires once, in order, also those
 * that a jump of the clock passes.
 */
#include "product/service/event/timers.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "loop/loop.h"
#include "product/service/event/internal.h"
#include "product/service/resource/timer_schedule.h"

enum {
    AT_ONCE_MAX = 200, /* fired before others have their turn */
    PASSED_MAX = 1000, /* moments of one trigger that a jump makes up for */
    LOOK_AGAIN_MS = 60 * 1000,
};

struct timed {
    struct timed *next;
    struct arena *arena;
    struct event_trigger trigger; /* in the arena, its config apart */
    cJSON *config;
    struct timer_schedule schedule;
    uint64_t next_ms; /* UINT64_MAX: never again */
    uint32_t passed;  /* fired in this jump */
};

struct event_timers {
    struct service *service;
    struct loop_timer timer;
    struct timed *list;
    uint64_t begun_ms; /* moments before it were not ours */
    uint64_t last_ms;  /* looked at */
    bool stale;        /* triggers have changed */
};

static void on_timer(struct loop_timer *timer);

static void look_in(struct event_timers *timers, uint64_t ms)
{
    loop_timer_arm(timers->service->loop, &timers->timer, ms * NS_PER_MS, on_timer);
}

/* ---- the list ---- */

static void timed_free(struct timed *timed)
{
    timer_schedule_done(&timed->schedule);
    json_free(timed->config);
    arena_free(timed->arena);
    mem_free(timed);
}

static void free_list(struct timed *list)
{
    while (list) {
        struct timed *next = list->next;

        timed_free(list);
        list = next;
    }
}

static bool is_same(const struct event_trigger *a, const struct event_trigger *b)
{
    return a->since_ms == b->since_ms && str_eq(a->account, b->account) &&
           str_eq(a->region, b->region) && str_eq(a->service, b->service) &&
           str_eq(a->function, b->function) && str_eq(a->name, b->name) &&
           cJSON_Compare(a->config, b->config, true);
}

static void set_next(struct timed *timed, uint64_t after_ms)
{
    if (!timer_schedule_next(&timed->schedule, timed->trigger.since_ms, after_ms, &timed->next_ms))
        timed->next_ms = UINT64_MAX;
}

static struct timed *timed_new(const struct event_timers *timers, const struct event_trigger *from,
                               const struct timer_schedule *schedule)
{
    struct timed *timed = mem_alloc(sizeof(*timed));
    struct arena *arena = arena_new();

    timed->arena = arena;
    timed->config = cJSON_Duplicate(from->config, true);
    timed->schedule = *schedule;
    timed->trigger = (struct event_trigger){
        .account = arena_str(arena, from->account),
        .region = arena_str(arena, from->region),
        .service = arena_str(arena, from->service),
        .function = arena_str(arena, from->function),
        .name = arena_str(arena, from->name),
        .type = arena_str(arena, from->type),
        .qualifier = arena_str(arena, from->qualifier),
        .source = arena_str(arena, from->source),
        .config = timed->config,
        .since_ms = from->since_ms,
        .enabled = from->enabled,
    };
    set_next(timed, from->since_ms > timers->begun_ms ? from->since_ms : timers->begun_ms);
    return timed;
}

/* One that is as it was keeps its place. */
static struct timed *take_known(struct timed **list, const struct event_trigger *trigger)
{
    for (struct timed **at = list; *at; at = &(*at)->next) {
        struct timed *found = *at;

        if (is_same(&found->trigger, trigger)) {
            *at = found->next;
            return found;
        }
    }
    return NULL;
}

static void read_triggers(struct event_timers *timers)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct event_search search = {.type = STR("timer")};
    struct event_trigger *found;
    size_t count = event_find(timers->service, &search, arena, &found);
    struct timed *list = NULL;

    for (size_t i = 0; i < count; i++) {
        struct timed *timed = found[i].enabled ? take_known(&timers->list, &found[i]) : NULL;
        struct timer_schedule schedule;

        if (!timed && found[i].enabled &&
            timer_schedule_parse(json_get_str(found[i].config, "cronExpression"), &schedule))
            timed = timed_new(timers, &found[i], &schedule);
        if (!timed)
            continue;
        timed->next = list;
        list = timed;
    }
    free_list(timers->list);
    timers->list = list;
    timers->stale = false;
}

/* ---- firing ---- */

/* It may have gone with its function. */
static bool is_there(const struct event_timers *timers, const struct event_trigger *t,
                     struct arena *arena)
{
    struct str service = t->service.len ? t->service : STR(SERVICE_OF_2023);
    const struct store_key key = {.account = t->account,
                                  .region = t->region,
                                  .kind = STR("trigger"),
                                  .parent = ARENA_CONCAT(arena, service, STR("/"), t->function),
                                  .version = STR(""),
                                  .name = t->name};

    return store_find(timers->service->store, &key) != NULL;
}

static void fire(struct event_timers *timers, struct timed *timed)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(json_free) cJSON *facts = cJSON_CreateObject();
    const char *problem;
    struct str id;

    if (!is_there(timers, &timed->trigger, arena)) {
        timers->stale = true;
        return;
    }
    json_add_uint(facts, "time", timed->next_ms);
    OWN(json_free) cJSON *payload = event_payload(timers->service, &timed->trigger, facts);

    problem = event_fire(timers->service, &timed->trigger,
                         event_bytes(&timed->trigger, payload, arena), arena, &id);
    if (problem)
        log_warn("timer not fired", "trigger=" STR_FMT " function=" STR_FMT " why=%s",
                 STR_ARG(timed->trigger.name), STR_ARG(timed->trigger.function), problem);
}

static struct timed *earliest(const struct event_timers *timers)
{
    struct timed *first = NULL;

    for (struct timed *timed = timers->list; timed; timed = timed->next) {
        if (timed->next_ms != UINT64_MAX && (!first || timed->next_ms < first->next_ms))
            first = timed;
    }
    return first;
}

static void go_on(struct timed *timed, uint64_t now_ms)
{
    if (++timed->passed >= PASSED_MAX) {
        log_warn("timer left moments out", "trigger=" STR_FMT " function=" STR_FMT " fired=%d",
                 STR_ARG(timed->trigger.name), STR_ARG(timed->trigger.function), PASSED_MAX);
        timed->next_ms = now_ms;
    }
    set_next(timed, timed->next_ms);
    if (timed->next_ms > now_ms)
        timed->passed = 0;
}

static void turn_back(struct event_timers *timers, uint64_t now_ms)
{
    timers->begun_ms = now_ms;
    for (struct timed *timed = timers->list; timed; timed = timed->next)
        set_next(timed, now_ms);
}

static void look(struct event_timers *timers)
{
    const struct clock *clock = timers->service->clock;
    uint64_t now = clock_now_wall_ms(clock);
    struct timed *first;
    int fired = 0;

    if (now < timers->last_ms)
        turn_back(timers, now);
    timers->last_ms = now;
    if (timers->stale)
        read_triggers(timers);
    while ((first = earliest(timers)) && first->next_ms <= now && fired++ < AT_ONCE_MAX) {
        fire(timers, first);
        go_on(first, now);
    }
    if (timers->stale)
        look_in(timers, 0);
    else if (!first)
        return;
    else if (first->next_ms <= now)
        look_in(timers, 0);
    else if (!clock || !clock->frozen)
        look_in(timers,
                first->next_ms - now < LOOK_AGAIN_MS ? first->next_ms - now : LOOK_AGAIN_MS);
}

static void on_timer(struct loop_timer *timer)
{
    look(CONTAINER_OF(timer, struct event_timers, timer));
}

/* ---- life ---- */

struct event_timers *event_timers_new(struct service *service)
{
    struct event_timers *timers = mem_alloc(sizeof(*timers));

    timers->service = service;
    timers->begun_ms = clock_now_wall_ms(service->clock);
    timers->last_ms = timers->begun_ms;
    event_timers_changed(timers);
    return timers;
}

void event_timers_free(struct event_timers *timers)
{
    if (!timers)
        return;
    loop_timer_cancel(timers->service->loop, &timers->timer);
    free_list(timers->list);
    mem_free(timers);
}

void event_timers_changed(struct event_timers *timers)
{
    if (!timers)
        return;
    timers->stale = true;
    look_in(timers, 0);
}

void event_timers_clock_moved(struct event_timers *timers)
{
    if (timers)
        look(timers);
}

uint64_t event_timers_next(const struct event_timers *timers, const struct event_trigger *trigger)
{
    struct timed *timed = timers ? timers->list : NULL;

    while (timed && !is_same(&timed->trigger, trigger))
        timed = timed->next;
    return timed && timed->next_ms != UINT64_MAX ? timed->next_ms : 0;
}
