/*
 * Server-sent events: who listens, what is told, and what a listener that comes back has missed.
 */
#include "admin/events.h"

#include <inttypes.h>

#include "admin/ended_rules.h"
#include "admin/kept.h"
#include "base/mem.h"
#include "base/units.h"
#include "journal/format.h"

enum {
    LISTENERS_MAX = 64,
    WATCH_EVERY_MS = 500,
    KEEP_ALIVE_TICKS = 30, /* a comment each 15 s, so that a dead connection is found */
    LINGER_TICKS = 120,    /* a minute behind the last listener, for one that comes back */
    GATHER_MS = 50,        /* what follows an event so closely goes out with the rest of it */
};

#define TYPES "call, fired, capped, expired, spent, stopped, reloaded, reload_refused"

/* Linked in only while its stream is open: whoever publishes finds nobody else. */
struct listener {
    struct admin_guest guest;
    struct events *events;
    struct http_call *call;
    char *type;          /* only events of this type; NULL = all */
    struct buf gathered; /* for the next writing */
    struct listener *next;
};

struct events {
    struct admin *admin;
    struct listener *listeners;
    size_t count;
    uint64_t number; /* of the last event; 0 until somebody has listened */
    struct kept kept;
    struct loop_timer timer;  /* runs while somebody listens, and lingers */
    struct loop_timer gather; /* armed: events are gathered until then */
    struct buf json, text;    /* of the event that is being made */
    unsigned ticks, idle_ticks;
    struct ended_rules rules;
    bool wanted; /* somebody has listened in this run */
    bool closed;
};

struct events *events_new(struct admin *admin)
{
    struct events *events = mem_alloc(sizeof(*events));

    events->admin = admin;
    return events;
}

/* ---- listeners ---- */

static void listener_free(struct listener *listener)
{
    buf_done(&listener->gathered);
    mem_free(listener->type);
    mem_free(listener);
}

static void listener_unlink(struct listener *listener)
{
    struct events *events = listener->events;
    struct listener **at = &events->listeners;

    while (*at && *at != listener)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = listener->next;
    events->count--;
}

static void listener_over(struct admin_guest *guest)
{
    struct listener *listener = CONTAINER_OF(guest, struct listener, guest);

    listener_unlink(listener);
    listener_free(listener);
}

static void listener_gone(void *state, struct http_call *call)
{
    struct admin_guest *guest = state;

    http_call_set_owner(call, NULL);
    guest->over(guest);
}

static void listener_end(struct listener *listener)
{
    struct http_call *call = listener->call;

    http_call_set_owner(call, NULL);
    listener_over(&listener->guest);
    http_call_end(call);
}

/* Many calls a second are one writing: each would wake the connection of each listener. */
static void write_gathered(struct loop_timer *timer)
{
    struct events *events = CONTAINER_OF(timer, struct events, gather);
    struct listener *next;
    bool any = false;

    for (struct listener *l = events->listeners; l; l = next) {
        next = l->next;
        if (l->gathered.len == 0)
            continue;
        any = true;
        if (http_call_push(l->call, buf_str(&l->gathered)))
            buf_clear(&l->gathered);
        else
            listener_end(l);
    }
    if (any && !events->closed)
        loop_timer_arm(events->admin->context.loop, timer, GATHER_MS * NS_PER_MS, write_gathered);
}

void events_close(struct events *events)
{
    events->closed = true;
    write_gathered(&events->gather);
    loop_timer_cancel(events->admin->context.loop, &events->gather);
    while (events->listeners)
        listener_end(events->listeners);
    loop_timer_cancel(events->admin->context.loop, &events->timer);
}

void events_free(struct events *events)
{
    if (!events)
        return;
    events_close(events);
    kept_clear(&events->kept);
    ended_rules_done(&events->rules);
    buf_done(&events->json);
    buf_done(&events->text);
    mem_free(events);
}

/* ---- telling ---- */

static void push_all(struct events *events, const char *type, struct str text)
{
    for (struct listener *l = events->listeners; l; l = l->next)
        if (!type || !l->type || strcmp(l->type, type) == 0)
            buf_add(&l->gathered, text);
    if (!loop_timer_armed(&events->gather))
        write_gathered(&events->gather);
}

/* Is anybody there, or may they come back for what is told now? */
static bool is_kept(const struct events *events)
{
    return loop_timer_armed(&events->timer);
}

/* Ids name the run, too: a number of an earlier daemon means nothing to this one. */
static void add_id(const struct events *events, uint64_t number, struct buf *out)
{
    buf_add(out, STR("id: "));
    buf_add_uint(out, events->admin->started_wall_ms);
    buf_add_char(out, '-');
    buf_add_uint(out, number);
    buf_add_char(out, '\n');
}

