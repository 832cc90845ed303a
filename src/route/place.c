/*
 * route/place.c - which account and region a host name means
 */
#include "route/place.h"

#include "base/distance.h"
#include "base/own.h"
#include "catalog/region.h"
#include "route/host.h"
#include "route/neighbour.h"

enum {
    HOST_MAX = 253, /* bytes; RFC 1035 */
    LABEL_MAX = 63,
    ACCOUNT_MAX = 64,
    LABELS_MAX = 8,
    ZONE_TYPO_MAX = 2, /* edits from fc.aliyuncs.com */
};

#define API_ZONE "fc.aliyuncs.com"

/* The labels in front of a zone. */
struct labels {
    struct str list[LABELS_MAX];
    size_t count; /* may exceed LABELS_MAX; the surplus is not kept */
};

struct reading {
    struct str front; /* what stands before the zone */
    const struct labels *labels;
    const struct place_defaults *defaults;
    struct arena *arena;
    struct place *out;
};

/* Fills r->out; false: not a name of this zone after all. */
typedef bool zone_reader(struct reading *r);

static zone_reader read_api, read_trigger, read_temporary, read_devs_temporary, read_gateway;

/* Longer names first where one ends in the other. */
static const struct {
    struct str name;
    zone_reader *read;
} zones[] = {
    {STR_INIT(API_ZONE),                   read_api           },
    {STR_INIT("fcapp.run"),                read_trigger       },
    {STR_INIT("test.functioncompute.com"), read_temporary     },
    {STR_INIT("fc.devsapp.net"),           read_devs_temporary},
    {STR_INIT("aliyuncs.com"),             read_gateway       },
};

static const struct {
    struct str label;
    enum api_version api;
    bool internal;
} gateways[] = {
    {STR_INIT("fcv3"),     API_2023, false},
    {STR_INIT("fcv3-vpc"), API_2023, true },
    {STR_INIT("fc"),       API_2021, false},
    {STR_INIT("fc-vpc"),   API_2021, true },
    {STR_INIT("fc-open"),  API_2021, false},
};

static struct labels split_labels(struct str text)
{
    struct labels all = {0};
    struct str label;

    if (text.len == 0)
        return all;
    while (str_is_set(text)) {
        str_cut(text, '.', &label, &text);
        if (all.count < LABELS_MAX)
            all.list[all.count] = label;
        all.count++;
    }
    return all;
}

static bool is_word(struct str text, size_t most, bool underscore)
{
    if (text.len == 0 || text.len > most)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || (underscore && c == '_')))
            return false;
    }
    return true;
}

static bool is_region_id(struct str text)
{
    return is_word(text, LABEL_MAX, false) && text.ptr[0] != '-' && text.ptr[text.len - 1] != '-' &&
           !host_is_marked_inside(text);
}

static bool impossible(struct reading *r, const char *problem)
{
    r->out->kind = PLACE_IMPOSSIBLE;
    r->out->problem = problem;
    return true;
}

static void set_region(struct reading *r, struct str id)
{
    r->out->region = id;
    r->out->region_known = region_find(id) != NULL;
    if (r->out->region_known || r->out->problem)
        return;

    struct nearest nearest = {.wanted = id};
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].id));
    r->out->suggestion = nearest.best;
    r->out->problem =
        arena_printf(r->arena, "region '" STR_FMT "' is not in the catalogue", STR_ARG(id));
}

static void set_default_region(struct reading *r)
{
    set_region(r, r->defaults->region.len > 0 ? r->defaults->region : STR("cn-hangzhou"));
    r->out->region_defaulted = true;
}

static bool cut_suffix(struct str *text, struct str suffix)
{
    if (!str_ends(*text, suffix))
        return false;
    *text = str_slice(*text, 0, text->len - suffix.len);
    return true;
}

/* "cn-hangzhou-internal" is the region cn-hangzhou, asked from inside. False when impossible. */
static bool set_region_label(struct reading *r, struct str label)
{
    struct str id = host_cut_inside(label, &r->out->internal);

    if (is_region_id(id)) {
        set_region(r, id);
        return true;
    }
    impossible(r, id.len == 0 ? "the region in the host name is empty"
                              : arena_printf(r->arena,
                                             "'" STR_FMT "' in the host name cannot be a region id",
                                             STR_ARG(id)));
    return false;
}

