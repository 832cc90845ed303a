/*
 * A function is kept in the shape of 2023-03-30. Members that the older generations place elsewhere
 * are moved on the way in and out, so that both see one function.
 */
#include "service/function_model.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"
#include "catalog/runtime.h"
#include "service/function_fields.h"

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

static cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static enum runtime_language language_of(const cJSON *model)
{
    const struct runtime_name *runtime = runtime_name_find(json_get_str(model, "runtime"));

    return runtime ? runtime->language : LANGUAGE_CUSTOM;
}

static const char *object_of(const struct move *move, const cJSON *model)
{
    if (move->object)
        return move->object;
    return language_of(model) == LANGUAGE_CONTAINER ? "customContainerConfig"
                                                    : "customRuntimeConfig";
}

static cJSON *ensure_object(cJSON *parent, const char *name)
{
    cJSON *object = member(parent, name);

    if (cJSON_IsObject(object))
        return object;
    json_set(parent, name, cJSON_CreateObject());
    return member(parent, name);
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
    if (json_is_blank(member(parent, name)))
        cJSON_DeleteItemFromObjectCaseSensitive(parent, name);
}

static void move_out(const struct move *move, cJSON *model)
{
    const char *name = object_of(move, model);
    cJSON *object = member(model, name);
    cJSON *holder = move->part ? member(object, move->part) : object;
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
    cJSON *container = member(model, "customContainerConfig");

    rename_member(container, "command", CLASSIC_COMMAND);
    rename_member(container, "args", CLASSIC_ARGS);
    rename_member(container, "instanceID", "acrInstanceId");
}

static void list_to_text(cJSON *container, const char *list, const char *text)
{
    cJSON *value = member(container, list);
    struct buf printed = {0};

    if (!value || member(container, text))
        return;
    json_print(value, false, &printed);
    json_set(container, text, cJSON_CreateString(buf_text(&printed)));
    buf_done(&printed);
}

