/*
 * A function is kept in the shape of 2023-03-30. Members that the older generations place elsewhere
 * are moved on the way in and out, so that both see one function.
 */
#include "product/service/resource/function_model.h"

#include "product/service/resource/function_fields.h"

#define SECTION_OF_RUNTIME NULL /* customContainerConfig or customRuntimeConfig */

/* Where a member of the older generations stands in the stored form: object.part.member. */
static const struct move {
    const char *classic;
    const char *object;
    const char *part; /* NULL: directly in the object */
    const char *member;
} moves[] = {
    {"initializer",             "instanceLifecycleConfig", "initializer", "handler"          },
    {"initializationTimeout",   "instanceLifecycleConfig", "initializer", "timeout"          },
    {"gpuMemorySize",           "gpuConfig",               NULL,          "gpuMemorySize"    },
    {"caPort",                  SECTION_OF_RUNTIME,        NULL,          "port"             },
    {"customHealthCheckConfig", SECTION_OF_RUNTIME,        NULL,          "healthCheckConfig"},
};

enum runtime_language function_language(const cJSON *model)
{
    const struct runtime_name *runtime = runtime_name_find(json_get_str(model, "runtime"));

    return runtime ? runtime->language : LANGUAGE_CUSTOM;
}

bool function_has_code(const struct store_row *row)
{
    OWN(json_free) cJSON *model = row->blob.len ? NULL : row_document(row);

    return row->blob.len || json_get_str(json_get(model, "customContainerConfig"), "image").len > 0;
}

static const char *object_of(const struct move *move, const cJSON *model)
{
    if (move->object)
        return move->object;
    return function_language(model) == LANGUAGE_CONTAINER ? "customContainerConfig"
                                                          : "customRuntimeConfig";
}

static cJSON *ensure_object(cJSON *parent, const char *name)
{
    cJSON *object = json_get(parent, name);

    if (cJSON_IsObject(object))
        return object;
    json_set(parent, name, cJSON_CreateObject());
    return json_get(parent, name);
}

static void move_in(const struct move *move, cJSON *model)
{
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(model, move->classic);
    cJSON *object;

    if (!value)
        return;
    object = ensure_object(model, object_of(move, model));
    if (move->part)
        object = ensure_object(object, move->part);
    json_set(object, move->member, value);
}

static void drop_if_blank(cJSON *parent, const char *name)
{
    if (json_is_blank(json_get(parent, name)))
        cJSON_DeleteItemFromObjectCaseSensitive(parent, name);
}

static void move_out(const struct move *move, cJSON *model)
{
    const char *name = object_of(move, model);
    cJSON *object = json_get(model, name);
    cJSON *holder = move->part ? json_get(object, move->part) : object;
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(holder, move->member);

    if (!value)
        return;
    json_set(model, move->classic, value);
    if (move->part)
        drop_if_blank(object, move->part);
    drop_if_blank(model, name);
}

static void rename_member(cJSON *object, const char *from, const char *to)
{
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(object, from);

    if (value)
        json_set(object, to, value);
}

/* Texts of the older generations that hold a list: kept as they came, byte for byte. */
#define CLASSIC_COMMAND "commandText"
#define CLASSIC_ARGS "argsText"

static void container_in(cJSON *model)
{
    cJSON *container = json_get(model, "customContainerConfig");

    rename_member(container, "command", CLASSIC_COMMAND);
    rename_member(container, "args", CLASSIC_ARGS);
    rename_member(container, "instanceID", "acrInstanceId");
}

static void list_to_text(cJSON *container, const char *list, const char *text)
{
    cJSON *value = json_get(container, list);
    struct buf printed = {0};

    if (!value || json_get(container, text))
        return;
    json_print(value, false, &printed);
    json_set(container, text, cJSON_CreateString(buf_text(&printed)));
    buf_done(&printed);
}

static void container_out(cJSON *model)
{
    cJSON *container = json_get(model, "customContainerConfig");

    if (!container)
        return;
    list_to_text(container, "entrypoint", CLASSIC_COMMAND);
    list_to_text(container, "command", CLASSIC_ARGS);
    cJSON_DeleteItemFromObjectCaseSensitive(container, "entrypoint");
    cJSON_DeleteItemFromObjectCaseSensitive(container, "command");
    rename_member(container, CLASSIC_COMMAND, "command");
    rename_member(container, CLASSIC_ARGS, "args");
    rename_member(container, "acrInstanceId", "instanceID");
}