static bool set_account_label(struct reading *r, struct str label)
{
    if (str_all_digits(label) && label.len <= ACCOUNT_MAX) {
        r->out->account = label;
        return true;
    }
    impossible(r, label.len == 0 ? "the account id in the host name is empty"
                                 : arena_printf(r->arena,
                                                "'" STR_FMT "' in the host name is not an account "
                                                "id, which is a decimal number",
                                                STR_ARG(label)));
    return false;
}

/* fc.aliyuncs.com, fc-<suffix>.aliyuncs.com: what SDKs without an endpoint build. */
static bool read_default_gateway(struct reading *r)
{
    r->out->kind = PLACE_GATEWAY;
    r->out->zone = STR(API_ZONE);
    set_default_region(r);
    return true;
}

/* <account>.<region>[-internal].fc.aliyuncs.com, and the same without an account */
static bool read_api(struct reading *r)
{
    const struct labels *labels = r->labels;

    if (labels->count == 0)
        return read_default_gateway(r);
    if (labels->count > 2)
        return impossible(r,
                          "a host of " API_ZONE " has an account and a region in front, no more");

    struct str region = labels->list[labels->count - 1];

    if (labels->count == 1 && str_all_digits(region))
        return impossible(r, "the region is missing between the account and " API_ZONE);
    if (!set_region_label(r, region))
        return true;
    r->out->kind = PLACE_SERVICE;
    /* SDK endpoint maps hold the literal text account-id, for the caller to replace. */
    if (labels->count == 1 || str_eq(labels->list[0], STR("account-id")))
        return true;
    if (set_account_label(r, labels->list[0]))
        r->out->kind = PLACE_ACCOUNT;
    else
        r->out->account_wrong = true;
    return true;
}

/* <name>-<suffix>.<region>[-vpc].fcapp.run */
static bool read_trigger(struct reading *r)
{
    const struct labels *labels = r->labels;

    if (labels->count != 2)
        return impossible(r, "a host of fcapp.run has a trigger name and a region in front");
    if (!is_word(labels->list[0], LABEL_MAX, true))
        return impossible(r, "the trigger name in front of fcapp.run is empty or malformed");
    if (!set_region_label(r, labels->list[1]))
        return true;
    r->out->kind = PLACE_TRIGGER;
    r->out->trigger = labels->list[0];
    return true;
}

/* <digits>-<account>.test.functioncompute.com: the temporary domains of 2020 */
static bool read_temporary(struct reading *r)
{
    struct str digits;
    struct str account;

    if (r->labels->count != 1 || !str_cut(r->labels->list[0], '-', &digits, &account) ||
        !str_all_digits(digits))
        return impossible(r, "a host of test.functioncompute.com has <digits>-<account> in front");
    if (!set_account_label(r, account))
        return true;
    r->out->kind = PLACE_TRIGGER;
    r->out->trigger = r->labels->list[0];
    set_default_region(r);
    return true;
}

/* <function>.<service>.<account>.<region>.fc.devsapp.net */
static bool read_devs_temporary(struct reading *r)
{
    const struct labels *labels = r->labels;

    if (labels->count != 4 || !is_word(labels->list[0], LABEL_MAX, true) ||
        !is_word(labels->list[1], LABEL_MAX, true))
        return impossible(
            r, "a host of fc.devsapp.net has function, service, account and region in front");
    if (!set_account_label(r, labels->list[2]) || !set_region_label(r, labels->list[3]))
        return true;
    r->out->kind = PLACE_TRIGGER;
    r->out->trigger =
        (struct str){labels->list[0].ptr, labels->list[0].len + 1 + labels->list[1].len};
    return true;
}

static void settle_region(struct reading *r)
{
    if (r->out->region.len > 0)
        set_region(r, r->out->region);
    else
        set_default_region(r);
}

