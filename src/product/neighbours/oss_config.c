/*
 * What a bucket or an object can be configured with: kept as it is put, and the product's word for
 * "none" before. Nothing of it has an effect here.
 */
#include "product/neighbours/internal.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

enum { STATUS_OK = 200, STATUS_NO_CONTENT = 204, STATUS_BAD_REQUEST = 400, STATUS_NOT_FOUND = 404 };
enum { CONFIG_BYTES_MAX = 1 << 20 };

struct config {
    const char *sub;
    const char *code; /* of a bucket that has none: an error, or */
    const char *none; /* its message; without a code, the answer */
    const char *id;   /* parameter that names one of several; NULL: there is one */
    const char *list; /* the root of all of them together */
};

/* Source: reference of OSS, "Bucket operations", the GET of each; read 2026-11-29. */
/* clang-format off */
static const struct config configs[] = {
    {"accessmonitor",              NULL,                                   "<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>", NULL, NULL},
    {"bucketArchiveDirectRead",    NULL,                                   "<ArchiveDirectReadConfiguration><Enabled>false</Enabled></ArchiveDirectReadConfiguration>", NULL, NULL},
    {"cname",                      NULL,                                   "<ListCnameResult/>", NULL, NULL},
    {"cors",                       "NoSuchCORSConfiguration",              "The CORS Configuration does not exist.", NULL, NULL},
    {"encryption",                 "NoSuchServerSideEncryptionRule",       "The server side encryption rule does not exist.", NULL, NULL},
    {"httpsConfig",                NULL,                                   "<HttpsConfiguration><TLS><Enable>false</Enable></TLS></HttpsConfiguration>", NULL, NULL},
    {"inventory",                  "NoSuchInventory",                      "The specified inventory does not exist.", "inventoryId", "ListInventoryConfigurationsResult"},
    {"lifecycle",                  "NoSuchLifecycle",                      "No Row found in Lifecycle Table.", NULL, NULL},
    {"logging",                    NULL,                                   "<BucketLoggingStatus/>", NULL, NULL},
    {"metaQuery",                  "MetaQueryNotExist",                    "The meta query does not exist.", NULL, NULL},
    {"policy",                     "NoSuchBucketPolicy",                   "The bucket policy does not exist.", NULL, NULL},
    {"policyStatus",               NULL,                                   "<PolicyStatus><IsPublic>false</IsPublic></PolicyStatus>", NULL, NULL},
    {"publicAccessBlock",          NULL,                                   "<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration>", NULL, NULL},
    {"referer",                    NULL,                                   "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/></RefererConfiguration>", NULL, NULL},
    {"replication",                "NoSuchReplicationConfiguration",       "The bucket replication does not exist.", NULL, NULL},
    {"replicationLocation",        NULL,                                   "<ReplicationLocation/>", NULL, NULL},
    {"replicationProgress",        "NoSuchReplicationConfiguration",       "The bucket replication does not exist.", NULL, NULL},
    {"requestPayment",             NULL,                                   "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>", NULL, NULL},
    {"resourceGroup",              NULL,                                   "<BucketResourceGroupConfiguration><ResourceGroupId/></BucketResourceGroupConfiguration>", NULL, NULL},
    {"style",                      NULL,                                   "<StyleList/>", "styleName", "StyleList"},
    {"tagging",                    NULL,                                   "<Tagging><TagSet/></Tagging>", NULL, NULL},
    {"transferAcceleration",       "NoSuchTransferAccelerationConfiguration", "The transfer acceleration configuration does not exist.", NULL, NULL},
    {"userDefinedLogFieldsConfig", "NoSuchUserDefinedLogFieldsConfig",     "The user defined log fields configuration does not exist.", NULL, NULL},
    {"versioning",                 NULL,                                   "<VersioningConfiguration/>", NULL, NULL},
    {"website",                    "NoSuchWebsiteConfiguration",           "The specified bucket does not have a website configuration.", NULL, NULL},
    {"worm",                       "NoSuchWORMConfiguration",              "The WORM Configuration does not exist.", NULL, NULL},
};
/* clang-format on */

static const struct config *find_config(const struct neighbours_pending *p, const char *sub)
{
    if (!sub || (p->name.len && strcmp(sub, "tagging") != 0))
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(configs); i++)
        if (strcmp(configs[i].sub, sub) == 0)
            return &configs[i];
    return NULL;
}

static struct store_key key_of(const struct neighbours_pending *p)
{
    return p->name.len ? oss_object_key(p->bucket, p->name, p->arena) : oss_bucket_key(p->bucket);
}

static bool need_owner(struct neighbours_pending *p)
{
    return p->name.len ? oss_need_object(p) != NULL : oss_need_bucket(p);
}

static cJSON *document_of(const struct neighbours_pending *p)
{
    struct store_key key = key_of(p);
    const struct store_row *row = store_find(p->store, &key);

    return row ? row_document(row) : cJSON_CreateObject();
}

