/*
 * route/target.h - method and path to an operation and its parameters
 *
 * The raw path is split on '/' first and each segment percent-decoded once, so that a decoded
 * segment may hold a '/'. {service} splits at its first dot into service and qualifier; "name."
 * has none. A slash in front and one behind are tolerated everywhere (no client sends them, some
 * configurations cause them). Empty segments in between are skipped by 2023-03-30; for the older
 * versions they are empty names, because clients send those for names that were not set.
 *
 * Source: spec/api-2016-08-15.md §1.2, spec/api-2023-03-30.md §1.3.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "catalog/operation.h"

enum { TARGET_PARAMS_MAX = 8 };

struct target_param {
    const char *name; /* "service", "function", … as in the template */
    struct str value; /* decoded */
};

enum target_result {
    TARGET_FOUND = 0,
    TARGET_UNKNOWN_VERSION, /* /2019-01-01/… : PathNotSupported; `suggestion` is a version */
    TARGET_UNKNOWN_PATH,
    TARGET_WRONG_METHOD, /* the path exists with other methods, see `allowed` */
    TARGET_BAD_ENCODING, /* %zz, NUL, or not UTF-8 after decoding: InvalidArgument */
};

struct target {
    enum target_result result;
    enum api_version api;
    const struct operation *op;
    struct target_param params[TARGET_PARAMS_MAX];
    size_t param_count;
    struct str service, qualifier, function, trigger, layer,
        domain;            /* decoded; absent when the path has none */
    struct str rest;       /* behind a proxy path: raw, from '/' */
    struct str allowed;    /* "GET, PUT" for TARGET_WRONG_METHOD */
    struct str suggestion; /* nearest known path template, with its version; absent when none */
};

/**
 * @method and raw @path (no query). @qualifier_query is the decoded ?qualifier= value or absent;
 * the service's own qualifier wins, and 2016-08-15 knows no other.
 *
 * Under /proxy/ of every version the API is API_TRIGGER and @rest the user's path, "/" when empty.
 */
void target_find(struct str method, struct str path, struct str qualifier_query,
                 struct arena *arena, struct target *out);

/** A call on a trigger host or custom domain: the whole path is the user's. */
void target_find_trigger(struct str path, struct target *out);

struct str target_param(const struct target *target,
                        const char *name); /* absent when the template has none */
