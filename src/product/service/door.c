/* Where traffic leads that names no function in its path. */
#include "product/service/door.h"

#include "base/mem.h"
#include "product/service/resource/cors.h"
#include "product/service/resource/domain.h"
#include "product/service/resource/model.h"
#include "product/service/resource/rewrite.h"
#include "product/service/service.h"

struct search {
    struct service *service;
    const struct http_request *request;
    const struct place *place;
    struct arena *arena;
    struct service_door *out;
};

static void set_place(struct search *search, const struct store_row *row)
{
    search->out->account = arena_str(search->arena, row->key.account);
    search->out->region = arena_str(search->arena, row->key.region);
}

static void set_function(struct search *search, struct str service, struct str function)
{
    search->out->service = str_is_set(service) && !str_eq(service, STR(SERVICE_OF_2023))
                               ? arena_str(search->arena, service)
                               : STR_NONE;
    search->out->function = arena_str(search->arena, function);
}

static void set_qualifier(struct search *search, struct str qualifier)
{
    search->out->qualifier = qualifier.len ? arena_str(search->arena, qualifier) : STR_NONE;
}

/* ---- names of triggers ---- */

static void compare_trigger(void *arg, const struct store_row *row)
{
    struct search *search = (struct search *)arg;
    struct str label = search->place->trigger;
    struct str service;
    struct str function;
    size_t at;

    /* Most triggers are none of HTTP: their text is not even parsed. */
    if (search->out->result == DOOR_OPEN || !str_eq(row->key.region, search->place->region) ||
        !str_find(row->document, label, &at))
        return;
    OWN(json_free) cJSON *document = row_document(row);

    if (!str_eq(json_get_str(document, TRIGGER_SUBDOMAIN), label) ||
        !str_cut(row->key.parent, '/', &service, &function))
        return;
    search->out->result = DOOR_OPEN;
    set_place(search, row);
    set_function(search, service, function);
    set_qualifier(search, json_get_str(document, "qualifier"));
}

/* "<function>.<service>" of the temporary domains names both; other names are made up. */
static void find_trigger(struct service *service, struct search *search)
{
    struct str function;
    struct str of;

    if (!str_cut(search->place->trigger, '.', &function, &of)) {
        store_each(service_store(service), STR("trigger"), compare_trigger, search);
        return;
    }
    search->out->result = DOOR_OPEN;
    search->out->account = search->place->account;
    search->out->region = search->place->region;
    set_function(search, of, function);
}

/* ---- custom domains ---- */

/* How well a route fits: an exact one best, then the longest; 0 when it does not. */
static size_t fitness(struct str route, struct str path)
{
    if (str_eq(route, path))
        return SIZE_MAX;
    if (!str_ends(route, STR("*")) || !str_starts(path, str_slice(route, 0, route.len - 1)))
        return 0;
    return route.len;
}

static const cJSON *best_route(const cJSON *document, struct str path)
{
    const cJSON *config = json_get(document, "routeConfig");
    const cJSON *routes = json_get(config, "routes");
    const cJSON *best = NULL;
    const cJSON *route;
    size_t most = 0;

    cJSON_ArrayForEach (route, routes) {
        size_t fits = fitness(json_get_str(route, "path"), path);

        if (fits > most) {
            most = fits;
            best = route;
        }
    }
    return best;
}

static void rewrite(struct search *search, const cJSON *config)
{
    struct service_door *door = search->out;
    struct rewritten to;

    door->rewritten =
        rewrite_apply(config, search->request->path, search->request->query, search->arena, &to);
    if (!door->rewritten)
        return;
    door->path = to.path;
    door->query = to.query;
}

static void follow(struct search *search, const cJSON *document)
{
    const cJSON *route = best_route(document, search->request->path);

    search->out->result = DOOR_NO_ROUTE;
    if (!route)
        return;
    search->out->route = arena_str(search->arena, json_get_str(route, "path"));
    set_function(search, json_get_str(route, "serviceName"), json_get_str(route, "functionName"));
    set_qualifier(search, json_get_str(route, "qualifier"));
    rewrite(search, json_get(route, "rewriteConfig"));
    /* Whether code sees a preflight is for its trigger to say. */
    search->out->result =
        methods_allow(route, search->request->method) || cors_is_preflight(search->request)
            ? DOOR_OPEN
            : DOOR_WRONG_METHOD;
}