static bool read_neighbour(struct reading *r)
{
    if (!neighbour_read(r->front, r->out))
        return false;
    settle_region(r);
    return true;
}

/* fcv3.<region>.aliyuncs.com and its relatives; other names belong to other products */
static bool read_gateway(struct reading *r)
{
    const struct labels *labels = r->labels;

    if (read_neighbour(r))
        return true;
    if (labels->count < 1 || labels->count > 2)
        return false;
    for (size_t i = 0; i < N_ELEMENTS(gateways); i++) {
        if (!str_eq(labels->list[0], gateways[i].label))
            continue;
        if (labels->count == 1) {
            r->out->internal = gateways[i].internal;
            return read_default_gateway(r);
        }
        if (!set_region_label(r, labels->list[1]))
            return true;
        r->out->kind = PLACE_GATEWAY;
        r->out->gateway_api = gateways[i].api;
        r->out->internal |= gateways[i].internal; /* the region's label may say so, too */
        return true;
    }
    return labels->count == 1 && str_starts(labels->list[0], STR("fc-")) && read_default_gateway(r);
}

/* Tools that read account and region from their endpoint are pointed at
 * http://<account>.<region>.localhost. */
static void read_local(struct reading *r, struct str host)
{
    r->out->kind = PLACE_LOCAL;
    if (cut_suffix(&host, STR(".localhost"))) {
        struct labels labels = split_labels(host);
        bool internal = false;

        r->front = host;
        if (read_neighbour(r))
            return;
        if (labels.count == 2 && is_word(labels.list[0], ACCOUNT_MAX, true) &&
            is_region_id(host_cut_inside(labels.list[1], &internal))) {
            r->out->account = labels.list[0];
            set_region_label(r, labels.list[1]);
            return;
        }
    }
    set_default_region(r);
}

/* "1.cn-hangzhou.fc.aliyun.com" is more likely a slip than somebody's domain. */
static void suggest_zone(struct reading *r, struct str host)
{
    struct str front = host;
    struct str tail = STR_NONE;

    for (int label = 0; label < 3; label++)
        if (!str_cut_last(front, '.', &front, &tail))
            return;
    tail = str_slice(host, front.len + 1, host.len);
    if (distance_of(tail, STR(API_ZONE), ZONE_TYPO_MAX) > ZONE_TYPO_MAX)
        return;
    r->out->problem = "the host name is close to an emulated one, but not one";
    r->out->suggestion = arena_strf(r->arena, STR_FMT "." API_ZONE, STR_ARG(front));
}

static void read_custom(struct reading *r, struct str host)
{
    r->out->kind = PLACE_CUSTOM;
    set_default_region(r);
    suggest_zone(r, host);
}

/* True when @host is in the zone; *front is what stands before it, absent for the zone itself. */
static bool is_in_zone(struct str host, struct str zone, struct str *front)
{
    *front = STR("");
    if (str_eq(host, zone))
        return true;
    if (!str_ends(host, zone) || host.ptr[host.len - zone.len - 1] != '.')
        return false;
    *front = str_slice(host, 0, host.len - zone.len - 1);
    return true;
}

static bool read_zone(struct reading *r, struct str host)
{
    for (size_t i = 0; i < N_ELEMENTS(zones); i++) {
        struct str front;

        if (!is_in_zone(host, zones[i].name, &front))
            continue;

        struct labels labels = split_labels(front);
        struct reading zone_reading = *r;

        /* ".fc.aliyuncs.com" has one label, an empty one. */
        if (labels.count == 0 && host.len > zones[i].name.len)
            labels = (struct labels){.list = {STR("")}, .count = 1};
        zone_reading.front = front;
        zone_reading.labels = &labels;
        r->out->zone = zones[i].name;
        if (zones[i].read(&zone_reading)) {
            if (host.len > HOST_MAX)
                impossible(r, "the host name is longer than 253 bytes");
            return true;
        }
    }
    r->out->zone = STR("");
    return false;
}

