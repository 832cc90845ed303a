/* Log Service: projects, logstores and indexes exist once they are created. Of logs, those are
 * there that functions print (log_search.c). */
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_IMPLEMENTED = 501,
    PROJECTS_MAX = 50, /* of a region; reference, "limits" */
    LOGSTORES_MAX = 200,
    TTL_DAYS_DEFAULT = 30,
    SHARDS_DEFAULT = 2,
};

static pending_handler list_projects, get_project, create_project, delete_project, list_logstores,
    create_logstore, get_logstore, delete_logstore, get_index, put_index, delete_index,
    update_logstore, take_logs, list_no_tags;

/* '*' is the name of a logstore. Without a project, "/" is the list of them. */
static const struct {
    const char *method;
    const char *path;
    bool project;     /* the host must name one */
    const char *type; /* what the parameter "type" says; NULL: whatever */
    pending_handler *run;
} operations[] = {
    {"GET",    "/logstores/*",           true,  "log",       log_get_logs      },
    {"GET",    "/logstores/*",           true,  "histogram", log_get_histograms},
    {"GET",    "/logstores/*/index",     true,  "histogram", log_get_histograms},
    {"POST",   "/logstores/*/logs",      true,  NULL,        log_get_logs      },
    {"GET",    "/",                      true,  NULL,        get_project       },
    {"GET",    "/",                      false, NULL,        list_projects     },
    {"POST",   "/",                      false, NULL,        create_project    },
    {"DELETE", "/",                      true,  NULL,        delete_project    },
    {"GET",    "/logstores",             true,  NULL,        list_logstores    },
    {"POST",   "/logstores",             true,  NULL,        create_logstore   },
    {"GET",    "/logstores/*",           true,  NULL,        get_logstore      },
    {"PUT",    "/logstores/*",           true,  NULL,        update_logstore   },
    {"GET",    "/logstores/*/track",     true,  NULL,        take_logs         },
    {"POST",   "/logstores/*/track",     true,  NULL,        take_logs         },
    {"POST",   "/logstores/*/shards/lb", true,  NULL,        take_logs         },
    {"GET",    "/tags",                  true,  NULL,        list_no_tags      },
    {"GET",    "/tags",                  false, NULL,        list_no_tags      },
    {"DELETE", "/logstores/*",           true,  NULL,        delete_logstore   },
    {"GET",    "/logstores/*/index",     true,  NULL,        get_index         },
    {"POST",   "/logstores/*/index",     true,  NULL,        put_index         },
    {"PUT",    "/logstores/*/index",     true,  NULL,        put_index         },
    {"DELETE", "/logstores/*/index",     true,  NULL,        delete_index      },
};

static struct store_key row_key(struct str region, const char *kind, struct str parent,
                                struct str name)
{
    return (struct store_key){.account = STR(""),
                              .region = region,
                              .kind = str_of(kind),
                              .parent = parent,
                              .version = STR(""),
                              .name = name};
}

struct store_key log_project_key(struct str region, struct str project)
{
    return row_key(region, "log-project", STR(""), project);
}

struct store_key log_store_key(struct str region, struct str project, struct str logstore)
{
    return row_key(region, "log-store", project, logstore);
}

static struct store_key index_key(const struct neighbours_pending *p)
{
    return row_key(p->call.place->region, "log-index", p->bucket, p->name);
}

static void add_default(cJSON *object, const char *name, uint64_t value)
{
    if (!cJSON_HasObjectItem(object, name))
        json_add_uint(object, name, value);
}

/* ---- for others ---- */

static struct store_key key_of(const struct neighbours_log *log)
{
    return log->logstore.len ? log_store_key(log->region, log->project, log->logstore)
                             : log_project_key(log->region, log->project);
}

bool neighbours_log_exists(struct store *store, const struct neighbours_log *log)
{
    struct store_key key = key_of(log);

    return store_find(store, &key) != NULL;
}

