/* The daemon's own configuration. */
#include "conf/settings.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/distance.h"
#include "base/mem.h"
#include "catalog/region.h"
#include "conf/settings_parts.h"

enum { OPTIONS_MAX = 128 };

/* ---- options ---- */

static const char *value_name(const struct conf_field *field)
{
    if (field->stands_for)
        return field->stands_for;
    switch (field->type) {
    case FIELD_BOOL:
        return NULL;
    case FIELD_UINT:
    case FIELD_UINT32:
    case FIELD_INT:
    case FIELD_NUMBER:
        return "N";
    case FIELD_DURATION:
        return "DURATION";
    case FIELD_SIZE:
        return "SIZE";
    case FIELD_RATE:
        return "RATE";
    case FIELD_RATIO:
        return "RATIO";
    case FIELD_PATH:
    case FIELD_PATHS:
        return "PATH";
    case FIELD_CHOICE:
    case FIELD_EITHER:
    case FIELD_CHOICES:
        return "WORD";
    case FIELD_TEXT:
    case FIELD_TEXTS:
    case FIELD_MAP:
    case FIELD_CUSTOM:
        return "VALUE";
    }
    return "VALUE";
}

static const char *words_of(struct arena *arena, const struct conf_field *field)
{
    const char *words = NULL;

    for (size_t i = 0; field->words && i < field->words->count; i++)
        words = words ? arena_printf(arena, "%s %s", words, field->words->list[i].name)
                      : field->words->list[i].name;
    return words;
}

static bool is_list(const struct conf_field *field)
{
    return field->type == FIELD_PATHS || field->type == FIELD_TEXTS ||
           field->type == FIELD_CHOICES || (field->flags & FIELD_LIST);
}

/* "journal.bytes" with another separator, and perhaps in capitals */
static const char *respelt(struct arena *arena, const char *key, char separator, bool capitals)
{
    char *text = arena_printf(arena, "%s%s", capitals ? "FCEMU_" : "", key);

    for (char *p = text; *p; p++) {
        if (*p == '.' || *p == '_')
            *p = separator;
        else if (capitals)
            *p = (char)toupper((unsigned char)*p);
    }
    return text;
}

static const char *off_flag(struct arena *arena, const struct conf_field *field, const char *key)
{
    if (field->type != FIELD_BOOL || !field->fallback || strcmp(field->fallback, "true") != 0)
        return NULL;
    return respelt(arena, arena_printf(arena, "no-%s", key), '-', false);
}

static void add_options(struct arena *arena, const struct conf_table *table, const char *prefix,
                        size_t base, struct settings_option *out, size_t *count)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *field = &table->fields[i];
        const char *key = arena_printf(arena, "%s%s", prefix, field->name);

        if (field->type == FIELD_MAP) {
            add_options(arena, field->table, arena_printf(arena, "%s.", key), base + field->offset,
                        out, count);
        } else if (!(field->flags & FIELD_FILE_ONLY) && *count < OPTIONS_MAX) {
            out[(*count)++] = (struct settings_option){
                .key = key,
                .flag = respelt(arena, key, '-', false),
                .off_flag = off_flag(arena, field, key),
                .env = respelt(arena, key, '_', true),
                .value = value_name(field),
                .fallback = field->fallback,
                .help = field->help,
                .words = words_of(arena, field),
                .is_list = is_list(field),
                .field = field,
                .base = base,
            };
        }
    }
}

const struct settings_option *settings_options(struct arena *arena, size_t *out_count)
{
    struct settings_option *options = ARENA_ARRAY(arena, OPTIONS_MAX, struct settings_option);

    *out_count = 0;
    add_options(arena, &settings_table, "", 0, options, out_count);
    return options;
}

/* ---- values from outside the file ---- */

struct loading {
    struct conf_decoder decoder;
    struct settings *settings;
    const struct conf_node *top; /* of the file, or NULL */
    const struct settings_option *options;
    struct settings_given *given; /* one an option */
    size_t option_count;
};

