/*
 * product/neighbours/internal.h - a call being worked on, and what the products share
 */
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/query.h"
#include "crypto/digest.h"
#include "product/call.h"
#include "product/neighbours/neighbours.h"
#include "product/neighbours/state.h"
#include "store/store.h"

struct neighbours {
    struct store *store;
    struct worker *worker; /* digests of uploads */
    const struct clock *clock;
    struct logs *logs;
    bool enabled[NEIGHBOUR_COUNT];
    void (*happened)(void *owner, const struct neighbours_event *event);
    void *owner;
    struct arena *found; /* of neighbours_find_key() */
};

struct product;

struct neighbours_pending {
    struct product_call base;
    struct neighbours *neighbours;
    struct store *store;
    struct neighbours_call call;
    struct arena *arena; /* of the call */
    const struct product *product;
    struct query query;
    struct query form;     /* of the body, when it is one */
    struct str access_key; /* "" when anonymous */
    struct str bucket;     /* or the log project; "" when none */
    struct str name;       /* of the object, decoded; or the logstore */
    uint64_t now_ms;       /* wall time */
    struct neighbours_answer answer;
    void (*done)(void *arg, const struct neighbours_answer *answer);
    void *arg;
};

typedef void pending_handler(struct neighbours_pending *p);

struct product {
    const char *name;
    const char *setting; /* NULL: there is none, it is always here */
    pending_handler *perform;
    void (*refuse)(struct neighbours_pending *p, struct str message);
    int expired_status; /* for a temporary key that is over */
    const char *expired_code;
    const char *request_id_header;
};

/* ---- a call (pending.c) ---- */

struct store_batch *pending_batch(struct neighbours_pending *p);
extern const struct product_end pending_end;
/** For handlers that parked. */
void pending_finish(struct neighbours_pending *p);
/** An error in the product's own form. */
void pending_refuse(struct neighbours_pending *p, int status, const char *code, const char *fmt,
                    ...) PRINTF_LIKE(4, 5);
void pending_refuse_unknown(struct neighbours_pending *p, int status, const char *code,
                            struct str what);
/** What is wrong with the signature (unsigned.c). */
void pending_refuse_unsigned(struct neighbours_pending *p);
/** Members that OSS adds to the error then; nothing for other errors. */
void unsigned_members(const struct neighbours_pending *p, cJSON *tree);
void pending_header(struct neighbours_pending *p, const char *name, struct str value);
void pending_body(struct neighbours_pending *p, int status, const char *type, struct str body);
/** The tree, which is taken, as XML below @root. */
void pending_xml(struct neighbours_pending *p, int status, const char *root, cJSON *tree);
void pending_json(struct neighbours_pending *p, int status, cJSON *tree);
struct str pending_request_header(const struct neighbours_pending *p, const char *name);
/** Write @document, which is taken. */
void pending_put(struct neighbours_pending *p, const struct store_key *key, cJSON *document,
                 struct str blob);
struct str pending_time(const struct neighbours_pending *p, uint64_t wall_ms); /* ISO, seconds */

/** Append the tree as XML: members are elements, an array repeats its own, a text is escaped. */
void tree_xml(const cJSON *tree, const char *name, struct buf *out);

/* ---- requests (claim.c) ---- */

/* Of the product that sells this one, at a name that is also this one's. */
#define OPEN_THE_SERVICE "OpenFcService"

/** The body holds parameters. */
bool request_has_form(const struct http_request *request);

/* ---- the products ---- */

pending_handler oss_perform, pop_perform, log_perform, other_perform;
void oss_refuse(struct neighbours_pending *p, struct str message);
void pop_refuse(struct neighbours_pending *p, struct str message);
void log_refuse(struct neighbours_pending *p, struct str message);

pending_handler oss_list_buckets, oss_put_bucket, oss_delete_bucket, oss_bucket_info,
    oss_bucket_location, oss_bucket_stat, oss_list_objects, oss_get_bucket_acl, oss_put_bucket_acl,
    oss_get_object_acl, oss_put_object_acl;
pending_handler oss_put_object, oss_get_object, oss_head_object, oss_delete_object,
    oss_delete_objects;
pending_handler oss_begin_upload, oss_put_part, oss_list_parts, oss_complete_upload,
    oss_abort_upload, oss_list_uploads;

/** A subresource that is configuration; false when @sub is none, or not for this method. */
bool oss_config(struct neighbours_pending *p, const char *sub);
/** What @header grants; "" when it is not there. False, and refused, when it is no grant. */
bool oss_acl_read(struct neighbours_pending *p, const char *header, struct str *out);
/** What a document of a bucket or an object, or NULL, grants; a view of it or @unsaid. */
struct str oss_acl_of(const cJSON *document, const char *unsaid);
/** Is this an action of another product that is answered? */
bool other_knows(struct str action);

