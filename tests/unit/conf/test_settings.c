#include "conf/settings.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/scalar.h"
#include "conf_fixture.h"

static char folder[256];
static char *path;

static void setup(void)
{
    fixture_setup();
    scratch_folder(folder, "settings");
    path = mem_printf("%s/fcemu.yaml", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
    mem_free(path);
    fixture_teardown();
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* The issues without the name of the temporary file. */
static const char *issues(void)
{
    struct str rest = str_of(fixture_issues());
    struct buf out = {0};
    const char *kept;
    size_t at;

    while (str_find(rest, str_of(path), &at)) {
        buf_add(&out, str_slice(rest, 0, at));
        buf_puts(&out, "FILE");
        rest = str_slice(rest, at + strlen(path), rest.len);
    }
    buf_add(&out, rest);
    kept = arena_dup(arena, buf_str(&out));
    buf_done(&out);
    return kept;
}

START_TEST(test_settings_defaults_without_a_file)
{
    OWN(settings_free) struct settings *s = settings_load(NULL, NULL, 0, NULL, report);

    ck_assert_str_eq(fixture_issues(), "");
    ck_assert_uint_eq(s->listen.count, 1);
    ck_assert(str_eq(s->listen.items[0], STR("127.0.0.1:8252")));
    ck_assert_uint_eq(s->admin_listen.count, 0);
    ck_assert(!str_is_set(s->data));
    ck_assert(str_eq(s->region, STR("cn-hangzhou")));
    ck_assert(s->seed_random);
    ck_assert(s->watch);
    ck_assert(!s->header_control);
    ck_assert_int_eq(s->error_keys, ERROR_KEYS_BOTH);
    ck_assert_uint_eq(s->journal.bytes, 32 << 20);
    ck_assert_uint_eq(s->journal.bodies, 4096);
    ck_assert_uint_eq(s->idle_timeout_ns, 65 * DURATION_S);
    ck_assert_int_eq(s->auth.mode, AUTH_MODE_LENIENT);
    ck_assert_int_eq(s->log.level, LOG_INFO);
    ck_assert_int_eq(s->limits.values[LIMIT_CODE_ZIP_BYTES], 104857600);
}
END_TEST

START_TEST(test_settings_empty_file_means_all_defaults)
{
    write_file("");
    OWN(settings_free) struct settings *s = settings_load(path, NULL, 0, NULL, report);

    ck_assert_ptr_nonnull(s);
    ck_assert(str_eq(s->file, str_of(path)));
    ck_assert_uint_eq(s->body_spool_above, 8 << 20);
}
END_TEST

START_TEST(test_settings_file_is_read)
{
    write_file("listen: [127.0.0.1:0, unix:/tmp/x]\n"
               "data: state\n"
               "faults: [faults.d/*.yaml, /etc/x.yaml]\n"
               "seed: 18446744073709551615\n"
               "limits: {profile: 2020, function.memory.max: 4096, code.zip: 1MiB}\n"
               "auth:\n"
               "  mode: strict\n"
               "  keys: [{id: A, secret: s, account: 12}, {id: B, secret: t, token: u}]\n"
               "  accounts: {99: \"off\"}\n"
               "journal:\n"
               "log: {level: warn, format: json}\n");
    OWN(settings_free) struct settings *s = settings_load(path, NULL, 0, NULL, report);

    ck_assert_str_eq(issues(), "");
    ck_assert_uint_eq(s->listen.count, 2);
    OWN(mem_free) char *state = mem_printf("%s/state", folder);
    OWN(mem_free) char *glob = mem_printf("%s/faults.d/*.yaml", folder);

    ck_assert_str_eq(s->data.ptr, state);
    ck_assert_str_eq(s->faults.items[0].ptr, glob);
    ck_assert_str_eq(s->faults.items[1].ptr, "/etc/x.yaml");
    ck_assert(!s->seed_random);
    ck_assert_uint_eq(s->seed, UINT64_MAX);
    ck_assert(s->limits_of_2020);
    ck_assert_int_eq(s->limits.values[LIMIT_MEMORY_MAX], 4096);
    ck_assert_int_eq(s->limits.values[LIMIT_CODE_ZIP_BYTES], 1 << 20);
    ck_assert_int_eq(s->limits.values[LIMIT_CODE_OSS_BYTES], 52428800);
    ck_assert_uint_eq(s->auth.key_count, 2);
    ck_assert(str_eq(s->auth.keys[0].account, STR("12")));
    ck_assert(str_eq(s->auth.keys[1].token, STR("u")));
    ck_assert_int_eq(settings_auth_of(s, STR("99")), AUTH_MODE_OFF);
    ck_assert_int_eq(settings_auth_of(s, STR("98")), AUTH_MODE_STRICT);
    ck_assert_int_eq(s->log.level, LOG_WARN);
    ck_assert_int_eq(s->log.format, LOG_JSON);
}
END_TEST

static const struct settings_source *source_of(const struct settings *s, const char *key)
{
    for (size_t i = 0; i < s->source_count; i++)
        if (strcmp(s->sources[i].key, key) == 0)
            return &s->sources[i];
    ck_abort_msg("no setting '%s'", key);
}

static const char *value_of(const struct settings *s, const char *key)
{
    OWN(json_free) cJSON *value = settings_source_value(source_of(s, key));
    OWN(buf_done) struct buf text = {0};

    json_print(value, false, &text);
    return arena_dup(arena, buf_str(&text));
}

START_TEST(test_settings_know_who_said_what)
{
    static const struct settings_flag flags[] = {
        {"no-watch", NULL         },
        {"listen",   "127.0.0.1:1"}
    };
    char *env[] = {(char[]){"FCEMU_LOG_LEVEL=debug"}, NULL};
    static const struct {
        const char *key, *value;
        enum settings_origin origin;
        uint32_t line, column;
    } want[] = {
        {"token",          "\"***\"",                                               ORIGIN_FILE,     1, 1},
        {"watch",          "false",                                                 ORIGIN_FLAG,     0, 0},
        {"listen",         "[\"127.0.0.1:1\"]",                                     ORIGIN_FLAG,     0, 0},
        {"log.level",      "\"debug\"",                                             ORIGIN_VARIABLE, 0, 0},
        {"log.format",     "\"json\"",                                              ORIGIN_FILE,     2, 7},
        {"auth.keys",      "[{\"id\":\"A\",\"secret\":\"***\",\"token\":\"***\"}]", ORIGIN_FILE,     5, 3},
        {"journal.bodies", "\"4KiB\"",                                              ORIGIN_DEFAULT,  0, 0},
        {"allow_origins",  "null",                                                  ORIGIN_DEFAULT,  0, 0},
    };

    write_file("token: sesame\nlog: {format: json,\n level: error}\nauth:\n"
               "  keys: [{id: A, secret: s, token: t}]\n");
    OWN(settings_free)
    struct settings *s = settings_load(path, flags, N_ELEMENTS(flags), env, report);

    ck_assert_str_eq(issues(), "");
    for (size_t i = 0; i < N_ELEMENTS(want); i++) {
        const struct settings_source *source = source_of(s, want[i].key);

        ck_assert_str_eq(value_of(s, want[i].key), want[i].value);
        ck_assert_msg(source->origin == want[i].origin, "origin of %s", want[i].key);
        ck_assert_uint_eq(source->line, want[i].line);
        ck_assert_uint_eq(source->column, want[i].column);
    }
    ck_assert_str_eq(source_of(s, "watch")->flag, "no-watch");
    ck_assert_str_eq(settings_origin_name(ORIGIN_VARIABLE), "environment");
}
END_TEST

START_TEST(test_settings_flag_wins_over_variable_over_file)
{
    static const struct settings_flag flags[] = {
        {"journal-bytes",  "8MiB"       },
        {"listen",         "127.0.0.1:1"},
        {"listen",         "127.0.0.1:2"},
        {"header-control", NULL         },
        {"watch",          "false"      },
    };
    char *env[] = {(char[]){"FCEMU_JOURNAL_BYTES=4MiB"}, (char[]){"FCEMU_LOG_LEVEL=debug"},
                   (char[]){"FCEMU_FAULTS=a.yaml, b.yaml"}, (char[]){"HOME=/root"}, NULL};

    write_file("journal: {bytes: 2MiB, bodies: 1KiB}\nlog: {level: error}\nlisten: [\":1\"]\n");
    OWN(settings_free)
    struct settings *s = settings_load(path, flags, N_ELEMENTS(flags), env, report);

    ck_assert_str_eq(issues(), "");
    ck_assert_uint_eq(s->journal.bytes, 8 << 20);
    ck_assert_uint_eq(s->journal.bodies, 1024);
    ck_assert_int_eq(s->log.level, LOG_DEBUG);
    ck_assert_uint_eq(s->listen.count, 2);
    ck_assert(str_eq(s->listen.items[1], STR("127.0.0.1:2")));
    ck_assert_uint_eq(s->faults.count, 2);
    ck_assert(str_eq(s->faults.items[1], STR("b.yaml")));
    ck_assert(s->header_control);
    ck_assert(!s->watch);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    const char *want;
} wrong[] = {
    {"lisen: []\n",               "FILE:1:1: error F102: unknown key 'lisen'; known keys: version, listen, listen.per_region, …; did you mean 'listen'?\n"},
    {"listen: 8252\n",            "FILE:1:9: error F208: listen: '8252' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path\n"},
    {"listen: ['127.0.0.1:70000']\n", "FILE:1:10: error F208: listen[0]: '127.0.0.1:70000' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path\n"},
    {"listen: ['::1:80']\n",      "FILE:1:10: error F208: listen[0]: '::1:80' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path\n"},
    {"listen: [\":8252\"]\n",     "FILE:1:10: error F330: listen[0]: ':8252' can be reached from other machines, so the control side needs a secret; set token, --token or FCEMU_TOKEN, or listen on 127.0.0.1\n"},
    {"admin_listen: ['0.0.0.0:1']\n", "FILE:1:16: error F330: admin_listen[0]: '0.0.0.0:1' can be reached from other machines, so the control side needs a secret; set token, --token or FCEMU_TOKEN, or listen on 127.0.0.1\n"},
    {"listen.per_region: 10.0.0.0/24\n", "FILE:1:20: error F208: listen.per_region: '10.0.0.0/24' is not true, false or a network of this machine alone, such as 127.252.0.0/24\n"},
    {"listen.per_region: 127.1.0.0/16\n", "FILE:1:20: error F208: listen.per_region: '127.1.0.0/16' is not true, false or a network of this machine alone, such as 127.252.0.0/24\n"},
    {"listen.per_region: 127.1.2.3/24\n", "FILE:1:20: error F208: listen.per_region: '127.1.2.3/24' is not true, false or a network of this machine alone, such as 127.252.0.0/24\n"},
    {"listen.per_region: treu\n",  "FILE:1:20: error F207: listen.per_region: 'treu' is not one of false, true; did you mean 'true'?\n"},
    {"listen: {per_region: true}\n", "FILE:1:9: error F208: listen: a list of addresses; 'listen.per_region: true' is a line of its own\n"},
    {"listen: ['[::1]:0']\nlisten.per_region: true\n", "FILE:2:20: error F330: listen.per_region: the addresses of regions are of IPv4: needs an address such as 127.0.0.1:8252 in listen\n"},
    {"listen: [127.0.0.1:0, ':1']\ntoken: x\nlisten.per_region: true\n", "FILE:1:23: error F330: listen[1]: ':1' can be reached from other machines, and the addresses of regions cannot; with listen.per_region, write 127.0.0.1 in its place\n"},
    {"zones: [cn-hangzhou-g, cn-hangzhou]\n", "FILE:1:24: error F304: zones[1]: 'cn-hangzhou' is no zone of a known region; zones are called as cn-hangzhou-h or ap-southeast-1a\n"},
    {"region: cn-hangzou\n",      "FILE:1:9: error F304: region: unknown region 'cn-hangzou'; did you mean 'cn-hangzhou'?\n"},
    {"account: abc\n",            "FILE:1:10: error F208: account: 'abc' is not an account id; write digits such as 1234567890123456\n"},
    {"seed: -3\n",                "FILE:1:7: error F205: seed: -3 is not between 0 and 18446744073709551615, nor 'random'\n"},
    {"seed: 99999999999999999999\n", "FILE:1:7: error F205: seed: 99999999999999999999 is not between 0 and 18446744073709551615, nor 'random'\n"},
    {"journal: {bytes: 32}\n",    "FILE:1:18: error F202: journal.bytes: '32' has no unit; write 32KiB or 32B\n"},
    {"journal: {bytes: 1KiB}\n",  "FILE:1:18: error F205: journal.bytes: 1KiB is not between 1MiB and 4GiB\n"},
    {"idle_timeout: 10\n",        "FILE:1:15: error F201: idle_timeout: '10' has no unit; write 10s or 10ms\n"},
    {"limits: {profile: latest}\n", "FILE:1:19: error F207: limits.profile: 'latest' is not one of current, 2020\n"},
    {"limits: {function.memory.mx: 1}\n", "FILE:1:10: error F102: limits: unknown limit 'function.memory.mx'; known: profile, services.per_region, functions.per_service, …; did you mean 'function.memory.max'?\n"},
    {"auth: {mode: loose}\n",     "FILE:1:14: error F207: auth.mode: 'loose' is not one of off, lenient, strict, auto\n"},
    {"auth: {keys: [{id: x}]}\n", "FILE:1:15: error F104: auth.keys[0]: 'secret' is missing\n"},
    {"auth: {accounts: {x: strict}}\n", "FILE:1:19: error F208: auth.accounts.x: 'x' is not an account id; write digits such as 1234567890123456\n"},
    {"log: {level: warning}\n",   "FILE:1:14: error F207: log.level: 'warning' is not one of debug, info, warn, error, off; did you mean 'warn'?\n"},
    {"watch: on\n",               "FILE:1:8: error F206: watch: 'on' is not a boolean here; write true or false\n"},
    {"error_keys: camel\n",       "FILE:1:13: error F207: error_keys: 'camel' is not one of both, documented, sdk\n"},
};
/* clang-format on */

START_TEST(test_settings_wrong_file_is_explained)
{
    write_file(wrong[_i].text);
    ck_assert_ptr_null(settings_load(path, NULL, 0, NULL, report));
    ck_assert_str_eq(issues(), wrong[_i].want);
}
END_TEST

START_TEST(test_settings_regions_have_addresses)
{
    static const struct {
        const char *text, *region;
        bool internal;
        const char *want; /* NULL: none */
    } rows[] = {
        {"listen.per_region: true\n",         "cn-hangzhou", false, "127.252.0.1"  },
        {"listen.per_region: true\n",         "cn-hangzhou", true,  "127.252.0.129"},
        {"listen.per_region: true\n",         "cn-nowhere",  false, NULL           },
        {"listen.per_region: 127.9.8.0/24\n", "cn-hangzhou", false, "127.9.8.1"    },
        {"listen.per_region: false\n",        "cn-hangzhou", false, NULL           },
        {"version: 1\n",                      "cn-hangzhou", false, NULL           },
    };
    char address[SETTINGS_REGION_BYTES] = "";

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        write_file(rows[i].text);
        OWN(settings_free)
        struct settings *settings = settings_load(path, NULL, 0, NULL, report);
        bool found =
            settings_region_address(settings, str_of(rows[i].region), rows[i].internal, address);

        ck_assert_int_eq(found, rows[i].want != NULL);
        if (found)
            ck_assert_str_eq(address, rows[i].want);
    }
}
END_TEST

START_TEST(test_settings_wrong_flags_and_variables_name_themselves)
{
    static const struct settings_flag flags[] = {
        {"journal-bytes", "32"    },
        {"lisen",         ":1"    },
        {"watch",         "maybe" },
        {"token",         "secret"},
    };
    char *env[] = {(char[]){"FCEMU_LOG_LEVEL=loud"}, (char[]){"FCEMU_LISTN=x"}, NULL};

    ck_assert_ptr_null(settings_load(NULL, flags, N_ELEMENTS(flags), env, report));
    ck_assert_str_eq(
        fixture_issues(),
        "--journal-bytes: error F202: '32' has no unit; write 32KiB or 32B\n"
        "--lisen: error F102: unknown flag; did you mean '--listen'?\n"
        "--watch: error F206: 'maybe' is not a boolean; write true or false\n"
        "FCEMU_LOG_LEVEL: error F207: 'loud' is not one of debug, info, warn, error, off\n"
        "environment: warning W450: unknown variable 'FCEMU_LISTN'; did you mean "
        "'FCEMU_LISTEN'?\n");
}
END_TEST

static const struct {
    const char *address;
    bool wide;
} addresses[] = {
    {"127.0.0.1:80", false},
    {"127.1.2.3:80", false},
    {"[::1]:80",     false},
    {"localhost:80", false},
    {"unix:/x",      false},
    {":80",          true },
    {"0.0.0.0:80",   true },
    {"[::]:80",      true },
    {"10.0.0.1:80",  true },
};

START_TEST(test_settings_address_is_wide_table)
{
    ck_assert_msg(settings_address_is_wide(str_of(addresses[_i].address)) == addresses[_i].wide,
                  "'%s'", addresses[_i].address);
}
END_TEST

/* clang-format off */
static const char twenty[] =
    "listen: 8252\n"
    "admin_listen: [':70000']\n"
    "lisen: x\n"
    "account: abc\n"
    "region: cn-hangzou\n"
    "faults: {a: b}\n"
    "seed: -3\n"
    "header_control: yes\n"
    "error_keys: camel\n"
    "limits: {profile: latest, function.memory.mx: 1}\n"
    "body_max: 64\n"
    "body_spool_above: 1MB\n"
    "connections_max: many\n"
    "idle_timeout: 10\n"
    "journal: {bytes: 1KiB, bodies: 4, size: 1}\n"
    "auth:\n"
    "  mode: loose\n"
    "  keys: [{id: x}]\n"
    "log: {level: warning}\n";
static const char twenty_want[] =
    "FILE:1:9: error F208: listen: '8252' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path\n"
    "FILE:2:16: error F208: admin_listen[0]: ':70000' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path\n"
    "FILE:3:1: error F102: unknown key 'lisen'; known keys: version, listen, listen.per_region, …; did you mean 'listen'?\n"
    "FILE:4:10: error F208: account: 'abc' is not an account id; write digits such as 1234567890123456\n"
    "FILE:5:9: error F304: region: unknown region 'cn-hangzou'; did you mean 'cn-hangzhou'?\n"
    "FILE:6:9: error F103: faults: expected a text, found a mapping\n"
    "FILE:7:7: error F205: seed: -3 is not between 0 and 18446744073709551615, nor 'random'\n"
    "FILE:8:17: error F206: header_control: 'yes' is not a boolean here; write true or false\n"
    "FILE:9:13: error F207: error_keys: 'camel' is not one of both, documented, sdk\n"
    "FILE:10:19: error F207: limits.profile: 'latest' is not one of current, 2020\n"
    "FILE:10:27: error F102: limits: unknown limit 'function.memory.mx'; known: profile, services.per_region, functions.per_service, …; did you mean 'function.memory.max'?\n"
    "FILE:11:11: error F202: body_max: '64' has no unit; write 64KiB or 64B\n"
    "FILE:12:19: error F202: body_spool_above: '1MB' is not a size; write 1B, 1KiB or 1MiB\n"
    "FILE:13:18: error F205: connections_max: 'many' is not an integer between 0 and 1000000\n"
    "FILE:14:15: error F201: idle_timeout: '10' has no unit; write 10s or 10ms\n"
    "FILE:15:18: error F205: journal.bytes: 1KiB is not between 1MiB and 4GiB\n"
    "FILE:15:32: error F202: journal.bodies: '4' has no unit; write 4KiB or 4B\n"
    "FILE:15:35: error F102: journal: unknown key 'size'; known keys: enabled, bytes, bodies\n"
    "FILE:17:9: error F207: auth.mode: 'loose' is not one of off, lenient, strict, auto\n"
    "FILE:18:10: error F104: auth.keys[0]: 'secret' is missing\n"
    "FILE:19:14: error F207: log.level: 'warning' is not one of debug, info, warn, error, off; did you mean 'warn'?\n";
/* clang-format on */

START_TEST(test_settings_twenty_mistakes_at_once)
{
    write_file(twenty);
    ck_assert_ptr_null(settings_load(path, NULL, 0, NULL, report));
    ck_assert_str_eq(issues(), twenty_want);
    ck_assert_uint_ge(report->errors, 20);
}
END_TEST

/* Looked at when all is known: what a flag or a variable said is told with its name all the same.
 */
static const struct {
    const char *option, *value, *want;
} late_mistakes[] = {
    {"listen",       ":80",
     "error F330: [0]: ':80' can be reached from other machines, so the control side needs a "
     "secret; set token, --token or FCEMU_TOKEN, or listen on 127.0.0.1\n"    },
    {"admin-listen", "127.0.0.1:1,:80",
     "error F330: [1]: ':80' can be reached from other machines, so the control side needs a "
     "secret; set token, --token or FCEMU_TOKEN, or listen on 127.0.0.1\n"    },
    {"region",       "cn-shanghia",
     "error F304: unknown region 'cn-shanghia'; did you mean 'cn-shanghai'?\n"},
    {"zones",        "cn-hangzhou-h,zz",
     "error F304: [1]: 'zz' is no zone of a known region; zones are called as cn-hangzhou-h or "
     "ap-southeast-1a\n"                                                      },
};

static char *variable_of(const char *option)
{
    char *name = mem_printf("FCEMU_%s", option);

    for (char *p = name; *p; p++)
        *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
    return name;
}

START_TEST(test_settings_late_mistake_names_who_said_it)
{
    const struct settings_flag flag = {late_mistakes[_i].option, late_mistakes[_i].value};
    OWN(mem_free) char *by_flag = mem_printf("--%s: %s", flag.name, late_mistakes[_i].want);
    OWN(mem_free) char *variable = variable_of(flag.name);
    OWN(mem_free) char *by_variable = mem_printf("%s: %s", variable, late_mistakes[_i].want);

    write_file("region: cn-beijing\nlisten: [127.0.0.1:0]\n");
    ck_assert_ptr_null(settings_load(path, &flag, 1, NULL, report));
    ck_assert_str_eq(fixture_issues(), by_flag);
    fixture_teardown();
    fixture_setup();
    char *environment[] = {arena_printf(arena, "%s=%s", variable, flag.value), NULL};

    ck_assert_ptr_null(settings_load(path, NULL, 0, environment, report));
    ck_assert_str_eq(fixture_issues(), by_variable);
}
END_TEST

START_TEST(test_settings_options_have_unique_names_and_help)
{
    size_t count;
    const struct settings_option *options = settings_options(arena, &count);

    ck_assert_uint_gt(count, 25);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(options[i].help);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(options[i].flag, options[j].flag);
            ck_assert_str_ne(options[i].env, options[j].env);
        }
    }
}
END_TEST

