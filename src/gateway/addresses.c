/*
 * Addresses of regions that rules close (refuse, unanswered). Who comes there is answered by the
 * kernel and seen by nobody, so that such a rule is not asked for anybody: it is looked at whether
 * it holds, at once when somebody switches something, else many times a second. What is known, and
 * told the journal, is when it began and ended.
 */
#include "base/mem.h"
#include "base/units.h"
#include "catalog/region.h"
#include "gateway/internal.h"

enum { LOOK_EVERY_MS = 50 };

struct address {
    struct fault_call facts; /* host and region; views of `arena` of all */
    bool internal;
    enum wire_door wanted, door;
    uint64_t tried; /* digest of a rule that could not strike, as max_active did not let it */
    /* While a rule closes it: */
    struct arena *arena; /* else NULL */
    struct fault_decision decision;
    uint64_t since_ns;
};

struct addresses {
    struct gateway *gateway;
    struct arena *arena;
    struct address *items;
    size_t count;
    struct loop_timer timer;
    bool settling;
};

static void add(struct addresses *all, const struct region *region, bool internal)
{
    all->items[all->count++] = (struct address){
        .internal = internal,
        .facts = {.region = str_of(region->id),
                  .internal = internal,
                  .product = PRODUCT_FC,
                  .host = arena_strf(all->arena, "%s%s.fc.aliyuncs.com", region->id,
                  internal ? "-internal" : "")},
    };
}

static struct addresses *addresses_new(void)
{
    struct addresses *all = mem_alloc(sizeof(*all));
    size_t count;
    const struct region *table = region_table(&count);

    all->arena = arena_new();
    all->items = ARENA_ARRAY(all->arena, 2 * count, struct address);
    for (size_t i = 0; i < count; i++) {
        add(all, &table[i], false);
        add(all, &table[i], true);
    }
    return all;
}

/* ---- one address ---- */

static bool is_same(const struct fault_rule *a, const struct fault_rule *b)
{
    return a == b || (a && b && a->digest == b->digest && str_eq(a->id, b->id));
}

static void end(struct gateway *gateway, struct address *a)
{
    door_record(gateway, &a->facts, &a->decision, STR("ends"), a->since_ns, a->arena);
    fault_release(gateway->parts.faults, &a->decision);
    arena_free(GIVE(a->arena));
    a->wanted = WIRE_DOOR_OPEN;
}

static void begin(struct gateway *gateway, struct address *a, const struct fault_rule *rule)
{
    struct arena *arena = arena_new();

    fault_decide_at(gateway->parts.faults, ASKED_AT_ADDRESS, &a->facts, arena, &a->decision);
    if (!a->decision.outcome) {
        a->tried = rule->digest;
        fault_release(gateway->parts.faults, &a->decision);
        arena_free(arena);
        return;
    }
    a->arena = arena;
    a->since_ns = clock_monotonic_ns();
    a->wanted = fault_action_sends(a->decision.outcome).end == THEN_RESET ? WIRE_DOOR_REFUSES
                                                                          : WIRE_DOOR_SILENT;
    door_record(gateway, &a->facts, &a->decision, STR("begins"), a->since_ns, arena);
}

static void settle(struct gateway *gateway, struct address *a)
{
    const struct fault_rule *rule = fault_closes(gateway->parts.faults, &a->facts);

    if (!rule || rule->digest != a->tried)
        a->tried = 0;
    if (a->arena && !is_same(rule, a->decision.outcome_rule))
        end(gateway, a);
    if (rule && !a->arena && !a->tried)
        begin(gateway, a, rule);
    if (a->wanted != a->door && gateway->parts.set_door(gateway->parts.control_owner,
                                                        a->facts.region, a->internal, a->wanted))
        a->door = a->wanted;
}

/* ---- all of them ---- */

static void on_time(struct loop_timer *timer);

static bool is_to_be_looked_at(const struct gateway *gateway)
{
    const struct addresses *all = gateway->addresses;

    if (fault_asks(gateway->parts.faults, ASKED_AT_ADDRESS))
        return true;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].arena || all->items[i].wanted != all->items[i].door)
            return true;
    return false;
}

static void settle_all(void *arg)
{
    struct gateway *gateway = arg;
    struct addresses *all = gateway->addresses;

    if (all->settling)
        return; /* a rule that closes one has moved a scenario: the next look finds it */
    all->settling = true;
    for (size_t i = 0; i < all->count; i++)
        settle(gateway, &all->items[i]);
    all->settling = false;
    if (is_to_be_looked_at(gateway))
        loop_timer_arm(gateway->parts.loop, &all->timer, (uint64_t)LOOK_EVERY_MS * NS_PER_MS,
                       on_time);
    else
        loop_timer_cancel(gateway->parts.loop, &all->timer);
}

static void on_time(struct loop_timer *timer)
{
    settle_all(CONTAINER_OF(timer, struct addresses, timer)->gateway);
}

void gateway_open_addresses(struct gateway *gateway)
{
    if (!gateway->parts.set_door)
        return;
    gateway->addresses = addresses_new();
    gateway->addresses->gateway = gateway;
    fault_engine_on_change(gateway->parts.faults, settle_all, gateway);
    settle_all(gateway);
}

/* Nothing is opened: who listens does so no longer. */
void addresses_done(struct gateway *gateway)
{
    struct addresses *all = GIVE(gateway->addresses);

    if (!all)
        return;
    fault_engine_on_change(gateway->parts.faults, NULL, NULL);
    loop_timer_cancel(gateway->parts.loop, &all->timer);
    for (size_t i = 0; i < all->count; i++) {
        struct address *a = &all->items[i];

        if (a->arena)
            fault_release(gateway->parts.faults, &a->decision);
        arena_free(a->arena);
    }
    arena_free(all->arena);
    mem_free(all);
}

/* ---- by proxy ---- */

enum wire_door address_door(const struct gateway *gateway, struct str name, struct str *out_rule)
{
    const struct addresses *all = gateway->addresses;
    OWN(arena_free) struct arena *arena = NULL;
    struct place place;

    if (!all)
        return WIRE_DOOR_OPEN;
    arena = arena_new();
    place_find(name, STR_NONE, &gateway->settings.defaults, arena, &place);
    if (!place_has_address(&place))
        return WIRE_DOOR_OPEN;
    for (size_t i = 0; i < all->count; i++) {
        const struct address *a = &all->items[i];

        if (a->arena && a->internal == place.internal && str_eq(a->facts.region, place.region)) {
            *out_rule = a->decision.outcome_rule->id;
            return a->wanted;
        }
    }
    return WIRE_DOOR_OPEN;
}
