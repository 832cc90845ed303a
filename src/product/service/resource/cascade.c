/* What goes when a service or function goes, and the counters kept beside it. */
#include "base/mem.h"
#include "base/number.h"
#include "product/service/resource/model.h"

/* Kinds whose rows carry the path in their name. */
static const char *const named_by_path[] = {
    "provision", "on-demand", "scaling", "async-config", "state", "tags",
};

static bool is_at_or_below(struct str name, struct str path)
{
    return str_starts(name, path) && (name.len == path.len || name.ptr[path.len] == '/');
}

static void remove_named(struct work *work, const char *kind, struct str path)
{
    struct store_key key = work_key(work, kind, STR(""), STR(""), STR(""));

    for (;;) {
        struct store_list list = store_list(work->store, &key);
        size_t at = store_list_seek(list, path);

        /* "demo-x" sorts between "demo" and "demo/hello". */
        while (at < list.count && str_starts(list.rows[at]->key.name, path) &&
               !is_at_or_below(list.rows[at]->key.name, path))
            at++;
        if (at == list.count || !is_at_or_below(list.rows[at]->key.name, path))
            return;
        struct store_key gone = key;

        gone.name = arena_str(work->arena, list.rows[at]->key.name);
        store_remove(work_batch(work), &gone);
    }
}

void cascade_below(struct work *work, struct str path)
{
    struct store_key key = work_key(work, "", STR(""), STR(""), STR(""));

    path = arena_str(work->arena, path);
    store_remove_below(work_batch(work), &key, path);
    for (size_t i = 0; i < N_ELEMENTS(named_by_path); i++)
        remove_named(work, named_by_path[i], path);
}

static void remove_of_qualifier(struct work *work, const char *kind, struct str owner,
                                struct str qualifier)
{
    struct store_key key = work_key(work, kind, STR(""), STR(""), STR(""));
    struct str prefix = arena_strf(work->arena, STR_FMT "/", STR_ARG(owner));
    struct str suffix = arena_strf(work->arena, "/" STR_FMT, STR_ARG(qualifier));
    struct store_list list = store_list(work->store, &key);
    size_t at = store_list_seek(list, prefix);

    while (at < list.count && str_starts(list.rows[at]->key.name, prefix)) {
        struct store_key gone = key;

        gone.name = arena_str(work->arena, list.rows[at]->key.name);
        if (!str_ends(gone.name, suffix)) {
            at++;
            continue;
        }
        store_remove(work_batch(work), &gone);
        list = store_list(work->store, &key);
    }
}

void cascade_provision(struct work *work, struct str owner, struct str qualifier)
{
    remove_of_qualifier(work, "provision", owner, qualifier);
    remove_of_qualifier(work, "scaling", owner, qualifier);
}

struct owner_state owner_state_get(struct work *work, struct str owner)
{
    const struct store_row *row = work_find(work, "state", STR(""), owner);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    return (struct owner_state){
        .changes = json_get_uint(document, "changes", NUMBER_EXACT, 0),
        .last_version = json_get_uint(document, "lastVersion", NUMBER_EXACT, 0),
    };
}

void owner_state_put(struct work *work, struct str owner, struct owner_state state)
{
    struct store_key key = work_key(work, "state", STR(""), STR(""), owner);
    OWN(json_free) cJSON *document = cJSON_CreateObject();

    json_add_uint(document, "changes", state.changes);
    json_add_uint(document, "lastVersion", state.last_version);
    work_put(work, &key, store_find(work->store, &key), document, STR_NONE);
}

void owner_touch(struct work *work, struct str owner)
{
    struct owner_state state = owner_state_get(work, owner);

    state.changes++;
    owner_state_put(work, owner, state);
}

struct str config_name(struct work *work, const struct address *at, struct str qualifier)
{
    return ARENA_CONCAT(work->arena, at->service, STR("/"), at->function, STR("/"),
                        is_latest(qualifier) ? STR(QUALIFIER_LATEST) : qualifier);
}
