/*
 * The way of a call, as a table.
 */
#include "gateway/gateway.h"

#include "base/mem.h"
#include "gateway/internal.h"
#include "gateway/stations.h"
#include "route/recent.h"

/* The way of a call. `receive` comes before it (http/), `record` behind it, always (record.c). */
static const struct station stations[] = {
    {"place",          station_place         }, /* Host, SNI, headers → account, region, kind */
    {"operate",        station_operate       }, /* method and path → operation and parameters */
    {"strike upload",  station_strike_upload }, /* rules that strike before the body is in */
    {"receive body",   station_receive_body  }, /* bounded by what the operation may take */
    {"visit",          station_visit         }, /* pages of other origins, other users */
    {"strike",         station_strike        }, /* rules asked; delay at request */
    {"hang request",   station_hang_request  }, /* hang before anything is done */
    {"skip",           station_skip          }, /* effect: none goes straight to the outcome */
    {"refuse",         station_refuse        }, /* what place and operate found wrong */
    {"admit",          station_admit         }, /* required headers, date, key, signature */
    {"refuse account", station_refuse_account}, /* a host whose first label is none */
    {"strike again",   station_strike_again  }, /* rules that match only authenticated calls */
    {"late",           station_late          }, /* the work is done behind the answer, by a copy */
    {"hold effect",    station_hold_effect   }, /* delay at effect */
    {"canned",         station_canned        }, /* an answer that stands in for the operation */
    {"perform",        station_perform       }, /* the operation itself */
    {"hold canned",    station_hold_canned   }, /* delays of the answer that stands in */
    {"late is done",   station_late_is_done  }, /* that copy ends here */
    {"hold headers",   station_hold_headers  }, /* delay at headers */
    {"hang headers",   station_hang_headers  }, /* hang with the work done */
    {"outcome",        station_outcome       }, /* the rule's answer instead of the operation's */
    {"shape",          station_shape         }, /* headers, corrupt, length, truncate, stall, drip */
    {"deliver",        station_deliver       }, /* bytes, or a cut */
};

static const struct way way = {
    .stations = stations,
    .count = N_ELEMENTS(stations),
    .jumps = {[NEXT_HOLD_HEADERS] = station_hold_headers, [NEXT_DELIVER] = station_deliver},
};

struct gateway *gateway_new(const struct gateway_parts *parts,
                            const struct gateway_settings *settings)
{
    struct gateway *gateway = mem_alloc(sizeof(*gateway));

    gateway->parts = *parts;
    gateway->settings = *settings;
    gateway->way = &way;
    gateway->recent = recent_new(&gateway->settings.defaults);
    return gateway;
}

void gateway_free(struct gateway *gateway)
{
    if (!gateway)
        return;
    gateway->ending = true;
    late_drop_all(gateway);
    recent_free(gateway->recent);
    addresses_done(gateway);
    names_done(gateway);
    stale_done(&gateway->stale);
    bodies_done(&gateway->bodies);
    buf_done(&gateway->scratch);
    buf_done(&gateway->expanded_scratch);
    buf_done(&gateway->body_scratch);
    mem_free(gateway);
}

size_t gateway_end(struct gateway *gateway)
{
    size_t dropped;

    gateway->ending = true;
    addresses_done(gateway);
    dropped = late_drop_all(gateway);
    gateway_release_all(gateway);
    return dropped;
}

size_t gateway_in_flight(const struct gateway *gateway)
{
    return gateway->in_flight;
}

void *gateway_control_owner(const struct gateway *gateway)
{
    return gateway->parts.control_owner;
}
