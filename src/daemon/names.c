/* Names answered: which of them lead here, and on which addresses they may be asked for. */
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

int names_start(struct daemon *d, struct error *err)
{
    const struct conf_texts *addresses = &d->settings->dns_listen;
    const struct dns_zone zone = {.serves = serves, .owner = d};

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
