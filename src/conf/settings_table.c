/*
 * conf/settings_table.c - the rows of the daemon's configuration, and the decoders they name
 */
#include "base/distance.h"
#include "conf/scalar.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

#define AT(member) offsetof(struct settings, member)

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

    (void)field;
    if (profile)
        conf_want_word(d, &profiles, profile, &of_2020);
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

/* clang-format off */
static const struct conf_field journal_fields[] = {
    {.name = "enabled",
     .type = FIELD_BOOL,
     .offset = AT(journal.enabled) - AT(journal),
     .fallback = "true",
     .help = "record calls; if not, retries, coverage, verdicts and metrics of requests stay empty"},
    {.name = "bytes",
     .type = FIELD_SIZE,
     .offset = AT(journal.bytes) - AT(journal),
     .min = 1 << 20,
     .max = UINT64_C(4) << 30,
     .fallback = "32MiB",
     .help = "memory for the record of calls; the oldest make room"},
    {.name = "bodies",
     .type = FIELD_SIZE,
     .offset = AT(journal.bodies) - AT(journal),
     .max = 1 << 20,
     .fallback = "4KiB",
     .help = "how much of each request and response body is kept; 0B for none"},
};
/* clang-format on */
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

/* clang-format off */
static const struct conf_field log_fields[] = {
    {.name = "level",
     .type = FIELD_CHOICE,
     .offset = AT(log.level) - AT(log),
     .words = &levels,
     .fallback = "info",
     .help = "least severe event that is logged"},
    {.name = "format",
     .type = FIELD_CHOICE,
     .offset = AT(log.format) - AT(log),
     .words = &log_formats,
     .fallback = "text",
     .help = "text lines, or one JSON object a line"},
};
/* clang-format on */
static const struct conf_table log_table = {.name = "log", CONF_TABLE_OF(log_fields)};

/* ---- neighbours ---- */

/* clang-format off: one row a setting */
static const struct conf_field neighbour_fields[] = {
    {.name = "oss",
     .type = FIELD_BOOL,
     .offset = AT(neighbours.oss) - AT(neighbours),
     .fallback = "true",
     .help = "object storage: buckets and objects, for code that is uploaded first"   },
    {.name = "sts",
     .type = FIELD_BOOL,
     .offset = AT(neighbours.sts) - AT(neighbours),
     .fallback = "true",
     .help = "the token service: who am I, and temporary keys"                        },
    {.name = "log",
     .type = FIELD_BOOL,
     .offset = AT(neighbours.log) - AT(neighbours),
     .fallback = "true",
     .help = "Log Service: projects, logstores and indexes exist; logs are not stored"},
    {.name = "ram",
     .type = FIELD_BOOL,
     .offset = AT(neighbours.ram) - AT(neighbours),
     .fallback = "true",
     .help = "access control: roles and policies exist; nothing is enforced"          },
};
/* clang-format on */
static const struct conf_table neighbour_table = {.name = "neighbours",
                                                  CONF_TABLE_OF(neighbour_fields)};

/* ---- the whole ---- */

static const struct conf_word error_keys_list[] = {
    {"both",       ERROR_KEYS_BOTH      },
    {"documented", ERROR_KEYS_DOCUMENTED},
    {"sdk",        ERROR_KEYS_SDK       },
};
static const struct conf_words error_keys = {CONF_WORDS_OF(error_keys_list)};

#define TEXTS_SCHEMA                                                                               \
    "\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]"

