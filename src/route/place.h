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

enum place_kind {
    PLACE_LOCAL,   /* localhost, an address, or a name of our own: account from X-Fc-Account-Id,
                      default region */
    PLACE_ACCOUNT, /* <account>.<region>[-internal|-vpc].fc.aliyuncs.com */
    PLACE_SERVICE, /* <region>[-internal].fc.aliyuncs.com without an account */
    PLACE_GATEWAY, /* fcv3.<region>.aliyuncs.com, fc.<region>.aliyuncs.com and their -vpc forms */
    PLACE_TRIGGER, /* *.fcapp.run, *.test.functioncompute.com, *.fc.devsapp.net */
    PLACE_CUSTOM,  /* any other name: a custom domain if one is registered */
    PLACE_IMPOSSIBLE, /* one of our zones, but malformed; see `problem` */
};

struct place {
    enum place_kind kind;
    struct str account;           /* "" when nobody named one */
    struct str region;            /* id without -internal/-vpc; "" when unknown */
    bool internal;                /* -internal or -vpc */
    bool region_known;            /* in the catalogue */
    enum api_version gateway_api; /* for PLACE_GATEWAY */
    struct str trigger;           /* for PLACE_TRIGGER: the first label(s) */
    const char *problem;   /* for PLACE_IMPOSSIBLE, and for a near miss: one sentence; else NULL */
    struct str suggestion; /* the nearest right name, or absent */
};

struct place_defaults {
    struct str account; /* used by PLACE_LOCAL when no header names one */
    struct str region;
};

/** @host lower case without port; @account_header the X-Fc-Account-Id value or absent. Never fails:
 * see kind. */
void place_find(struct str host, struct str account_header, const struct place_defaults *defaults,
                struct arena *arena, struct place *out);

/** True for the names and addresses under which /_fcemu/ is served: loopback, IP literals, unix,
 * "localhost", "fcemu", *.localhost. */
bool place_is_control_host(struct str host);