static void text_to_list(cJSON *container, const char *text, const char *list)
{
    struct error ignored;
    cJSON *value = json_get(container, text);
    cJSON *parsed = NULL;

    if (!cJSON_IsString(value) || json_get(container, list))
        return;
    parsed = json_parse(str_of(value->valuestring), &ignored);
    if (cJSON_IsArray(parsed))
        json_set(container, list, GIVE(parsed));
    cJSON_Delete(parsed);
}

static void to_classic(cJSON *model)
{
    for (size_t i = 0; i < N_ELEMENTS(moves); i++)
        move_out(&moves[i], model);
    container_out(model);
}

static void from_classic(cJSON *model)
{
    container_in(model);
    for (size_t i = 0; i < N_ELEMENTS(moves); i++)
        move_in(&moves[i], model);
}

/* ---- reading ---- */

/* What an update does not name is not known here: the widest bound counts, function_check() asks
 * for the right one. */
static enum limit_id memory_limit(const struct work *work, bool create)
{
    OWN(json_free) cJSON *named = cJSON_CreateObject();
    const cJSON *type = json_get_nocase(work->input, "instanceType");
    const cJSON *gpu = json_get_nocase(work->input, "gpuConfig");

    if (!create && !type && !gpu)
        return LIMIT_MEMORY_ADA_MAX;
    if (gpu)
        type = json_get_nocase(gpu, "gpuType");
    if (cJSON_IsString(type))
        cJSON_AddStringToObject(named, "instanceType", type->valuestring);
    return function_memory_limit(named);
}

cJSON *function_read(struct work *work, bool create)
{
    struct field_reading reading = work_reading(work, create);
    struct limits limits = *reading.limits;

    limits.values[LIMIT_MEMORY_MAX] = limits.values[memory_limit(work, create)];
    reading.limits = &limits;
    cJSON *read = fields_read(&function_fields, work->input, &reading);

    if (!read)
        answer_refusal(work);
    return read;
}

/* An empty object says "none": a block that was cleared must not come back with defaults in it. */
static void drop_blank_objects(cJSON *model)
{
    for (size_t i = 0; i < function_fields.count; i++) {
        const struct field *field = &function_fields.rows[i];

        if (field->type == BODY_OBJECT && (field->flags & IN_2023))
            drop_if_blank(model, field->name);
    }
}

void function_merge(struct work *work, cJSON *model, cJSON *read)
{
    bool classic = work->api != API_2023;

    if (classic)
        to_classic(model);
    fields_merge(&function_fields, work->api, model, read);
    if (classic)
        from_classic(model);
    else
        drop_blank_objects(model);
}

/* ---- showing ---- */

static void fill_acceleration(cJSON *view)
{
    cJSON *container = json_get(view, "customContainerConfig");

    if (cJSON_IsObject(container))
        cJSON_AddStringToObject(cJSON_AddObjectToObject(container, "accelerationInfo"), "status",
                                "Ready");
}

static void fill_layers_v2(struct work *work, cJSON *model)
{
    const cJSON *item;
    const cJSON *layers = json_get(model, "layers");
    cJSON *list = layers ? cJSON_CreateArray() : NULL;

    cJSON_ArrayForEach (item, layers) {
        const struct store_row *row = layer_find(work, str_of(item->valuestring));
        struct str arn =
            row ? layer_arn_v2(work, row->key.parent, row->key.name) : str_of(item->valuestring);

        cJSON_AddItemToArray(list, json_string(arn));
    }
    json_set(model, "layersArnV2", list);
}

static cJSON *view_classic(struct work *work, const struct store_row *row)
{
    OWN(json_free) cJSON *model = row_document(row);
    const cJSON *gpu = json_get(json_get(model, "gpuConfig"), "gpuType");

    fill_layers_v2(work, model);
    if (gpu && !json_get(model, "instanceType"))
        json_set(model, "instanceType", cJSON_Duplicate(gpu, false));
    to_classic(model);
    return fields_show(&function_fields, model, work->api);
}

