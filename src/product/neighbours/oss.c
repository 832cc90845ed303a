/* OSS: which operation a call is, and the form of an error. */
#include "catalog/oss_param.h"
#include "product/neighbours/internal.h"

enum level { LEVEL_SERVICE, LEVEL_BUCKET, LEVEL_OBJECT };

enum {
    STATUS_BAD_REQUEST = 400,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_IMPLEMENTED = 501,
    KEY_MAX = 1023, /* bytes of an object's name; reference, "object naming" */
};

static const struct {
    const char *method;
    enum level level;
    const char *sub; /* the subresource; NULL: none */
    pending_handler *run;
} operations[] = {
    {"GET",    LEVEL_SERVICE, NULL,         oss_list_buckets   },
    {"PUT",    LEVEL_BUCKET,  NULL,         oss_put_bucket     },
    {"DELETE", LEVEL_BUCKET,  NULL,         oss_delete_bucket  },
    {"GET",    LEVEL_BUCKET,  "bucketInfo", oss_bucket_info    },
    {"GET",    LEVEL_BUCKET,  "location",   oss_bucket_location},
    {"GET",    LEVEL_BUCKET,  "stat",       oss_bucket_stat    },
    {"GET",    LEVEL_BUCKET,  "acl",        oss_get_bucket_acl },
    {"PUT",    LEVEL_BUCKET,  "acl",        oss_put_bucket_acl },
    {"GET",    LEVEL_BUCKET,  "uploads",    oss_list_uploads   },
    {"GET",    LEVEL_BUCKET,  NULL,         oss_list_objects   },
    {"POST",   LEVEL_BUCKET,  "delete",     oss_delete_objects },
    {"PUT",    LEVEL_OBJECT,  NULL,         oss_put_object     },
    {"GET",    LEVEL_OBJECT,  NULL,         oss_get_object     },
    {"HEAD",   LEVEL_OBJECT,  NULL,         oss_head_object    },
    {"HEAD",   LEVEL_OBJECT,  "objectMeta", oss_head_object    },
    {"DELETE", LEVEL_OBJECT,  NULL,         oss_delete_object  },
    {"GET",    LEVEL_OBJECT,  "acl",        oss_get_object_acl },
    {"PUT",    LEVEL_OBJECT,  "acl",        oss_put_object_acl },
    {"POST",   LEVEL_OBJECT,  "uploads",    oss_begin_upload   },
    {"PUT",    LEVEL_OBJECT,  "partNumber", oss_put_part       },
    {"GET",    LEVEL_OBJECT,  "uploadId",   oss_list_parts     },
    {"POST",   LEVEL_OBJECT,  "uploadId",   oss_complete_upload},
    {"DELETE", LEVEL_OBJECT,  "uploadId",   oss_abort_upload   },
};

static const char *subresource(const struct neighbours_pending *p)
{
    for (const struct oss_param *param = oss_params; param->name; param++)
        if (param->uses & OSS_PARAM_OPERATION &&
            str_is_set(query_get(&p->query, str_of(param->name))))
            return param->name;
    return pending_request_header(p, "x-oss-copy-source").len ? "x-oss-copy-source" : NULL;
}

/* The bucket stands in the host or begins the path; the rest of the path names the object. */
static bool read_names(struct neighbours_pending *p)
{
    struct str path = p->call.request->path;
    struct str rest = str_slice(path, str_starts(path, STR("/")), path.len);

    if (p->bucket.len == 0 && !str_cut(rest, '/', &p->bucket, &rest))
        rest = STR("");
    return percent_decode(rest, false, p->arena, &p->name) && str_is_utf8(p->name) &&
           p->name.len <= KEY_MAX && !memchr(p->name.ptr, '\0', p->name.len);
}

static enum level level_of(const struct neighbours_pending *p)
{
    if (p->bucket.len == 0)
        return LEVEL_SERVICE;
    return p->name.len ? LEVEL_OBJECT : LEVEL_BUCKET;
}

/* A presigned URL of the first signature version. */
static bool url_is_over(const struct neighbours_pending *p)
{
    struct str expires = query_get(&p->query, STR("Expires"));
    uint64_t seconds;

    return str_is_set(query_get(&p->query, STR("OSSAccessKeyId"))) &&
           str_to_uint(expires, UINT64_MAX / 1000, &seconds) == NUMBER_OK &&
           seconds * 1000 < p->now_ms;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void dispatch(struct neighbours_pending *p)
{
    struct str method = p->call.request->method;
    enum level level = level_of(p);
    const char *sub = subresource(p);

    for (size_t i = 0; i < N_ELEMENTS(operations); i++) {
        if (operations[i].level != level || !str_eq(method, str_of(operations[i].method)) ||
            !same(operations[i].sub, sub))
            continue;
        operations[i].run(p);
        return;
    }
    if (level != LEVEL_SERVICE && oss_config(p, sub))
        return;
    pending_refuse_unknown(
        p, STATUS_NOT_IMPLEMENTED, "NotImplemented",
        arena_strf(p->arena, STR_FMT "%s%s", STR_ARG(method), sub ? " ?" : "", sub ? sub : ""));
}

void oss_perform(struct neighbours_pending *p)
{
    if (!read_names(p))
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidObjectName",
                       "The specified object is not valid.");
    else if (url_is_over(p))
        pending_refuse(p, STATUS_FORBIDDEN, "AccessDenied", "Request has expired.");
    else
        dispatch(p);
}

void oss_refuse(struct neighbours_pending *p, struct str message)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "Code", p->answer.code);
    json_add_str(tree, "Message", message);
    json_add_str(tree, "RequestId", p->call.request_id);
    json_add_str(tree, "HostId", p->call.request->host);
    if (p->bucket.len)
        json_add_str(tree, "BucketName", p->bucket);
    if (p->name.len)
        json_add_str(tree, "Key", p->name);
    unsigned_members(p, tree);
    pending_xml(p, p->answer.status, "Error", tree);
}
