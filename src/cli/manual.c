/*
 * The manual page, from the same tables as --help. docs/fcemu.1 is this output; a test compares.
 */
#include "cli/cli.h"
#include "conf/settings.h"

static void add_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\')
            buf_puts(out, "\\e");
        else if (*p == '-')
            buf_puts(out, "\\-");
        else if (*p == '.' && (p == text || p[-1] == '\n'))
            buf_puts(out, "\\&.");
        else if (*p == '\'' && (p == text || p[-1] == '\n'))
            buf_puts(out, "\\(aq");
        else
            buf_add_char(out, *p);
    }
}

static void add_option(struct buf *out, const struct cli_option *option)
{
    buf_puts(out, ".TP\n.B ");
    if (option->letter)
        buf_printf(out, "\\-%c, ", option->letter);
    buf_puts(out, "\\-\\-");
    add_escaped(out, option->name);
    if (option->value)
        buf_printf(out, " \\fI%s\\fR", option->value);
    buf_add_char(out, '\n');
    add_escaped(out, option->help);
    buf_add_char(out, '\n');
}

static void add_verb(struct buf *out, const struct cli_verb *verb)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t count = cli_verb_options(verb, options, N_ELEMENTS(options));

    buf_printf(out, ".SS fcemu %s", verb->name);
    if (verb->arguments[0])
        buf_printf(out, " \\fI%s\\fR", verb->arguments);
    buf_add_char(out, '\n');
    add_escaped(out, verb->summary);
    buf_puts(out, ".\n");
    if (verb->details) {
        buf_puts(out, ".PP\n");
        add_escaped(out, verb->details);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < count; i++)
        add_option(out, &options[i]);
}

static void add_settings(struct buf *out)
{
    OWN(arena_free) struct arena *arena = arena_new();
    size_t count;
    const struct settings_option *settings = settings_options(arena, &count);

    buf_puts(out,
             ".SH CONFIGURATION\nEvery setting has a key in the configuration file, a flag of "
             "\\fBfcemu serve\\fR and an "
             "environment variable; a flag wins over the variable, the variable over the file.\n");
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, ".TP\n.B ");
        add_escaped(out, settings[i].key);
        buf_add_char(out, '\n');
        add_escaped(out, settings[i].help);
        buf_puts(out, ". Default: ");
        add_escaped(out, settings[i].fallback ? settings[i].fallback : "none");
        buf_puts(out, ". Flag: \\-\\-");
        add_escaped(out, settings[i].flag);
        buf_puts(out, ". Variable: ");
        add_escaped(out, settings[i].env);
        buf_puts(out, ".\n");
    }
}

void cli_manual(const struct cli_table *table, struct buf *out)
{
    const struct exit_code_text *codes;
    size_t count;

    buf_puts(out, ".TH FCEMU 1 \"\" \"fcemu " FCEMU_VERSION
                  "\" \"User Commands\"\n.SH NAME\nfcemu \\- Alibaba Cloud Function "
                  "Compute on this machine, failing on purpose\n.SH SYNOPSIS\n.B "
                  "fcemu\n[\\fIVERB\\fR] [\\fIOPTIONS\\fR]\n"
                  ".SH DESCRIPTION\nA daemon that listens on localhost and impersonates "
                  "*.fc.aliyuncs.com: official clients talk to "
                  "it unchanged, and it answers the documented errors, cuts, delays and corrupts "
                  "as YAML rules say. Without a "
                  "verb it serves.\n.SH VERBS\n");
    for (size_t i = 0; i < table->count; i++)
        if (!(table->verbs[i]->flags & CLI_HIDDEN))
            add_verb(out, table->verbs[i]);
    add_settings(out);
    buf_puts(out, ".SH EXIT STATUS\n");
    codes = exit_code_table(&count);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, ".TP\n.B %d\n%s\n", (int)codes[i].code, codes[i].meaning);
}
