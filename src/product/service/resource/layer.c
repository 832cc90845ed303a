/*
 * Layers: packages that functions share, in numbered versions.
 *
 * Source: spec pages api-2016-08-15 §6.14, api-2021-04-06 §7.3, api-2023-03-30 §6.5 and §7.7.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "crypto/digest.h"
#include "product/service/code/code.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(layer_fields,
    {.name = "description", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "compatibleRuntime", .type = BODY_STRINGS, .flags = IN_ALL, .classic = "[]", .current = "[]"},
    {.name = "license", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\""},
    {.name = "codeSize", .type = BODY_INT, .flags = IN_ALL | BODY_READ_ONLY, .classic = "0", .current = "0"},
    {.name = "codeChecksum", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY, .classic = "\"0\"", .current = "\"0\""},
);
static const struct field layer_name = {
    .name = "layerName", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME};
/* clang-format on */

/* ---- ARNs ---- */

/* "<md5 of the account>#layer#1" */
struct str layer_arn(const struct work *work, struct str layer, struct str version)
{
    char digest[DIGEST_HEX_BYTES];

    digest_hex(DIGEST_MD5, work->account, digest);
    return arena_strf(work->arena, "%s#" STR_FMT "#" STR_FMT, digest, STR_ARG(layer),
                      STR_ARG(version));
}

struct str layer_arn_v2(const struct work *work, struct str layer, struct str version)
{
    return arena_strf(
        work->arena, "acs:fc:" STR_FMT ":" STR_FMT ":layers/" STR_FMT "/versions/" STR_FMT,
        STR_ARG(work->region), STR_ARG(work->account), STR_ARG(layer), STR_ARG(version));
}

static bool split_arn(struct work *work, struct str arn, struct str *layer, struct str *version)
{
    struct str own = layer_arn_v2(work, STR(""), STR(""));
    struct str head = str_slice(own, 0, own.len - (sizeof("/versions/") - 1));
    struct str digest;
    struct str rest;
    struct str word;

    if (str_starts(arn, head)) {
        rest = str_slice(arn, head.len, arn.len);
        return str_cut(rest, '/', layer, &rest) && str_cut(rest, '/', &word, version) &&
               str_eq(word, STR("versions"));
    }
    return str_cut(arn, '#', &digest, &rest) && str_cut(rest, '#', layer, version) &&
           str_starts(layer_arn(work, STR(""), STR("")), digest);
}

const struct store_row *layer_find(struct work *work, struct str arn)
{
    struct str layer;
    struct str version;

    if (!split_arn(work, arn, &layer, &version))
        return NULL;

    return work_find(work, "layer-version", layer, version);
}

/* ---- showing ---- */

static bool is_public(struct work *work, struct str layer)
{
    const struct store_row *row = work_find(work, "layer", STR(""), layer);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    return cJSON_IsTrue(json_get(document, "public"));
}

static void add_location(struct work *work, const struct store_row *row, const cJSON *document,
                         cJSON *view)
{
    struct str checksum = json_get_str(document, "codeChecksum");
    cJSON *code = cJSON_AddObjectToObject(view, "code");

    cJSON_AddStringToObject(code, "repositoryType", "OSS");
    json_add_str(code, "location",
                 code_url(work, row->blob, strtoull(arena_dup(work->arena, checksum), NULL, 10)));
}

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    struct str layer = row->key.parent;
    bool public = is_public(work, layer);

    (void)s;
    json_add_str(view, "layerName", layer);
    cJSON_AddNumberToObject(view, "version", (double)strtoull(row->key.name.ptr, NULL, 10));
    add_location(work, row, document, view);
    json_add_time(view, "createTime", row->created_ms);
    if (work->api == API_2023) {
        cJSON_AddStringToObject(view, "acl", public ? "1" : "0");
        json_add_str(view, "layerVersionArn", layer_arn_v2(work, layer, row->key.name));
        return;
    }
    cJSON_AddNumberToObject(view, "acl", public ? 1 : 0);
    json_add_str(view, "arn", layer_arn(work, layer, row->key.name));
    json_add_str(view, "arnV2", layer_arn_v2(work, layer, row->key.name));
    if (work->api == API_2021) /* the model of the create answer spells it so */
        json_set(view, "codesize", cJSON_Duplicate(json_get(view, "codeSize"), false));
}

static bool find_owner(struct work *work, struct subject *s)
{
    s->key.parent = work_param(work, "layer");
    return true;
}

