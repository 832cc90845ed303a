/*
 * What a bucket can be configured with: kept as it is put, and the product's word for "none"
 * before. Nothing of it has an effect here.
 */
#include "product/neighbours/internal.h"

enum { STATUS_OK = 200, STATUS_NO_CONTENT = 204, STATUS_NOT_FOUND = 404 };

/* Source: reference of OSS, "Bucket operations", the GET of each; read 2026-11-29. */
static const struct config {
    const char *sub;
    const char *code; /* of a bucket that has none: an error, or */
    const char *none; /* its message; without a code, the answer */
} configs[] = {
    {"cors",           "NoSuchCORSConfiguration",        "The CORS Configuration does not exist."},
    {"encryption",     "NoSuchServerSideEncryptionRule",
     "The server side encryption rule does not exist."                                           },
    {"lifecycle",      "NoSuchLifecycle",                "No Row found in Lifecycle Table."      },
    {"logging",        NULL,                             "<BucketLoggingStatus/>"                },
    {"policy",         "NoSuchBucketPolicy",             "The bucket policy does not exist."     },
    {"referer",        NULL,
     "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/>"
     "</RefererConfiguration>"                                                                   },
    {"replication",    "NoSuchReplicationConfiguration", "The bucket replication does not exist."},
    {"requestPayment", NULL,
     "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"     },
    {"tagging",        NULL,                             "<Tagging><TagSet/></Tagging>"          },
    {"versioning",     NULL,                             "<VersioningConfiguration/>"            },
    {"website",        "NoSuchWebsiteConfiguration",
     "The specified bucket does not have a website configuration."                               },
    {"worm",           "NoSuchWORMConfiguration",        "The WORM Configuration does not exist."},
};

static const struct config *find_config(const char *sub)
{
    for (size_t i = 0; i < N_ELEMENTS(configs); i++)
        if (sub && strcmp(configs[i].sub, sub) == 0)
            return &configs[i];
    return NULL;
}

static cJSON *document_of(const struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);
    const struct store_row *row = store_find(p->store, &key);

    return row ? row_document(row) : cJSON_CreateObject();
}

static void answer_document(struct neighbours_pending *p, struct str text)
{
    const char *type = str_starts(text, STR("{")) ? "application/json" : "application/xml";

    pending_body(p, STATUS_OK, type, arena_str(p->arena, text));
}

static void get_config(struct neighbours_pending *p, const struct config *config)
{
    OWN(json_free) cJSON *document = document_of(p);
    struct str kept =
        json_get_str(cJSON_GetObjectItemCaseSensitive(document, "config"), config->sub);

    if (kept.ptr)
        answer_document(p, kept);
    else if (config->code)
        pending_refuse(p, STATUS_NOT_FOUND, config->code, "%s", config->none);
    else
        answer_document(p, arena_strf(p->arena, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%s",
                                      config->none));
}

/* @text absent: there is none any more. */
static void keep_config(struct neighbours_pending *p, const struct config *config, struct str text)
{
    struct store_key key = oss_bucket_key(p->bucket);
    cJSON *document = document_of(p);
    cJSON *kept = cJSON_GetObjectItemCaseSensitive(document, "config");

    if (!kept)
        kept = cJSON_AddObjectToObject(document, "config");
    cJSON_DeleteItemFromObjectCaseSensitive(kept, config->sub);
    if (text.ptr)
        json_add_str(kept, config->sub, text);
    pending_put(p, &key, document, STR_NONE);
    p->answer.status = text.ptr ? STATUS_OK : STATUS_NO_CONTENT;
}

bool oss_bucket_config(struct neighbours_pending *p, const char *sub)
{
    const struct config *config = find_config(sub);
    struct str method = p->call.request->method;
    bool puts = str_eq(method, STR("PUT"));

    if (!config || !(puts || str_eq(method, STR("GET")) || str_eq(method, STR("DELETE"))))
        return false;
    if (!oss_need_bucket(p))
        return true;
    if (str_eq(method, STR("GET")))
        get_config(p, config);
    else
        keep_config(p, config, puts ? p->call.request->body : STR_NONE);
    return true;
}
