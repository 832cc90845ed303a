/*
 * tests/fuzz/fuzz_host.c - a host that names a place has a canonical form that names the same one
 *
 * Input: the Host header, a line feed, the account header.
 */
#include <stdlib.h>

#include "route/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(const struct place *a, const struct place *b)
{
    return a->kind == b->kind && str_eq(a->zone, b->zone) && str_eq(a->account, b->account) &&
           str_eq(a->region, b->region) && a->internal == b->internal &&
           a->region_known == b->region_known && a->gateway_api == b->gateway_api &&
           str_eq(a->trigger, b->trigger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct place_defaults defaults = {.account = STR_INIT("100"),
                                                   .region = STR_INIT("cn-beijing")};
    OWN(arena_free) struct arena *arena = arena_new();
    struct str host;
    struct str account;
    struct place place;
    struct place again;

    str_cut((struct str){(const char *)data, size}, '\n', &host, &account);
    place_find(host, account, &defaults, arena, &place);
    if ((place.kind == PLACE_IMPOSSIBLE) && !place.problem)
        abort();

    struct str name = place_host_name(host, arena);

    place_find(name, account, &defaults, arena, &again);
    if (!is_same(&place, &again))
        abort();

    struct str canonical = place_format(&place, arena);

    if (!str_is_set(canonical))
        return 0;
    place_find(canonical, account, &defaults, arena, &again);
    if (!is_same(&place, &again) || !str_eq(place_format(&again, arena), canonical))
        abort();
    return 0;
}
