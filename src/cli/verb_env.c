/* The variables that bring a program's clients here without a change to it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/env/files.h"
#include "cli/env/kept.h"
#include "cli/env/value.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "conf/settings.h"
#include "crypto/ca.h"

enum language {
    SHELL = 1 << 0,
    NODE = 1 << 1,
    PYTHON = 1 << 2,
    GO = 1 << 3,
    JAVA = 1 << 4,
    PHP = 1 << 5,
    TERRAFORM = 1 << 6,
    EVERY = (1 << 7) - 1,
    PROXIED = EVERY & ~PYTHON, /* Python is led by name: urllib3 repeats a call behind a proxy */
};

static const struct {
    const char *name;
    unsigned language;
} languages[] = {
    {"shell",     SHELL    },
    {"node",      NODE     },
    {"python",    PYTHON   },
    {"go",        GO       },
    {"java",      JAVA     },
    {"php",       PHP      },
    {"terraform", TERRAFORM},
};

/* What each language reads, led here and where names lead here by themselves; the names in braces
 * are those of `places` below. */
static const struct env_row {
    unsigned languages;
    const char *name;
    enum env_kind kind;
    const char *value;
    const char *direct; /* NULL: not set */
} env_rows[] = {
  /* clang-format off */
    {PROXIED,   "HTTP_PROXY",                ENV_SET,              "http://{a}",              NULL},
    {PROXIED,   "HTTPS_PROXY",               ENV_SET,              "http://{a}",              NULL},
    {PROXIED,   "http_proxy",                ENV_SET,              "http://{a}",              NULL},
    {PROXIED,   "https_proxy",               ENV_SET,              "http://{a}",              NULL},
    {EVERY,     "NO_PROXY",                  ENV_NO_PROXY,         "localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1{zones}"},
    {EVERY,     "no_proxy",                  ENV_NO_PROXY,         "localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1{zones}"},
    {EVERY,     "CURL_CA_BUNDLE",            ENV_AUTHORITIES,      "{bundle}",                "{bundle}"},
    {EVERY,     "SSL_CERT_FILE",             ENV_AUTHORITIES,      "{bundle}",                "{bundle}"},
    {EVERY,     "FCEMU_ADDRESS",             ENV_SET,              "{a}",                     "{a}"},
    {NODE | PYTHON, "FCEMU_LISTEN_PER_REGION", ENV_SET,        "{network}",               NULL},
    {NODE,      "NODE_EXTRA_CA_CERTS",       ENV_MORE_AUTHORITIES, "{ca}",                    "{ca}"},
    {NODE,      "NODE_OPTIONS",              ENV_WORDS,            "{node}",                  NULL},
    {PYTHON,    "REQUESTS_CA_BUNDLE",        ENV_AUTHORITIES,      "{bundle}",                "{bundle}"},
    {PYTHON,    "PYTHONPATH",                ENV_FOLDERS,          "{python}",                NULL},
    {JAVA,      "JAVA_TOOL_OPTIONS",         ENV_WORDS,
     "-Dhttp.proxyHost={host} -Dhttp.proxyPort={port} -Dhttps.proxyHost={host} "
     "-Dhttps.proxyPort={port} -Djavax.net.ssl.trustStore=\"{keystore}\"",
     "-Djavax.net.ssl.trustStore=\"{keystore}\""},
    {PHP,       "PHP_INI_SCAN_DIR",          ENV_SCAN_FOLDERS,     "{php}",                   "{php}"},
    {TERRAFORM, "FC_ENDPOINT",               ENV_SET,              "{a}",                     NULL},
    {TERRAFORM, "ALIBABA_CLOUD_ENDPOINT_FC", ENV_SET,              "{a}",                     NULL},
  /* clang-format on */
};

struct env_value {
    const char *name;
    struct str value;
};

