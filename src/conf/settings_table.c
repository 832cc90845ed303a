/*
 * conf/settings_table.c - the rows of the daemon's configuration, and the decoders they name
 */
#include "base/distance.h"
#include "conf/scalar.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

/* ---- seed ---- */

static bool take_seed(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct settings *settings = CONTAINER_OF(out, struct settings, seed);
    struct conf_field number = {.name = field->name,
                                .type = FIELD_UINT,
                                .max = UINT64_MAX,
                                .wrong = "{} is not between 0 and 18446744073709551615, nor "
                                         "'random'"};

    settings->seed_random = node->kind == CONF_SCALAR && str_eq(node->text, STR("random"));
    return settings->seed_random || conf_decode_field(d, &number, node, out);
}

/* ---- limits ---- */

static const struct conf_word profile_list[] = {
    {"current", false},
    {"2020",    true },
};
static const struct conf_words profiles = {CONF_WORDS_OF(profile_list)};

static void unknown_limit(struct conf_decoder *d, const struct conf_node *node)
{
    struct nearest nearest = {.wanted = node->key};
    size_t count;
    const struct limit *table = limit_table(&count);

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].key));
    conf_error(d->report, conf_in_parent(node), "F102",
               "unknown limit '%s'; known: profile, %s, %s, …%s", conf_shown(d->report, node->key),
               table[0].key, table[1].key, conf_did_you_mean(d, nearest.best));
}

static void take_limit(struct conf_decoder *d, const struct conf_node *node, struct limits *limits)
{
    const struct limit *limit = limit_find(node->key);
    size_t count;
    uint64_t value = 0;

    if (!limit) {
        unknown_limit(d, node);
        return;
    }
    struct conf_field field = {
        .name = limit->key,
        .type = limit->unit == UNIT_BYTES ? FIELD_SIZE : FIELD_UINT,
        .max = (uint64_t)INT64_MAX,
    };

    if (conf_decode_field(d, &field, node, &value))
        limits->values[limit - limit_table(&count)] = (int64_t)value;
}

static bool take_limits(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct settings *settings = CONTAINER_OF(out, struct settings, limits);
    /* A flag or a variable gives the profile alone. */
    const struct conf_node *profile = node->kind == CONF_SCALAR ? node : conf_get(node, "profile");
    int of_2020 = settings->limits_of_2020;

    if (profile)
        conf_want_word(d, field->words, profile, &of_2020);
    settings->limits_of_2020 = of_2020;
    limits_init(&settings->limits, of_2020);
    if (node->kind == CONF_SCALAR)
        return true;
    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node)
        if (child != profile)
            take_limit(d, child, &settings->limits);
    return true;
}

/* ---- journal, log ---- */

#define AT(member) offsetof(struct settings, journal.member) - offsetof(struct settings, journal)
static const struct conf_field journal_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_journal.inc"
};
#undef AT
static const struct conf_table journal_table = {.name = "journal", CONF_TABLE_OF(journal_fields)};

static const struct conf_word level_list[] = {
    {"debug", LOG_DEBUG},
    {"info",  LOG_INFO },
    {"warn",  LOG_WARN },
    {"error", LOG_ERROR},
    {"off",   LOG_OFF  },
};
static const struct conf_slip level_slips[] = {
    {"warning", "warn",  NULL},
    {"trace",   "debug", NULL},
    {"none",    "off",   NULL},
    {NULL,      NULL,    NULL},
};
static const struct conf_words levels = {CONF_WORDS_OF(level_list), .slips = level_slips};

static const struct conf_word log_format_list[] = {
    {"text", LOG_TEXT},
    {"json", LOG_JSON},
};
static const struct conf_words log_formats = {CONF_WORDS_OF(log_format_list)};

#define AT(member) offsetof(struct settings, log.member) - offsetof(struct settings, log)
static const struct conf_field log_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_log.inc"
};
#undef AT
static const struct conf_table log_table = {.name = "log", CONF_TABLE_OF(log_fields)};

/* ---- neighbours ---- */

#define AT(member)                                                                                 \
    offsetof(struct settings, neighbours.member) - offsetof(struct settings, neighbours)
static const struct conf_field neighbour_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_neighbours.inc"
};
#undef AT
static const struct conf_table neighbour_table = {.name = "neighbours",
                                                  CONF_TABLE_OF(neighbour_fields)};

/* ---- invoke ---- */

#define SETTINGS_WORDS
#include "conf/settings_invoke.inc"
#define AT(member) offsetof(struct settings, invoke.member) - offsetof(struct settings, invoke)
static const struct conf_field invoke_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_invoke.inc"
};
#undef AT
static const struct conf_table invoke_table = {.name = "invoke", CONF_TABLE_OF(invoke_fields)};

/* ---- proxy ---- */

/* A user's name or number, or a list of them. */
static const struct conf_shape user = SHAPE_OF_TYPES("string", "integer");
static const struct conf_shape user_list = {.kind = SHAPE_LIST, .of = &user};
static const struct conf_shape users = SHAPE_ANY(&user, &user_list);

static const struct conf_shape limit_value = SHAPE_OF_TYPES("integer", "string");
static const struct conf_shape limits = {
    .kind = SHAPE_MAP, .of = &limit_value, .own = "profile", .of_own = &shape_words};

#define AT(member) offsetof(struct settings, proxy.member) - offsetof(struct settings, proxy)
static const struct conf_field proxy_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_proxy.inc"
};
#undef AT
static const struct conf_table proxy_table = {.name = "proxy", CONF_TABLE_OF(proxy_fields)};

/* ---- regions ---- */

static const struct conf_shape regions_shape = SHAPE_OF_TYPES("boolean", "string");

/* ---- the whole ---- */

#define SETTINGS_WORDS
#include "conf/settings.inc"

#define AT(member) offsetof(struct settings, member)
static const struct conf_field settings_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings.inc"
};

const struct conf_table settings_table = {
    .name = "settings",
    .help = "Configuration of the fcemu daemon. Every key is optional.",
    CONF_TABLE_OF(settings_fields),
};