static void find_domain(struct search *search)
{
    const struct store_row *row =
        domain_find(service_store(search->service), search->request->host);

    if (!row)
        return;
    OWN(json_free) cJSON *document = row_document(row);

    set_place(search, row);
    follow(search, document);
}

void service_door_find(struct service *service, const struct http_request *request,
                       const struct place *place, struct arena *arena, struct service_door *out)
{
    struct search search = {
        .service = service, .request = request, .place = place, .arena = arena, .out = out};

    *out = (struct service_door){.result = DOOR_UNKNOWN};
    if (place->kind == PLACE_TRIGGER)
        find_trigger(service, &search);
    else
        find_domain(&search);
}

bool service_certificate_find(struct service *service, struct str name, struct arena *arena,
                              struct service_certificate *out)
{
    const struct store_row *row = domain_find(service_store(service), name);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    const cJSON *config = json_get(document, "certConfig");

    if (json_get_str(config, "certificate").len == 0 || json_get_str(config, "privateKey").len == 0)
        return false;
    *out = (struct service_certificate){
        .domain = arena_str(arena, row->key.name),
        .revision = row->revision,
        .certificate = arena_str(arena, json_get_str(config, "certificate")),
        .key = arena_str(arena, json_get_str(config, "privateKey")),
    };
    return true;
}

bool service_has_domain(struct service *service, struct str name)
{
    return domain_find(service_store(service), name) != NULL;
}

/* ---- who may enter ---- */

static void free_tree(void *arg)
{
    cJSON_Delete(arg);
}

/* A configuration may come as an object or as its JSON text. */
static const cJSON *take_config(const cJSON *config, struct arena *arena)
{
    struct error ignored;
    cJSON *tree = cJSON_IsString(config) ? json_parse(str_of(config->valuestring), &ignored)
                                         : cJSON_Duplicate(config, true);

    if (tree)
        arena_on_end(arena, free_tree, tree);
    return cJSON_IsObject(tree) ? tree : NULL;
}

static cJSON *trigger_of(struct service *service, const struct service_call *call)
{
    const struct target *target = call->target;
    OWN(mem_free) char *path = NULL;

    if (!str_is_set(target->function))
        return NULL;
    path = mem_printf(STR_FMT "/" STR_FMT,
                      STR_ARG(str_is_set(target->service) ? target->service : STR(SERVICE_OF_2023)),
                      STR_ARG(target->function));
    struct store_key key = {.account = call->account,
                            .region = call->region,
                            .kind = STR("trigger"),
                            .parent = str_of(path),
                            .version = STR(""),
                            .name = STR("")};

    return http_trigger_find(service_store(service), key,
                             str_is_set(target->qualifier) ? target->qualifier : STR(""));
}

/* A domain that asks for something is asked in the place of the trigger. */
static bool ask_domain(struct service *service, const struct service_call *call,
                       struct service_entry *out)
{
    const struct store_row *row =
        call->by_domain ? domain_find(service_store(service), call->request->host) : NULL;
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    const cJSON *auth = json_get(document, "authConfig");
    struct str type = json_get_str(auth, "authType");

    if (type.len == 0 || gate_kind_of(type) == GATE_OPEN)
        return false;
    out->kind = gate_kind_of(type);
    out->config = take_config(json_get(auth, "authInfo"), call->arena);
    return true;
}

static bool is_preflight(struct service *service, const struct service_call *call,
                         const cJSON *config)
{
    const struct store_row *row =
        call->by_domain ? domain_find(service_store(service), call->request->host) : NULL;
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    const cJSON *of_domain = json_get(document, "corsConfig");

    return cors_answers(call->request,
                        cJSON_IsObject(of_domain) ? of_domain : json_get(config, "corsConfig"),
                        config);
}

void service_entry_find(struct service *service, const struct service_call *call,
                        struct service_entry *out)
{
    OWN(json_free) cJSON *trigger = trigger_of(service, call);
    const cJSON *config = json_get(trigger, "triggerConfig");

    *out = (struct service_entry){.kind = GATE_SIGNATURE};
    if (!cJSON_IsObject(config))
        return;
    if (cors_is_preflight(call->request))
        out->preflight = is_preflight(service, call, config);
    if (ask_domain(service, call, out))
        return;
    out->kind = gate_kind_of(json_get_str(config, "authType"));
    if (out->kind != GATE_OPEN && out->kind != GATE_SIGNATURE)
        out->config = take_config(json_get(config, "authConfig"), call->arena);
}