struct env {
    const struct cli_args *args;
    const struct ca *ca;
    struct arena *arena;
    struct env_files files;
    const struct env_value *places;
    struct query kept; /* of the last time */
    struct buf record; /* of this time */
    cJSON *json;       /* NULL: lines for a shell */
    bool direct;
    bool by_region; /* each has an address of its own: the network of these is */
    char network[SETTINGS_REGION_BYTES];
};

#define NETWORK "{network}"

static const char *pattern_of(const struct env *env, const struct env_row *row)
{
    if (!env->by_region && str_eq(str_of(row->value), STR(NETWORK)))
        return NULL;
    return env->direct ? row->direct : row->value;
}

static struct str fill(const struct env *env, const char *pattern)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = str_of(pattern);

    while (rest.len) {
        const struct env_value *place = env->places;

        while (place->name && !str_starts(rest, str_of(place->name)))
            place++;
        if (place->name)
            buf_add(&out, place->value);
        else
            buf_add_char(&out, rest.ptr[0]);
        rest = str_slice(rest, place->name ? strlen(place->name) : 1, rest.len);
    }
    return arena_str(env->arena, buf_str(&out));
}

/* ---- output ---- */

static void print_export(struct str name, struct str value)
{
    printf("export " STR_FMT "='", STR_ARG(name));
    for (size_t i = 0; i < value.len; i++)
        value.ptr[i] == '\'' ? fputs("'\\''", stdout) : putchar(value.ptr[i]);
    puts("'");
}

static void print_unset(struct str name)
{
    printf("unset " STR_FMT "\n", STR_ARG(name));
}

/* ---- set ---- */

static struct str now_of(struct str name, struct arena *arena)
{
    return arena_str(arena, str_of(getenv(arena_dup(arena, name))));
}

/* What a person has, whether or not this was evaluated before. */
static struct str original(const struct env *env, const struct env_row *row, struct str ours)
{
    struct str now = now_of(str_of(row->name), env->arena);
    struct str was;

    if (env_kept_was(&env->kept, str_of(row->name), now, &was))
        return was;
    return str_is_set(now) ? env_without(row->kind, ours, now, env->arena) : now;
}

/* A file of certificates that holds a person's, too; ours alone when those cannot be read. */
static struct str folded(struct env *env, const struct env_row *row, struct str ours,
                         struct str had)
{
    struct error err = {0};
    struct str out;

    if (had.len == 0)
        return ours;
    if (env_files_fold(env->ca, ours, had, env->arena, &out, &err) == 0)
        return out;
    fprintf(stderr, "fcemu env: the certificates of %s are left out: %s\n", row->name, err.text);
    return ours;
}

/* Programs read either spelling of it first, so both hold what either held. */
static struct str exceptions(const struct env *env, struct str ours)
{
    OWN(buf_done) struct buf had = {0};

    for (size_t i = 0; i < N_ELEMENTS(env_rows); i++)
        if (env_rows[i].kind == ENV_NO_PROXY)
            buf_printf(&had, STR_FMT ",", STR_ARG(original(env, &env_rows[i], ours)));
    return env_combine(ENV_NO_PROXY, ours, buf_str(&had), env->arena);
}

static struct str value_of(struct env *env, const struct env_row *row, struct str ours,
                           struct str had)
{
    switch (row->kind) {
    case ENV_AUTHORITIES:
    case ENV_MORE_AUTHORITIES:
        return folded(env, row, ours, had);
    case ENV_NO_PROXY:
        return exceptions(env, ours);
    case ENV_SET:
    case ENV_WORDS:
    case ENV_FOLDERS:
    case ENV_SCAN_FOLDERS:
        break;
    }
    return env_combine(row->kind, ours, had, env->arena);
}

static void set_row(struct env *env, const struct env_row *row)
{
    struct str name = str_of(row->name);
    struct str ours = fill(env, pattern_of(env, row));
    struct str had = original(env, row, ours);
    struct str value = value_of(env, row, ours, had);

    env_keep(&env->record, name, value, had, env->arena);
    if (env->json)
        cJSON_AddItemToObject(env->json, row->name, json_string(value));
    else
        print_export(name, value);
}