static void describe_project(cJSON *document, const struct neighbours_log *log)
{
    char time[CLOCK_ISO_BYTES];

    clock_format_iso_seconds(log->now_ms, time);
    json_add_str(document, "status", STR("Normal"));
    json_add_str(document, "owner", log->account);
    json_add_str(document, "region", log->region);
    json_add_str(document, "createTime", str_of(time));
    json_add_str(document, "lastModifyTime", str_of(time));
}

static void describe_logstore(cJSON *document, const struct neighbours_log *log)
{
    add_default(document, "ttl", TTL_DAYS_DEFAULT);
    add_default(document, "shardCount", SHARDS_DEFAULT);
    json_add_uint(document, "createTime", log->now_ms / 1000);
    json_add_uint(document, "lastModifyTime", log->now_ms / 1000);
}

void neighbours_log_create(struct store_batch *batch, const struct neighbours_log *log,
                           const cJSON *body)
{
    struct store_key key = key_of(log);
    OWN(json_free) cJSON *document = cJSON_Duplicate(body, true);

    if (log->logstore.len)
        describe_logstore(document, log);
    else
        describe_project(document, log);
    row_put(batch, &key, document,
            (struct store_value){
                .blob = STR_NONE, .created_ms = log->now_ms, .modified_ms = log->now_ms});
}

/* ---- what they share ---- */

static struct str region_of(const struct neighbours_pending *p)
{
    return p->call.place->region;
}

static void answer_empty(struct neighbours_pending *p)
{
    p->answer.status = STATUS_OK;
}

static bool need_project(struct neighbours_pending *p)
{
    struct store_key key = log_project_key(region_of(p), p->bucket);

    if (store_find(p->store, &key))
        return true;
    pending_refuse(p, STATUS_NOT_FOUND, "ProjectNotExist", "The Project does not exist : " STR_FMT,
                   STR_ARG(p->bucket));
    return false;
}

const struct store_row *log_need_store(struct neighbours_pending *p)
{
    struct store_key key = log_store_key(region_of(p), p->bucket, p->name);
    const struct store_row *row;

    if (!need_project(p))
        return NULL;
    row = store_find(p->store, &key);
    if (!row)
        pending_refuse(p, STATUS_NOT_FOUND, "LogStoreNotExist",
                       "logstore " STR_FMT " does not exist", STR_ARG(p->name));
    return row;
}

/* The body as an object, the caller's; NULL when refused. */
static cJSON *need_body(struct neighbours_pending *p)
{
    struct error err;
    cJSON *body = json_parse(p->call.request->body, &err);

    if (cJSON_IsObject(body))
        return body;
    json_free(body);
    pending_refuse(p, STATUS_BAD_REQUEST, "PostBodyInvalid", "The body is not valid json object.");
    return NULL;
}

/* A name the body must have; in the arena. "" when refused. */
static struct str need_name(struct neighbours_pending *p, const cJSON *body, const char *member)
{
    struct str name = json_get_str(body, member);

    if (name.len)
        return arena_str(p->arena, name);
    pending_refuse(p, STATUS_BAD_REQUEST, "ParameterInvalid", "%s is required.", member);
    return STR("");
}

static bool may_create(struct neighbours_pending *p, const struct store_key *key, size_t most,
                       const char *entity)
{
    if (store_find(p->store, key)) {
        pending_refuse(p, STATUS_BAD_REQUEST, arena_printf(p->arena, "%sAlreadyExist", entity),
                       "%s " STR_FMT " already exists", entity, STR_ARG(key->name));
        return false;
    }
    if (store_list(p->store, key).count >= most) {
        pending_refuse(p, STATUS_BAD_REQUEST, arena_printf(p->arena, "%sQuotaExceed", entity),
                       "%s Quota Exceed", entity);
        return false;
    }
    return true;
}

