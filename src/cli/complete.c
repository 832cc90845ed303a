/* Verbs, options and values that begin as the last word does. */
#include "cli/complete.h"

#include "catalog/api.h"
#include "catalog/fc_error.h"
#include "catalog/operation.h"
#include "catalog/region.h"
#include "product/service/event/event.h"

struct completing {
    const struct cli_table *table;
    struct str begun;  /* what of the value is there */
    struct str prefix; /* what stands before it in the same word: "--config=" */
    struct buf *out;
};

void cli_candidate(struct buf *out, struct str begun, struct str prefix, struct str word,
                   const char *meaning)
{
    if (!str_starts(word, begun))
        return;
    buf_add(out, prefix);
    buf_add(out, word);
    if (meaning)
        buf_printf(out, "\t%s", meaning);
    buf_add_char(out, '\n');
}

static void offer(const struct completing *c, struct str word, const char *meaning)
{
    cli_candidate(c->out, c->begun, c->prefix, word, meaning);
}

/* ---- values ---- */

static void offer_codes(const struct completing *c)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++)
        offer(c, str_of(table[i].code), cli_text(table[i].reason_en, table[i].reason_zh));
}

static void offer_regions(const struct completing *c)
{
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++)
        offer(c, str_of(table[i].id), cli_text(table[i].name_en, table[i].name_zh));
}

static void offer_operations(const struct completing *c)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        size_t first = 0;

        while (strcmp(table[first].name, table[i].name) != 0)
            first++;
        if (first == i)
            offer(c, str_of(table[i].name), NULL);
    }
}

static void offer_apis(const struct completing *c)
{
    for (int api = API_2016; api < API_VERSION_COUNT; api++)
        offer(c, api_version_name((enum api_version)api), NULL);
}

static void offer_first_words(const struct completing *c);

static void say(const struct completing *c, const char *line)
{
    buf_printf(c->out, "%s\n", line);
}

static void offer_files(const struct completing *c)
{
    say(c, COMPLETE_FILES);
}

static void offer_folders(const struct completing *c)
{
    say(c, COMPLETE_FOLDERS);
}

static void offer_types(const struct completing *c)
{
    for (size_t i = 0; i < event_sample_count; i++)
        offer(c, event_sample_name(&event_samples[i]), NULL);
}

static void offer_functions(const struct completing *c)
{
    say(c, COMPLETE_FUNCTIONS);
}

static void offer_rules(const struct completing *c)
{
    say(c, COMPLETE_RULES);
}

/* What stands for a value in the help, and what the value can be. */
static const struct {
    const char *name;
    void (*offer)(const struct completing *c);
} values[] = {
    {"API",       offer_apis       },
    {"CODE",      offer_codes      },
    {"DIR",       offer_folders    },
    {"FILE",      offer_files      },
    {"FOLDER",    offer_folders    },
    {"FUNCTION",  offer_functions  },
    {"FROM",      offer_folders    },
    {"ID",        offer_rules      },
    {"PATH",      offer_files      },
    {"OPERATION", offer_operations },
    {"REGION",    offer_regions    },
    {"TO",        offer_folders    },
    {"TYPE",      offer_types      },
    {"VERB",      offer_first_words},
};

static bool is_placeholder(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z')
            return false;
    return name.len > 1;
}

static void offer_value(const struct completing *c, struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(values); i++)
        if (str_eq(name, str_of(values[i].name)))
            values[i].offer(c);
}

static void offer_words(const struct completing *c, const char *words)
{
    struct str rest = str_of(words);

    while (str_is_set(rest)) {
        struct str word;

        str_cut(rest, ' ', &word, &rest);
        offer(c, word, NULL);
    }
}

static void offer_option_value(const struct completing *c, const struct cli_option *option)
{
    if (option->words)
        offer_words(c, option->words);
    else
        offer_value(c, str_of(option->value));
}

/* ---- arguments ---- */

/* "FILE…" and "[CODE]" without what tells how often. */
static struct str bare(struct str word)
{
    if (str_ends(word, STR("…")))
        word.len -= strlen("…");
    while (word.len && (word.ptr[0] == '[' || word.ptr[0] == '{'))
        word = str_slice(word, 1, word.len);
    while (word.len && (word.ptr[word.len - 1] == ']' || word.ptr[word.len - 1] == '}'))
        word.len--;
    return str_ends(word, STR("…")) ? str_slice(word, 0, word.len - strlen("…")) : word;
}

static void offer_argument(const struct completing *c, struct str word)
{
    struct str literal = bare(word);
    struct str head;
    struct str tail;

    if (is_placeholder(literal))
        offer_value(c, literal);
    else if (str_cut(literal, ':', &head, &tail)) /* group:NAME */
        offer(c, str_slice(literal, 0, head.len + 1), NULL);
    else if (!str_find(literal, STR("="), NULL))
        offer(c, literal, NULL);
}

/* The @n-th word of @pattern; the last one may come again. */
static struct str word_at(struct str pattern, size_t n)
{
    struct str word;

    do
        str_cut(pattern, ' ', &word, &pattern);
    while (n-- > 0 && str_is_set(pattern));
    return word;
}

/* "bash|zsh|fish", "ID KEY=VALUE", "advance D|freeze [T]|real": each alternative has words of its
 * own, and only the first of them can be told before it is there. */
