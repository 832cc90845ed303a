#include "cli/cli.h"
#include "conf/settings.h"

static const struct cli_option json_option = {"json", NULL, "print JSON"};
static const struct cli_option daemon_options[] = {
    {"address", "ADDRESS",
     "where the daemon listens: HOST:PORT or unix:PATH (FCEMU_ADDRESS; default 127.0.0.1:8252)"  },
    {"token",   "TOKEN",   "control token of a daemon that listens beyond loopback (FCEMU_TOKEN)"},
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
            (struct cli_option){"config", "FILE",
                                "the configuration file (FCEMU_CONFIG); default: none"});
    for (size_t i = 0; i < count; i++) {
        n = add(out, n, cap,
                (struct cli_option){settings[i].flag, settings[i].value, settings[i].help});
        if (settings[i].off_flag)
            n = add(out, n, cap,
                    (struct cli_option){settings[i].off_flag, NULL, "turns it off again"});
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
