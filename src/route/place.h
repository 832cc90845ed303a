/*
 * route/place.h - Host, SNI and headers to account and region
 *
 * Source: spec/regions.md §1 and §6, spec/api-2016-08-15.md §1.1.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "catalog/api.h"
#include "catalog/product.h"

enum place_kind {
    PLACE_LOCAL,   /* localhost, an address, or a name without a dot: account from X-Fc-Account-Id,
                      default region; <account>.<region>.localhost names both */
    PLACE_ACCOUNT, /* <account>.<region>[-internal|-vpc].fc.aliyuncs.com */
    PLACE_SERVICE, /* <region>[-internal].fc.aliyuncs.com without an account */
    PLACE_GATEWAY, /* fcv3.<region>.aliyuncs.com, fc.<region>.aliyuncs.com and their -vpc forms;
                      fc[-…].aliyuncs.com, which official SDKs build without a region */
    PLACE_TRIGGER, /* *.fcapp.run, *.test.functioncompute.com, *.fc.devsapp.net */
    PLACE_CUSTOM,  /* any other name: a custom domain if one is registered */
    PLACE_IMPOSSIBLE, /* one of our zones, but malformed; see `problem` */
    PLACE_NEIGHBOUR,  /* another product that deploy tools need; see `neighbour` */
};

/* Each under its names in aliyuncs.com, and as <name>.localhost. */
enum place_neighbour {
    NEIGHBOUR_OSS, /* [<bucket>.]oss-<region>[-internal].aliyuncs.com, [<bucket>.]oss.aliyuncs.com,
                      [<bucket>.]oss-accelerate.aliyuncs.com, [<bucket>.]oss.localhost */
    NEIGHBOUR_STS, /* sts.aliyuncs.com, sts[-vpc].<region>.aliyuncs.com, sts.localhost */
    NEIGHBOUR_LOG, /* [<project>.]<region>[-intranet].log.aliyuncs.com, log.localhost */
    NEIGHBOUR_RAM, /* ram.aliyuncs.com, ram.localhost */
    NEIGHBOUR_OTHER, /* any other name in aliyuncs.com that an RPC call goes to; all are refused */
    NEIGHBOUR_COUNT,
};

struct place {
    enum place_kind kind;
    struct str zone;                /* "fc.aliyuncs.com", …; "" for local and custom names */
    struct str account;             /* "" when nobody named one */
    struct str region;              /* id without -internal/-vpc; "" when unknown */
    bool account_defaulted;         /* nobody named one, so that it is the default's, */
    bool region_defaulted;          /* and so the region */
    bool internal;                  /* -internal or -vpc */
    bool region_known;              /* in the catalogue */
    enum api_version gateway_api;   /* for PLACE_GATEWAY; API_NONE when the name does not say */
    struct str trigger;             /* for PLACE_TRIGGER: the first label(s) */
    enum place_neighbour neighbour; /* for PLACE_NEIGHBOUR */
    struct str bucket;              /* of it, or the log project; "" when the name says none */
    const char *problem;   /* for PLACE_IMPOSSIBLE, and for a near miss: one sentence; else NULL */
    struct str suggestion; /* the nearest right name, or absent */
    bool account_wrong;    /* impossible for its account alone: judged behind the signature */
};

#define PLACE_ANY_ADDRESS "@address"

/** Is it Function Compute in a region, whose address another region need not share? */
bool place_has_address(const struct place *place);

/** Whose calls come to this place. */
enum cloud_product product_of_place(const struct place *place);

/* Names under which the daemon itself is reached: globs in lower case, and PLACE_ANY_ADDRESS for
 * every IP literal. The setting control_hosts. */
struct place_names {
    const struct str *items;
    size_t count;
};

/* Without a setting: localhost, *.localhost, every address, fcemu. */
extern const struct place_names place_usual_names;

struct place_defaults {
    struct str account; /* when neither host nor header names one; not on trigger hosts */
    struct str region;  /* when the host names none */
    const struct place_names *own; /* these are PLACE_LOCAL, too; NULL: no further names */
};

/** The name in a Host header or SNI: lower case, without port and without final dots. "[::1]:80"
 * becomes "[::1]". A view of @host when nothing had to change. */
struct str place_host_name(struct str host, struct arena *arena);

/**
 * @host is taken as place_host_name() gives it; other forms are brought to that first.
 * @account_header is the X-Fc-Account-Id value or absent; an empty one counts as absent. Never
 * fails: see kind. Unknown regions are accepted, with a problem and a suggestion. Views of @host,
 * @account_header and @defaults are kept.
 */
void place_find(struct str host, struct str account_header, const struct place_defaults *defaults,
                struct arena *arena, struct place *out);

/** The zones of emulated names, "fc.aliyuncs.com" and so on; absent behind the last. */
struct str place_zone(size_t i);

/** True for the names and addresses under which /_fcemu/ is served: those of @own, and what a
 * socket file has: "unix" and no name at all. @host is a place_host_name(). */
bool place_is_control_host(const struct place_names *own, struct str host);

/** The canonical host of a place in one of our zones; absent for other kinds. It leads back to the
 * same place. */
struct str place_format(const struct place *place, struct arena *arena);
