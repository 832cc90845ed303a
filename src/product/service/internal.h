/*
 * product/service/internal.h - what the resources of service/ share: a call being worked on, its
 * answer, the place it addresses
 */
#pragma once

#include "product/service/fields.h"
#include "product/service/service.h"
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

struct operation_handler;
struct work;
typedef void service_handler(struct work *work);

struct service {
    struct loop *loop;
    struct store *store;
    struct worker *worker; /* looks into packages */
    const struct clock *clock;
    struct limits limits;
    struct str default_region;
    struct str default_account;
    const struct str *zones;
    size_t zone_count;
    uint8_t secret[16];                        /* signs the URLs we hand out */
    const struct operation_handler **handlers; /* by operation_index() */
};

/* One call being worked on. */
struct work {
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
    struct store_batch *batch; /* begun by work_batch(), committed when the handler returns */
    struct service_answer answer;
    struct field_refusal refusal;
    bool parked;    /* a handler waits for something and calls work_finish() itself */
    bool cancelled; /* the arena is gone */
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
/** A row of the error catalogue with its arguments in order; absent ones end the list. */
void answer_refuse(struct work *work, const char *code, struct str a, struct str b, struct str c);
/** The same with a text of our own. */
void answer_refuse_text(struct work *work, const char *code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void answer_invalid(struct work *work, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** What fields_read() found. */
void answer_refusal(struct work *work);
bool answer_is_refusal(const struct work *work);

/* ---- the work (service.c) ---- */

struct store_batch *work_batch(struct work *work);
/** For handlers that parked. */
void work_finish(struct work *work);
int64_t work_limit(const struct work *work, enum limit_id id);
struct str work_param(const struct work *work, const char *name); /* of the path; "" when absent */
struct str work_query(const struct work *work, const char *name); /* "" when absent */
struct str work_header(const struct work *work, const char *name);
struct field_reading work_reading(struct work *work, bool create);
/** The request's account and region with these. */
/** What stands in front of the URLs we make. */
const char *work_base_url(struct work *work);
/** One moment for the whole call, read from the clock by whoever asks first. */
uint64_t work_now_ms(struct work *work);
struct store_key work_key(const struct work *work, const char *kind, struct str parent,
                          struct str version, struct str name);
/** True when `If-Match` allows it; else the work is refused. */
bool work_match(struct work *work, struct str etag);
/** False, and refused, while another write of this row is under way. */
bool work_may_change(struct work *work, const struct store_row *row);
/** The time of a change: now, but always later than the last one by the service's resolution. */
uint64_t work_changed_ms(struct work *work, const struct store_row *old);
/** False, and refused, when @count has reached the quota. */
bool work_quota(struct work *work, enum limit_id id, size_t count, const char *what);

/** A row's document as a tree, owned by the caller. */
cJSON *row_document(const struct store_row *row);
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
};

/** Read limit, prefix, startKey and nextToken. False when refused. */
bool page_read(struct work *work, enum limit_id preset, enum limit_id most, struct page *out);
/** The same for an operation with capital parameters: Limit and NextToken alone. */
bool page_read_capital(struct work *work, enum limit_id preset, enum limit_id most,
                       struct page *out);
/** Add to @array what show() makes of the rows of the page. What is left is named in @answer. show
 * may return NULL to leave a row out. */
void page_rows(struct work *work, const struct page *page, struct store_list rows,
               cJSON *(*show)(struct work *work, const struct store_row *row), cJSON *answer,
               const char *array);
/** The same over names and trees made by the caller, sorted by name; the trees are taken. */
struct page_item {
    struct str name;
    cJSON *json;
};
void page_items(const struct page *page, struct page_item *items, size_t count, cJSON *answer,
                const char *array);

/* ---- where code comes from (code.c) ---- */

/* The code a request gives, whatever way. */
struct code {
    bool given;
    struct str blob; /* absent for an image, and for an object that was not looked for yet */
    uint64_t size;
    uint64_t crc64;
    struct str bucket, object; /* of an object; else "" */
    struct str want;           /* the checksum the client expects; "" for none */
};
/** What the request alone tells. False when refused: two ways or half a one, wrong types, too
 * large, a bad package, a wrong checksum. */
bool code_read(struct work *work, enum limit_id most, struct code *out);
/** Look for the object, if that is the way. False when refused: there is none, too large, a wrong
 * checksum. */
bool code_find(struct work *work, enum limit_id most, struct code *code);
/** Code is required and there is none; always false. */
bool code_refuse_missing(struct work *work);

/* ---- packages (package.c) ---- */

/** Look at `code` of the request; runs on any thread. */
void package_check(struct package *package, const cJSON *input, int64_t max_unpacked);
/** A URL that gives the package of @blob without further credentials. */
struct str code_url(struct work *work, struct str blob, uint64_t crc64);
/** Answer a request for such a URL. */
service_handler code_download;
