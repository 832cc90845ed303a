/*
 * hosts: the emulated names as lines for /etc/hosts, for clients that ask no proxy.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/distance.h"
#include "catalog/region.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "conf/settings.h"

enum { ACCOUNTS_MAX = 256 };

struct accounts {
    struct str ids[ACCOUNTS_MAX];
    size_t count;
};

/* Names of a region; in the braces stand the account and the region. A line of the file each. */
static const char *const account_names[] = {"{a}.{r}.fc.aliyuncs.com",
                                            "{a}.{r}-internal.fc.aliyuncs.com", NULL};
static const char *const service_names[] = {
    "{r}.fc.aliyuncs.com",
    "{r}-internal.fc.aliyuncs.com",
    "fc.{r}.aliyuncs.com",
    "fc-vpc.{r}.aliyuncs.com",
    "fcv3.{r}.aliyuncs.com",
    "fcv3-vpc.{r}.aliyuncs.com",
    NULL,
};
static const char *const neighbour_names[] = {
    "oss-{r}.aliyuncs.com",
    "oss-{r}-internal.aliyuncs.com",
    "sts.{r}.aliyuncs.com",
    "sts-vpc.{r}.aliyuncs.com",
    "{r}.log.aliyuncs.com",
    "{r}-intranet.log.aliyuncs.com",
    NULL,
};
/* Names without a region. */
static const char *const common_names[] = {"oss.aliyuncs.com", "sts.aliyuncs.com",
                                           "ram.aliyuncs.com", NULL};

struct hosts {
    const char *address;
    const struct settings *settings;
    bool by_region; /* each has an address of its own */
    struct arena *arena;
    cJSON *json; /* NULL: lines for people */
};

static struct str fill(const char *pattern, struct str account, const char *region,
                       struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = str_of(pattern);

    while (rest.len) {
        bool is_account = str_starts(rest, STR("{a}"));
        bool is_place = is_account || str_starts(rest, STR("{r}"));

        if (is_place)
            buf_add(&out, is_account ? account : str_of(region));
        else
            buf_add_char(&out, rest.ptr[0]);
        rest = str_slice(rest, is_place ? 3 : 1, rest.len);
    }
    return arena_str(arena, buf_str(&out));
}

enum side { EVERY_NAME, PUBLIC_NAMES, INTERNAL_NAMES };

static bool is_of_side(const char *pattern, enum side side)
{
    bool internal = strstr(pattern, "-internal") || strstr(pattern, "-vpc");

    return side == EVERY_NAME || internal == (side == INTERNAL_NAMES);
}

static void print_side(const struct hosts *hosts, const char *address, enum side side,
                       const char *const *patterns, struct str account, const char *region)
{
    OWN(buf_done) struct buf line = {0};
    cJSON *names = cJSON_CreateArray();

    for (; *patterns; patterns++) {
        if (!is_of_side(*patterns, side))
            continue;
        struct str name = fill(*patterns, account, region, hosts->arena);

        cJSON_AddItemToArray(names, json_string(name));
        buf_printf(&line, " " STR_FMT, STR_ARG(name));
    }
    if (!hosts->json) {
        printf("%s%s\n", address, buf_text(&line));
        json_free(names);
        return;
    }
    cJSON *row = cJSON_CreateObject();

    cJSON_AddStringToObject(row, "address", address);
    if (region)
        cJSON_AddStringToObject(row, "region", region);
    if (str_is_set(account))
        json_add_str(row, "account", account);
    cJSON_AddItemToObject(row, "names", names);
    cJSON_AddItemToArray(hosts->json, row);
}

static void print_names(const struct hosts *hosts, const char *const *patterns, struct str account,
                        const char *region)
{
    print_side(hosts, hosts->address, EVERY_NAME, patterns, account, region);
}

/* Those of Function Compute lead to the addresses of their region. */
static void print_own_names(const struct hosts *hosts, const char *const *patterns,
                            struct str account, const char *region)
{
    char address[SETTINGS_REGION_BYTES];

    if (!hosts->by_region) {
        print_names(hosts, patterns, account, region);
        return;
    }
    for (enum side side = PUBLIC_NAMES; side <= INTERNAL_NAMES; side++)
        if (settings_region_address(hosts->settings, str_of(region), side == INTERNAL_NAMES,
                                    address))
            print_side(hosts, address, side, patterns, account, region);
}

static void print_region(const struct hosts *hosts, const char *region,
                         const struct accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++)
        print_own_names(hosts, account_names, accounts->ids[i], region);
    print_own_names(hosts, service_names, STR_NONE, region);
    print_names(hosts, neighbour_names, STR_NONE, region);
}

/* ---- what is asked for ---- */

static void add_account(struct accounts *accounts, struct str id)
{
    if (!str_is_set(id) || accounts->count == ACCOUNTS_MAX)
        return;
    for (size_t i = 0; i < accounts->count; i++)
        if (str_eq(accounts->ids[i], id))
            return;
    accounts->ids[accounts->count++] = id;
}