/* What a Service of Kubernetes named fcemu, or fcemu-log, puts into the containers beside it. */
START_TEST(test_settings_variables_of_a_service_set_nothing_and_warn_of_nothing)
{
    static char injected[][64] = {
        "FCEMU_PORT=tcp://10.0.0.1:8252",
        "FCEMU_SERVICE_HOST=10.0.0.1",
        "FCEMU_SERVICE_PORT=8252",
        "FCEMU_SERVICE_PORT_HTTP=8252",
        "FCEMU_PORT_8252_TCP=tcp://10.0.0.1:8252",
        "FCEMU_PORT_8252_TCP_PROTO=tcp",
        "FCEMU_PORT_8252_TCP_PORT=8252",
        "FCEMU_PORT_8252_TCP_ADDR=10.0.0.1",
        "FCEMU_PORT_53_UDP=udp://10.0.0.1:53",
        "FCEMU_LOG_PORT=tcp://10.0.0.2:80",
        "FCEMU_LOG_SERVICE_HOST=10.0.0.2",
        "FCEMU_LOG_PORT_80_SCTP_ADDR=10.0.0.2",
    };
    char *env[N_ELEMENTS(injected) + 1] = {NULL};
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < N_ELEMENTS(injected); i++)
        env[i] = injected[i];
    OWN(settings_free) struct settings *settings = settings_load(NULL, NULL, 0, env, report);
    OWN(settings_free) struct settings *without = settings_load(NULL, NULL, 0, NULL, report);

    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    ck_assert_str_eq(buf_text(&text), "");
    ck_assert_ptr_nonnull(settings);
    ck_assert_uint_eq(settings->listen.count, without->listen.count);
    ck_assert(str_eq(settings->listen.items[0], without->listen.items[0]));
    ck_assert_int_eq((int)settings->log.level, (int)without->log.level);
}
END_TEST