/* ---- bytes on their way into OSS (oss_object.c) ---- */

struct oss_bytes {
    struct neighbours_pending *p;
    char *bytes; /* from malloc(); the call may go while the digests are taken */
    size_t len;
    uint8_t md5[DIGEST_MD5_BYTES];
    char blob[STORE_BLOB_ID_BYTES];
    uint64_t crc64;
    void (*finish)(struct neighbours_pending *p, struct oss_bytes *upload);
};
typedef void oss_finish(struct neighbours_pending *p, struct oss_bytes *upload);

/** Park the call, take the digests, then @finish unless the call has gone. @bytes are taken. */
void oss_take_bytes(struct neighbours_pending *p, char *bytes, size_t len, oss_finish *finish);
/** The same with the body of the request. */
void oss_take_body(struct neighbours_pending *p, oss_finish *finish);
/** False, and refused, when the request names another MD5. */
bool oss_check_digest(struct neighbours_pending *p, const struct oss_bytes *upload);
/** Uploads in parts that the bucket has open. */
size_t oss_count_uploads(const struct neighbours_pending *p);
bool oss_may_put(struct neighbours_pending *p);
/** How large an object is; 0 when there is none. */
uint64_t oss_size(const struct neighbours_pending *p, struct str name);
/** Tell of the call's object, which is written; @before: its size until then. */
void oss_tell_put(struct neighbours_pending *p, const char *event, uint64_t before);
/** Tell of an object, or an upload, that is about to go. */
void oss_tell_removed(struct neighbours_pending *p, const char *event, struct str name);
/** Write the row; the bytes and @headers, which may be NULL, are taken. */
void oss_keep(struct neighbours_pending *p, const struct store_key *key, struct oss_bytes *upload,
              struct str etag, cJSON *headers);
/** What a client may say of an object and reads back. The caller's. */
cJSON *oss_kept_headers(const struct neighbours_pending *p);
struct str oss_md5_text(const uint8_t md5[DIGEST_MD5_BYTES], struct arena *arena);

/* Buckets of this form exist without being created. */
#define OSS_UPLOAD_PREFIX "fcemu-upload-"
struct store_key oss_bucket_key(struct str bucket);
/** Any name with this @key (decoded, without the slash in front); in @arena. */
struct store_key oss_object_key(struct str bucket, struct str key, struct arena *arena);
/** Who a bucket and its objects belong to: whoever asks. The caller's. */
cJSON *oss_owner(const struct neighbours_pending *p);
/** "2026-11-24T03:00:00.000Z": clients want exactly these digits behind the point. */
struct str oss_time(const struct neighbours_pending *p, uint64_t wall_ms);
/** False, and refused, when there is no such bucket. */
bool oss_need_bucket(struct neighbours_pending *p);
/** NULL, and refused, when the bucket or its object is not there. */
const struct store_row *oss_need_object(struct neighbours_pending *p);

/** What functions print, found by its words; a histogram of it (log_search.c). */
pending_handler log_get_logs, log_get_histograms;
/** The logstore that the path names; NULL, and refused, when there is none. */
const struct store_row *log_need_store(struct neighbours_pending *p);
struct store_key log_project_key(struct str region, struct str project);
struct store_key log_store_key(struct str region, struct str project, struct str logstore);

/* What a call of the RPC style asks for. */
struct str pop_action(const struct neighbours_pending *p);
/* A parameter of the query or the form; "" when absent. */
struct str pop_param(const struct neighbours_pending *p, const char *name);
/** False, and refused, when it is missing. */
bool pop_need(struct neighbours_pending *p, const char *name, struct str *out);
/** 200 and the tree, which is taken, with a RequestId. */
void pop_answer(struct neighbours_pending *p, cJSON *tree);
/** Stable, of 18 digits. */
struct str ram_role_id(struct str account, struct str role, struct arena *arena);

pending_handler sts_get_caller_identity, sts_assume_role;
pending_handler ram_get_role, ram_create_role, ram_delete_role, ram_list_roles, ram_get_policy,
    ram_create_policy, ram_list_policies, ram_delete_policy, ram_attach_policy, ram_detach_policy,
    ram_list_role_policies, ram_create_policy_version, ram_get_policy_version,
    ram_list_policy_versions, ram_set_default_policy_version, ram_delete_policy_version;

/* ---- temporary keys (keys.c) ---- */

/** Strings in @arena. False when the id is unknown; an expired key is found. */
bool key_find(struct store *store, struct str id, struct arena *arena, struct neighbours_key *out);
