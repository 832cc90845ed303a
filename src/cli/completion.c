/*
 * Shell completion, generated from the verb table.
 */
#include "cli/cli.h"

static bool first_of_group(const struct cli_verb *verbs, size_t at, struct str *out_group)
{
    struct str rest;

    if (!str_cut(str_of(verbs[at].name), ' ', out_group, &rest))
        return false;
    for (size_t i = 0; i < at; i++) {
        struct str earlier;

        if (str_cut(str_of(verbs[i].name), ' ', &earlier, &rest) && str_eq(earlier, *out_group))
            return false;
    }
    return true;
}

/* First words: verbs of one word, and each group once. */
static void add_first_words(struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    for (size_t i = 0; i < count; i++) {
        struct str group;

        if (verbs[i].flags & CLI_HIDDEN)
            continue;
        if (!strchr(verbs[i].name, ' '))
            buf_printf(out, "%s ", verbs[i].name);
        else if (first_of_group(verbs, i, &group))
            buf_printf(out, STR_FMT " ", STR_ARG(group));
    }
}

static void add_second_words(struct buf *out, struct str group)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    for (size_t i = 0; i < count; i++) {
        struct str first;
        struct str second;

        if (str_cut(str_of(verbs[i].name), ' ', &first, &second) && str_eq(first, group) &&
            !(verbs[i].flags & CLI_HIDDEN))
            buf_printf(out, STR_FMT " ", STR_ARG(second));
    }
}

static void add_option_words(struct buf *out, const struct cli_verb *verb)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t count = cli_verb_options(verb, options, N_ELEMENTS(options));

    for (size_t i = 0; i < count; i++)
        buf_printf(out, "--%s ", options[i].name);
    buf_puts(out, "--help");
}

static void bash(struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    buf_puts(out, "_fcemu() {\n"
                  "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then words='");
    add_first_words(out);
    buf_puts(out, "'\n    else case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
    for (size_t i = 0; i < count; i++) {
        if (verbs[i].flags & CLI_HIDDEN)
            continue;
        buf_printf(out, "        '%s%s) words='", verbs[i].name,
                   strchr(verbs[i].name, ' ') ? "'" : " '*");
        add_option_words(out, &verbs[i]);
        buf_puts(out, "' ;;\n");
    }
    buf_puts(
        out,
        "        esac\n    fi\n    if [ \"$COMP_CWORD\" -eq 2 ]; then case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < count; i++) {
        struct str group;

        if (!first_of_group(verbs, i, &group))
            continue;
        buf_printf(out, "        " STR_FMT ") words='", STR_ARG(group));
        add_second_words(out, group);
        buf_puts(out, "' ;;\n");
    }
    buf_puts(out, "        esac\n    fi\n"
                  "    case $cur in -*) ;; *) [ -z \"$words\" ] && { COMPREPLY=($(compgen -f -- "
                  "\"$cur\")); return; } ;; esac\n"
                  "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "}\ncomplete -F _fcemu fcemu\n");
}

static void add_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_add_char(out, *text);
    }
}

static void zsh(struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    /* One description a verb; options by the generic completion of bash, which zsh can load. */
    buf_puts(out, "#compdef fcemu\nautoload -U +X bashcompinit && bashcompinit\n");
    for (size_t i = 0; i < count; i++) {
        if (verbs[i].flags & CLI_HIDDEN)
            continue;
        buf_puts(out, "# ");
        add_quoted(out, verbs[i].name);
        buf_printf(out, ": %s\n", verbs[i].summary);
    }
    bash(out);
}

static void fish_option(struct buf *out, const struct cli_verb *verb,
                        const struct cli_option *option)
{
    struct str first;
    struct str second;

    str_cut(str_of(verb->name), ' ', &first, &second);
    buf_printf(out, "complete -c fcemu -n '__fish_seen_subcommand_from " STR_FMT, STR_ARG(first));
    if (second.len)
        buf_printf(out, "; and __fish_seen_subcommand_from " STR_FMT, STR_ARG(second));
    buf_printf(out, "' -l %s%s -d '", option->name, option->value ? " -r" : "");
    add_quoted(out, option->help);
    buf_puts(out, "'\n");
}

static void fish(struct buf *out)
{
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    for (size_t i = 0; i < count; i++) {
        struct cli_option options[CLI_OPTIONS_MAX];
        size_t n = cli_verb_options(&verbs[i], options, N_ELEMENTS(options));
        struct str first;
        struct str second;

        if (verbs[i].flags & CLI_HIDDEN)
            continue;
        str_cut(str_of(verbs[i].name), ' ', &first, &second);
        if (second.len)
            buf_printf(out,
                       "complete -c fcemu -n '__fish_seen_subcommand_from " STR_FMT "' -a " STR_FMT
                       " -d '",
                       STR_ARG(first), STR_ARG(second));
        else
            buf_printf(out, "complete -c fcemu -n __fish_use_subcommand -a " STR_FMT " -d '",
                       STR_ARG(first));
        add_quoted(out, verbs[i].summary);
        buf_puts(out, "'\n");
        for (size_t k = 0; k < n; k++)
            fish_option(out, &verbs[i], &options[k]);
    }
    for (size_t i = 0; i < count; i++) {
        struct str group;

        if (first_of_group(verbs, i, &group))
            buf_printf(out, "complete -c fcemu -n __fish_use_subcommand -a " STR_FMT "\n",
                       STR_ARG(group));
    }
}

int cli_completion(const char *shell, struct buf *out)
{
    static const struct {
        const char *name;
        void (*write)(struct buf *out);
    } shells[] = {
        {"bash", bash},
        {"zsh",  zsh },
        {"fish", fish}
    };

    for (size_t i = 0; i < N_ELEMENTS(shells); i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].write(out);
            return 0;
        }
    }
    return -1;
}