/* A person's slip is still told of. */
START_TEST(test_settings_a_slip_that_looks_like_a_service_is_told_of)
{
    static const char *const slips[] = {"FCEMU_LISTN=x", "FCEMU_LOG_LEVL=tcp://x"};
    char text[32];
    char *env[] = {text, NULL};

    snprintf(text, sizeof(text), "%s", slips[_i]);
    settings_free(settings_load(NULL, NULL, 0, env, report));
    ck_assert_uint_eq(report->warnings, 1);
}
END_TEST

static const struct {
    const char *value;
    const char *said; /* NULL: taken */
} host_cases[] = {
    {"[ci.corp.example, '*.Test']", NULL                                                 },
    {"'@address'",                  NULL                                                 },
    {"[]",                          NULL                                                 },
    {"'http://x'",                  "F208: control_hosts: 'http://x' is no host name"    },
    {"'a:80'",
     "'a:80' is no host name; write a name or a glob without port, @address or @hostname"},
    {"'@adress'",                   "did you mean '@address'?"                           },
    {"''",                          "'' is no host name"                                 },
};

START_TEST(test_settings_control_hosts_are_names)
{
    OWN(buf_done) struct buf text = {0};
    char file[256];

    scratch_path(file, "hosts");
    int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    dprintf(fd, "control_hosts: %s\n", host_cases[_i].value);
    close(fd);
    OWN(settings_free) struct settings *settings = settings_load(file, NULL, 0, NULL, report);

    unlink(file);
    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    ck_assert_msg(!settings == !!host_cases[_i].said, "%s", buf_text(&text));
    if (host_cases[_i].said)
        ck_assert_msg(strstr(buf_text(&text), host_cases[_i].said) != NULL, "%s", buf_text(&text));
    if (_i == 0)
        ck_assert(str_eq(settings->control_hosts.items[1], STR("*.test")));
}
END_TEST

