/* What a verb accepts: its own options, and those that it shares with others. */
#include "cli/cli.h"
#include "conf/chinese.h"
#include "conf/settings.h"

static const struct cli_option json_option = {
    .name = "json", .help = "print JSON", .help_zh = "以 JSON 打印"};
static const struct cli_option daemon_options[] = {
    {.name = "address",
     .value = "ADDRESS",
     .help = "where the daemon listens: HOST:PORT or unix:PATH (FCEMU_ADDRESS; default "
             "127.0.0.1:8252)",                                                      .help_zh = "守护进程的地址：HOST:PORT 或 unix:PATH（FCEMU_ADDRESS；默认 127.0.0.1:8252）"},
    {.name = "token",
     .value = "TOKEN",
     .help = "control token of a daemon that listens beyond loopback (FCEMU_TOKEN)",
     .help_zh = "守护进程监听本机以外时的控制令牌（FCEMU_TOKEN）"                                                                                                         },
};

static size_t add(struct cli_option *out, size_t count, size_t cap, struct cli_option option)
{
    if (count < cap)
        out[count++] = option;
    return count;
}

/* Rows of the settings table as options. The texts live as long as the program. */
static size_t add_settings(struct cli_option *out, size_t n, size_t cap)
{
    static struct arena *arena;
    static const struct settings_option *settings;
    static size_t count;

    if (!arena) {
        arena = arena_new();
        settings = settings_options(arena, &count);
    }
    n = add(out, n, cap,
            (struct cli_option){.name = "config",
                                .value = "FILE",
                                .help = "the configuration file (FCEMU_CONFIG); default: none",
                                .help_zh = "配置文件（FCEMU_CONFIG）；默认没有"});
    for (size_t i = 0; i < count; i++) {
        n = add(out, n, cap,
                (struct cli_option){.name = settings[i].flag,
                                    .value = settings[i].value,
                                    .help = settings[i].help,
                                    .help_zh = conf_chinese_setting(settings[i].key),
                                    .words = settings[i].words});
        if (settings[i].off_flag)
            n = add(out, n, cap,
                    (struct cli_option){.name = settings[i].off_flag,
                                        .help = "turns it off again",
                                        .help_zh = "把它关掉"});
    }
    return n;
}

size_t cli_verb_options(const struct cli_verb *verb, struct cli_option *out, size_t cap)
{
    size_t n = 0;

    for (const struct cli_option *option = verb->options; option && option->name; option++)
        n = add(out, n, cap, *option);
    if (verb->flags & CLI_JSON)
        n = add(out, n, cap, json_option);
    if (verb->flags & CLI_DAEMON)
        for (size_t i = 0; i < N_ELEMENTS(daemon_options); i++)
            n = add(out, n, cap, daemon_options[i]);
    if (verb->flags & CLI_SETTINGS)
        n = add_settings(out, n, cap);
    return n;
}
