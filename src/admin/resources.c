/*
 * What the emulated service keeps, for whoever looks at all accounts and regions at once: the
 * service's own listings show one.
 */
#include "admin/internal.h"
#include "admin/steps.h"
#include "base/clock.h"
#include "base/distance.h"
#include "store/store.h"

enum { RESOURCES_DEFAULT = 1000, RESOURCES_MAX = 10000 };

/* Kinds of store rows that people know (product/service/resource/model.h). */
static const char *const kinds[] = {
    "service", "function", "version", "alias", "trigger", "layer", "layer-version", "domain",
};

/* Members that are nobody's to read: the key of a custom domain's certificate. */
static const char *const secrets[][2] = {
    {"certConfig", "privateKey"},
};

struct listing {
    struct str account, region; /* absent = any */
    size_t limit, count;
    cJSON *rows;
    bool more;
};

static void hide_secrets(cJSON *document)
{
    for (size_t i = 0; i < N_ELEMENTS(secrets); i++) {
        cJSON *parent = cJSON_GetObjectItemCaseSensitive(document, secrets[i][0]);

        cJSON_DeleteItemFromObjectCaseSensitive(parent, secrets[i][1]);
    }
}

static void add_row(void *arg, const struct store_row *row)
{
    struct listing *listing = arg;
    char time[CLOCK_ISO_BYTES];
    cJSON *item, *document;

    if ((listing->account.ptr && !str_eq(listing->account, row->key.account)) ||
        (listing->region.ptr && !str_eq(listing->region, row->key.region)))
        return;
    if (listing->count == listing->limit) {
        listing->more = true;
        return;
    }
    listing->count++;
    item = cJSON_CreateObject();
    json_add_str(item, "kind", row->key.kind);
    json_add_str(item, "account", row->key.account);
    json_add_str(item, "region", row->key.region);
    json_add_str(item, "parent", row->key.parent);
    json_add_str(item, "version", row->key.version);
    json_add_str(item, "name", row->key.name);
    cJSON_AddBoolToObject(item, "has_code", row->blob.len > 0);
    clock_format_iso(row->modified_ms, time);
    json_add_str(item, "modified_at", str_of(time));
    document = json_parse(row->document, NULL);
    hide_secrets(document);
    cJSON_AddItemToObject(item, "document", document);
    cJSON_AddItemToArray(listing->rows, item);
}

static bool kind_known(struct str kind)
{
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (str_eq(kind, str_of(kinds[i])))
            return true;
    return false;
}

static bool read_kind(struct admin_call *call, struct str *out)
{
    *out = admin_query(call, "kind");
    if (!out->ptr || kind_known(*out))
        return true;

    struct nearest nearest = {.wanted = *out};

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        nearest_offer(&nearest, str_of(kinds[i]));
    admin_problem(call, 400,
                  "kind '" STR_FMT "' is none of service, function, version, alias, "
                  "trigger, layer, layer-version, domain; did you mean '" STR_FMT "'?",
                  STR_ARG(*out), STR_ARG(nearest.best.ptr ? nearest.best : STR("function")));
    return false;
}

static bool read_limit(struct admin_call *call, size_t *out)
{
    struct str text = admin_query(call, "limit");
    uint64_t limit = RESOURCES_DEFAULT;

    if (text.ptr && (str_to_uint(text, RESOURCES_MAX, &limit) != NUMBER_OK || !limit)) {
        admin_problem(call, 400, "limit '" STR_FMT "' is no number from 1 to %d", STR_ARG(text),
                      RESOURCES_MAX);
        return false;
    }
    *out = limit;
    return true;
}

void step_resources(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    struct listing listing = {.account = admin_query(call, "account"),
                              .region = admin_query(call, "region")};
    struct str kind;
    cJSON *answer;

    if (!context->resources_each) {
        admin_problem(call, 501, "there is no state here");
        return;
    }
    if (!read_kind(call, &kind) || !read_limit(call, &listing.limit))
        return;
    answer = cJSON_CreateObject();
    listing.rows = cJSON_AddArrayToObject(answer, "resources");
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (!kind.ptr || str_eq(kind, str_of(kinds[i])))
            context->resources_each(context->owner, str_of(kinds[i]), add_row, &listing);
    cJSON_AddBoolToObject(answer, "more", listing.more);
    admin_tree_of(call, answer, listing.rows);
}