START_TEST(test_settings_control_hosts_know_this_machine)
{
    OWN(settings_free) struct settings *settings = settings_load(NULL, NULL, 0, NULL, report);
    char name[256] = "";
    size_t found = 0;

    gethostname(name, sizeof(name) - 1);
    ck_assert_uint_eq(settings->control_hosts.count, 6);
    for (size_t i = 0; i < settings->control_hosts.count; i++)
        found += str_eq_nocase(settings->control_hosts.items[i], str_of(name));
    ck_assert_uint_eq(found, 1);
}
END_TEST

START_TEST(test_settings_repository_file_is_the_printed_table)
{
    struct buf want = {0};
    struct buf got = {0};
    const char *file = FCEMU_SOURCE_ROOT "/config/fcemu.yaml";
    FILE *stream = fopen(file, "re");
    int c;

    ck_assert_ptr_nonnull(stream);
    while ((c = fgetc(stream)) != EOF)
        buf_add_char(&got, (char)c);
    ck_assert_int_eq(fclose(stream), 0);
    settings_print(&want);
    ck_assert_str_eq(buf_text(&got), buf_text(&want));
    settings_free(settings_load(file, NULL, 0, NULL, report));
    ck_assert_str_eq(fixture_issues(), "");
    buf_done(&want);
    buf_done(&got);
}
END_TEST