static cJSON *names_of(struct store_list list)
{
    cJSON *names = cJSON_CreateArray();

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(names, json_string(list.rows[i]->key.name));
    return names;
}

static void answer_list(struct neighbours_pending *p, const char *member, cJSON *items)
{
    cJSON *tree = cJSON_CreateObject();
    size_t count = (size_t)cJSON_GetArraySize(items);

    json_add_uint(tree, "count", count);
    json_add_uint(tree, "total", count);
    cJSON_AddItemToObject(tree, member, items);
    pending_json(p, STATUS_OK, tree);
}

/* ---- projects ---- */

static void create_project(struct neighbours_pending *p)
{
    OWN(json_free) cJSON *body = need_body(p);
    struct str name = body ? need_name(p, body, "projectName") : STR("");
    struct store_key key = log_project_key(region_of(p), name);
    struct str description = json_get_str(body, "description");
    cJSON *project;

    if (name.len == 0 || !may_create(p, &key, PROJECTS_MAX, "Project"))
        return;
    project = cJSON_CreateObject();
    json_add_str(project, "projectName", name);
    json_add_str(project, "description", str_is_set(description) ? description : STR(""));
    describe_project(project, &(struct neighbours_log){.account = p->call.account,
                                                       .region = region_of(p),
                                                       .now_ms = p->now_ms});
    pending_put(p, &key, project, STR_NONE);
    answer_empty(p);
}

static void get_project(struct neighbours_pending *p)
{
    struct store_key key = log_project_key(region_of(p), p->bucket);

    if (need_project(p))
        pending_json(p, STATUS_OK, row_document(store_find(p->store, &key)));
}

static void delete_project(struct neighbours_pending *p)
{
    struct store_key key = log_project_key(region_of(p), p->bucket);

    if (!need_project(p))
        return;
    store_remove_below(pending_batch(p), &key, p->bucket);
    store_remove(pending_batch(p), &key);
    answer_empty(p);
}

static void list_projects(struct neighbours_pending *p)
{
    struct store_key key = log_project_key(region_of(p), STR(""));
    struct store_list list = store_list(p->store, &key);
    cJSON *projects = cJSON_CreateArray();

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(projects, row_document(list.rows[i]));
    answer_list(p, "projects", projects);
}

/* ---- logstores ---- */

static void create_logstore(struct neighbours_pending *p)
{
    OWN(json_free) cJSON *body = need_project(p) ? need_body(p) : NULL;
    struct str name = body ? need_name(p, body, "logstoreName") : STR("");
    struct store_key key = log_store_key(region_of(p), p->bucket, name);

    if (name.len == 0 || !may_create(p, &key, LOGSTORES_MAX, "LogStore"))
        return;
    describe_logstore(body, &(struct neighbours_log){.now_ms = p->now_ms});
    pending_put(p, &key, GIVE(body), STR_NONE);
    answer_empty(p);
}

static void get_logstore(struct neighbours_pending *p)
{
    const struct store_row *row = log_need_store(p);

    if (row)
        pending_json(p, STATUS_OK, row_document(row));
}

/* What the body names is changed; name and creation stay. */
static void update_logstore(struct neighbours_pending *p)
{
    const struct store_row *row = log_need_store(p);
    OWN(json_free) cJSON *body = row ? need_body(p) : NULL;
    const cJSON *member;

    if (!body)
        return;
    struct store_key key = log_store_key(region_of(p), p->bucket, p->name);
    cJSON *document = row_document(row);

    cJSON_ArrayForEach (member, body) {
        if (strcmp(member->string, "logstoreName") == 0)
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(document, member->string);
        cJSON_AddItemToObject(document, member->string, cJSON_Duplicate(member, true));
    }
    pending_put(p, &key, document, STR_NONE);
    answer_empty(p);
}

/* Web tracking. What is sent is not kept. */
static void take_logs(struct neighbours_pending *p)
{
    if (log_need_store(p))
        answer_empty(p);
}