static void vacant(struct work *work, struct subject *s)
{
    uint64_t number;

    if (str_to_uint(s->key.name, INT64_MAX, &number) != NUMBER_OK || number == 0)
        answer_wrong(work, "Version", "integer", s->key.name);
    else if (work_rows(work, "layer-version", s->key.parent).count == 0)
        answer_refuse(work, "LayerNotFound", s->key.parent);
    else
        answer_refuse(work, "LayerVersionNotFound", s->key.parent, s->key.name);
}

const struct resource layer_version_resource = {
    .kind = "layer-version",
    .param = "version",
    .fields = &layer_fields,
    .forgiven_in = IN_ALL,
    .owner = find_owner,
    .vacant = vacant,
    .decorate = decorate,
};

static cJSON *show_row(struct work *work, const struct store_row *row)
{
    const struct subject s = {.resource = &layer_version_resource};

    return resource_view(work, &s, row);
}

/* ---- publish ---- */

static bool check_layer_name(struct work *work, struct str name)
{
    struct field_reading reading = work_reading(work, true);

    if (field_check_text(&layer_name, name, &reading))
        return true;
    return answer_refusal(work);
}

static uint64_t last_version(struct work *work, const struct store_key *layer, cJSON **out)
{
    const struct store_row *row = store_find(work->store, layer);

    *out = row ? row_document(row) : cJSON_CreateObject();
    return json_get_uint(*out, "lastVersion", NUMBER_EXACT, 0);
}

static void publish(struct work *work, struct str name, cJSON *document, const struct code *code)
{
    struct store_key layer = work_key(work, "layer", STR(""), STR(""), name);
    OWN(json_free) cJSON *record = NULL;
    uint64_t number = last_version(work, &layer, &record) + 1;
    struct store_key key =
        work_key(work, "layer-version", name, STR(""), arena_strf(work->arena, "%" PRIu64, number));
    char checksum[24];

    snprintf(checksum, sizeof(checksum), "%" PRIu64, code->crc64);
    json_set(document, "codeSize", cJSON_CreateNumber((double)code->size));
    json_set(document, "codeChecksum", cJSON_CreateString(checksum));
    json_set(record, "lastVersion", cJSON_CreateNumber((double)number));
    work_put(work, &layer, store_find(work->store, &layer), record, STR_NONE);
    if (work->package.bytes)
        store_put_blob(work_batch(work), code->blob, GIVE(work->package.bytes), code->size);
    const struct store_row *row = work_put(work, &key, NULL, document, code->blob);

    answer_etag(work, row);
    answer_json(work, show_row(work, row));
}

void layer_publish(struct work *work)
{
    OWN(json_free) cJSON *document = work_read(work, &layer_fields, true);
    struct str name = work_param(work, "layer");
    struct store_key versions = work_key(work, "layer-version", name, STR(""), STR(""));
    struct code code;

    if (!document || !check_layer_name(work, name) || !code_read(work, LIMIT_LAYER_BYTES, &code) ||
        (!code.given && !code_refuse_missing(work)))
        return;
    if (work_quota(work, LIMIT_LAYER_VERSIONS, store_list(work->store, &versions).count,
                   "the number of layer versions") &&
        code_find(work, LIMIT_LAYER_BYTES, &code))
        publish(work, name, document, &code);
}

/* ---- get, list ---- */

void layer_get_by_arn(struct work *work)
{
    struct str arn = work_param(work, "arn");
    const struct store_row *row = layer_find(work, arn);

    if (row)
        answer_json(work, show_row(work, row));
    else
        answer_refuse_text(work, "LayerVersionNotFound",
                           "layer version '" STR_FMT "' does not exist", STR_ARG(arn));
}

static const struct store_row *newest(struct work *work, struct str layer)
{
    struct store_list list = work_rows(work, "layer-version", layer);

    return list.count ? list.rows[list.count - 1] : NULL;
}

/* An asked member of the query: 1, 0, or -1 when it is not there. */
static int asked_bool(struct work *work, const char *name)
{
    struct str text = work_query(work, name);

    if (text.len == 0)
        return -1;
    return str_eq_nocase(text, STR("true")) || str_eq(text, STR("1"));
}