START_TEST(test_settings_printed_keys_load_when_uncommented)
{
    struct buf text = {0};
    struct buf bare = {0};

    settings_print(&text);
    for (struct str rest = buf_str(&text), line; str_is_set(rest);) {
        str_cut(rest, '\n', &line, &rest);
        struct str trimmed = str_trim(line);
        struct str name;
        struct str value;

        /* "# key: value" is a setting, all else behind a '#' is a comment */
        if (str_starts(trimmed, STR("# ")) &&
            str_cut(str_slice(trimmed, 2, trimmed.len), ':', &name, &value) && name.len &&
            !memchr(name.ptr, ' ', name.len) && value.len > 1 && !str_starts(name, STR("off")) &&
            !str_eq(name, STR("yaml-language-server"))) {
            buf_add(&bare, str_slice(line, 0, (size_t)(trimmed.ptr - line.ptr)));
            buf_add(&bare, str_slice(trimmed, 2, trimmed.len));
            buf_add_char(&bare, '\n');
        } else if (!str_starts(trimmed, STR("#"))) {
            buf_add(&bare, line);
            buf_add_char(&bare, '\n');
        }
    }
    write_file(buf_text(&bare));
    OWN(settings_free) struct settings *s = settings_load(path, NULL, 0, NULL, report);

    ck_assert_str_eq(issues(), "");
    ck_assert_uint_eq(s->auth.key_count, 1);
    ck_assert_uint_eq(s->journal.bytes, 32 << 20);
    buf_done(&text);
    buf_done(&bare);
}
END_TEST