static void unset_row(struct env *env, struct str name, struct str was)
{
    if (env->json)
        cJSON_AddItemToObject(env->json, arena_dup(env->arena, name),
                              str_is_set(was) ? json_string(was) : cJSON_CreateNull());
    else if (str_is_set(was))
        print_export(name, was);
    else
        print_unset(name);
}

/* A variable that was set for another language, and is still so. */
static void carry_over(struct env *env, const struct env_row *row)
{
    struct str name = str_of(row->name);
    struct str now = now_of(name, env->arena);
    struct str was;

    if (env_kept_was(&env->kept, name, now, &was))
        env_keep(&env->record, name, now, was, env->arena);
}

/* A variable that was set when the other way was taken. */
static void give_back(struct env *env, const struct env_row *row)
{
    struct str name = str_of(row->name);
    struct str was;

    if (env_kept_was(&env->kept, name, now_of(name, env->arena), &was))
        unset_row(env, name, was);
}

static void set_all(struct env *env, unsigned language)
{
    for (size_t i = 0; i < N_ELEMENTS(env_rows); i++)
        if (!(env_rows[i].languages & language))
            carry_over(env, &env_rows[i]);
        else if (pattern_of(env, &env_rows[i]))
            set_row(env, &env_rows[i]);
        else
            give_back(env, &env_rows[i]);
    if (!env->json)
        print_export(STR(ENV_KEPT), buf_str(&env->record));
}

/* ---- unset ---- */

/* What somebody changed in the meantime is theirs. */
static void unset_all(struct env *env)
{
    for (size_t i = 0; i < N_ELEMENTS(env_rows); i++)
        give_back(env, &env_rows[i]);
    if (env->kept.count)
        unset_row(env, STR(ENV_KEPT), STR_NONE);
}

/* ---- the verb ---- */

/* Host and port of an address; the brackets of IPv6 stay, as Java wants them. */
static bool split(struct str address, struct str *host, struct str *port)
{
    return !str_starts(address, STR("unix:")) && str_cut_last(address, ':', host, port) &&
           host->len && port->len;
}

static struct str address_of(const struct cli_args *args)
{
    const char *address = cli_value(args, "address");

    if (!address)
        address = getenv("FCEMU_ADDRESS");
    return str_of(address && address[0] ? address : "127.0.0.1:8252");
}

/* --import since 18.18: with --require, Node.js reads the package.json of the folder it is started
 * in, and ends when that is empty. Older ones know nothing else. */
static bool node_imports(void)
{
    FILE *in = popen("node --version 2>/dev/null", "re"); /* NOLINT(cert-env33-c): a constant */
    int major = 0;
    int minor = 0;

    if (!in)
        return false;
    if (fscanf(in, "v%4d.%4d", &major, &minor) != 2) /* NOLINT(cert-err34-c): four digits at most */
        major = 0;
    pclose(in);
    return major > 18 || (major == 18 && minor >= 18);
}

static struct str node_option(const struct env *env, unsigned language)
{
    struct str module = env->files.node_names;

    if ((language & NODE) && node_imports())
        return arena_strf(env->arena, "--import \"file://" STR_FMT "\"",
                          STR_ARG(percent_encode(module, true, env->arena)));
    return arena_strf(env->arena, "--require \"" STR_FMT "\"", STR_ARG(module));
}

/* As NO_PROXY takes them: a proxy of a person's is not asked for these. */
static struct str zones(struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    for (size_t i = 0; str_is_set(env_zones[i]); i++)
        buf_printf(&out, ",." STR_FMT, STR_ARG(env_zones[i]));
    return arena_str(arena, buf_str(&out));
}

