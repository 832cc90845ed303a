#include "admin/events.h"

#include <inttypes.h>

#include "base/mem.h"
#include "journal/format.h"

enum { LISTENERS_MAX = 64, WATCH_EVERY_MS = 500, KEEP_ALIVE_TICKS = 30 };
#define NS_PER_MS 1000000ull

struct listener {
    struct events *events;
    struct http_call *call;
    struct str type; /* only events of this type; absent = all */
    char *type_text;
    struct listener *next;
};

/* What a rule was like when it was looked at last, to see it expire or run out. */
struct seen_rule {
    uint64_t digest;
    bool expired, spent;
    uint64_t capped;
};

struct events {
    struct admin *admin;
    struct listener *listeners;
    size_t count;
    uint64_t number;
    struct loop_timer timer;
    unsigned ticks;
    struct seen_rule *seen;
    size_t seen_count;
};

struct events *events_new(struct admin *admin)
{
    struct events *events = mem_alloc(sizeof(*events));

    events->admin = admin;
    return events;
}

/* ---- listeners ---- */

static void listener_drop(struct listener *listener)
{
    struct events *events = listener->events;
    struct listener **at = &events->listeners;

    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    events->count--;
    mem_free(listener->type_text);
    mem_free(listener);
    if (!events->count)
        loop_timer_cancel(events->admin->context.loop, &events->timer);
}

static void listener_gone(void *state, struct http_call *call)
{
    (void)call;
    listener_drop(state);
}

static void listener_end(struct listener *listener)
{
    struct http_call *call = listener->call;

    http_call_set_owner(call, NULL);
    listener_drop(listener);
    http_call_end(call);
}

void events_free(struct events *events)
{
    if (!events)
        return;
    while (events->listeners)
        listener_end(events->listeners);
    mem_free(events->seen);
    mem_free(events);
}

static void push_all(struct events *events, const char *type, struct str text)
{
    struct listener *next;

    for (struct listener *l = events->listeners; l; l = next) {
        next = l->next;
        if (type && l->type.ptr && !str_eq(l->type, str_of(type)))
            continue;
        if (!http_call_push(l->call, text))
            listener_end(l);
    }
}

void admin_publish(struct admin *admin, const char *type, struct str json)
{
    OWN(buf_done) struct buf text = {0};

    if (!admin_has_listeners(admin))
        return;
    buf_printf(&text, "id: %" PRIu64 "\nevent: %s\ndata: ", ++admin->events->number, type);
    buf_add(&text, json);
    buf_puts(&text, "\n\n");
    push_all(admin->events, type, buf_str(&text));
}

bool admin_has_listeners(const struct admin *admin)
{
    return admin->events->count > 0;
}

/* ---- calls ---- */

static void publish_fired(struct events *events, const struct journal_entry *entry,
                          const struct journal_strike *strike)
{
    OWN(buf_done) struct buf json = {0};

    buf_puts(&json, "{\"rule\":");
    buf_json_string(&json, strike->rule);
    buf_puts(&json, ",\"request_id\":");
    buf_json_string(&json, entry->request_id);
    buf_puts(&json, ",\"kind\":");
    buf_json_string(&json, entry->outcome_kind);
    buf_puts(&json, ",\"code\":");
    buf_json_string(&json, entry->code);
    buf_puts(&json, ",\"key\":");
    buf_json_string(&json, strike->key);
    buf_printf(&json, ",\"n\":%" PRIu64 ",\"shadow\":%s}", strike->n,
               strike->shadow ? "true" : "false");
    admin_publish(events->admin, "fired", buf_str(&json));
}

void events_note(struct events *events, const struct journal_entry *entry)
{
    OWN(buf_done) struct buf json = {0};

    if (!events->count)
        return;
    for (size_t i = 0; i < entry->strike_count; i++) {
        if (entry->strikes[i].gate == GATE_FIRED)
            publish_fired(events, entry, &entry->strikes[i]);
    }
    journal_entry_json(entry, JOURNAL_SHORT, &json);
    admin_publish(events->admin, "call", buf_str(&json));
}

/* ---- rules that end by themselves ---- */

static void publish_rule(struct events *events, const char *type,
                         const struct fault_rule_stats *stats)
{
    OWN(buf_done) struct buf json = {0};

    buf_puts(&json, "{\"rule\":");
    buf_json_string(&json, stats->rule->id);
    buf_printf(&json, ",\"fired\":%" PRIu64 ",\"capped\":%" PRIu64 "}", stats->fired,
               stats->capped);
    admin_publish(events->admin, type, buf_str(&json));
}

static void compare_rule(struct events *events, const struct seen_rule *before,
                         const struct fault_rule_stats *now)
{
    if (before->digest != now->rule->digest)
        return;
    if (now->expired && !before->expired)
        publish_rule(events, "expired", now);
    if (now->spent && !before->spent)
        publish_rule(events, "spent", now);
    if (now->capped > before->capped)
        publish_rule(events, "capped", now);
}

static void look_at_rules(struct events *events)
{
    const struct fault_ruleset *set = fault_engine_ruleset(events->admin->context.engine);
    size_t count = set ? set->rule_count : 0;
    struct fault_rule_stats *stats = mem_alloc_array(count, sizeof(*stats));
    struct seen_rule *seen = mem_alloc_array(count, sizeof(*seen));

    if (set)
        fault_engine_stats(events->admin->context.engine, stats);
    for (size_t i = 0; i < count; i++) {
        if (i < events->seen_count)
            compare_rule(events, &events->seen[i], &stats[i]);
        seen[i] = (struct seen_rule){stats[i].rule->digest, stats[i].expired, stats[i].spent,
                                     stats[i].capped};
    }
    mem_free(stats);
    mem_free(events->seen);
    events->seen = seen;
    events->seen_count = count;
}

static void watch(struct loop_timer *timer)
{
    struct events *events = CONTAINER_OF(timer, struct events, timer);

    look_at_rules(events);
    if (++events->ticks % KEEP_ALIVE_TICKS == 0)
        push_all(events, NULL, STR(": still here\n\n"));
    if (events->count)
        loop_timer_arm(events->admin->context.loop, timer, WATCH_EVERY_MS * NS_PER_MS, watch);
}

void step_events(struct admin_call *call)
{
    struct events *events = call->admin->events;
    struct str type = admin_query(call, "type");
    struct http_response head = {.status = 200};
    struct http_call *http = call->http;

    if (events->count >= LISTENERS_MAX) {
        admin_problem(call, 409, "%d listeners are connected already", LISTENERS_MAX);
        return;
    }
    struct listener *listener = mem_alloc(sizeof(*listener));

    listener->events = events;
    listener->call = http;
    listener->type_text = type.len ? mem_dup_len(type.ptr, type.len) : NULL;
    listener->type = str_of(listener->type_text);
    listener->next = events->listeners;
    events->listeners = listener;
    if (events->count++ == 0) {
        look_at_rules(events);
        loop_timer_arm(events->admin->context.loop, &events->timer, WATCH_EVERY_MS * NS_PER_MS,
                       watch);
    }
    http_headers_add(&head.headers, http_call_arena(http), STR("Content-Type"),
                     STR("text/event-stream"));
    http_headers_add(&head.headers, http_call_arena(http), STR("Cache-Control"), STR("no-store"));
    http_headers_add(&head.headers, http_call_arena(http), STR("X-Content-Type-Options"),
                     STR("nosniff"));
    http_call_set_owner(http, listener);
    http_call_stream(http, &head, listener_gone);
    if (!http_call_push(http, STR(": listening\n\n")))
        listener_end(listener);
}