/* Functions of a service take from it what 2023-03-30 keeps in the function. */
static void inherit(struct work *work, const struct address *at, cJSON *model)
{
    static const char *const names[] = {"role",      "internetAccess", "logConfig",    "vpcConfig",
                                        "nasConfig", "ossMountConfig", "tracingConfig"};
    struct store_key key = work_key(work, "service", STR(""), at->version, at->service);
    const struct store_row *row = store_find(work->store, &key);
    OWN(json_free) cJSON *service = row ? row_document(row) : NULL;

    for (size_t i = 0; service && i < N_ELEMENTS(names); i++) {
        if (!json_get(model, names[i]) && json_get(service, names[i]))
            cJSON_AddItemToObject(model, names[i],
                                  cJSON_DetachItemFromObjectCaseSensitive(service, names[i]));
    }
}

static void to_current(const struct work *work, cJSON *model)
{
    cJSON *container = json_get(model, "customContainerConfig");
    cJSON *lifecycle = json_get(model, "instanceLifecycleConfig");
    cJSON *hook = json_get(lifecycle, "initializer");
    const cJSON *memory = json_get(model, "memorySize");
    struct str type = json_get_str(model, "instanceType");

    if (memory && !json_get(model, "cpu"))
        cJSON_AddNumberToObject(model, "cpu", function_cpu_for(work, memory->valuedouble));
    text_to_list(container, CLASSIC_COMMAND, "entrypoint");
    text_to_list(container, CLASSIC_ARGS, "command");
    /* A time limit alone is no hook: the older clients send one with every function. */
    if (hook && json_get_str(hook, "handler").len == 0 && !json_get(hook, "command")) {
        cJSON_DeleteItemFromObjectCaseSensitive(lifecycle, "initializer");
        drop_if_blank(model, "instanceLifecycleConfig");
    }
    if ((str_starts(type, STR("fc.gpu")) || str_eq(type, STR("g1"))) &&
        !json_get(json_get(model, "gpuConfig"), "gpuType"))
        json_set(ensure_object(model, "gpuConfig"), "gpuType", json_string(type));
}

static cJSON *layer_list_current(struct work *work, const cJSON *layers)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;

    cJSON_ArrayForEach (item, layers) {
        const struct store_row *row = layer_find(work, str_of(item->valuestring));
        OWN(json_free) cJSON *layer = row ? row_document(row) : NULL;
        const cJSON *size = json_get(layer, "codeSize");
        cJSON *one = cJSON_CreateObject();

        json_add_str(one, "arn",
                     row ? layer_arn_v2(work, row->key.parent, row->key.name)
                         : str_of(item->valuestring));
        cJSON_AddNumberToObject(one, "size", size ? size->valuedouble : 0);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

static cJSON *tag_list(const cJSON *tags)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *tag;

    cJSON_ArrayForEach (tag, tags) {
        cJSON *one = cJSON_CreateObject();

        cJSON_AddStringToObject(one, "Key", tag->string);
        cJSON_AddStringToObject(one, "Value", tag->valuestring);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

static void add_state(cJSON *view)
{
    static const char *const members[][2] = {
        {"state",                      "Active"    },
        {"stateReason",                ""          },
        {"stateReasonCode",            ""          },
        {"lastUpdateStatus",           "Successful"},
        {"lastUpdateStatusReason",     ""          },
        {"lastUpdateStatusReasonCode", ""          },
    };

    for (size_t i = 0; i < N_ELEMENTS(members); i++)
        cJSON_AddStringToObject(view, members[i][0], members[i][1]);
}

static cJSON *view_current(struct work *work, const struct store_row *row, const struct address *at)
{
    OWN(json_free) cJSON *model = row_document(row);
    OWN(json_free) cJSON *tags = tags_of(work, at->path);
    struct str qualifier = is_latest(at->qualifier) ? STR("") : at->qualifier;
    cJSON *view;

    inherit(work, at, model);
    to_current(work, model);
    view = fields_show(&function_fields, model, API_2023);
    json_set(view, "functionName", json_string(address_name_2023(at, work->arena)));
    json_add_str(view, "functionArn", address_arn(work, at, qualifier));
    json_set(view, "layers", layer_list_current(work, json_get(model, "layers")));
    cJSON_AddItemToObject(view, "tags", tag_list(tags));
    add_state(view);
    return view;
}

cJSON *function_view(struct work *work, const struct store_row *row, const struct address *at)
{
    cJSON *view = work->api == API_2023 ? view_current(work, row, at) : view_classic(work, row);

    fill_acceleration(view);
    json_add_time(view, "createdTime", row->created_ms);
    json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}