static void apply(struct loading *l, const struct settings_option *option,
                  enum settings_origin origin, const char *value, const char *name)
{
    struct arena *arena = l->settings->arena;
    const struct conf_node *node = option->is_list ? conf_split_list(arena, value, name)
                                                   : conf_scalar(arena, str_of(value), name);

    conf_decode_field(&l->decoder, option->field, node, (char *)l->settings + option->base);
    l->given[option - l->options] = (struct settings_given){origin, node};
}

static void warn_unknown_variable(struct loading *l, struct str name)
{
    struct nearest nearest = {.wanted = name};
    struct conf_node *node = conf_scalar(l->settings->arena, name, "environment");

    for (size_t i = 0; i < l->option_count; i++)
        nearest_offer(&nearest, str_of(l->options[i].env));
    if (str_is_set(nearest.best))
        conf_warn(l->decoder.report, conf_at(node), "W450", "unknown variable '%s'%s",
                  conf_value(&l->decoder, node), conf_did_you_mean(&l->decoder, nearest.best));
}

static bool ends_with_protocol(struct str name)
{
    static const struct str ends[] = {STR_INIT("_TCP"), STR_INIT("_UDP"), STR_INIT("_SCTP")};
    static const struct str details[] = {STR_INIT("_PROTO"), STR_INIT("_PORT"), STR_INIT("_ADDR")};

    for (size_t i = 0; i < N_ELEMENTS(details); i++)
        if (str_ends(name, details[i]))
            name = str_slice(name, 0, name.len - details[i].len);
    for (size_t i = 0; i < N_ELEMENTS(ends); i++)
        if (str_ends(name, ends[i]))
            return str_find(name, STR("_PORT_"), NULL);
    return false;
}

/* A Service of Kubernetes named `fcemu`, or `fcemu-…`, puts these into every container beside it:
 * FCEMU_PORT=tcp://10.0.0.1:8252, FCEMU_PORT_8252_TCP_ADDR, FCEMU_SERVICE_HOST, …
 * Source: kubernetes.io, "Service", environment variables; read 2026-11-29. */
static bool is_of_a_service(struct str name, struct str value)
{
    return str_ends(name, STR("_SERVICE_HOST")) || str_find(name, STR("_SERVICE_PORT"), NULL) ||
           (str_ends(name, STR("_PORT")) && str_find(value, STR("://"), NULL)) ||
           ends_with_protocol(name);
}

static void apply_variable(struct loading *l, const char *text)
{
    struct str name;
    struct str value;

    if (!str_starts(str_of(text), STR("FCEMU_")) || !str_cut(str_of(text), '=', &name, &value))
        return;
    for (size_t i = 0; i < l->option_count; i++) {
        if (!str_eq(name, str_of(l->options[i].env)))
            continue;
        apply(l, &l->options[i], ORIGIN_VARIABLE, value.ptr, l->options[i].env);
        return;
    }
    if (!is_of_a_service(name, value))
        warn_unknown_variable(l, name);
}

static void unknown_flag(struct loading *l, struct str flag)
{
    struct arena *arena = l->settings->arena;
    struct nearest nearest = {.wanted = flag};
    const char *hint = "";

    for (size_t i = 0; i < l->option_count; i++)
        nearest_offer(&nearest, str_of(l->options[i].flag));
    if (str_is_set(nearest.best))
        hint = arena_printf(arena, "; did you mean '--" STR_FMT "'?", STR_ARG(nearest.best));
    conf_error(l->decoder.report,
               conf_at(conf_scalar(arena, flag, arena_printf(arena, "--" STR_FMT, STR_ARG(flag)))),
               "F102", "unknown flag%s", hint);
}

static bool is_off_flag(const struct settings_option *option, const char *flag)
{
    return option->off_flag && strcmp(flag, option->off_flag) == 0;
}

