/* What the readers of seed files and templates share. */
#include "product/service/seed/draft.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/distance.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"

static const struct draft_key async_keys[] = {
    {"destination",               DRAFT_OWN,  NULL},
    {"maxAsyncEventAgeInSeconds", DRAFT_PASS, NULL},
    {"maxAsyncRetryAttempts",     DRAFT_PASS, NULL},
    {"statefulInvocation",        DRAFT_PASS, NULL},
};

/* ---- keys ---- */

static char other_case(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
                                : (c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
}

static bool is_key(const struct draft *draft, const char *name, struct str key)
{
    if (str_eq(key, str_of(name)))
        return true;
    return draft->capitals && key.len == strlen(name) && key.len &&
           key.ptr[0] == other_case(name[0]) && memcmp(key.ptr + 1, name + 1, key.len - 1) == 0;
}

static const struct draft_key *find_key(const struct draft *draft, const struct draft_key *keys,
                                        size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (is_key(draft, keys[i].name, name))
            return &keys[i];
    }
    return NULL;
}

/* As the form writes it. */
struct str draft_shown(const struct draft *draft, const char *name)
{
    char *copy = arena_dup(draft->arena, str_of(name));

    if (draft->capitals && copy[0] >= 'a' && copy[0] <= 'z')
        copy[0] = other_case(copy[0]);
    return str_of(copy);
}

const struct conf_node *draft_get(const struct conf_node *map, const char *key)
{
    const struct conf_node *found = map ? conf_get(map, key) : NULL;
    OWN(mem_free) char *other = mem_dup(key);

    other[0] = other_case(other[0]);
    return found || !map ? found : conf_get(map, other);
}

static void add_known(const struct draft *draft, const struct draft_key *keys, size_t count,
                      struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s" STR_FMT, i ? ", " : "", STR_ARG(draft_shown(draft, keys[i].name)));
}

const char *draft_advice(struct draft *draft, const struct nearest *nearest, const char *otherwise)
{
    return str_is_set(nearest->best)
               ? arena_printf(draft->arena, "did you mean '" STR_FMT "'?", STR_ARG(nearest->best))
               : otherwise;
}

static void refuse_key(struct draft *draft, const struct conf_node *member,
                       const struct draft_key *keys, size_t count, const char *what)
{
    struct nearest nearest = {.wanted = member->key};
    OWN(buf_done) struct buf known = {0};

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, draft_shown(draft, keys[i].name));
    buf_puts(&known, "known: ");
    add_known(draft, keys, count, &known);
    conf_error(draft->report, conf_in_parent(member), CODE_BAD_SEED,
               "unknown key '" STR_FMT "' of %s; %s", STR_ARG(member->key), what,
               draft_advice(draft, &nearest, buf_text(&known)));
}

bool draft_check(struct draft *draft, const struct conf_node *map, const struct draft_key *keys,
                 size_t count, const char *what)
{
    if (map->kind != CONF_MAP) {
        conf_error(draft->report, conf_at(map), CODE_BAD_SEED,
                   "not a mapping; write the members of %s below it", what);
        return false;
    }
    CONF_EACH (member, map) {
        const struct draft_key *key = find_key(draft, keys, count, member->key);

        if (!key)
            refuse_key(draft, member, keys, count, what);
        else if (key->use == DRAFT_IDLE)
            conf_warn(draft->report, conf_in_parent(member), CODE_BAD_SEED,
                      "'" STR_FMT "' of %s has no effect here", STR_ARG(member->key), what);
    }
    return true;
}

void draft_pass(const struct draft *draft, const struct conf_node *map,
                const struct draft_key *keys, size_t count, cJSON *out)
{
    CONF_EACH (member, map) {
        const struct draft_key *key = find_key(draft, keys, count, member->key);

        if (key && key->use == DRAFT_PASS)
            cJSON_AddItemToObject(out, key->to ? key->to : key->name, draft_member(draft, member));
    }
}

/* ---- values ---- */

static cJSON *scalar_value(const struct conf_node *node)
{
    bool truth;
    double number;

    if (conf_is_null(node))
        return cJSON_CreateNull();
    if (conf_is_bool(node, &truth))
        return cJSON_CreateBool(truth);
    if (conf_is_number(node, &number))
        return cJSON_CreateNumber(number);
    return json_string(node->text);
}