static void container_out(cJSON *model)
{
    cJSON *container = member(model, "customContainerConfig");

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
    cJSON *value = member(container, text);
    cJSON *parsed = NULL;

    if (!cJSON_IsString(value) || member(container, list))
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

cJSON *function_read(struct work *work, bool create)
{
    struct field_reading reading = work_reading(work, create);
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

        if (field->type == FIELD_OBJECT && (field->flags & IN_2023))
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

/* ---- rules between members ---- */

static bool check_runtime(struct work *work, const cJSON *model)
{
    struct str runtime = json_get_str(model, "runtime");
    struct buf allowed = {0};
    size_t count;
    const struct runtime_name *names = runtime_name_table(&count);

    if (runtime_name_find(runtime))
        return true;
    for (size_t i = 0; i < count; i++)
        buf_printf(&allowed, "%s%s", i ? " | " : "", names[i].name);
    answer_invalid(work, "Runtime is set to an invalid value (allowed: %s, actual: '" STR_FMT "')",
                   buf_text(&allowed), STR_ARG(str_slice(runtime, 0, 256)));
    buf_done(&allowed);
    return false;
}

static bool check_handler(struct work *work, const cJSON *model)
{
    enum runtime_language language = language_of(model);

    if (json_get_str(model, "handler").len > 0 || language == LANGUAGE_CUSTOM ||
        language == LANGUAGE_CONTAINER)
        return true;
    answer_invalid(work, "Handler is required but not provided");
    return false;
}

enum {
    MB_PER_GB = 1024,
    CPU_STEPS_PER_CORE = 20, /* 0.05 */
    MEMORY_STEP_MB = 64,
    MILLI = 1000,
};

static double round_up(double value, double step)
{
    return ceil(value / step - 1e-9) * step;
}

/* For the memory of the default, the console and the tools use more than the least. */
static double cpu_for(const struct work *work, double memory)
{
    double least = memory / MB_PER_GB / 4;

    if (memory == (double)work_limit(work, LIMIT_MEMORY_DEFAULT_2023))
        return (double)work_limit(work, LIMIT_CPU_DEFAULT) / MILLI;
    return fmax(ceil(least * CPU_STEPS_PER_CORE - 1e-9), 1) / CPU_STEPS_PER_CORE;
}

/* Only 2023-03-30 ties the two together. */
static bool processor_fits(const struct work *work, const cJSON *model)
{
    const cJSON *cpu = member(model, "cpu");
    const cJSON *memory = member(model, "memorySize");

    if (!cpu || !memory || cpu->valuedouble == 0)
        return true;
    double ratio = memory->valuedouble / cpu->valuedouble;

    return ratio >= (double)work_limit(work, LIMIT_MEMORY_PER_CPU_MIN) - 1 &&
           ratio <= (double)work_limit(work, LIMIT_MEMORY_PER_CPU_MAX) + 1;
}

static bool check_processor(struct work *work, const cJSON *model)
{
    if (work->api != API_2023 || processor_fits(work, model))
        return true;
    answer_invalid(
        work,
        "CPU is set to an invalid value. The ratio of memory (GB) to CPU must be between "
        "1 and 4. (actual: '%g')",
        member(model, "memorySize")->valuedouble / member(model, "cpu")->valuedouble / MB_PER_GB);
    return false;
}

/* Of the two, the one that this request does not name gives way when they no longer fit. */
static void let_follow(const struct work *work, cJSON *model)
{
    bool names_cpu = json_get_nocase(work->input, "cpu") != NULL;
    bool names_memory = json_get_nocase(work->input, "memorySize") != NULL;

    if (names_cpu == names_memory || processor_fits(work, model))
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(model, names_cpu ? "memorySize" : "cpu");
}

static void settle_processor(struct work *work, cJSON *model)
{
    const cJSON *cpu;
    const cJSON *memory;

    if (work->api != API_2023)
        return;
    let_follow(work, model);
    cpu = member(model, "cpu");
    memory = member(model, "memorySize");
    if (!memory && cpu)
        json_set(model, "memorySize",
                 cJSON_CreateNumber(fmax(round_up(cpu->valuedouble * MB_PER_GB, MEMORY_STEP_MB),
                                         (double)work_limit(work, LIMIT_MEMORY_MIN))));
    else if (memory && !cpu)
        json_set(model, "cpu", cJSON_CreateNumber(cpu_for(work, memory->valuedouble)));
}

static bool supports(const cJSON *layer, struct str runtime)
{
    const cJSON *list = member(layer, "compatibleRuntime");
    const cJSON *item;

    if (json_is_blank(list))
        return true;
    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsString(item) && str_eq(str_of(item->valuestring), runtime))
            return true;
    }
    return false;
}

/* A layer of another account cannot be looked at and is taken as it is. */
static bool is_own_layer(struct work *work, struct str arn)
{
    struct str own = arena_strf(work->arena, "acs:fc:" STR_FMT ":" STR_FMT ":layers/",
                                STR_ARG(work->region), STR_ARG(work->account));
    struct str digest = layer_arn(work, STR(""), STR(""));

    return str_starts(arn, own) || str_starts(arn, str_slice(digest, 0, 33));
}

static bool check_layers(struct work *work, const cJSON *model)
{
    struct str runtime = json_get_str(model, "runtime");
    double bytes = 0;
    const cJSON *item;

    cJSON_ArrayForEach (item, member(model, "layers")) {
        struct str arn = str_of(item->valuestring);
        const struct store_row *row = layer_find(work, arn);
        OWN(json_free) cJSON *layer = row ? row_document(row) : NULL;

        if (!row && is_own_layer(work, arn)) {
            answer_refuse_text(work, "LayerVersionNotFound",
                               "layer version '" STR_FMT "' does not exist", STR_ARG(arn));
            return false;
        }
        if (layer && !supports(layer, runtime)) {
            answer_invalid(work, "runtime: " STR_FMT " is not supported by layer:" STR_FMT,
                           STR_ARG(runtime), STR_ARG(arn));
            return false;
        }
        bytes += layer && member(layer, "codeSize") ? member(layer, "codeSize")->valuedouble : 0;
    }
    if (bytes <= (double)work_limit(work, LIMIT_LAYERS_BYTES))
        return true;
    answer_invalid(
        work, "Layers size exceeds the maximum allowed length (max: %" PRId64 ", actual: '%.0f')",
        work_limit(work, LIMIT_LAYERS_BYTES), bytes);
    return false;
}