static void list_no_tags(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "nextToken", STR(""));
    cJSON_AddArrayToObject(tree, "tagResources");
    pending_json(p, STATUS_OK, tree);
}

static void delete_logstore(struct neighbours_pending *p)
{
    struct store_key key = log_store_key(region_of(p), p->bucket, p->name);
    struct store_key index = index_key(p);

    if (!log_need_store(p))
        return;
    store_remove(pending_batch(p), &key);
    store_remove(pending_batch(p), &index);
    answer_empty(p);
}

static void list_logstores(struct neighbours_pending *p)
{
    struct store_key key = log_store_key(region_of(p), p->bucket, STR(""));

    if (need_project(p))
        answer_list(p, "logstores", names_of(store_list(p->store, &key)));
}

/* ---- indexes ---- */

static void refuse_no_index(struct neighbours_pending *p)
{
    pending_refuse(p, STATUS_NOT_FOUND, "IndexConfigNotExist", "index config doesn't exist");
}

static void get_index(struct neighbours_pending *p)
{
    struct store_key key = index_key(p);
    const struct store_row *row;

    if (!log_need_store(p))
        return;
    row = store_find(p->store, &key);
    if (row)
        pending_json(p, STATUS_OK, row_document(row));
    else
        refuse_no_index(p);
}

static void delete_index(struct neighbours_pending *p)
{
    struct store_key key = index_key(p);

    if (!log_need_store(p))
        return;
    if (!store_find(p->store, &key)) {
        refuse_no_index(p);
        return;
    }
    store_remove(pending_batch(p), &key);
    answer_empty(p);
}

/* Created by POST, changed by PUT. */
static void put_index(struct neighbours_pending *p)
{
    struct store_key key = index_key(p);
    bool create = str_eq(p->call.request->method, STR("POST"));
    cJSON *index;

    if (!log_need_store(p))
        return;
    if (create && store_find(p->store, &key)) {
        pending_refuse(p, STATUS_BAD_REQUEST, "IndexAlreadyExist", "log store index is created");
        return;
    }
    index = need_body(p);
    if (!index)
        return;
    pending_put(p, &key, index, STR_NONE);
    answer_empty(p);
}

/* ---- the call ---- */

/* Segment by segment; what '*' stands for goes to *out_name. */
static bool path_is(struct str path, struct str pattern, struct str *out_name)
{
    struct str segment;
    struct str want;

    while (str_is_set(path) && str_is_set(pattern)) {
        str_cut(path, '/', &segment, &path);
        str_cut(pattern, '/', &want, &pattern);
        if (str_eq(want, STR("*")) && segment.len)
            *out_name = segment;
        else if (!str_eq(want, segment))
            return false;
    }
    return !str_is_set(path) && !str_is_set(pattern);
}

void log_perform(struct neighbours_pending *p)
{
    const struct http_request *request = p->call.request;
    struct str name = STR("");

    for (size_t i = 0; i < N_ELEMENTS(operations); i++) {
        if (!str_eq(request->method, str_of(operations[i].method)) ||
            (operations[i].project && p->bucket.len == 0) ||
            (operations[i].type &&
             !str_eq(query_get(&p->query, STR("type")), str_of(operations[i].type))) ||
            !path_is(request->path, str_of(operations[i].path), &name))
            continue;
        percent_decode(name, false, p->arena, &p->name);
        operations[i].run(p);
        return;
    }
    pending_refuse_unknown(p, STATUS_NOT_IMPLEMENTED, "NotSupported",
                           arena_strf(p->arena, STR_FMT " " STR_FMT, STR_ARG(request->method),
                                      STR_ARG(request->path)));
}

void log_refuse(struct neighbours_pending *p, struct str message)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "errorCode", p->answer.code);
    json_add_str(tree, "errorMessage", message);
    pending_json(p, p->answer.status, tree);
}
