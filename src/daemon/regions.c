/*
 * The addresses of regions: each beside the addresses of the setting `listen`, on their ports.
 */
#include <stdio.h>

#include "catalog/region.h"
#include "daemon/internal.h"

enum { ADDRESS_BYTES = SETTINGS_REGION_BYTES + sizeof(":65535") };

/* The address on one port; absent when the region has none. */
static struct str address_of(const struct daemon *d, struct str region, bool internal,
                             uint16_t port, char out[ADDRESS_BYTES])
{
    char host[SETTINGS_REGION_BYTES];

    if (!settings_region_address(d->settings, region, internal, host))
        return STR_NONE;
    snprintf(out, ADDRESS_BYTES, "%s:%u", host, port);
    return str_of(out);
}

static int listen_beside(struct daemon *d, uint16_t port, struct error *err)
{
    size_t count;
    const struct region *table = region_table(&count);
    char text[ADDRESS_BYTES];

    for (size_t i = 0; i < 2 * count; i++) {
        struct str address = address_of(d, str_of(table[i / 2].id), i % 2, port, text);

        if (http_server_listen_door(d->server, address, err) < 0)
            return error_wrap(err, "listen.per_region");
    }
    return 0;
}

int regions_start(struct daemon *d, struct error *err)
{
    const struct conf_texts *listen = &d->settings->listen;
    char text[ADDRESS_BYTES];

    for (size_t i = 0; d->settings->per_region.on && i < listen->count; i++) {
        if (!settings_has_regions(listen->items[i]))
            continue;
        if (listen_beside(d, d->listeners[i].port, err) < 0)
            return -1;
        log_info("listening for regions", "first=" STR_FMT,
                 STR_ARG(address_of(d, str_of(region_table(&(size_t){0})->id), false,
                                    d->listeners[i].port, text)));
    }
    gateway_open_addresses(d->gateway);
    return 0;
}

bool regions_set_door(void *owner, struct str region, bool internal, enum wire_door door)
{
    static const char *const words[] = {
        [WIRE_DOOR_OPEN] = "open", [WIRE_DOOR_REFUSES] = "refuses", [WIRE_DOOR_SILENT] = "silent"};
    struct daemon *d = owner;
    const struct conf_texts *listen = &d->settings->listen;
    char text[ADDRESS_BYTES];
    struct error err;
    bool done = true;

    for (size_t i = 0; i < listen->count; i++) {
        struct str address = address_of(d, region, internal, d->listeners[i].port, text);

        if (!settings_has_regions(listen->items[i]))
            continue;
        if (http_server_set_door(d->server, address, door, &err) < 0) {
            log_warn("the door of a region does not move", "%s", err.text);
            done = false;
        } else {
            log_info("door of a region", "address=" STR_FMT " is=%s", STR_ARG(address),
                     words[door]);
        }
    }
    return done;
}
