/*
 * Rules that answer a name wrongly. Resolvers ask for both families at once, in any order, and make
 * something else of one that fails alone: so the two questions of a look-up have one fate, and
 * count once.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "gateway/internal.h"

enum { LOOKUPS = 64, NAME_BYTES = 256, PAIRED_S = 5 };

struct lookup {
    char client[INET6_ADDRSTRLEN];
    char name[NAME_BYTES];
    char address[INET6_ADDRSTRLEN];
    enum fault_dns_kind fault;
    bool struck;
    bool six;    /* of its first question */
    bool paired; /* the other one has come */
    uint64_t at_ns;
};

struct lookups {
    struct lookup items[LOOKUPS]; /* a ring */
    size_t next;
};

void names_done(struct gateway *gateway)
{
    mem_free(gateway->lookups);
}

static bool is(const char *kept, size_t size, struct str text)
{
    return text.len && text.len < size && memcmp(kept, text.ptr, text.len) == 0 && !kept[text.len];
}

static struct lookup *find(struct lookups *lookups, struct str client, struct str name)
{
    for (size_t i = 0; i < LOOKUPS; i++) {
        struct lookup *lookup = &lookups->items[i];

        if (is(lookup->client, sizeof(lookup->client), client) &&
            is(lookup->name, sizeof(lookup->name), name))
            return lookup;
    }
    return NULL;
}

static struct lookup *begin(struct lookups *lookups, struct str client, struct str name)
{
    struct lookup *lookup = find(lookups, client, name);

    if (!lookup)
        lookup = &lookups->items[lookups->next++ % LOOKUPS];
    *lookup = (struct lookup){0};
    snprintf(lookup->client, sizeof(lookup->client), STR_FMT, STR_ARG(client));
    snprintf(lookup->name, sizeof(lookup->name), STR_FMT, STR_ARG(name));
    return lookup;
}

static void decide(struct gateway *gateway, struct lookup *lookup)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_call facts = {.client = str_of(lookup->client), .host = str_of(lookup->name)};
    struct fault_decision decision;
    const struct fault_dns *dns;

    door_learn(gateway, &facts, arena);
    door_ask(gateway, ASKED_BY_NAME, &facts, arena, &decision);
    dns = fault_action_dns(decision.outcome);
    if (dns) {
        lookup->struck = true;
        lookup->fault = dns->fault;
        snprintf(lookup->address, sizeof(lookup->address), STR_FMT, STR_ARG(dns->address));
    }
    fault_release(gateway->parts.faults, &decision);
}

bool gateway_named(struct gateway *gateway, struct str client, struct str name, bool six,
                   struct fault_dns *out)
{
    uint64_t now_ns = clock_monotonic_ns();
    struct lookup *lookup;

    if (!fault_asks(gateway->parts.faults, ASKED_BY_NAME))
        return false;
    if (!gateway->lookups)
        gateway->lookups = mem_alloc(sizeof(*gateway->lookups));
    lookup = find(gateway->lookups, client, name);
    if (lookup && lookup->six != six && !lookup->paired &&
        now_ns - lookup->at_ns < PAIRED_S * NS_PER_S) {
        lookup->paired = true;
    } else {
        lookup = begin(gateway->lookups, client, name);
        lookup->six = six;
        lookup->at_ns = now_ns;
        decide(gateway, lookup);
    }
    *out = (struct fault_dns){lookup->fault, str_of(lookup->address)};
    return lookup->struck;
}
