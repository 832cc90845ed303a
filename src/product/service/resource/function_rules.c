/*
 * What must hold between the members of a function: runtime and handler, processor and memory,
 * disk, layers.
 */
#include <inttypes.h>
#include <math.h>

#include "product/service/resource/function_model.h"
#include "product/service/resource/run.h"

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
    answer_wrong(work, "Runtime", buf_text(&allowed), runtime);
    buf_done(&allowed);
    return false;
}

static bool check_handler(struct work *work, const cJSON *model)
{
    enum runtime_language language = function_language(model);

    if (json_get_str(model, "handler").len > 0 || language == LANGUAGE_CUSTOM ||
        language == LANGUAGE_CONTAINER)
        return true;
    return answer_missing(work, "Handler");
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
double function_cpu_for(const struct work *work, double memory)
{
    double least = memory / MB_PER_GB / 4;

    if (memory == (double)work_limit(work, LIMIT_MEMORY_DEFAULT_2023))
        return (double)work_limit(work, LIMIT_CPU_DEFAULT) / MILLI;
    return fmax(ceil(least * CPU_STEPS_PER_CORE - 1e-9), 1) / CPU_STEPS_PER_CORE;
}

static bool has_card(const cJSON *model)
{
    return json_get_str(json_get(model, "gpuConfig"), "gpuType").len > 0;
}

/* Only 2023-03-30 ties the two together. Beside a card there is more memory: public deployment
 * files have 8 CPU and 64 GB with fc.gpu.ada.1. */
static bool processor_fits(const struct work *work, const cJSON *model)
{
    const cJSON *cpu = json_get(model, "cpu");
    const cJSON *memory = json_get(model, "memorySize");

    if (!cpu || !memory || cpu->valuedouble == 0)
        return true;
    double ratio = memory->valuedouble / cpu->valuedouble;

    return ratio >= (double)work_limit(work, LIMIT_MEMORY_PER_CPU_MIN) - 1 &&
           (has_card(model) || ratio <= (double)work_limit(work, LIMIT_MEMORY_PER_CPU_MAX) + 1);
}

static bool check_processor(struct work *work, const cJSON *model)
{
    if (work->api != API_2023 || processor_fits(work, model))
        return true;
    return answer_invalid(
        work,
        "CPU is set to an invalid value. The ratio of memory (GB) to CPU must be between "
        "1 and 4. (actual: '%g')",
        json_get(model, "memorySize")->valuedouble / json_get(model, "cpu")->valuedouble /
            MB_PER_GB);
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
    cpu = json_get(model, "cpu");
    memory = json_get(model, "memorySize");
    if (!memory && cpu)
        json_set(model, "memorySize",
                 cJSON_CreateNumber(fmax(round_up(cpu->valuedouble * MB_PER_GB, MEMORY_STEP_MB),
                                         (double)work_limit(work, LIMIT_MEMORY_MIN))));
    else if (memory && !cpu)
        json_set(model, "cpu", cJSON_CreateNumber(function_cpu_for(work, memory->valuedouble)));
}

static bool supports(const cJSON *layer, struct str runtime)
{
    const cJSON *list = json_get(layer, "compatibleRuntime");
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

    cJSON_ArrayForEach (item, json_get(model, "layers")) {
        struct str arn = str_of(item->valuestring);
        const struct store_row *row = layer_find(work, arn);
        OWN(json_free) cJSON *layer = row ? row_document(row) : NULL;

        if (!row && is_own_layer(work, arn))
            return answer_refuse_text(work, "LayerVersionNotFound",
                                      "layer version '" STR_FMT "' does not exist", STR_ARG(arn));
        if (layer && !supports(layer, runtime))
            return answer_invalid(work, "runtime: " STR_FMT " is not supported by layer:" STR_FMT,
                                  STR_ARG(runtime), STR_ARG(arn));
        bytes +=
            layer && json_get(layer, "codeSize") ? json_get(layer, "codeSize")->valuedouble : 0;
    }
    if (bytes <= (double)work_limit(work, LIMIT_LAYERS_BYTES))
        return true;
    return answer_invalid(
        work, "Layers size exceeds the maximum allowed length (max: %" PRId64 ", actual: '%.0f')",
        work_limit(work, LIMIT_LAYERS_BYTES), bytes);
}

static bool has_gpu(const cJSON *model)
{
    struct str type = json_get_str(model, "instanceType");

    return json_get(json_get(model, "gpuConfig"), "gpuType") || str_starts(type, STR("fc.gpu")) ||
           str_eq(type, STR("g1"));
}

/* Two sizes, and more for cards; 0 stands for the default. */
static bool check_disk(struct work *work, const cJSON *model)
{
    const cJSON *size = json_get(model, "diskSize");
    double small = (double)work_limit(work, LIMIT_DISK_SMALL);
    double large = (double)work_limit(work, LIMIT_DISK_LARGE);

    if (!size || size->valuedouble == 0 || size->valuedouble == small ||
        size->valuedouble == large || has_gpu(model))
        return true;
    return answer_invalid(
        work, "DiskSize is set to an invalid value (allowed: %.15g | %.15g, actual: '%.15g')",
        small, large, size->valuedouble);
}

/* The older generations take a processor of one's own choice with a disk only. */
static bool check_disk_of_processor(struct work *work, const cJSON *model)
{
    const cJSON *cpu = json_get(model, "cpu");

    if (work->api == API_2023 || !json_get_nocase(work->input, "cpu") || !cpu ||
        cpu->valuedouble == 0 || json_get(model, "diskSize"))
        return true;
    return answer_invalid(work, "Disk is required but not provided.");
}

/* Instances with a card of this type take more than others. */
enum limit_id function_memory_limit(const cJSON *model)
{
    static const struct str ada = STR_INIT("fc.gpu.ada.1");

    return str_eq(json_get_str(model, "instanceType"), ada) ||
                   str_eq(json_get_str(json_get(model, "gpuConfig"), "gpuType"), ada)
               ? LIMIT_MEMORY_ADA_MAX
               : LIMIT_MEMORY_MAX;
}

static bool check_memory(struct work *work, const cJSON *model)
{
    const cJSON *memory = json_get(model, "memorySize");
    int64_t most = work_limit(work, function_memory_limit(model));

    if (!memory || most == LIMIT_NONE || memory->valuedouble <= (double)most)
        return true;
    return answer_invalid(work,
                          "MemorySize is set to an invalid value (allowed: %" PRId64 "-%" PRId64
                          ", actual: '%.15g')",
                          work_limit(work, LIMIT_MEMORY_MIN), most, memory->valuedouble);
}

/* JSON text inside a string: tools parse what they read back. */
static bool check_affinity(struct work *work, const cJSON *model)
{
    struct str text = json_get_str(model, "sessionAffinityConfig");
    struct error ignored;
    OWN(json_free) cJSON *config = text.len ? json_parse(text, &ignored) : NULL;

    if (text.len && !cJSON_IsObject(config))
        return answer_wrong(work, "SessionAffinityConfig", "a JSON object", text);
    return session_affinity_check(work, json_get_str(model, "sessionAffinity"), config);
}

bool function_check(struct work *work, cJSON *model)
{
    if (!check_runtime(work, model) || !check_handler(work, model) || !check_memory(work, model) ||
        !check_disk(work, model) || !check_disk_of_processor(work, model) ||
        !check_affinity(work, model) || !network_check(work, model, false) ||
        !registry_check(work, model))
        return false;
    settle_processor(work, model);
    return check_processor(work, model) && check_layers(work, model);
}
