/*
 * product/service/frame/work.h - what the resources of service/ share: a call being worked on, its
 * answer, the place it addresses
 */
#pragma once

#include "base/clock.h"
#include "product/call.h"
#include "product/service/frame/call.h"
#include "product/service/frame/fields.h"
#include "store/store.h"

/* Functions of 2023-03-30 live in this service of the older generations. */
#define SERVICE_OF_2023 "_fc3"
/* Between service and function where 2023-03-30 names a function of the older generations. */
#define SERVICE_SEPARATOR '$'
#define QUALIFIER_LATEST "LATEST"

/* The package of a request: what its `code` says, looked at off the loop when it is large. */
struct package {
    bool given;  /* zipFile was there */
    char *bytes; /* from malloc(); owned by the work until it is stored */
    size_t len;
    uint64_t crc64;
    char id[STORE_BLOB_ID_BYTES];
    char *problem; /* why it is refused; NULL: it is not */
};

struct resource;
struct async_queue;
struct event_timers;
struct invoke_call;
struct invoke_exec;
struct work;
typedef void service_handler(struct work *work);

enum {
    HANDLER_RAW = 1,    /* the body is not JSON: it is the function's input */
    HANDLER_ABSENT = 2, /* answers that it is not emulated */
};

struct operation_handler {
    const char *name;
    unsigned apis; /* IN_… */
    service_handler *run;
    unsigned flags;
    const char *partial;             /* what is missing; NULL: full */
    const struct resource *resource; /* of resource_put() and its like */
    /* Looks at the body first, on any thread: at nothing but `input` and `package`. */
    service_handler *look;
};

/* Calls of each alias that has weights, since the seed was set. */
struct alias_counters {
    struct alias_counter *all;
    uint64_t seed;
};

/* Functions as they were read for calls (function_spec.c). */
struct function_keep {
    struct kept_function *all;
};
void function_keep_done(struct function_keep *keep);

struct place_names;

struct service {
    struct loop *loop;
    struct store *store;
    struct worker *worker; /* looks into packages */
    const struct clock *clock;
    struct invoke *invoke;                    /* NULL: code is not run */
    struct async_queue *async;                /* asynchronous calls; as long as code is run */
    struct provision_keeper *provisions;      /* as long as code is run */
    void (*changes)(struct service *service); /* something is being written; may be NULL */
    enum service_lack lack;
    uint64_t (*seed)(void *owner); /* of what is drawn; NULL: 0 */
    void *seed_owner;
    struct alias_counters aliases;
    struct function_keep functions;
    /* A trigger is about to come, change or go; NULL: nobody wants to know. */
    void (*trigger_changes)(struct service *service);
    struct event_timers *timers; /* fired on the virtual clock; as long as code is run */
    struct limits limits;
    struct str default_region;
    struct str default_account;
    const struct str *zones;
    size_t zone_count;
    const struct place_names *own_names;       /* of the daemon; NULL: no further ones */
    uint8_t secret[16];                        /* signs the URLs we hand out */
    const struct operation_handler **handlers; /* by operation_index() */
};

/* One call being worked on. */
struct work {
    struct product_call base;
    struct service *service;
    struct store *store;
    struct service_call call;
    struct arena *arena;
    enum api_version api;
    uint64_t now_ms; /* 0 = not asked yet: work_now_ms() */
    struct str account;
    struct str region;
    const cJSON *input; /* the body as an object; never NULL while a handler runs */
    struct package package;
    struct service_answer answer;
    struct field_refusal refusal;
    struct invoke_call *run; /* code that runs for it */
    void (*left)(void *arg); /* nobody waits for the run any more; may be NULL */
    void *left_arg;
    struct invoke_exec *exec;
    void (*done)(void *arg, const struct service_answer *answer);
    void *arg;
    const struct operation_handler *handler;
    char *body_copy; /* of a large body, while it is looked at off the loop */
    size_t body_len;
    bool too_many_values; /* in the body: it was not looked at */
};

struct service_pending {
    struct work work;
};

/* ---- answers (answer.c) ---- */

/** 200 and the JSON, which is taken. */
void answer_json(struct work *work, cJSON *json);
void answer_text(struct work *work, struct str json);
void answer_none(struct work *work); /* 204 */
/** As the operation's row says: 204 without a body, or 200 with `{}`. */
void answer_done(struct work *work);
void answer_etag(struct work *work, const struct store_row *row);
/* Refusals are always false, so that a failing line is one line. */
/** A row of the error catalogue with its arguments in order. */
#define answer_refuse(work, code, ...)                                                             \
    answer_refuse_args(work, code, (const struct str[4]){__VA_ARGS__})
