/* The table of verbs as `--help` prints it. */
#include "cli/cli.h"

enum { NAME_COLUMN = 18, OPTION_COLUMN = 30 };

static void add_options(const struct cli_verb *verb, struct buf *out)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t count = cli_verb_options(verb, options, N_ELEMENTS(options));

    if (count)
        buf_printf(out, "\n%s\n", cli_text("Options:", "选项："));
    for (size_t i = 0; i < count; i++) {
        OWN(buf_done) struct buf left = {0};

        if (options[i].letter)
            buf_printf(&left, "-%c, ", options[i].letter);
        buf_printf(&left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                   options[i].value ? options[i].value : "");
        buf_printf(out, "  %-*s %s\n", OPTION_COLUMN, buf_text(&left),
                   cli_text(options[i].help, options[i].help_zh));
    }
}

void cli_verb_help(const struct cli_verb *verb, struct buf *out)
{
    buf_printf(out, "fcemu %s%s%s: %s\n", verb->name, verb->arguments[0] ? " " : "",
               verb->arguments, cli_text(verb->summary, verb->summary_zh));
    if (verb->details)
        buf_printf(out, "\n%s\n", cli_text(verb->details, verb->details_zh));
    add_options(verb, out);
}

void cli_help(const struct cli_table *table, struct buf *out)
{
    const struct exit_code_text *codes;
    size_t count;

    buf_puts(out, cli_text("fcemu: Alibaba Cloud Function Compute on this machine, failing on "
                           "purpose as YAML rules say\n\n"
                           "Usage: fcemu [VERB] [OPTIONS]; without a verb it serves.\n\nVerbs:\n",
                           "fcemu：在本机模拟阿里云函数计算，并按 YAML 规则故意出错\n\n"
                           "用法：fcemu [动词] [选项]；不写动词即运行守护进程。\n\n动词：\n"));
    for (size_t i = 0; i < table->count; i++)
        if (!(table->verbs[i]->flags & CLI_HIDDEN))
            buf_printf(out, "  %-*s %s\n", NAME_COLUMN, table->verbs[i]->name,
                       cli_text(table->verbs[i]->summary, table->verbs[i]->summary_zh));
    buf_puts(out, cli_text("\n'fcemu VERB --help' tells more. Exit codes:\n",
                           "\n'fcemu 动词 --help' 有更多说明。退出码：\n"));
    codes = exit_code_table(&count);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "  %3d  %s\n", (int)codes[i].code,
                   cli_text(codes[i].meaning, codes[i].meaning_zh));
}

bool cli_group_help(const struct cli_table *table, struct str group, struct buf *out)
{
    size_t before = out->len;

    for (size_t i = 0; i < table->count; i++) {
        const struct cli_verb *verb = table->verbs[i];

        if (str_starts(str_of(verb->name), group) && verb->name[group.len] == ' ' &&
            !(verb->flags & CLI_HIDDEN))
            buf_printf(out, "  fcemu %-17s %s\n", verb->name,
                       cli_text(verb->summary, verb->summary_zh));
    }
    return out->len > before;
}