static int set(struct env *env, unsigned language)
{
    struct str address = address_of(env->args);
    OWN(ca_free) struct ca *ca = NULL;
    struct error err = {0};
    struct str host;
    struct str port;

    if (!split(address, &host, &port))
        return cli_usage(env->args,
                         "address '" STR_FMT "' is not HOST:PORT; name one with --address",
                         STR_ARG(address));
    int r = cli_open_ca(env->args, &ca);

    if (r != 0)
        return r;
    env->ca = ca;
    if (env_files_write(ca, env->arena, &env->files, &err) < 0)
        return cli_usage(env->args, "%s", err.text);
    const struct env_value places[] = {
        {"{a}",                 address},
        {"{host}",                     host},
        {"{port}",port},
        {"{ca}",              env->files.authority},
        {"{bundle}",                     env->files.bundle},
        {"{keystore}",env->files.keystore},
        {"{node}",            node_option(env, language)},
        {"{python}",                     env->files.python_folder},
        {"{php}",               env->files.php_folder},
        {"{zones}",              zones(env->arena)},
        {NETWORK,            str_of(env->network)},
        {0           },
    };

    env->places = places;
    set_all(env, language);
    return EXIT_CODE_PASS;
}

/* Mistakes in the settings are told by the daemon; only on this machine are they of use. */
static void find_network(struct env *env)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    const char *config = cli_value(env->args, "config");
    OWN(settings_free)
    struct settings *settings =
        settings_load(config ? config : getenv("FCEMU_CONFIG"), NULL, 0, environ, report);

    env->by_region = settings && settings_has_regions(address_of(env->args)) &&
                     settings_region_network(settings, env->network);
}

static unsigned language_of(const char *name)
{
    for (size_t i = 0; name && i < N_ELEMENTS(languages); i++)
        if (strcmp(languages[i].name, name) == 0)
            return languages[i].language;
    return name ? 0 : EVERY;
}

static int run_env(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct env env = {.args = args, .arena = arena};
    unsigned language = language_of(args->count ? args->positional[0] : NULL);
    int r = EXIT_CODE_PASS;

    if (!language)
        return cli_usage(args, "'%s' is not one of shell, node, python, go, java, php, terraform",
                         args->positional[0]);
    query_parse_plain(str_of(getenv(ENV_KEPT)), arena, &env.kept);
    env.direct = cli_has(args, "direct");
    env.json = cli_has(args, "json") ? cJSON_CreateObject() : NULL;
    find_network(&env);
    if (cli_has(args, "unset"))
        unset_all(&env);
    else
        r = set(&env, language);
    buf_done(&env.record);
    if (env.json && r == EXIT_CODE_PASS)
        cli_print_json(env.json);
    else
        json_free(env.json);
    return r;
}

static const struct cli_option env_options[] = {
    {.name = "address",
     .value = "ADDRESS",
     .help = "where the daemon listens: HOST:PORT (FCEMU_ADDRESS; default 127.0.0.1:8252)",
     .help_zh = "守护进程的地址 HOST:PORT（FCEMU_ADDRESS；默认 127.0.0.1:8252）"},
    {.name = "ca-dir",
     .value = "DIR",
     .help = "folder of the local authority",
     .help_zh = "本地证书颁发机构所在的文件夹"},
    {.name = "config",
     .value = "FILE",
     .help = "settings of that daemon: do its regions have addresses of their own? (FCEMU_CONFIG)",
     .help_zh = "该守护进程的配置：各地域是否有自己的地址（FCEMU_CONFIG）"},
    {.name = "direct",
     .help = "where a hosts entry or DNS leads the names here: certificates alone, no proxy",
     .help_zh = "域名已由 hosts 条目或 DNS 指到这里时：只设证书，不设代理"},
    {.name = "unset",
     .help = "give back what an earlier `fcemu env` set",
     .help_zh = "恢复此前 fcemu env 所设的变量"},
    {0                                                                     },
};

const struct cli_verb verb_env = {
    .name = "env",
    .arguments = "[shell|node|python|go|java|php|terraform]",
    .at_most = 1,
    .summary = "what to set so that clients come here",
    .summary_zh = "让客户端连到这里需要设置的变量",
    .options = env_options,
    .flags = CLI_JSON,
    .run = run_env,
};
