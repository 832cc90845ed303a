/* From the words of a command line to a verb, its options and its arguments. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/distance.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "conf/settings.h"

enum { VERB_WORDS_MAX = 3 };

/* People say `faults list` as often as `fault list`: both are one word here. */
static const char *canonical(const char *word)
{
    return strcmp(word, "faults") == 0 ? "fault" : word;
}

/* The first @words of @argv as the name of a verb would be. */
static char *name_of(char **argv, int words)
{
    struct buf name = {0};

    buf_puts(&name, canonical(argv[0]));
    for (int i = 1; i < words; i++)
        buf_printf(&name, " %s", argv[i]);
    return buf_take(&name);
}

/* The row whose name is these words; *out_used says how many of them. */
static const struct cli_verb *find_verb(const struct cli_table *table, int argc, char **argv,
                                        int *out_used)
{
    for (int words = argc < VERB_WORDS_MAX ? argc : VERB_WORDS_MAX; words >= 1; words--) {
        OWN(mem_free) char *name = name_of(argv, words);

        for (size_t i = 0; i < table->count; i++) {
            if (strcmp(table->verbs[i]->name, name) == 0) {
                *out_used = words;
                return table->verbs[i];
            }
        }
    }
    return NULL;
}

static int unknown_verb(const struct cli_table *table, int argc, char **argv)
{
    OWN(buf_done) struct buf members = {0};
    bool group = cli_group_help(table, str_of(canonical(argv[0])), &members);
    OWN(mem_free) char *words = argc >= 2 && group ? name_of(argv, 2) : mem_dup(argv[0]);
    struct nearest nearest = {.wanted = str_of(words)};

    for (size_t i = 0; i < table->count; i++)
        if (!(table->verbs[i]->flags & CLI_HIDDEN))
            nearest_offer(&nearest, str_of(table->verbs[i]->name));
    fprintf(stderr, "fcemu: unknown verb '%s'", words);
    if (str_is_set(nearest.best))
        fprintf(stderr, "; did you mean '" STR_FMT "'?", STR_ARG(nearest.best));
    if (group)
        fprintf(stderr, "\nknown:\n%s", buf_text(&members));
    else
        fprintf(stderr, "\n'fcemu --help' lists the verbs\n");
    return EXIT_CODE_USAGE;
}

bool cli_has(const struct cli_args *args, const char *option)
{
    return cli_value(args, option) != NULL;
}

const char *cli_value(const struct cli_args *args, const char *option)
{
    for (size_t i = args->option_count; i > 0; i--)
        if (strcmp(args->options[i - 1].name, option) == 0)
            return args->options[i - 1].value;
    return NULL;
}

const char *cli_next_value(const struct cli_args *args, const char *option, size_t *at)
{
    while (*at < args->option_count) {
        size_t i = (*at)++;

        if (strcmp(args->options[i].name, option) == 0)
            return args->options[i].value;
    }
    return NULL;
}

int cli_usage(const struct cli_args *args, const char *fmt, ...)
{
    va_list list;

    fprintf(stderr, "fcemu %s: ", args->verb->name);
    va_start(list, fmt);
    vfprintf(stderr, fmt, list);
    va_end(list);
    fputc('\n', stderr);
    return EXIT_CODE_USAGE;
}

void cli_print_json(cJSON *json)
{
    OWN(buf_done) struct buf b = {0};

    json_print(json, true, &b);
    json_free(json);
    puts(buf_text(&b));
}

static int unknown_option(const struct cli_args *args, const struct cli_option *known, size_t count,
                          struct str name)
{
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(known[i].name));
    if (str_is_set(nearest.best))
        return cli_usage(args, "unknown option '--" STR_FMT "'; did you mean '--" STR_FMT "'?",
                         STR_ARG(name), STR_ARG(nearest.best));
    return cli_usage(args, "unknown option '--" STR_FMT "'; 'fcemu %s --help' lists them",
                     STR_ARG(name), args->verb->name);
}

static int takes_no_value(const struct cli_args *args, const struct cli_option *known, size_t count,
                          const struct cli_option *option)
{
    OWN(mem_free) char *off = mem_printf("no-%s", option->name);

    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i].name, off) == 0)
            return cli_usage(args, "'--%s' takes no value; '--%s' turns it off", option->name, off);
    return cli_usage(args, "'--%s' takes no value", option->name);
}

static bool is_named(const struct cli_option *option, struct str name, bool short_form)
{
    if (!short_form)
        return str_eq(str_of(option->name), name);
    return name.len == 1 && (option->letter == name.ptr[0] || str_eq(str_of(option->name), name));
}

