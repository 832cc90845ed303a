/*
 * Who may read a bucket or an object, as it is put and read back. Nothing is enforced: "private" is
 * what is not said otherwise, of an object "default".
 *
 * Source: reference of OSS, "PutBucketAcl", "GetBucketAcl", "PutObjectACL", "GetObjectACL".
 */
#include "product/neighbours/internal.h"

enum { STATUS_OK = 200, STATUS_BAD_REQUEST = 400 };

static const struct str grants[] = {STR_INIT("private"), STR_INIT("public-read"),
                                    STR_INIT("public-read-write"), STR_INIT("default")};
enum { BUCKET_GRANTS = 3 };

bool oss_acl_read(struct neighbours_pending *p, const char *header, struct str *out)
{
    bool object = p->name.len > 0;
    size_t count = object ? N_ELEMENTS(grants) : BUCKET_GRANTS;

    *out = pending_request_header(p, header);
    if (!out->len)
        return true;
    for (size_t i = 0; i < count; i++)
        if (str_eq(*out, grants[i]))
            return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "InvalidArgument", "no such %s access control exists",
                   object ? "object" : "bucket");
    return false;
}

struct str oss_acl_of(const cJSON *document, const char *unsaid)
{
    struct str said = json_get_str(document, "acl");

    return said.len ? said : str_of(unsaid);
}

static void answer_acl(struct neighbours_pending *p, struct str grant)
{
    cJSON *tree = cJSON_CreateObject();

    cJSON_AddItemToObject(tree, "Owner", oss_owner(p));
    json_add_str(cJSON_AddObjectToObject(tree, "AccessControlList"), "Grant", grant);
    pending_xml(p, STATUS_OK, "AccessControlPolicy", tree);
}

static void keep(struct neighbours_pending *p, const struct store_key *key,
                 const struct store_row *row, struct str grant)
{
    cJSON *document = row ? row_document(row) : cJSON_CreateObject();

    cJSON_DeleteItemFromObjectCaseSensitive(document, "acl");
    json_add_str(document, "acl", grant);
    pending_put(p, key, document, row ? row->blob : STR_NONE);
    p->answer.status = STATUS_OK;
}

void oss_get_bucket_acl(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);

    if (!oss_need_bucket(p))
        return;
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    answer_acl(p, arena_str(p->arena, oss_acl_of(document, "private")));
}

void oss_put_bucket_acl(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);
    struct str grant;

    if (oss_need_bucket(p) && oss_acl_read(p, "x-oss-acl", &grant))
        keep(p, &key, store_find(p->store, &key), grant.len ? grant : grants[0]);
}

void oss_get_object_acl(struct neighbours_pending *p)
{
    const struct store_row *row = oss_need_object(p);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    if (row)
        answer_acl(p, arena_str(p->arena, oss_acl_of(document, "default")));
}

void oss_put_object_acl(struct neighbours_pending *p)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);
    const struct store_row *row = oss_need_object(p);
    struct str grant;

    if (row && oss_acl_read(p, "x-oss-object-acl", &grant))
        keep(p, &key, row, grant.len ? grant : STR("default"));
}
