/*
 * cli/cli.h - verbs as a table
 *
 * Help, completion, the manual page and the parsing of arguments all come from the rows of a table
 * that is handed to them, so that they cannot drift apart. A verb is a file with one row; its
 * function prints and returns an exit code, it never exits.
 */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* The same for every verb (official table in docs/fcemu.1). */
enum exit_code {
    EXIT_CODE_PASS = 0,
    EXIT_CODE_ASSERTION = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_VACUOUS = 3,
    EXIT_CODE_GUARD = 4,
    EXIT_CODE_UNREACHABLE = 5,
    EXIT_CODE_TIMEOUT = 6,
    EXIT_CODE_INCONCLUSIVE = 7,
    EXIT_CODE_INTERRUPTED = 130,
};

struct exit_code_text {
    enum exit_code code;
    const char *meaning;
    const char *meaning_zh;
};
const struct exit_code_text *exit_code_table(size_t *out_count);

struct cli_option {
    const char *name;  /* without dashes: "lang" */
    const char *value; /* what stands behind it: "LANG"; NULL: a flag */
    const char *help;
    const char *help_zh; /* the same in Chinese; NULL: not translated */
    char letter;         /* short for it: 'f' for -f; 0: none */
    const char *words; /* the values it can have, blank separated; NULL: what `value` stands for */
};

enum cli_verb_flags {
    CLI_JSON = 1 << 0,     /* prints data, so it knows --json */
    CLI_DAEMON = 1 << 1,   /* talks to a running daemon: --address, --token */
    CLI_SETTINGS = 1 << 2, /* takes every setting as a flag */
    CLI_HIDDEN = 1 << 3,   /* for our own build and tests */
    CLI_COMMAND = 1 << 4,  /* what stands behind "--" is a command of its own */
};

struct cli_args;

enum { CLI_ANY = -1 };

struct cli_verb {
    const char *name;       /* "fault list": one to three words */
    const char *arguments;  /* "[CODE]", "FILE…"; "" for none */
    int at_least, at_most;  /* positional arguments; CLI_ANY for no upper bound */
    const char *summary;    /* one line */
    const char *summary_zh; /* the same in Chinese */
    const char *details;    /* paragraphs for --help, or NULL */
    const char *details_zh;
    const struct cli_option *options; /* ends with a zeroed row; NULL: none of its own */
    unsigned flags;
    int (*run)(const struct cli_args *args);
};

struct cli_table {
    const struct cli_verb *const *verbs;
    size_t count;
};

enum { CLI_OPTIONS_MAX = 128 };

struct cli_args {
    const struct cli_table *table;
    const struct cli_verb *verb;
    struct {
        const char *name;
        const char *value; /* "" for flags */
    } options[CLI_OPTIONS_MAX];
    size_t option_count;
    const char **positional; /* borrowed from argv */
    size_t count;
    const char *const
        *command; /* of CLI_COMMAND: NULL behind the last word; NULL: none was given */
};

/** @zh when the locale is Chinese (LC_ALL, LC_MESSAGES, LANG) and there is one, else @en. */
const char *cli_text(const char *en, const char *zh);
bool cli_is_chinese(void);

/** Run the verb that the words name. The exit code of the program. */
int cli_run(const struct cli_table *table, int argc, char **argv);

bool cli_has(const struct cli_args *args, const char *option);
const char *cli_value(const struct cli_args *args,
                      const char *option); /* the last one given, or NULL */
/** The next one of several behind @*at, which starts at 0; NULL behind the last. */
const char *cli_next_value(const struct cli_args *args, const char *option, size_t *at);
/** The whole of the file at @path, or of standard input for "-", into @out. 0, or an exit status
 * behind a message. */
int cli_read(const struct cli_args *args, const char *path, struct buf *out);
/** Print "fcemu VERB: text" to standard error; returns EXIT_CODE_USAGE. */
int cli_usage(const struct cli_args *args, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** Print @json to standard output, indented. Takes it. */
void cli_print_json(cJSON *json);

/* options.c: what a verb accepts, its own rows and the shared ones */
size_t cli_verb_options(const struct cli_verb *verb, struct cli_option *out, size_t cap);

/* help.c, completion.c, manual.c: the table in other forms */
void cli_help(const struct cli_table *table, struct buf *out); /* the list of verbs */
void cli_verb_help(const struct cli_verb *verb, struct buf *out);
/** The verbs that begin with the word @group, a line each. False when none does. */
bool cli_group_help(const struct cli_table *table, struct str group, struct buf *out);
/** The script that @shell loads. -1: no such shell. */
int cli_completion(const char *shell, struct buf *out);
void cli_manual(const struct cli_table *table, struct buf *out); /* roff */