static cJSON *value_of(const struct conf_node *node, bool small)
{
    cJSON *json;

    if (node->kind == CONF_SCALAR)
        return scalar_value(node);
    json = node->kind == CONF_MAP ? cJSON_CreateObject() : cJSON_CreateArray();
    CONF_EACH (child, node) {
        OWN(mem_free)
        char *key = child->key.ptr ? mem_dup_len(child->key.ptr, child->key.len) : NULL;

        if (key && small && key[0] >= 'A' && key[0] <= 'Z')
            key[0] = other_case(key[0]);
        if (key)
            cJSON_AddItemToObject(json, key, value_of(child, small));
        else
            cJSON_AddItemToArray(json, value_of(child, small));
    }
    return json;
}

cJSON *draft_value(const struct conf_node *node)
{
    return value_of(node, false);
}

cJSON *draft_member(const struct draft *draft, const struct conf_node *node)
{
    return value_of(node, draft->capitals);
}

cJSON *draft_texts(const struct conf_node *map)
{
    cJSON *json = cJSON_CreateObject();

    CONF_EACH (member, map) {
        OWN(mem_free) char *key = mem_dup_len(member->key.ptr, member->key.len);

        cJSON_AddItemToObject(json, key,
                              member->kind == CONF_SCALAR ? json_string(member->text)
                                                          : draft_value(member));
    }
    return json;
}

struct str draft_text(const struct conf_node *map, const char *key)
{
    const struct conf_node *node = draft_get(map, key);

    return node && node->kind == CONF_SCALAR && !conf_is_null(node) ? node->text : STR("");
}

bool draft_need(struct draft *draft, const struct conf_node *map, const char *key, struct str *out)
{
    *out = draft_text(map, key);
    if (out->len)
        return true;
    const char *shown = draft_shown(draft, key).ptr;

    conf_error(draft->report, conf_at(map), CODE_BAD_SEED, "'%s' is missing; add '%s: …'", shown,
               shown);
    return false;
}

/* ---- code ---- */

static char *read_package(const char *path, size_t *out_len, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        error_errno(err, "read '%s'", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    char *bytes = malloc((size_t)st.st_size + 1);
    ssize_t got = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;

    close(fd);
    if (got == st.st_size) {
        *out_len = (size_t)got;
        return bytes;
    }
    free(bytes);
    error_set(err, ERROR_IO, "read '%s': cut short", path);
    return NULL;
}

static char *load(struct draft *draft, const struct draft_code *code, const char *path,
                  struct seed_pack *pack, size_t *out_len, struct error *err)
{
    struct stat st;

    if (!draft->folder) {
        error_set(err, ERROR_IO, "no file may be read");
        return NULL;
    }
    *pack = (struct seed_pack){.ignore_file = code->ignore_file, .ignored = code->ignored};
    if (stat(path, &st) < 0) {
        error_errno(err, "read '%s'", path);
        return NULL;
    }
    if (!S_ISDIR(st.st_mode))
        return read_package(path, out_len, err);
    pack->folder = path;
    pack->rules_folder = code->from_file ? draft->folder : path;
    return seed_zip_folder(pack, out_len, err);
}

static cJSON *inline_code(const char *bytes, size_t len)
{
    char *text = malloc(base64_encoded_size(len) + 1);
    cJSON *json;

    if (!text)
        return NULL;
    base64_encode((struct str){bytes, len}, text);
    json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "zipFile", text);
    free(text);
    return json;
}

/* "./code" lies where "code" does. */
static struct str without_dot(struct str path)
{
    return str_starts(path, STR("./")) && path.len > 2 ? str_slice(path, 2, path.len) : path;
}

cJSON *draft_code(struct draft *draft, const struct draft_code *code,
                  const struct seed_pack **out_pack)
{
    struct error err = {0};
    struct seed_pack *pack = ARENA_NEW(draft->arena, struct seed_pack);
    size_t len = 0;
    const char *path = code->path.len && code->path.ptr[0] == '/'
                           ? arena_dup(draft->arena, code->path)
                           : arena_printf(draft->arena, "%s/" STR_FMT, draft->folder,
                                          STR_ARG(without_dot(code->path)));
    char *bytes = load(draft, code, path, pack, &len, &err);
    cJSON *json = bytes ? inline_code(bytes, len) : NULL;

    if (bytes)
        digest_of(DIGEST_SHA256, (struct str){bytes, len}, pack->digest);

    free(bytes);
    *out_pack = json && pack->folder ? pack : NULL;
    if (!json)
        conf_error(draft->report, conf_at(code->at), CODE_BAD_SEED,
                   "%s; name a folder or a package", err.text);
    return json;
}

/* ---- calls ---- */

