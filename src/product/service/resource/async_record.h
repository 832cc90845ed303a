/*
 * product/service/resource/async_record.h - the row of an asynchronous call, and what is configured
 * for it
 *
 * Inside product/service/ only.
 */
#pragma once

#include "invoke/invoke.h"
#include "product/service/resource/model.h"

struct async_accepted {
    struct str request_id, qualifier, event;
    const struct invoke_http *http; /* NULL: an event */
    bool hidden;
    uint64_t wall_ms;
    const struct fault_instance *fault;   /* of its attempts; NULL: none */
    const struct invoke_request *tracing; /* of it that alone; NULL: none */
};

/** A new record; the caller owns it. */
cJSON *async_record(const struct async_accepted *accepted, struct str id, struct arena *arena);
/** It is in another state now: `status` and a further event. */
void async_record_status(cJSON *record, const char *status, uint64_t wall_ms);
/** The HTTP request that it keeps, in @arena; NULL when it is an event. */
const struct invoke_http *async_record_http(const cJSON *record, struct arena *arena);
/** The trace that it is part of, in @arena. */
void async_record_tracing(const cJSON *record, struct arena *arena, struct invoke_request *out);
/** Somebody stopped it. */
void async_record_stop(cJSON *record, uint64_t wall_ms);
/** One attempt more was made. */
void async_record_attempt(cJSON *record);

struct async_outcome {
    bool failed;
    const char *type; /* of the error; NULL */
    struct str body, instance;
    int status;
    uint64_t duration_ms;
    size_t most_bytes; /* of the body that is kept */
};
/** @delivered: what became of the destination; NULL when there is none. */
void async_record_end(cJSON *record, const char *status, const struct async_outcome *outcome,
                      const char *delivered, uint64_t wall_ms);
/** What a destination gets; in @arena. */
struct str async_payload(const struct store_key *key, const cJSON *record,
                         const struct async_outcome *outcome, uint64_t wall_ms,
                         struct arena *arena);

struct async_config {
    struct str on_success, on_failure; /* "" : none */
    uint64_t retries, age_ms;
    bool stateful;
};
/** For the function whose tasks @key is one of. */
void async_config_of(struct service *service, const struct store_key *key, struct str qualifier,
                     struct arena *arena, struct async_config *out);
void async_config_read(struct service *service, const struct store_key *key, const cJSON *record,
                       struct arena *arena, struct async_config *out);

/** What strikes its next attempt; NULL: nothing. In @arena. */
const struct fault_instance *async_record_fault(const cJSON *record, struct arena *arena);

/** The function as it is now. False when it is gone, or has no code. */
bool async_function(struct service *service, const struct store_key *key, const cJSON *record,
                    struct arena *arena, struct invoke_function *out);
/** A record that no client sees. */
bool async_is_hidden(const cJSON *record);
