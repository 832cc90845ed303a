/*
 * product/service/event/event.h - what event sources do: triggers found, their payloads made, their
 * functions called
 *
 * A trigger is fired by hand, by its schedule, or by an object that was put or removed. Each is an
 * asynchronous call of its function.
 *
 * Source: spec page invocation §5.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct service;

/* One payload of each source, as documented. */
struct event_sample {
    const char *name; /* of its file: "oss.json" */
    struct str text;
};
extern const struct event_sample event_samples[];
extern const size_t event_sample_count;
/** By "oss"; NULL when there is none. */
const struct event_sample *event_sample_find(struct str name);
/** "oss" */
struct str event_sample_name(const struct event_sample *sample);

/* A trigger as it is kept. Views live in the arena it was found in. */
struct event_trigger {
    struct str account, region;
    struct str service; /* "" of a function of 2023-03-30 */
    struct str function, name, type;
    struct str qualifier; /* "" : the working copy */
    struct str source;    /* ARN of its source; "" when it has none */
    const cJSON *config;  /* an object, or NULL */
    uint64_t since_ms;    /* it is as it is since then */
    bool enabled;         /* `enable`, where its type has that */
};

/* Whom to find; an absent member stands for all. */
struct event_search {
    struct str account, region;
    struct str function; /* "demo/hello", or "hello" of any service */
    struct str name, type;
};

/** All that @search finds, in the order they are kept; *out is in @arena. */
size_t event_find(struct service *service, const struct event_search *search, struct arena *arena,
                  struct event_trigger **out);
/** "demo/hello", or "hello" for a function of 2023-03-30; in @arena. */
struct str event_function_name(const struct event_trigger *trigger, struct arena *arena);

/**
 * What the trigger's function would get: the documented payload of its type with what the trigger
 * says, and @facts, an object, on top: "key", "size", … of an object, "event" for its name, "time"
 * in milliseconds. @facts may be NULL. NULL when no payload of this type is documented. The
 * caller's.
 */
cJSON *event_payload(struct service *service, const struct event_trigger *trigger,
                     const cJSON *facts);
/** Its bytes as the source would send them, in @arena. */
struct str event_bytes(const struct event_trigger *trigger, const cJSON *payload,
                       struct arena *arena);

/**
 * Call its function, asynchronously. @out_id is the request id, in @arena. NULL, or why that
 * cannot be, in @arena.
 */
const char *event_fire(struct service *service, const struct event_trigger *trigger,
                       struct str event, struct arena *arena, struct str *out_id);

/* Something that happened at a source; absent members stand for whatever a trigger wants. */
struct event_occasion {
    struct str type; /* of the triggers that hear of it */
    struct str account, region;
    struct str source; /* the bucket, topic, project, …: the last part of the ARN */
    struct str event;  /* "ObjectCreated:PutObject" */
    struct str key;    /* of an object, decoded */
};
/** Fire all that hear of it, with @facts (see event_payload()). Returns how many. */
size_t event_happened(struct service *service, const struct event_occasion *occasion,
                      const cJSON *facts);
/** A trigger that is on hears of it: its source, its events and its filter let it through. */
bool event_hears(const struct event_trigger *trigger, const struct event_occasion *occasion);