static void accounts_of(const struct settings *settings, struct accounts *out)
{
    add_account(out, settings->account);
    for (size_t i = 0; i < settings->auth.key_count; i++)
        add_account(out, settings->auth.keys[i].account);
    for (size_t i = 0; i < settings->auth.account_count; i++)
        add_account(out, settings->auth.accounts[i].id);
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static int check_region(const struct cli_args *args, const char *region)
{
    struct nearest nearest = {.wanted = str_of(region)};
    size_t count;
    const struct region *table = region_table(&count);

    if (region_find(str_of(region)))
        return 0;
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].id));
    if (str_is_set(nearest.best))
        return cli_usage(args, "no region '%s'; did you mean '" STR_FMT "'?", region,
                         STR_ARG(nearest.best));
    return cli_usage(args, "no region '%s'; 'fcemu regions' lists them", region);
}

static int check(const struct cli_args *args, const char *address)
{
    const char *value;
    int r;

    if (!is_address(address))
        return cli_usage(args, "'%s' is no address such as 127.0.0.1 or ::1%s", address,
                         strchr(address, ':') ? "; /etc/hosts knows no ports" : "");
    for (size_t at = 0; (value = cli_next_value(args, "region", &at));)
        if ((r = check_region(args, value)) != 0)
            return r;
    for (size_t at = 0; (value = cli_next_value(args, "account", &at));)
        if (!str_all_digits(str_of(value)))
            return cli_usage(args, "'--account %s' is no account id: digits", value);
    return 0;
}

/* Those of --account, else those that the settings name. */
static int find_accounts(const struct cli_args *args, const struct settings *settings,
                         const struct conf_report *report, struct accounts *out)
{
    OWN(buf_done) struct buf text = {0};
    const char *value;

    if (!settings) {
        conf_report_print(report, CONF_FORMAT_TEXT, &text);
        fputs(buf_text(&text), stderr);
        return EXIT_CODE_USAGE;
    }
    for (size_t at = 0; (value = cli_next_value(args, "account", &at));)
        add_account(out, str_of(value));
    if (out->count == 0)
        accounts_of(settings, out);
    return 0;
}

static bool is_wanted(const struct cli_args *args, const char *region)
{
    const char *value;

    if (!cli_has(args, "region"))
        return true;
    for (size_t at = 0; (value = cli_next_value(args, "region", &at));)
        if (strcmp(value, region) == 0)
            return true;
    return false;
}

static int run_hosts(const struct cli_args *args)
{
    const char *config = cli_value(args, "config");
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(settings_free)
    struct settings *settings =
        settings_load(config ? config : getenv("FCEMU_CONFIG"), NULL, 0, environ, report);
    OWN(arena_free) struct arena *arena = arena_new();
    struct hosts hosts = {.address = args->count ? args->positional[0] : "127.0.0.1",
                          .arena = arena};
    struct accounts accounts = {0};
    size_t count;
    const struct region *table = region_table(&count);
    int r = check(args, hosts.address);

    if (r == 0)
        r = find_accounts(args, settings, report, &accounts);
    if (r != 0)
        return r;
    hosts.settings = settings;
    hosts.by_region = settings->per_region.on && !args->count;
    hosts.json = cli_has(args, "json") ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < count; i++)
        if (is_wanted(args, table[i].id))
            print_region(&hosts, table[i].id, &accounts);
    print_names(&hosts, common_names, STR_NONE, NULL);
    if (hosts.json)
        cli_print_json(hosts.json);
    return EXIT_CODE_PASS;
}

static const struct cli_option hosts_options[] = {
    {.name = "account",
     .value = "ACCOUNT",
     .help = "names of this account; may be given again; default: those of the settings",
     .help_zh = "此账号的域名；可多次给出；默认为设置中的账号"},
    {.name = "config",
     .value = "FILE",
     .help = "settings whose accounts and addresses are meant (FCEMU_CONFIG)",
     .help_zh = "从此配置取账号和地址（FCEMU_CONFIG）"},
    {.name = "region",
     .value = "REGION",
     .help = "names of this region only; may be given again",
     .help_zh = "只列此地域的域名；可多次给出"},
    {0                                                                    },
};

const struct cli_verb verb_hosts = {
    .name = "hosts",
    .arguments = "[ADDRESS]",
    .at_most = 1,
    .summary = "the emulated names as lines for /etc/hosts",
    .summary_zh = "以 /etc/hosts 的格式列出所模拟的域名",
    .details =
        "ADDRESS is where clients reach the daemon, by default 127.0.0.1 and, with "
        "listen.per_region, those of the regions. Names carry no port: "
        "clients that use them come to 443 and 80, so listen there.\n"
        "The file knows no wildcards: names of buckets, log projects and triggers are for a proxy "
        "('fcemu env'). Nothing is changed; 'fcemu hosts | sudo tee -a /etc/hosts' adds the lines.",
    .details_zh =
        "ADDRESS 是客户端访问守护进程的地址，默认 127.0.0.1；设置了 listen.per_region "
        "时为各地域的地址。域名不含端口：客户端会连接 "
        "443 和 80，请在其上监听。\n该文件不支持通配符：存储空间、日志项目和触发器的域名请用代理"
        "（'fcemu env'）。本命令不作任何改动；用 'fcemu hosts | sudo tee -a /etc/hosts' 添加。",
    .options = hosts_options,
    .flags = CLI_JSON,
    .run = run_hosts,
};