/* The values of a repeated flag of a list, joined by commas; otherwise the last one. */
static const char *flag_value(struct arena *arena, const struct settings_flag *flags, size_t count,
                              const struct settings_option *option)
{
    const char *value = NULL;

    for (size_t i = 0; i < count; i++) {
        bool off = is_off_flag(option, flags[i].name);

        if (!off && strcmp(flags[i].name, option->flag) != 0)
            continue;
        const char *next = off              ? "false"
                           : flags[i].value ? flags[i].value
                           : option->value  ? ""
                                            : "true";

        value = value && option->is_list ? arena_printf(arena, "%s,%s", value, next) : next;
    }
    return value;
}

static void apply_flags(struct loading *l, const struct settings_flag *flags, size_t count)
{
    for (size_t i = 0; i < l->option_count; i++) {
        const struct settings_option *option = &l->options[i];
        const char *value = flag_value(l->settings->arena, flags, count, option);

        if (value)
            apply(l, option, ORIGIN_FLAG, value,
                  arena_printf(l->settings->arena, "--%s", option->flag));
    }
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;

        while (j < l->option_count && strcmp(flags[i].name, l->options[j].flag) != 0 &&
               !is_off_flag(&l->options[j], flags[i].name))
            j++;
        if (j == l->option_count)
            unknown_flag(l, str_of(flags[i].name));
    }
}

/* ---- checks of the whole ---- */

bool settings_address_is_wide(struct str address)
{
    return !str_starts(address, STR("unix:")) && !str_starts(address, STR("127.")) &&
           !str_starts(address, STR("[::1]:")) && !str_starts(address, STR("localhost:"));
}

/* What a flag or a variable says of a key, or else the file. */
static const struct conf_node *value_of(const struct loading *l, const char *key)
{
    for (size_t i = 0; i < l->option_count; i++) {
        if (l->given[i].value && strcmp(l->options[i].key, key) == 0)
            return l->given[i].value;
    }
    return conf_get(l->top, key);
}

/* Where this value of a key was given, or the key alone when it is its default. */
static struct conf_spot place_of(struct loading *l, const char *key, struct str value)
{
    const struct conf_node *given = value_of(l, key);
    size_t count = 0;
    const struct conf_node *item = given ? conf_items(given, &count) : NULL;

    for (size_t i = 0; i < count; i++, item = item->next)
        if (str_eq(item->text, value))
            return conf_at(item);
    return conf_at(conf_scalar(l->settings->arena, value, key));
}

static void check_token(struct loading *l, const char *key, const struct conf_texts *listen)
{
    for (size_t i = 0; i < listen->count && !str_is_set(l->settings->token); i++) {
        if (!settings_address_is_wide(listen->items[i]))
            continue;
        conf_error(l->decoder.report, place_of(l, key, listen->items[i]), "F330",
                   "'%s' can be reached from other machines, so the control side needs a secret; "
                   "set token, --token or FCEMU_TOKEN, or listen on 127.0.0.1",
                   conf_shown(l->decoder.report, listen->items[i]));
        return;
    }
}

/* Whoever listens on all addresses also takes what comes to those of the regions. */
static void check_regions(struct loading *l)
{
    const struct conf_texts *listen = &l->settings->listen;
    bool any = false;

    for (size_t i = 0; l->settings->per_region.on && i < listen->count; i++) {
        bool wide = settings_address_is_wide(listen->items[i]);

        any = any || wide || settings_has_regions(listen->items[i]);
        if (wide)
            conf_error(l->decoder.report, place_of(l, "listen", listen->items[i]), "F330",
                       "'%s' can be reached from other machines, and the addresses of regions "
                       "cannot; with listen.per_region, write 127.0.0.1 in its place",
                       conf_shown(l->decoder.report, listen->items[i]));
    }
    if (l->settings->per_region.on && !any)
        conf_error(l->decoder.report, place_of(l, "listen.per_region", STR("true")), "F330",
                   "the addresses of regions are of IPv4: needs an address such as 127.0.0.1:8252 "
                   "in listen");
}