struct seed_step *draft_step(struct draft *draft, const struct conf_node *at, const char *name,
                             cJSON *body)
{
    struct arena *arena = draft->arena;
    struct seed_step *step = ARENA_NEW(arena, struct seed_step);
    OWN(buf_done) struct buf text = {0};

    json_print(body, false, &text);
    json_free(body);
    step->name = name;
    step->method = "POST";
    step->body = arena_str(arena, buf_str(&text));
    step->file = arena_dup(arena, str_of(at->source->name));
    step->line = at->line;
    step->column = at->column;
    *draft->steps->end = step;
    draft->steps->end = &step->next;
    draft->steps->count++;
    return step;
}

struct seed_step *draft_resource(struct draft *draft, const struct conf_node *at,
                                 const char *operation, const char *list, struct str name,
                                 cJSON *body, struct str region)
{
    struct arena *arena = draft->arena;
    struct seed_step *step = draft_step(
        draft, at, arena_printf(arena, "%s '" STR_FMT "'", operation, STR_ARG(name)), body);

    step->path = list;
    step->probe = arena_printf(arena, "%s/" STR_FMT, list, STR_ARG(name));
    step->update = step->probe;
    step->region = region.len ? region : STR_NONE;
    return step;
}

/* ---- asynchronous calls ---- */

static void add_destination(const struct conf_node *from, const char *name, cJSON *out)
{
    struct str arn = draft_text(from, name);

    if (arn.len)
        json_add_str(cJSON_AddObjectToObject(out, name), "destination", arn);
}

struct seed_step *draft_async(struct draft *draft, const struct conf_node *config,
                              const struct conf_node *destination, const char *what,
                              const char *parent)
{
    cJSON *body = cJSON_CreateObject();
    struct seed_step *step;

    draft_check(draft, config, async_keys, N_ELEMENTS(async_keys), what);
    draft_pass(draft, config, async_keys, N_ELEMENTS(async_keys), body);
    if (destination) {
        cJSON *out = cJSON_AddObjectToObject(body, "destinationConfig");

        add_destination(destination, "onSuccess", out);
        add_destination(destination, "onFailure", out);
    }
    step = draft_step(draft, config, "PutAsyncInvokeConfig", body);
    step->method = "PUT";
    step->path = arena_printf(draft->arena, "%s/async-invoke-config", parent);
    return step;
}

/* ---- Log Service ---- */

static void to_log_service(const struct draft *draft, struct seed_step *step, const char *probe,
                           struct str region)
{
    step->probe = probe;
    step->log = true;
    step->region = region.len ? region : draft->place.region;
}

void draft_add_log_project(struct draft *draft, const struct conf_node *at, struct str project,
                           struct str description, struct str region)
{
    cJSON *body = cJSON_CreateObject();
    struct seed_step *step;

    json_add_str(body, "projectName", project);
    json_add_str(body, "description", description);
    step = draft_step(draft, at,
                      arena_printf(draft->arena, "CreateProject '" STR_FMT "'", STR_ARG(project)),
                      body);
    step->path = "/";
    to_log_service(draft, step, "/", region);
    step->log_project = project;
    step->log_name = project;
    step->shared = true;
}

void draft_add_logstore(struct draft *draft, const struct conf_node *at, struct str project,
                        struct str logstore, cJSON *body, struct str region)
{
    struct seed_step *step;

    json_add_str(body, "logstoreName", logstore);
    step = draft_step(draft, at,
                      arena_printf(draft->arena, "CreateLogStore '" STR_FMT "'", STR_ARG(logstore)),
                      body);
    step->path = "/logstores";
    to_log_service(draft, step,
                   arena_printf(draft->arena, "/logstores/" STR_FMT, STR_ARG(logstore)), region);
    step->log_project = project;
    step->log_name = logstore;
    step->shared = true;
}

cJSON *draft_auto_log(struct draft *draft, const struct conf_node *at, struct str project,
                      struct str logstore, struct str region)
{
    cJSON *store = cJSON_CreateObject();
    cJSON *config = cJSON_CreateObject();

    json_add_uint(store, "ttl", 30);
    json_add_uint(store, "shardCount", 1);
    draft_add_log_project(draft, at, project, STR("made for logConfig: auto"), region);
    draft_add_logstore(draft, at, project, logstore, store, region);
    json_add_str(config, "project", project);
    json_add_str(config, "logstore", logstore);
    cJSON_AddBoolToObject(config, "enableRequestMetrics", true);
    cJSON_AddBoolToObject(config, "enableInstanceMetrics", true);
    return config;
}

struct str draft_role(struct draft *draft, struct str role)
{
    if (!role.len || str_starts(role, STR("acs:")))
        return role;
    return arena_strf(draft->arena, "acs:ram::" STR_FMT ":role/" STR_FMT,
                      STR_ARG(draft->place.account), STR_ARG(role));
}
