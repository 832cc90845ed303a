/* Triggers by whom they call, their name and their type. */
#include "product/service/event/internal.h"

struct finding {
    const struct event_search *search;
    struct arena *arena;
    struct event_trigger *found;
    size_t count, cap;
};

static bool fits(struct str wanted, struct str have)
{
    return !str_is_set(wanted) || str_eq(wanted, have);
}

/* Functions of 2023-03-30 have no service: their name is all of it. */
static bool fits_function(struct str wanted, struct str parent)
{
    struct str service;
    struct str function;

    str_cut(parent, '/', &service, &function);
    if (!str_is_set(wanted) || str_eq(wanted, function))
        return true;
    return !str_eq(service, STR(SERVICE_OF_2023)) && str_eq(wanted, parent);
}

static void free_document(void *arg)
{
    cJSON_Delete(arg);
}

static struct event_trigger *grow(struct finding *f)
{
    enum { FIRST = 16 };
    struct event_trigger *more;

    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : FIRST;
        more = ARENA_ARRAY(f->arena, f->cap, struct event_trigger);
        if (f->count)
            memcpy(more, f->found, f->count * sizeof(*more));
        f->found = more;
    }
    return &f->found[f->count++];
}

static struct str text_or_none(struct str text)
{
    return str_is_set(text) ? text : STR("");
}

static void add(struct finding *f, const struct store_row *row, const cJSON *document)
{
    struct event_trigger *t = grow(f);
    const cJSON *config = json_get(document, "triggerConfig");
    const cJSON *enable = json_get(config, "enable");
    struct str qualifier = json_get_str(document, "qualifier");

    *t = (struct event_trigger){
        .account = arena_str(f->arena, row->key.account),
        .region = arena_str(f->arena, row->key.region),
        .name = arena_str(f->arena, row->key.name),
        .type = json_get_str(document, "triggerType"),
        .qualifier = is_latest(text_or_none(qualifier)) ? STR("") : qualifier,
        .source = text_or_none(json_get_str(document, "sourceArn")),
        .config = cJSON_IsObject(config) ? config : NULL,
        .since_ms = row->modified_ms,
        .enabled = !cJSON_IsFalse(enable),
    };
    str_cut(arena_str(f->arena, row->key.parent), '/', &t->service, &t->function);
    if (str_eq(t->service, STR(SERVICE_OF_2023)))
        t->service = STR("");
}

static void look(void *arg, const struct store_row *row)
{
    struct finding *f = arg;
    const struct event_search *s = f->search;

    if (!fits(s->account, row->key.account) || !fits(s->region, row->key.region) ||
        !fits(s->name, row->key.name) || !fits_function(s->function, row->key.parent) ||
        (str_is_set(s->type) && !str_find(row->document, s->type, NULL)))
        return;
    cJSON *document = row_document(row);

    if (!fits(s->type, json_get_str(document, "triggerType"))) {
        cJSON_Delete(document);
        return;
    }
    arena_on_end(f->arena, free_document, document);
    add(f, row, document);
}

size_t event_find(struct service *service, const struct event_search *search, struct arena *arena,
                  struct event_trigger **out)
{
    struct finding finding = {.search = search, .arena = arena};

    store_each(service->store, STR("trigger"), look, &finding);
    *out = finding.found;
    return finding.count;
}

struct str event_function_name(const struct event_trigger *trigger, struct arena *arena)
{
    return trigger->service.len ? ARENA_CONCAT(arena, trigger->service, STR("/"), trigger->function)
                                : trigger->function;
}
