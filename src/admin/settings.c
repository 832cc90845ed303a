/* The settings in force, and who said so: the file and its line, a variable, a flag, or nobody. */
#include "conf/settings.h"
#include "admin/steps.h"
#include "base/distance.h"
#include "base/glob.h"

/* A mode that nobody chose was settled by the addresses. */
static const char *settled_mode(const struct settings *settings)
{
    if (!settings->auth.mode_is_auto)
        return NULL;
    return settings->auth.mode == AUTH_MODE_STRICT ? "strict" : "lenient";
}

static void add_settled(const struct admin_call *call, const char *key, cJSON *out)
{
    const struct settings *settings = call->admin->context.settings;

    if (strcmp(key, "auth.mode") == 0 && settled_mode(settings))
        cJSON_AddStringToObject(out, "in_force", settled_mode(settings));
    else if (strcmp(key, "seed") == 0 && settings->seed_random)
        json_add_str(
            out, "in_force",
            arena_strf(call->arena, "%llu",
                       (unsigned long long)fault_engine_seed(call->admin->context.engine)));
}

static cJSON *describe(const struct admin_call *call, const struct settings_source *source)
{
    cJSON *out = cJSON_CreateObject();

    cJSON_AddStringToObject(out, "key", source->key);
    cJSON_AddItemToObject(out, "value", settings_source_value(source));
    add_settled(call, source->key, out);
    cJSON_AddStringToObject(out, "origin", settings_origin_name(source->origin));
    if (source->origin == ORIGIN_FILE) {
        json_add_str(out, "file", call->admin->context.settings->file);
        json_add_uint(out, "line", source->line);
        json_add_uint(out, "column", source->column);
    }
    if (source->flag) {
        json_add_str(out, "flag", arena_strf(call->arena, "--%s", source->flag));
        cJSON_AddStringToObject(out, "variable", source->env);
    }
    if (source->field->fallback)
        cJSON_AddStringToObject(out, "default", source->field->fallback);
    cJSON_AddStringToObject(out, "help", source->field->help);
    return out;
}

static void no_such_setting(struct admin_call *call, const struct settings *settings,
                            struct str wanted)
{
    struct nearest nearest = {.wanted = wanted};

    for (size_t i = 0; i < settings->source_count; i++)
        nearest_offer(&nearest, str_of(settings->sources[i].key));
    if (nearest.best.ptr)
        admin_problem(call, 400, "key: there is no '" STR_FMT "'; did you mean '" STR_FMT "'?",
                      STR_ARG(wanted), STR_ARG(nearest.best));
    else
        admin_problem(call, 400, "key: there is no '" STR_FMT "'", STR_ARG(wanted));
}

void step_settings_get(struct admin_call *call)
{
    const struct settings *settings = call->admin->context.settings;
    struct str wanted = admin_query(call, "key");
    cJSON *answer, *list;

    if (!settings) {
        admin_problem(call, 501, "there are no settings here");
        return;
    }
    answer = cJSON_CreateObject();
    json_add_str(answer, "file", settings->file);
    list = cJSON_AddArrayToObject(answer, "settings");
    for (size_t i = 0; i < settings->source_count; i++) {
        const struct settings_source *source = &settings->sources[i];

        if (!str_is_set(wanted) || glob_match(wanted, str_of(source->key)))
            cJSON_AddItemToArray(list, describe(call, source));
    }
    if (list->child) {
        admin_tree(call, 200, answer);
        return;
    }
    cJSON_Delete(answer);
    no_such_setting(call, settings, wanted);
}
