/*
 * service/object.h - objects of the emulated OSS: where tools put large packages, and where
 * CreateFunction finds them
 *
 * A bucket is a name; it needs no creation and belongs to every account and region.
 *
 * Source: spec pages api-2016-08-15 §6.16, api-2023-03-30 §10.2.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/str.h"
#include "store/store.h"

struct service;

enum { OBJECT_MD5_BYTES = 33 }; /* 32 hex digits and a terminator */

struct service_object {
    uint64_t size;
    uint64_t crc64;
    char md5[OBJECT_MD5_BYTES]; /* OSS answers it as the ETag */
    uint64_t modified_ms;
    struct str blob; /* for store_read_blob(); valid until the object changes */
};

/** False when there is no such object. */
bool service_object_find(struct service *service, struct str bucket, struct str name,
                         struct service_object *out);

/**
 * Keep @bytes, which must stay until @done: called on the loop thread when the object is on disk,
 * or with NULL when it could not be kept.
 */
void service_object_put(struct service *service, struct str bucket, struct str name,
                        struct str bytes,
                        void (*done)(void *arg, const struct service_object *object), void *arg);

/** @done, which may be NULL, when it is gone for good; a missing object is gone already. */
void service_object_remove(struct service *service, struct str bucket, struct str name,
                           void (*done)(void *arg, const struct error *err), void *arg);
