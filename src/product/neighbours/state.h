/*
 * product/neighbours/state.h - what the neighbours keep, for the operations of the service
 *
 * All of it is in the store of the service and is looked up there; nothing else is needed.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct store;
struct store_batch;

/* An object that was uploaded. Views, valid as long as a row of the store (store/store.h). */
struct neighbours_object {
    struct str blob; /* id of its bytes in the store; a row that names it keeps them; absent: the
                        object is empty */
    uint64_t size;
    uint64_t crc64;
};

/** False when there is no such object. */
bool neighbours_object(struct store *store, struct str bucket, struct str key,
                       struct neighbours_object *out);

/** The bucket of temporary upload tokens; it need not be created. */
struct str neighbours_upload_bucket(struct str region, struct arena *arena);

struct neighbours_key_request {
    struct str account; /* that the key acts for */
    struct str role;    /* name of the role it took; "" for none */
    struct str session;
    uint64_t now_ms; /* wall time */
    uint64_t expires_ms;
};

struct neighbours_key {
    struct str id; /* "STS.…" */
    struct str secret;
    struct str token;
    struct str account;
    struct str role;
    struct str session;
    uint64_t expires_ms;
};

/** Make a temporary key; it is good when @batch is on disk. Expired ones go on this occasion.
 * Strings are in @arena. */
void neighbours_issue_key(struct store *store, struct store_batch *batch,
                          const struct neighbours_key_request *request, struct arena *arena,
                          struct neighbours_key *out);

/* A project of Log Service, or a logstore of one. */
struct neighbours_log {
    struct str account, region, project;
    struct str logstore; /* "" : the project itself */
    uint64_t now_ms;
};

/** There is such a one. */
bool neighbours_log_exists(struct store *store, const struct neighbours_log *log);
/** Make it, with the members of @body, an object. */
void neighbours_log_create(struct store_batch *batch, const struct neighbours_log *log,
                           const cJSON *body);