/* clang-format off */
static const struct conf_field settings_fields[] = {
    {.name = "listen",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .offset = AT(listen),
     .decode = settings_take_addresses,
     .fallback = "127.0.0.1:8252",
     .help = "addresses for HTTP, HTTPS and proxy traffic: 127.0.0.1:8252, [::1]:8252, :80, "
             "unix:/path; port 0 takes a free one", .schema = TEXTS_SCHEMA},
    {.name = "admin_listen",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .offset = AT(admin_listen),
     .decode = settings_take_addresses,
     .help = "further addresses for the control side alone, which no rule can touch; it is always on "
             "the addresses above too", .schema = TEXTS_SCHEMA},
    {.name = "token",
     .type = FIELD_TEXT,
     .flags = FIELD_SECRET,
     .offset = AT(token),
     .help = "secret that the control side asks for; required when an address is not loopback"},
    {.name = "control_hosts",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .offset = AT(control_hosts),
     .decode = settings_take_hosts,
     .fallback = "localhost, *.localhost, @address, fcemu, @hostname, host.docker.internal",
     .help = "names that the daemon itself goes by: the control side answers to no other, and calls to "
             "them take the account and region below; globs, @address for every IP address, @hostname "
             "for the name of this machine", .schema = TEXTS_SCHEMA},
    {.name = "allow_origins",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .offset = AT(allow_origins),
     .decode = settings_take_origins,
     .help = "origins whose pages may use the API and the control side, such as "
             "http://localhost:3000; null and * are origins too; HTTP triggers and custom domains "
             "take all", .schema = TEXTS_SCHEMA},
    {.name = "allow_users",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .offset = AT(allow_users),
     .decode = settings_take_users,
     .help = "users of this machine, besides the daemon's own, who may deploy, invoke and use the "
             "control side without a key or the token: names or numbers, or any",
     .schema = "\"anyOf\":[{\"type\":[\"string\",\"integer\"]},{\"type\":\"array\","
               "\"items\":{\"type\":[\"string\",\"integer\"]}}]"},
    {.name = "data",
     .type = FIELD_PATH,
     .offset = AT(data),
     .aka = "data_dir state",
     .help = "folder that keeps services, functions and code; default: a temporary one that goes "
             "with the daemon"},
    {.name = "ca_dir",
     .type = FIELD_PATH,
     .offset = AT(ca_dir),
     .help = "folder of the local certificate authority; default: below the user's own data "
             "folder"},
    {.name = "account",
     .type = FIELD_CUSTOM,
     .offset = AT(account),
     .decode = settings_take_account,
     .fallback = "1234567890123456",
     .help = "account of calls whose host name does not say one",
     .schema = "\"type\":[\"string\",\"number\"]"},
    {.name = "region",
     .type = FIELD_TEXT,
     .offset = AT(region),
     .fallback = "cn-hangzhou",
     .help = "region of calls whose host name does not say one"},
    {.name = "allow_unknown_region",
     .type = FIELD_BOOL,
     .offset = AT(allow_unknown_region),
     .fallback = "false",
     .help = "accept region ids that the service does not document"},
    {.name = "zones",
     .type = FIELD_TEXTS,
     .offset = AT(zones),
     .help = "availability zones that GetAccountSettings names, instead of the documented one of each "
             "region they belong to: cn-hangzhou-g, ap-southeast-1b"},
    {.name = "faults",
     .type = FIELD_PATHS,
     .offset = AT(faults),
     .aka = "rules",
     .fallback = "builtin:documented-errors",
     .help = "files with fault rules, in order; globs are allowed; builtin:documented-errors raises "
             "CODE for functions named raise-CODE"},
    {.name = "fixtures",
     .type = FIELD_PATHS,
     .offset = AT(fixtures),
     .help = "files with canned answers, asked behind the fault rules"},
    {.name = "seeds",
     .type = FIELD_PATHS,
     .offset = AT(seeds),
     .help = "files with services and functions that exist from the start"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .offset = AT(seed),
     .decode = take_seed,
     .fallback = "random",
     .help = "what chance in the rules depends on: a number repeats a run, random draws one and "
             "prints it", .schema = "\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]"},
    {.name = "header_control",
     .type = FIELD_BOOL,
     .offset = AT(header_control),
     .fallback = "false",
     .help = "let clients ask for a fault by the request header X-Fcemu-Fault"},
    {.name = "watch",
     .type = FIELD_BOOL,
     .offset = AT(watch),
     .fallback = "true",
     .help = "load fault rules and fixtures again when their files change"},
    {.name = "error_keys",
     .type = FIELD_CHOICE,
     .offset = AT(error_keys),
     .words = &error_keys,
     .fallback = "both",
     .aka = "error_case",
     .help = "keys of 2016-08-15 and 2021-04-06 error bodies: both, documented (errorCode) or sdk "
             "(ErrorCode)"},
    {.name = "limits",
     .type = FIELD_CUSTOM,
     .offset = AT(limits),
     .decode = take_limits,
     .fallback = "current",
     .help = "documented limits: profile current or 2020, and single ones by name, such as "
             "function.memory.max: 3072", .schema = "\"type\":\"object\",\"properties\":{\"profile\":{\"enum\":[\"current\",\"2020\"]}},"
               "\"additionalProperties\":{\"type\":[\"integer\",\"string\"]}"},
    {.name = "body_max",
     .type = FIELD_SIZE,
     .offset = AT(body_max),
     .min = 1024,
     .max = UINT64_C(4) << 30,
     .fallback = "256MiB",
     .help = "largest request body that is read at all, whatever the documented limit"},
    {.name = "body_spool_above",
     .type = FIELD_SIZE,
     .offset = AT(body_spool_above),
     .max = UINT64_C(1) << 30,
     .fallback = "8MiB",
     .help = "larger bodies wait in a temporary file instead of in memory"},
    {.name = "connections_max",
     .type = FIELD_UINT32,
     .offset = AT(connections_max),
     .max = 1000000,
     .fallback = "0",
     .help = "open connections at once; 0: as many as the limit of open files allows"},
    {.name = "idle_timeout",
     .type = FIELD_DURATION,
     .offset = AT(idle_timeout_ns),
     .min = (int64_t)DURATION_S,
     .max = 24 * DURATION_H,
     .fallback = "65s",
     .help = "how long a kept-alive connection may be silent"},
    {.name = "journal",
     .type = FIELD_MAP,
     .flags = FIELD_MAY_BE_EMPTY,
     .offset = AT(journal),
     .table = &journal_table,
     .help = "the record of calls"},
    {.name = "auth",
     .type = FIELD_MAP,
     .flags = FIELD_MAY_BE_EMPTY,
     .offset = AT(auth),
     .table = &settings_auth_table,
     .help = "signatures and access keys"},
    {.name = "neighbours",
     .type = FIELD_MAP,
     .flags = FIELD_MAY_BE_EMPTY,
     .offset = AT(neighbours),
     .table = &neighbour_table,
     .help = "other products that deploy tools ask, each in the little that they need"},
    {.name = "log",
     .type = FIELD_MAP,
     .flags = FIELD_MAY_BE_EMPTY,
     .offset = AT(log),
     .table = &log_table,
     .help = "the log on standard error"},
    {.name = "ready_file",
     .type = FIELD_PATH,
     .offset = AT(ready_file),
     .help = "file that is written once every address accepts calls: pid and ports as JSON"},
};
/* clang-format on */

const struct conf_table settings_table = {
    .name = "settings",
    .help = "Configuration of the fcemu daemon. Every key is optional.",
    CONF_TABLE_OF(settings_fields),
};
