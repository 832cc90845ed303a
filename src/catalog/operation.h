/*
 * catalog/operation.h - every operation of every API version, as one table
 *
 * Routing, rule checking, applicability of errors, coverage and the generated documentation read
 * these rows.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "catalog/api.h"

enum operation_class {
    OP_READ = 1 << 0,    /* @read: changes nothing */
    OP_WRITE = 1 << 1,   /* @write: changes a resource */
    OP_INVOKE = 1 << 2,  /* @invoke: runs a function (InvokeFunction, HTTP trigger) */
    OP_CONTROL = 1 << 3, /* @control: everything but @invoke */
};

/* What an operation works on; decides which not-found error is asked last. A row a kind, with its
 * name. */
#define RESOURCE_KINDS(KIND)                                                                       \
    KIND(NONE, "none")                                                                             \
    KIND(ACCOUNT, "account")                                                                       \
    KIND(SERVICE, "service")                                                                       \
    KIND(FUNCTION, "function")                                                                     \
    KIND(VERSION, "version")                                                                       \
    KIND(ALIAS, "alias")                                                                           \
    KIND(TRIGGER, "trigger")                                                                       \
    KIND(DOMAIN, "custom domain")                                                                  \
    KIND(LAYER, "layer")                                                                           \
    KIND(LAYER_VERSION, "layer version")                                                           \
    KIND(RESERVED_CAPACITY, "reserved capacity")                                                   \
    KIND(PROVISION, "provision config")                                                            \
    KIND(ON_DEMAND, "on-demand config")                                                            \
    KIND(SCALING, "scaling config")                                                                \
    KIND(CONCURRENCY, "concurrency config")                                                        \
    KIND(ASYNC_CONFIG, "async config")                                                             \
    KIND(ASYNC_TASK, "async task")                                                                 \
    KIND(INSTANCE, "instance")                                                                     \
    KIND(VPC_BINDING, "VPC binding")                                                               \
    KIND(TAG, "tag")                                                                               \
    KIND(SESSION, "session")                                                                       \
    KIND(EVENT_SOURCE, "event source")                                                             \
    KIND(REGION, "region")

enum resource_kind {
#define KIND(enumerator, name) RESOURCE_##enumerator,
    RESOURCE_KINDS(KIND) RESOURCE_KIND_COUNT,
#undef KIND
};

struct operation {
    const char *name; /* "CreateFunction"; unique within one API version */
    enum api_version api;
    const char *method; /* "GET"; "*" for the HTTP-trigger proxy */
    const char *path;   /* template behind the version: "/services/{service}/functions/{function}";
                           {service.qualifier} where a qualifier has a meaning; a final "{path*}"
                           takes the rest */
    unsigned classes;   /* enum operation_class */
    enum resource_kind resource;
    int success; /* documented success status */
};

/** All rows, grouped by API version, in the order of the specification. */
const struct operation *operation_table(size_t *out_count);
/** The row, or NULL. */
const struct operation *operation_find(enum api_version api, struct str name);
/** Index of the row in operation_table(). */
size_t operation_index(const struct operation *op);
/** "@invoke" → OP_INVOKE, "@all" → all bits; 0 when unknown. */
unsigned operation_class_find(struct str name);
const char *resource_kind_name(enum resource_kind kind); /* "function" */