static void offer_arguments(const struct completing *c, const struct cli_verb *verb, size_t n)
{
    struct str pattern = bare(str_of(verb->arguments));
    bool alternatives = str_find(pattern, STR("|"), NULL);

    if (verb->at_most != CLI_ANY && n >= (size_t)verb->at_most)
        return;
    if (!alternatives)
        offer_argument(c, word_at(pattern, n));
    while (alternatives && n == 0 && str_is_set(pattern)) {
        struct str one;

        str_cut(pattern, '|', &one, &pattern);
        offer_argument(c, word_at(one, 0));
    }
}

/* ---- verbs ---- */

/* The next word of the verbs whose names begin with those before it, each once. */
static void offer_next_words(const struct completing *c, struct str before)
{
    OWN(buf_done) struct buf seen = {0};

    for (size_t i = 0; i < c->table->count; i++) {
        const struct cli_verb *verb = c->table->verbs[i];
        struct str name = str_of(verb->name);
        struct str word;
        struct str rest;

        if ((verb->flags & CLI_HIDDEN) || !str_starts(name, before))
            continue;
        bool last = !str_cut(str_slice(name, before.len, name.len), ' ', &word, &rest);
        OWN(buf_done) struct buf marked = {0};

        buf_printf(&marked, " " STR_FMT " ", STR_ARG(word));
        if (word.len == 0 || str_find(buf_str(&seen), buf_str(&marked), NULL))
            continue;
        buf_add(&seen, buf_str(&marked));
        offer(c, word, last ? cli_text(verb->summary, verb->summary_zh) : NULL);
    }
}

static void offer_first_words(const struct completing *c)
{
    offer_next_words(c, STR(""));
}

/* ---- the whole ---- */

static const struct cli_option *find_letter(const struct cli_option *options, size_t count,
                                            char letter)
{
    for (size_t i = 0; i < count; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

static const struct cli_option *find_option(const struct cli_option *options, size_t count,
                                            struct str word)
{
    struct str name;
    struct str value;

    if (word.len == 2 && word.ptr[0] == '-')
        return find_letter(options, count, word.ptr[1]);
    if (!str_starts(word, STR("--")))
        return NULL;
    str_cut(str_slice(word, 2, word.len), '=', &name, &value);
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_of(options[i].name), name))
            return &options[i];
    return NULL;
}

static void offer_options(const struct completing *c, const struct cli_option *options,
                          size_t count)
{
    OWN(buf_done) struct buf name = {0};

    for (size_t i = 0; i < count; i++) {
        buf_clear(&name);
        buf_printf(&name, "--%s", options[i].name);
        offer(c, buf_str(&name), cli_text(options[i].help, options[i].help_zh));
    }
    offer(c, STR("--help"), NULL);
}

/* @words are those behind the verb. */
static void complete_verb(struct completing *c, const struct cli_verb *verb,
                          const char *const *words, size_t count)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t known = cli_verb_options(verb, options, N_ELEMENTS(options));
    const struct cli_option *awaits = NULL; /* its value */
    size_t arguments = 0;
    struct str name;

    for (size_t i = 0; i + 1 < count; i++) {
        const struct cli_option *option =
            awaits ? NULL : find_option(options, known, str_of(words[i]));

        arguments += !awaits && words[i][0] != '-';
        awaits = option && option->value && !strchr(words[i], '=') ? option : NULL;
    }
    const struct cli_option *option = find_option(options, known, c->begun);

    if (awaits) {
        offer_option_value(c, awaits);
    } else if (option && option->value && str_cut(c->begun, '=', &name, &c->begun)) {
        c->prefix = (struct str){name.ptr, name.len + 1};
        offer_option_value(c, option);
    } else if (str_starts(c->begun, STR("-"))) {
        offer_options(c, options, known);
    } else {
        offer_arguments(c, verb, arguments);
    }
}

/* The longest verb that the first words are; *out_used says how many of them. */
static const struct cli_verb *find_verb(const struct cli_table *table, const char *const *words,
                                        size_t count, size_t *out_used)
{
    const struct cli_verb *found = NULL;
    OWN(buf_done) struct buf name = {0};

    *out_used = 0;
    for (size_t used = 1; used <= count; used++) {
        buf_printf(&name, "%s%s", used > 1 ? " " : "", words[used - 1]);
        for (size_t i = 0; i < table->count; i++) {
            if (strcmp(table->verbs[i]->name, buf_text(&name)) != 0)
                continue;
            found = table->verbs[i];
            *out_used = used;
        }
    }
    return found;
}

/* Without a verb, it is the one that serves. */
static const struct cli_verb *verb_without_words(const struct cli_table *table)
{
    const char *const serve = "serve";
    size_t used;

    return find_verb(table, &serve, 1, &used);
}

void cli_complete(const struct cli_table *table, const char *const *words, size_t count,
                  struct buf *out)
{
    struct completing c = {.table = table, .out = out};
    OWN(buf_done) struct buf before = {0};
    size_t used = 0;

    if (count == 0)
        return;
    c.begun = str_of(words[count - 1]);
    for (size_t i = 0; i + 1 < count; i++)
        buf_printf(&before, "%s ", words[i]);
    const struct cli_verb *verb = find_verb(table, words, count - 1, &used);

    if (count > 1 && !verb && words[0][0] == '-')
        verb = verb_without_words(table);
    if (!str_starts(c.begun, STR("-")))
        offer_next_words(&c, buf_str(&before));
    else if (count == 1)
        verb = verb_without_words(table);
    if (verb)
        complete_verb(&c, verb, words + used, count - used);
}