static void publish(struct events *events, const char *type, struct str json)
{
    struct buf *text = &events->text;

    buf_clear(text);
    add_id(events, ++events->number, text);
    buf_add(text, STR("event: "));
    buf_puts(text, type);
    buf_add(text, STR("\ndata: "));
    buf_add(text, json);
    buf_puts(text, "\n\n");
    kept_add(&events->kept, events->number, type, buf_str(text));
    push_all(events, type, buf_str(text));
}

void admin_publish(struct admin *admin, const char *type, struct str json)
{
    struct events *events = admin->events;

    if (is_kept(events))
        publish(events, type, json);
    else if (events->wanted)
        events->number++; /* lost, and counted */
}

/* ---- calls ---- */

static void publish_fired(struct events *events, const struct journal_entry *entry,
                          const struct journal_strike *strike)
{
    struct buf *json = &events->json;

    buf_clear(json);
    buf_puts(json, "{\"rule\":");
    buf_json_string(json, strike->rule);
    buf_puts(json, ",\"request_id\":");
    buf_json_string(json, entry->request_id);
    buf_puts(json, ",\"kind\":");
    buf_json_string(json, entry->outcome_kind);
    buf_puts(json, ",\"code\":");
    buf_json_string(json, entry->code);
    buf_puts(json, ",\"key\":");
    buf_json_string(json, strike->key);
    buf_printf(json, ",\"n\":%" PRIu64 ",\"shadow\":%s}", strike->n,
               strike->shadow ? "true" : "false");
    publish(events, "fired", buf_str(json));
}

void events_note(struct events *events, const struct journal_entry *entry)
{
    if (!events->wanted)
        return;
    if (!is_kept(events)) {
        events->number++;
        for (size_t i = 0; i < entry->strike_count; i++)
            events->number += entry->strikes[i].gate == GATE_FIRED;
        return;
    }
    for (size_t i = 0; i < entry->strike_count; i++) {
        if (entry->strikes[i].gate == GATE_FIRED)
            publish_fired(events, entry, &entry->strikes[i]);
    }
    buf_clear(&events->json);
    journal_entry_json(entry, JOURNAL_SHORT, &events->json);
    publish(events, "call", buf_str(&events->json));
}

/* ---- rules that end by themselves ---- */

static void tell_of_rule(void *arg, const char *event, const struct fault_rule_stats *stats)
{
    struct events *events = arg;
    OWN(buf_done) struct buf json = {0};

    buf_puts(&json, "{\"rule\":");
    buf_json_string(&json, stats->rule->id);
    buf_printf(&json, ",\"fired\":%" PRIu64 ",\"capped\":%" PRIu64 "}", stats->fired,
               stats->capped);
    admin_publish(events->admin, event, buf_str(&json));
}

static void look_at_rules(struct events *events)
{
    ended_rules_look(&events->rules, events->admin->context.engine, tell_of_rule, events);
}

static void watch(struct loop_timer *timer)
{
    struct events *events = CONTAINER_OF(timer, struct events, timer);

    loop_timer_arm(events->admin->context.loop, timer, WATCH_EVERY_MS * NS_PER_MS, watch);
    look_at_rules(events);
    if (++events->ticks % KEEP_ALIVE_TICKS == 0)
        push_all(events, NULL, STR(": still here\n\n"));
    events->idle_ticks = events->count ? 0 : events->idle_ticks + 1;
    if (events->idle_ticks < LINGER_TICKS)
        return;
    loop_timer_cancel(events->admin->context.loop, timer);
    kept_clear(&events->kept);
}

/* ---- coming, and coming back ---- */

/* What a listener has seen already. */
struct bookmark {
    bool given, other_run;
    uint64_t number;
};

static bool read_number(struct str text, uint64_t *out)
{
    return str_to_uint(text, UINT64_MAX - 1, out) == NUMBER_OK;
}

/* "17", or with the run it is of: "1764407000123-17". */
static bool read_bookmark(const struct events *events, struct str text, struct bookmark *out)
{
    struct str head, tail;
    uint64_t run = events->admin->started_wall_ms;

    *out = (struct bookmark){.given = true};
    if (!str_cut(text, '-', &head, &tail))
        tail = head;
    else if (!read_number(head, &run))
        return false;
    if (!read_number(tail, &out->number))
        return false;
    out->other_run = run != events->admin->started_wall_ms || out->number > events->number;
    return true;
}