/* One `--name`, `--name=value`, `--name value` or `-n value`; *at moves behind it. */
static int take_option(struct cli_args *args, const struct cli_option *known, size_t known_count,
                       int argc, char **argv, int *at)
{
    struct str name;
    struct str value;
    bool short_form = argv[*at][1] != '-';
    bool inline_value = str_cut(str_of(argv[*at] + (short_form ? 1 : 2)), '=', &name, &value);
    const struct cli_option *option = NULL;

    for (size_t i = 0; i < known_count && !option; i++)
        if (is_named(&known[i], name, short_form))
            option = &known[i];
    if (!option && short_form)
        return cli_usage(args, "unknown option '%s'; options are written --name", argv[*at]);
    if (!option)
        return unknown_option(args, known, known_count, name);
    if (args->option_count == CLI_OPTIONS_MAX)
        return cli_usage(args, "more than %d options", CLI_OPTIONS_MAX);
    if (!option->value && inline_value)
        return takes_no_value(args, known, known_count, option);
    if (option->value && !inline_value) {
        if (*at + 1 >= argc)
            return cli_usage(args, "'--%s' needs a value: --%s %s", option->name, option->name,
                             option->value);
        value = str_of(argv[++*at]);
    }
    args->options[args->option_count].name = option->name;
    args->options[args->option_count].value = option->value ? value.ptr : "";
    args->option_count++;
    return 0;
}

/* Of the verbs that know both. */
static int check_format(const struct cli_args *args)
{
    const char *format = cli_value(args, "format");

    if (format && strcmp(format, "json") != 0 && cli_has(args, "json"))
        return cli_usage(args, "--json and --format %s contradict each other", format);
    return 0;
}

static int parse(struct cli_args *args, int argc, char **argv)
{
    struct cli_option known[CLI_OPTIONS_MAX];
    size_t known_count = cli_verb_options(args->verb, known, N_ELEMENTS(known));
    bool options_over = false;

    for (int i = 0; i < argc; i++) {
        if (!options_over && strcmp(argv[i], "--") == 0) {
            options_over = true;
            if (args->verb->flags & CLI_COMMAND) {
                args->command = (const char *const *)&argv[i + 1];
                break;
            }
        } else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0') {
            int r = take_option(args, known, known_count, argc, argv, &i);

            if (r != 0)
                return r;
        } else {
            args->positional[args->count++] = argv[i];
        }
    }
    if ((int)args->count < args->verb->at_least)
        return cli_usage(args, "needs %s; 'fcemu %s --help' tells more", args->verb->arguments,
                         args->verb->name);
    if (args->verb->at_most != CLI_ANY && (int)args->count > args->verb->at_most)
        return cli_usage(args, "unexpected '%s'; the usage is: fcemu %s %s",
                         args->positional[args->verb->at_most], args->verb->name,
                         args->verb->arguments);
    return check_format(args);
}

static int print_help(const struct cli_verb *verb)
{
    OWN(buf_done) struct buf b = {0};

    cli_verb_help(verb, &b);
    fputs(buf_text(&b), stdout);
    return EXIT_CODE_PASS;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int print_list(const struct cli_table *table)
{
    OWN(buf_done) struct buf b = {0};

    cli_help(table, &b);
    fputs(buf_text(&b), stdout);
    return EXIT_CODE_PASS;
}

/* `fcemu fault --help`: a group is no verb, but its verbs can be told. */
static bool print_group_help(const struct cli_table *table, int argc, char **argv)
{
    OWN(buf_done) struct buf b = {0};

    if (!asks_help(argc - 1, argv + 1) || !cli_group_help(table, str_of(canonical(argv[0])), &b))
        return false;
    fputs(buf_text(&b), stdout);
    return true;
}

int cli_run(const struct cli_table *table, int argc, char **argv)
{
    static char serve[] = "serve";
    static char version[] = "version";
    char *serve_words[] = {serve};
    char *version_words[] = {version};
    struct cli_args args = {.table = table};
    int used = 0;
    int result;

    argc--;
    argv++;
    if (argc >= 1 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0))
        return print_list(table);
    if (argc == 1 && strcmp(argv[0], "--version") == 0)
        args.verb = find_verb(table, 1, version_words, &used);
    else if (argc == 0 || argv[0][0] == '-')
        args.verb = find_verb(table, 1, serve_words, &used), used = 0;
    else
        args.verb = find_verb(table, argc, argv, &used);
    if (!args.verb)
        return print_group_help(table, argc, argv) ? EXIT_CODE_PASS
                                                   : unknown_verb(table, argc, argv);
    if (asks_help(argc - used, argv + used))
        return print_help(args.verb);
    args.positional = mem_alloc_array((size_t)argc + 1, sizeof(*args.positional));
    result = parse(&args, argc - used, argv + used);
    if (result == 0)
        result = args.verb->run(&args);
    mem_free(args.positional);
    if ((fflush(stdout) != 0 || ferror(stdout)) && result == EXIT_CODE_PASS) {
        fprintf(stderr, "fcemu: cannot write to standard output\n");
        return EXIT_CODE_ASSERTION;
    }
    return result;
}