static void settle_account(struct reading *r, struct str header)
{
    struct place *out = r->out;

    if (out->account.len > 0 || out->kind == PLACE_IMPOSSIBLE)
        return;
    if (header.len > 0 && !is_word(header, ACCOUNT_MAX, true)) {
        if (!out->problem)
            out->problem = "the header X-Fc-Account-Id does not hold an account id";
    } else if (header.len > 0) {
        out->account = header;
        return;
    }
    if (out->kind != PLACE_TRIGGER && str_is_set(r->defaults->account)) {
        out->account = r->defaults->account;
        out->account_defaulted = true;
    }
}

/* What was read before a name turned out impossible is no place. */
static void forget_place(struct place *out)
{
    out->account = STR("");
    out->region = STR("");
    out->trigger = STR_NONE;
    out->region_known = false;
    out->region_defaulted = false;
    out->internal = false;
    out->gateway_api = API_NONE;
    out->suggestion = STR_NONE;
}

void place_find(struct str host, struct str account_header, const struct place_defaults *defaults,
                struct arena *arena, struct place *out)
{
    struct reading r = {.defaults = defaults, .arena = arena, .out = out};

    *out =
        (struct place){.zone = STR(""), .account = STR(""), .region = STR(""), .bucket = STR("")};
    host = place_host_name(host, arena);
    if (host_is_local(defaults->own, host))
        read_local(&r, host);
    else if (!read_zone(&r, host))
        read_custom(&r, host);
    if (out->kind == PLACE_IMPOSSIBLE)
        forget_place(out);
    settle_account(&r, account_header);
}

static struct str format_gateway(const struct place *place, struct arena *arena)
{
    for (size_t i = 0; i < N_ELEMENTS(gateways); i++)
        if (gateways[i].api == place->gateway_api && gateways[i].internal == place->internal)
            return arena_strf(arena, STR_FMT "." STR_FMT ".aliyuncs.com",
                              STR_ARG(gateways[i].label), STR_ARG(place->region));
    return place->internal ? STR("fc-vpc.aliyuncs.com") : STR(API_ZONE);
}

static struct str format_trigger(const struct place *place, struct arena *arena)
{
    if (str_eq(place->zone, STR("fcapp.run")))
        return arena_strf(arena, STR_FMT "." STR_FMT "%s.fcapp.run", STR_ARG(place->trigger),
                          STR_ARG(place->region), place->internal ? "-vpc" : "");
    if (str_eq(place->zone, STR("fc.devsapp.net")))
        return arena_strf(arena, STR_FMT "." STR_FMT "." STR_FMT "%s.fc.devsapp.net",
                          STR_ARG(place->trigger), STR_ARG(place->account), STR_ARG(place->region),
                          place->internal ? "-vpc" : "");
    return arena_strf(arena, STR_FMT "." STR_FMT, STR_ARG(place->trigger), STR_ARG(place->zone));
}

bool place_has_address(const struct place *place)
{
    return place->region_known && !place->region_defaulted &&
           (place->kind == PLACE_ACCOUNT || place->kind == PLACE_SERVICE ||
            place->kind == PLACE_GATEWAY || place->kind == PLACE_TRIGGER);
}

struct str place_format(const struct place *place, struct arena *arena)
{
    const char *suffix = place->internal ? "-internal" : "";

    switch (place->kind) {
    case PLACE_ACCOUNT:
        return arena_strf(arena, STR_FMT "." STR_FMT "%s." API_ZONE, STR_ARG(place->account),
                          STR_ARG(place->region), suffix);
    case PLACE_SERVICE:
        return arena_strf(arena, STR_FMT "%s." API_ZONE, STR_ARG(place->region), suffix);
    case PLACE_GATEWAY:
        return format_gateway(place, arena);
    case PLACE_TRIGGER:
        return format_trigger(place, arena);
    case PLACE_LOCAL:
    case PLACE_CUSTOM:
    case PLACE_IMPOSSIBLE:
    case PLACE_NEIGHBOUR:
        break;
    }
    return STR_NONE;
}

struct str place_zone(size_t i)
{
    return i < N_ELEMENTS(zones) ? zones[i].name : STR_NONE;
}