static bool check_bools(struct work *work)
{
    static const struct {
        const char *name;
        const char *title;
    } asked[] = {
        {"public",   "Public"  },
        {"isPublic", "IsPublic"},
        {"official", "Official"}
    };

    for (size_t i = 0; i < N_ELEMENTS(asked); i++) {
        struct str text = work_query(work, asked[i].name);

        if (asked_bool(work, asked[i].name) != 0 || str_eq_nocase(text, STR("false")) ||
            str_eq(text, STR("0")))
            continue;
        return answer_wrong(work, asked[i].title, "true | false", text);
    }
    return true;
}

static cJSON *show_layer(struct work *work, const struct store_row *layer, void *arg)
{
    const struct store_row *row = newest(work, layer->key.name);
    int wanted = asked_bool(work, "public");

    (void)arg;
    if (wanted < 0)
        wanted = asked_bool(work, "isPublic");
    if (!row || asked_bool(work, "official") == 1 ||
        (wanted == 1 && !is_public(work, layer->key.name)))
        return NULL;
    return show_row(work, row);
}

void layer_list(struct work *work)
{
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page) || !check_bools(work))
        return;
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, &page, work_rows(work, "layer", STR("")), show_layer, NULL, answer, "layers");
    answer_json(work, answer);
}

static void list_versions(struct work *work, const struct page *page, struct store_list list,
                          struct str start)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *layers = cJSON_AddArrayToObject(answer, "layers");
    size_t shown = 0;

    for (size_t i = store_list_seek(list, start); i < list.count; i++, shown++) {
        if (shown == page->limit) {
            cJSON_AddNumberToObject(answer, "nextVersion",
                                    (double)strtoull(list.rows[i]->key.name.ptr, NULL, 10));
            break;
        }
        cJSON_AddItemToArray(layers, show_row(work, list.rows[i]));
    }
    answer_json(work, answer);
}

void layer_versions(struct work *work)
{
    struct str name = work_param(work, "layer");
    struct str start = work_query(work, "startVersion");
    struct store_list list = work_rows(work, "layer-version", name);
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    if (start.len && !str_all_digits(start)) {
        answer_wrong(work, "StartVersion", "integer", start);
        return;
    }
    /* Tools of 2023-03-30 take an empty listing for "new layer". */
    if (list.count == 0 && work->api != API_2023)
        answer_refuse(work, "LayerNotFound", name);
    else
        list_versions(work, &page, list, start.len ? start : STR("1"));
}

static bool set_public(struct work *work, struct str name, bool public)
{
    struct store_key key = work_key(work, "layer", STR(""), STR(""), name);
    const struct store_row *row = store_find(work->store, &key);

    if (!row || !newest(work, name))
        return answer_refuse(work, "LayerNotFound", name);
    OWN(json_free) cJSON *document = row_document(row);

    json_set(document, "public", cJSON_CreateBool(public));
    work_put(work, &key, row, document, STR_NONE);
    return true;
}

/* What either parameter may say, and what it means. */
static const struct {
    const char *query;
    struct str text;
    bool public;
} acls[] = {
    {"acl",    STR_INIT("0"),       false},
    {"acl",    STR_INIT("1"),       true },
    {"acl",    STR_INIT("private"), false},
    {"acl",    STR_INIT("public"),  true },
    {"public", STR_INIT("false"),   false},
    {"public", STR_INIT("true"),    true },
    {"public", STR_INIT("0"),       false},
    {"public", STR_INIT("1"),       true },
};

/* `acl`, which 2023-03-30 alone knows, wins over `public`. */
static bool read_acl(struct work *work, bool *out)
{
    const char *query = work->api == API_2023 && work_query(work, "acl").len > 0 ? "acl" : "public";
    struct str text = work_query(work, query);

    for (size_t i = 0; i < N_ELEMENTS(acls); i++) {
        if (strcmp(acls[i].query, query) == 0 && str_eq_nocase(acls[i].text, text)) {
            *out = acls[i].public;
            return true;
        }
    }
    *out = false;
    if (text.len == 0 && work->api == API_2016) /* older clients may say `official` only */
        return true;
    if (text.len == 0)
        return answer_missing(work, "Public");
    if (strcmp(query, "acl") == 0)
        return answer_wrong(work, "Acl", "0 | 1 | private | public", text);
    return answer_wrong(work, "Public", "true | false", text);
}

void layer_acl(struct work *work)
{
    bool public;

    if (read_acl(work, &public) && set_public(work, work_param(work, "layer"), public))
        answer_none(work);
}

void layer_publish_public(struct work *work)
{
    struct subject s = {.resource = &layer_version_resource};

    if (resource_find(work, &s) && set_public(work, s.key.parent, true))
        resource_answer(work, &s, s.row);
}