static bool has_gpu(const cJSON *model)
{
    struct str type = json_get_str(model, "instanceType");

    return member(member(model, "gpuConfig"), "gpuType") || str_starts(type, STR("fc.gpu")) ||
           str_eq(type, STR("g1"));
}

/* Two sizes, and more for cards; 0 stands for the default. */
static bool check_disk(struct work *work, const cJSON *model)
{
    const cJSON *size = member(model, "diskSize");
    double small = (double)work_limit(work, LIMIT_DISK_SMALL);
    double large = (double)work_limit(work, LIMIT_DISK_LARGE);

    if (!size || size->valuedouble == 0 || size->valuedouble == small ||
        size->valuedouble == large || has_gpu(model))
        return true;
    answer_invalid(work,
                   "DiskSize is set to an invalid value (allowed: %.15g | %.15g, actual: '%.15g')",
                   small, large, size->valuedouble);
    return false;
}

/* JSON text inside a string: tools parse what they read back. */
static bool check_affinity(struct work *work, const cJSON *model)
{
    struct str text = json_get_str(model, "sessionAffinityConfig");
    struct error ignored;
    OWN(json_free) cJSON *config = text.len ? json_parse(text, &ignored) : NULL;

    if (text.len == 0 || cJSON_IsObject(config))
        return true;
    answer_invalid(work,
                   "SessionAffinityConfig is set to an invalid value (allowed: a JSON object, "
                   "actual: '" STR_FMT "')",
                   STR_ARG(str_slice(text, 0, 256)));
    return false;
}

bool function_check(struct work *work, cJSON *model)
{
    if (!check_runtime(work, model) || !check_handler(work, model) || !check_disk(work, model) ||
        !check_affinity(work, model))
        return false;
    settle_processor(work, model);
    return check_processor(work, model) && check_layers(work, model);
}

/* ---- showing ---- */

static void fill_acceleration(cJSON *view)
{
    cJSON *container = member(view, "customContainerConfig");

    if (cJSON_IsObject(container))
        cJSON_AddStringToObject(cJSON_AddObjectToObject(container, "accelerationInfo"), "status",
                                "Ready");
}

static void fill_layers_v2(struct work *work, cJSON *model)
{
    const cJSON *item;
    const cJSON *layers = member(model, "layers");
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
    const cJSON *gpu = member(member(model, "gpuConfig"), "gpuType");

    fill_layers_v2(work, model);
    if (gpu && !member(model, "instanceType"))
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
        if (!member(model, names[i]) && member(service, names[i]))
            cJSON_AddItemToObject(model, names[i],
                                  cJSON_DetachItemFromObjectCaseSensitive(service, names[i]));
    }
}

static void to_current(const struct work *work, cJSON *model)
{
    cJSON *container = member(model, "customContainerConfig");
    cJSON *lifecycle = member(model, "instanceLifecycleConfig");
    cJSON *hook = member(lifecycle, "initializer");
    const cJSON *memory = member(model, "memorySize");
    struct str type = json_get_str(model, "instanceType");

    if (memory && !member(model, "cpu"))
        cJSON_AddNumberToObject(model, "cpu", cpu_for(work, memory->valuedouble));
    text_to_list(container, CLASSIC_COMMAND, "entrypoint");
    text_to_list(container, CLASSIC_ARGS, "command");
    /* A time limit alone is no hook: the older clients send one with every function. */
    if (hook && json_get_str(hook, "handler").len == 0 && !member(hook, "command")) {
        cJSON_DeleteItemFromObjectCaseSensitive(lifecycle, "initializer");
        drop_if_blank(model, "instanceLifecycleConfig");
    }
    if ((str_starts(type, STR("fc.gpu")) || str_eq(type, STR("g1"))) &&
        !member(member(model, "gpuConfig"), "gpuType"))
        json_set(ensure_object(model, "gpuConfig"), "gpuType", json_string(type));
}

static cJSON *layer_list_current(struct work *work, const cJSON *layers)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;

    cJSON_ArrayForEach (item, layers) {
        const struct store_row *row = layer_find(work, str_of(item->valuestring));
        OWN(json_free) cJSON *layer = row ? row_document(row) : NULL;
        const cJSON *size = member(layer, "codeSize");
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
    json_set(view, "layers", layer_list_current(work, member(model, "layers")));
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