static void answer_document(struct neighbours_pending *p, struct str text)
{
    const char *type = str_starts(text, STR("{")) ? "application/json" : "application/xml";

    pending_body(p, STATUS_OK, type, arena_str(p->arena, text));
}

static void answer_none(struct neighbours_pending *p, const struct config *config, bool one_of)
{
    if (config->code)
        pending_refuse(p, STATUS_NOT_FOUND, config->code, "%s", config->none);
    else if (one_of)
        pending_refuse(p, STATUS_NOT_FOUND, "NoSuchStyle", "The specified style does not exist.");
    else
        answer_document(p, arena_strf(p->arena, XML_HEAD "%s", config->none));
}

/* Of several, each is kept under a name of its own: "inventory/id". */
static const char *member_of(const struct neighbours_pending *p, const struct config *config)
{
    struct str id = config->id ? query_get(&p->query, str_of(config->id)) : STR_NONE;

    return str_is_set(id) ? arena_printf(p->arena, "%s/" STR_FMT, config->sub, STR_ARG(id))
                          : config->sub;
}

static struct str without_head(struct str xml)
{
    size_t at;

    if (!str_starts(xml, STR("<?xml")) || !str_find(xml, STR("?>"), &at))
        return xml;
    return str_trim(str_slice(xml, at + 2, xml.len));
}

static void answer_all(struct neighbours_pending *p, const struct config *config, const cJSON *kept)
{
    OWN(buf_done) struct buf text = {0};
    struct str prefix = arena_strf(p->arena, "%s/", config->sub);
    size_t count = 0;
    const cJSON *item;

    buf_printf(&text, XML_HEAD "<%s>", config->list);
    cJSON_ArrayForEach (item, kept) {
        if (!str_starts(str_of(item->string), prefix))
            continue;
        buf_add(&text, without_head(str_of(item->valuestring)));
        count++;
    }
    buf_printf(&text, "<IsTruncated>false</IsTruncated></%s>", config->list);
    if (count > 0)
        answer_document(p, buf_str(&text));
    else
        answer_none(p, config, false);
}

static void get_config(struct neighbours_pending *p, const struct config *config)
{
    OWN(json_free) cJSON *document = document_of(p);
    const char *member = member_of(p, config);
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(document, "config");
    struct str kept = json_get_str(all, member);

    if (config->id && member == config->sub)
        answer_all(p, config, all);
    else if (kept.ptr)
        answer_document(p, kept);
    else
        answer_none(p, config, member != config->sub);
}

/* @text absent: there is none any more. */
static void keep_config(struct neighbours_pending *p, const struct config *config, struct str text)
{
    struct store_key key = key_of(p);
    const struct store_row *row = store_find(p->store, &key);
    const char *member = member_of(p, config);
    cJSON *document = document_of(p);
    cJSON *kept = cJSON_GetObjectItemCaseSensitive(document, "config");

    if (!kept)
        kept = cJSON_AddObjectToObject(document, "config");
    cJSON_DeleteItemFromObjectCaseSensitive(kept, member);
    if (text.ptr)
        json_add_str(kept, member, text);
    pending_put(p, &key, document, row ? row->blob : STR_NONE);
    p->answer.status = text.ptr ? STATUS_OK : STATUS_NO_CONTENT;
}

static bool need_id(struct neighbours_pending *p, const struct config *config)
{
    if (!config->id || member_of(p, config) != config->sub)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "InvalidArgument", "%s must be given.", config->id);
    return false;
}

/* It stays in memory, with its bucket. */
static bool need_size(struct neighbours_pending *p, struct str text)
{
    if (text.len <= CONFIG_BYTES_MAX)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "EntityTooLarge",
                   "A configuration may have %d bytes, this one has %zu.", CONFIG_BYTES_MAX,
                   text.len);
    return false;
}

/* All but a policy is XML; what is none is not kept. */
static bool need_form(struct neighbours_pending *p, const struct config *config, struct str text)
{
    while (text.len && strchr(" \t\r\n", text.ptr[0]))
        text = str_slice(text, 1, text.len);
    while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text.len--;
    if (strcmp(config->sub, "policy") == 0 ||
        (str_starts(text, STR("<")) && str_ends(text, STR(">"))))
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "MalformedXML",
                   "The XML you provided was not well-formed or did not validate against our "
                   "published schema.");
    return false;
}

bool oss_config(struct neighbours_pending *p, const char *sub)
{
    const struct config *config = find_config(p, sub);
    struct str method = p->call.request->method;
    bool puts = str_eq(method, STR("PUT"));

    if (!config || !(puts || str_eq(method, STR("GET")) || str_eq(method, STR("DELETE"))))
        return false;
    if (!need_owner(p))
        return true;
    if (str_eq(method, STR("GET")))
        get_config(p, config);
    else if (need_id(p, config) && (!puts || (need_size(p, p->call.request->body) &&
                                              need_form(p, config, p->call.request->body))))
        keep_config(p, config, puts ? p->call.request->body : STR_NONE);
    return true;
}