START_TEST(test_settings_schema_is_json)
{
    struct buf text = {0};
    struct error err = {0};

    settings_schema(&text);
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s", err.text);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(json, "properties")),
                     (int)settings_table.count);
    buf_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/settings");
    TCase *tc = tcase_create("settings");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_settings_defaults_without_a_file);
    tcase_add_test(tc, test_settings_empty_file_means_all_defaults);
    tcase_add_test(tc, test_settings_file_is_read);
    tcase_add_test(tc, test_settings_know_who_said_what);
    tcase_add_test(tc, test_settings_flag_wins_over_variable_over_file);
    tcase_add_loop_test(tc, test_settings_wrong_file_is_explained, 0, N_ELEMENTS(wrong));
    tcase_add_test(tc, test_settings_regions_have_addresses);
    tcase_add_test(tc, test_settings_wrong_flags_and_variables_name_themselves);
    tcase_add_loop_test(tc, test_settings_address_is_wide_table, 0, N_ELEMENTS(addresses));
    tcase_add_loop_test(tc, test_settings_late_mistake_names_who_said_it, 0,
                        N_ELEMENTS(late_mistakes));
    tcase_add_test(tc, test_settings_twenty_mistakes_at_once);
    tcase_add_test(tc, test_settings_options_have_unique_names_and_help);
    tcase_add_test(tc, test_settings_repository_file_is_the_printed_table);
    tcase_add_test(tc, test_settings_variables_of_a_service_set_nothing_and_warn_of_nothing);
    tcase_add_loop_test(tc, test_settings_a_slip_that_looks_like_a_service_is_told_of, 0, 2);
    tcase_add_loop_test(tc, test_settings_control_hosts_are_names, 0, (int)N_ELEMENTS(host_cases));
    tcase_add_test(tc, test_settings_control_hosts_know_this_machine);
    tcase_add_test(tc, test_settings_printed_keys_load_when_uncommented);
    tcase_add_test(tc, test_settings_schema_is_json);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