/* False, and answered, when it names no event. The header is what browsers send by themselves. */
static bool find_bookmark(struct admin_call *call, struct bookmark *out)
{
    struct str text = admin_query(call, "after");

    *out = (struct bookmark){0};
    if (!text.ptr)
        text = http_headers_get(&call->request.headers, STR("Last-Event-ID"));
    if (!text.ptr || read_bookmark(call->admin->events, text, out))
        return true;
    admin_problem(call, 400, "after '" STR_FMT "' is not the id of an event, such as 17",
                  STR_ARG(text));
    return false;
}

static bool find_type(struct admin_call *call, struct str *out)
{
    struct str word, tail, rest = STR(TYPES);

    *out = admin_query(call, "type");
    if (!out->ptr)
        return true;
    while (rest.ptr) {
        if (!str_cut(rest, ',', &word, &tail))
            tail = STR_NONE;
        if (str_eq(str_trim(word), *out))
            return true;
        rest = tail;
    }
    admin_problem(call, 400, "type '" STR_FMT "' is not one of " TYPES, STR_ARG(*out));
    return false;
}

/* The id is that of the last event that is not there: who asks again is not told again. */
static void add_lost(const struct events *events, const struct bookmark *seen, uint64_t first,
                     struct buf *out)
{
    if (!seen->other_run && first == seen->number + 1)
        return;
    add_id(events, first - 1, out);
    buf_puts(out, "event: lost\ndata: {\"lost\":");
    if (seen->other_run)
        buf_puts(out, "null,\"reason\":\"the daemon was started again\"}\n\n");
    else
        buf_printf(out, "%" PRIu64 ",\"reason\":\"not kept any more\"}\n\n",
                   first - seen->number - 1);
}

static void add_missed(const struct events *events, const struct bookmark *seen, const char *type,
                       struct buf *out)
{
    uint64_t first = kept_oldest(&events->kept, events->number + 1);
    const struct kept_event *event;

    if (!seen->given)
        return;
    if (!seen->other_run && first <= seen->number)
        first = seen->number + 1;
    add_lost(events, seen, first, out);
    for (uint64_t n = first; (event = kept_find(&events->kept, n)) != NULL; n++) {
        if (!type || strcmp(event->type, type) == 0)
            buf_add(out, event->text);
    }
}

/* What happened to rules while nobody looked is counted before anybody is there to be told. */
static void begin_to_look(struct events *events)
{
    events->wanted = true;
    if (is_kept(events))
        return;
    look_at_rules(events);
    kept_clear(&events->kept);
    events->idle_ticks = 0;
    loop_timer_arm(events->admin->context.loop, &events->timer, WATCH_EVERY_MS * NS_PER_MS, watch);
}

static void add_head(struct http_response *head, struct arena *arena)
{
    *head = (struct http_response){.status = 200};
    http_headers_add(&head->headers, arena, STR("Content-Type"), STR("text/event-stream"));
    http_headers_add(&head->headers, arena, STR("Cache-Control"), STR("no-store"));
    http_headers_add(&head->headers, arena, STR("X-Content-Type-Options"), STR("nosniff"));
}

static void open_stream(struct admin_call *call, struct str type, const struct bookmark *seen)
{
    struct events *events = call->admin->events;
    struct listener *listener = mem_alloc(sizeof(*listener));
    struct http_response head;
    OWN(buf_done) struct buf first = {0};

    listener->guest.over = listener_over;
    listener->events = events;
    listener->call = call->http;
    listener->type = type.ptr ? mem_dup_len(type.ptr, type.len) : NULL;
    buf_puts(&first, ": listening\n\n");
    add_missed(events, seen, listener->type, &first);
    http_call_set_owner(call->http, &listener->guest);
    add_head(&head, http_call_arena(call->http));
    if (!http_call_stream(call->http, &head, listener_gone) ||
        !http_call_push(call->http, buf_str(&first))) {
        listener_end(listener);
        return;
    }
    listener->next = events->listeners;
    events->listeners = listener;
    events->count++;
}

void step_events(struct admin_call *call)
{
    struct events *events = call->admin->events;
    struct bookmark seen;
    struct str type;

    if (!find_type(call, &type) || !find_bookmark(call, &seen))
        return;
    if (events->closed) {
        admin_problem(call, 503, "the daemon is stopping");
    } else if (events->count >= LISTENERS_MAX) {
        admin_problem(call, 503, "%d listeners are connected already", LISTENERS_MAX);
    } else if (str_eq(call->request.method, STR("HEAD"))) {
        add_head(&call->response, call->arena);
    } else {
        begin_to_look(events);
        open_stream(call, type, &seen);
        call->streams = true;
    }
}