/** The same; an absent argument ends the list. */
bool answer_refuse_args(struct work *work, const char *code, const struct str *args);
/** The same with a text of our own. */
bool answer_refuse_text(struct work *work, const char *code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool answer_invalid(struct work *work, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** "@title is set to an invalid value (allowed: …, actual: '…')" */
bool answer_wrong(struct work *work, const char *title, const char *allowed, struct str actual);
/** @text is one of @choices, "a | b", or empty; else refused like that. */
bool answer_choice(struct work *work, const char *title, const char *choices, struct str text);
/** "@title is required but not provided" */
bool answer_missing(struct work *work, const char *title);
/** What fields_read() found. */
bool answer_refusal(struct work *work);
bool answer_is_refusal(const struct work *work);

/* ---- the work (call.c, work.c) ---- */

/** Do what @handler does for @call; see service_perform(). */
struct service_pending *work_begin(struct service *service, const struct service_call *call,
                                   const struct operation_handler *handler,
                                   void (*done)(void *arg, const struct service_answer *answer),
                                   void *arg);

struct store_batch *work_batch(struct work *work);
/** For handlers that parked. */
void work_finish(struct work *work);
int64_t work_limit(const struct work *work, enum limit_id id);
struct str work_param(const struct work *work, const char *name); /* of the path; "" when absent */
struct str work_query(const struct work *work, const char *name); /* "" when absent */
struct str work_header(const struct work *work, const char *name);
struct field_reading work_reading(struct work *work, bool create);
/** What the body says about the members of @table; the caller owns it. NULL when refused. */
cJSON *work_read(struct work *work, const struct field_table *table, bool create);
/** The same of the query; what is empty says nothing. */
cJSON *work_read_query(struct work *work, const struct field_table *table);
/** What stands in front of the URLs we make. */
const char *work_base_url(struct work *work);
/** One moment for the whole call, read from the clock by whoever asks first. */
uint64_t work_now_ms(struct work *work);
/** The request's account and region with these. */
struct store_key work_key(const struct work *work, const char *kind, struct str parent,
                          struct str version, struct str name);
/** A row, or all rows, of the working copies. */
const struct store_row *work_find(const struct work *work, const char *kind, struct str parent,
                                  struct str name);
struct store_list work_rows(const struct work *work, const char *kind, struct str parent);
/** True when `If-Match` allows it; else the work is refused. */
bool work_match(struct work *work, struct str etag);
/** False, and refused, while another write of this row is under way. */
bool work_may_change(struct work *work, const struct store_row *row);
/** The time of a change: now, but always later than the last one by the service's resolution. */
uint64_t work_changed_ms(struct work *work, const struct store_row *old);
/** False, and refused, when @count has reached the quota. */
bool work_quota(struct work *work, enum limit_id id, size_t count, const char *what);

/** Write @document (borrowed) under @key with the times of a creation or a change. */
const struct store_row *work_put(struct work *work, const struct store_key *key,
                                 const struct store_row *old, const cJSON *document,
                                 struct str blob);
void json_add_time(cJSON *object, const char *name, uint64_t wall_ms);
void json_add_id(cJSON *object, const char *name);

/* ---- where a call points (address.c) ---- */

/* A function, or a service when `function` is empty. The owner of versions and aliases is the
   service, and for functions of 2023-03-30 the function. */
struct address {
    struct str service;
    struct str function;
    struct str qualifier; /* as asked; "" for none */
    struct str version;   /* "" for the working copy */
    struct str owner;     /* parent of versions and aliases: "demo" or "_fc3/hello" */
    struct str path;      /* "demo/hello": parent of triggers and the like */
    const struct store_row *service_row;
    const struct store_row *function_row; /* of that version */
};

enum {
    ADDRESS_SERVICE = 1,       /* the service must exist */
    ADDRESS_FUNCTION = 2,      /* the function too */
    ADDRESS_QUALIFIED = 4,     /* a qualifier is resolved; else only LATEST is allowed … */
    ADDRESS_ANY_QUALIFIER = 8, /* … or it is taken as it is */
};

/** False when the work was refused: service, qualifier, function, from the outside in. */
bool address_find(struct work *work, unsigned flags, struct address *out);
/** The names alone. */
bool address_names(struct work *work, struct address *out);
bool is_latest(struct str qualifier);
/** A version for a qualifier of @owner. False when refused. */
bool address_resolve(struct work *work, const struct address *address, struct str qualifier,
                     struct str *out_version);
/** How the API that asks calls the function. */
struct str address_name(const struct work *work, const struct address *address);
/** How 2023-03-30 calls the function: "hello", or "demo$hello". */
struct str address_name_2023(const struct address *address, struct arena *arena);
/** "acs:fc:…:services/s[.q]/functions/f", or "acs:fc:…:functions/f[/q]". */
struct str address_arn(const struct work *work, const struct address *address,
                       struct str qualifier);

/* ---- pages (page.c) ---- */

struct page {
    struct str prefix;
    struct str start; /* the first name to show */
    size_t limit;
    const char *token; /* what the answer calls the next start: "nextToken" */
    struct work *work;
};

/** Read limit, prefix, startKey and nextToken. False when refused: also a token that was not given
 * out for this very listing, where tokens are more than names. */
bool page_read(struct work *work, enum limit_id preset, enum limit_id most, struct page *out);
/** The same for an operation with capital parameters: Limit and NextToken alone. */
bool page_read_capital(struct work *work, enum limit_id preset, enum limit_id most,
                       struct page *out);
/** Say in @answer that @name is the first that is not shown. */
void page_goes_on(const struct page *page, struct str name, cJSON *answer);
/** NULL leaves the row out. */
typedef cJSON *page_show(struct work *work, const struct store_row *row, void *arg);
/** Add to @array what show() makes of the rows of the page. What is left is named in @answer. */
void page_rows(struct work *work, const struct page *page, struct store_list rows, page_show *show,
               void *arg, cJSON *answer, const char *array);
/* Names and trees, gathered in any order. */
struct page_items {
    struct page_item {
        struct str name;
        cJSON *json;
    } * items;
    size_t count, cap;
};
/** The tree is taken; NULL is left out. */
void page_gather(struct page_items *all, struct str name, cJSON *json);
/** As page_rows(), over what was gathered, sorted by name; it is gone afterwards. */
void page_items(const struct page *page, struct page_items *all, cJSON *answer, const char *array);
