/* Names answered: which of them lead here, and on which addresses they may be asked for. */
#include <arpa/inet.h>

#include "daemon/internal.h"
#include "dns/server.h"
#include "route/place.h"

/* Those of the emulated zones, well formed or not; a mistake in one is told by the answer to the
 * call. The daemon's own names and custom domains are other people's to lead. */
static bool serves(void *owner, struct str name)
{
    const struct daemon *d = owner;
    const struct place_defaults defaults = {
        .account = d->settings->account, .region = d->settings->region, .own = &d->own_names};
    OWN(arena_free) struct arena *arena = arena_new();
    struct place place;

    place_find(name, STR_NONE, &defaults, arena, &place);
    return place.kind != PLACE_LOCAL && place.kind != PLACE_CUSTOM;
}

static void set_address(struct str text, struct dns_address *out)
{
    char copy[INET6_ADDRSTRLEN] = "";

    memcpy(copy, text.ptr, text.len < sizeof(copy) ? text.len : 0);
    out->family = inet_pton(AF_INET, copy, &out->v4) == 1 ? AF_INET : AF_INET6;
    if (out->family == AF_INET6)
        inet_pton(AF_INET6, copy, &out->v6);
}

/* Only who is on this machine can reach it. */
static void lead_to_region(const struct daemon *d, struct str asker, struct str name,
                           struct dns_address *out)
{
    const struct place_defaults defaults = {
        .account = d->settings->account, .region = d->settings->region, .own = &d->own_names};
    OWN(arena_free) struct arena *arena = NULL;
    char address[SETTINGS_REGION_BYTES];
    struct place place;

    if (!d->settings->per_region.on ||
        !(str_starts(asker, STR("127.")) || str_eq(asker, STR("::1"))))
        return;
    arena = arena_new();
    place_find(name, STR_NONE, &defaults, arena, &place);
    if (place_has_address(&place) &&
        settings_region_address(d->settings, place.region, place.internal, address))
        set_address(str_of(address), out);
}

static void fate(void *owner, struct str asker, struct str name, bool six, struct dns_fate *out)
{
    const struct daemon *d = owner;
    struct fault_dns fault;

    lead_to_region(d, asker, name, &out->address);
    if (!gateway_named(d->gateway, asker, name, six, &fault))
        return;
    switch (fault.fault) {
    case DNS_FAULT_NXDOMAIN:
        out->kind = DNS_NO_NAME;
        break;
    case DNS_FAULT_SERVFAIL:
        out->kind = DNS_FAILS;
        break;
    case DNS_FAULT_TIMEOUT:
        out->kind = DNS_SILENCE;
        break;
    case DNS_FAULT_ADDRESS:
        set_address(fault.address, &out->address);
        break;
    }
}

int names_start(struct daemon *d, struct error *err)
{
    const struct conf_texts *addresses = &d->settings->dns_listen;
    const struct dns_zone zone = {.serves = serves, .fate = fate, .owner = d};

    if (addresses->count == 0)
        return 0;
    if (dns_server_new(d->loop, &zone, &d->names, err) < 0)
        return -1;
    for (size_t i = 0; i < addresses->count; i++) {
        uint16_t port;

        if (dns_server_listen(d->names, addresses->items[i], &port, err) < 0)
            return error_wrap(err, "dns_listen " STR_FMT, STR_ARG(addresses->items[i]));
        log_info("names answered", "address=" STR_FMT " port=%u",
                 STR_ARG(ready_address(addresses->items[i])), port);
    }
    return 0;
}
