#include "cli/cli.h"

enum { NAME_COLUMN = 18, OPTION_COLUMN = 30 };

static void add_options(const struct cli_verb *verb, struct buf *out)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t count = cli_verb_options(verb, options, N_ELEMENTS(options));

    if (count)
        buf_puts(out, "\nOptions:\n");
    for (size_t i = 0; i < count; i++) {
        OWN(buf_done) struct buf left = {0};

        buf_printf(&left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                   options[i].value ? options[i].value : "");
        buf_printf(out, "  %-*s %s\n", OPTION_COLUMN, buf_text(&left), options[i].help);
    }
}

static void verb_help(const struct cli_verb *verb, struct buf *out)
{
    buf_printf(out, "fcemu %s%s%s: %s\n", verb->name, verb->arguments[0] ? " " : "",
               verb->arguments, verb->summary);
    if (verb->details)
        buf_printf(out, "\n%s\n", verb->details);
    add_options(verb, out);
}

static void list_help(struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);
    const struct exit_code_text *codes;

    buf_puts(out, "fcemu: Alibaba Cloud Function Compute on this machine, failing on purpose as "
                  "YAML rules say\n\n"
                  "Usage: fcemu [VERB] [OPTIONS]; without a verb it serves.\n\nVerbs:\n");
    for (size_t i = 0; i < count; i++)
        if (!(verbs[i].flags & CLI_HIDDEN))
            buf_printf(out, "  %-*s %s\n", NAME_COLUMN, verbs[i].name, verbs[i].summary);
    buf_puts(out, "\n'fcemu VERB --help' tells more. Exit codes:\n");
    codes = exit_code_table(&count);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "  %3d  %s\n", (int)codes[i].code, codes[i].meaning);
}

bool cli_group_help(struct str group, struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);
    size_t before = out->len;

    for (size_t i = 0; i < count; i++)
        if (str_starts(str_of(verbs[i].name), group) && verbs[i].name[group.len] == ' ')
            buf_printf(out, "  fcemu %-16s %s\n", verbs[i].name, verbs[i].summary);
    return out->len > before;
}

void cli_help(const struct cli_verb *verb, struct buf *out)
{
    if (verb)
        verb_help(verb, out);
    else
        list_help(out);
}