struct str settings_wide_address(const struct settings *settings)
{
    for (size_t i = 0; i < settings->listen.count; i++)
        if (settings_address_is_wide(settings->listen.items[i]))
            return settings->listen.items[i];
    return STR_NONE;
}

static void settle_auth_mode(struct settings *settings)
{
    settings->auth.mode_is_auto = settings->auth.mode == AUTH_MODE_AUTO;
    if (settings->auth.mode_is_auto)
        settings->auth.mode =
            str_is_set(settings_wide_address(settings)) ? AUTH_MODE_STRICT : AUTH_MODE_LENIENT;
}

static void check_region(struct loading *l)
{
    struct str region = l->settings->region;
    struct nearest nearest = {.wanted = region};
    size_t count;
    const struct region *table = region_table(&count);

    if (l->settings->allow_unknown_region || region_find(region))
        return;
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].id));
    conf_error(l->decoder.report, place_of(l, "region", region), "F304", "unknown region '%s'%s",
               conf_shown(l->decoder.report, region), conf_did_you_mean(&l->decoder, nearest.best));
}

static bool is_zone(const struct loading *l, struct str zone)
{
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++)
        if (region_has_zone(str_of(table[i].id), zone))
            return true;
    return l->settings->allow_unknown_region && zone.len > 0;
}

static void check_zones(struct loading *l)
{
    const struct conf_texts *zones = &l->settings->zones;

    for (size_t i = 0; i < zones->count; i++)
        if (!is_zone(l, zones->items[i]))
            conf_error(l->decoder.report, place_of(l, "zones", zones->items[i]), "F304",
                       "'%s' is no zone of a known region; zones are called as cn-hangzhou-h or "
                       "ap-southeast-1a",
                       conf_shown(l->decoder.report, zones->items[i]));
}

static void load_file(struct loading *l, const char *path)
{
    l->top = conf_read(l->settings->arena, path, l->decoder.report);
    l->settings->file = arena_str(l->settings->arena, str_of(path));
    if (l->top && !conf_is_null(l->top))
        conf_decode(&l->decoder, &settings_table, l->top, l->settings);
}

static void note_origins(const struct loading *l)
{
    const struct settings_origins known = {
        .arena = l->settings->arena,
        .top = l->top,
        .options = l->options,
        .given = l->given,
        .option_count = l->option_count,
    };

    settings_note_origins(&known, l->settings);
}

struct settings *settings_load(const char *path, const struct settings_flag *flags,
                               size_t flag_count, char *const *env, struct conf_report *report)
{
    OWN(settings_free) struct settings *settings = mem_alloc(sizeof(*settings));
    size_t before = report->errors;
    struct loading l = {.settings = settings};

    settings->arena = arena_new();
    l.decoder = (struct conf_decoder){.arena = settings->arena, .report = report};
    l.options = settings_options(settings->arena, &l.option_count);
    l.given = ARENA_ARRAY(settings->arena, OPTIONS_MAX, struct settings_given);
    conf_defaults(&l.decoder, &settings_table, settings);
    if (path)
        load_file(&l, path);
    for (size_t i = 0; env && env[i]; i++)
        apply_variable(&l, env[i]);
    apply_flags(&l, flags, flag_count);
    note_origins(&l);
    settle_auth_mode(settings);
    check_token(&l, "listen", &settings->listen);
    check_token(&l, "admin_listen", &settings->admin_listen);
    check_regions(&l);
    check_region(&l);
    check_zones(&l);
    return report->errors == before ? GIVE(settings) : NULL;
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    arena_free(settings->arena);
    mem_free(settings);
}

enum settings_auth_mode settings_auth_of(const struct settings *settings, struct str account)
{
    for (size_t i = 0; i < settings->auth.account_count; i++)
        if (str_eq(settings->auth.accounts[i].id, account))
            return settings->auth.accounts[i].mode;
    return settings->auth.mode;
}
