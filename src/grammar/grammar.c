/*
 * grammar/grammar.c - the rounds in which a set is made, and the set printed again
 */
#include "grammar/internal.h"

/* ---- finishing ---- */

static void finish_rules(struct grammar *g)
{
    g->set->rules = ARENA_ARRAY(g->decoder.arena, g->rule_count, struct fault_rule);
    g->set->rule_count = g->rule_count;
    for (size_t i = 0; i < g->rule_count; i++) {
        g->set->rules[i] = g->rules[i].rule;
        g->set->rules[i].at.file = arena_dup(g->decoder.arena, str_of(g->rules[i].rule.at.file));
    }
}

static void finish_files(struct grammar *g)
{
    size_t n = 0;

    for (const struct grammar_file *f = g->files; f; f = f->next)
        n += f->device || f->inode;
    g->set->files = ARENA_ARRAY(g->decoder.arena, n + g->body_count, struct fault_position);
    for (const struct grammar_file *f = g->files; f; f = f->next)
        if (f->device || f->inode)
            g->set->files[g->set->file_count++].file = arena_dup(g->decoder.arena, str_of(f->name));
    for (const struct grammar_body *b = g->bodies; b; b = b->next)
        g->set->files[g->set->file_count++].file = b->path;
}

static void print_names(const char *title, const struct grammar_names *names, struct buf *out)
{
    if (!names->first)
        return;
    buf_printf(out, "%s:\n", title);
    for (const struct grammar_name *n = names->first; n; n = n->next)
        conf_print_member(n->node, 2, out);
}

static void finish_preamble(struct grammar *g)
{
    OWN(buf_done) struct buf text = {0};

    buf_puts(&text, "version: 1\n");
    if (g->seed_node)
        conf_print_member(g->seed_node, 0, &text);
    if (g->defaults_node)
        conf_print_member(g->defaults_node, 0, &text);
    if (g->guard_node)
        conf_print_member(g->guard_node, 0, &text);
    print_names("latencies", &g->latencies, &text);
    print_names("groups", &g->groups, &text);
    g->set->preamble = arena_str(g->decoder.arena, buf_str(&text));
}

/* ---- the rounds ---- */

static void make_set(struct grammar *g)
{
    for (const struct grammar_file *f = g->files; f; f = f->next)
        conf_decode(&g->decoder, &fault_file_table, f->top, g);
    g->set->keys = (enum fault_keys)g->defaults.keys;
    grammar_finish_groups(g);
    grammar_rules(g);
    grammar_drills(g);
    grammar_resolve(g);
    finish_files(g);
    finish_preamble(g);
}

static void take_texts(struct grammar *g, const struct fault_text *texts, size_t count,
                       bool in_front)
{
    for (size_t i = 0; i < count; i++) {
        if (texts[i].in_front == in_front)
            grammar_take_text(g, texts[i].text, texts[i].name);
    }
}

struct fault_ruleset *fault_ruleset_compile(const char *const *paths, size_t path_count,
                                            const struct fault_text *texts, size_t text_count,
                                            const struct fault_grammar_options *options,
                                            struct conf_report *report)
{
    OWN(fault_ruleset_unref) struct fault_ruleset *set = fault_ruleset_new();
    OWN(arena_free) struct arena *trees = arena_new();
    size_t before = report->errors;
    struct grammar g = {
        .decoder = {.arena = set->arena, .report = report},
        .options = options,
        .set = set,
        .trees = trees,
        .defaults = {.mark = true                  },
    };

    g.decoder.user = &g;
    g.files_tail = &g.files;
    g.groups.tail = &g.groups.first;
    g.latencies.tail = &g.latencies.first;
    g.scenarios.tail = &g.scenarios.first;
    g.drills.tail = &g.drills.first;
    set->seed_random = true;
    conf_defaults(&g.decoder, &fault_guard_table, &set->guard);
    if (options->canned)
        grammar_canned_defaults(&set->guard);
    take_texts(&g, texts, text_count, true);
    for (size_t i = 0; i < path_count; i++)
        grammar_read(&g, paths[i]);
    take_texts(&g, texts, text_count, false);
    make_set(&g);
    if (options->canned)
        grammar_canned_check(&g);
    else
        grammar_fault_check(&g);
    if (report->errors != before)
        return NULL;
    grammar_lint(&g);
    finish_rules(&g);
    return GIVE(set);
}

struct fault_ruleset *fault_ruleset_load(const char *const *paths, size_t path_count,
                                         const struct fault_grammar_options *options,
                                         struct conf_report *report)
{
    return fault_ruleset_compile(paths, path_count, NULL, 0, options, report);
}

struct fault_ruleset *fault_ruleset_parse(struct str text, const char *name,
                                          const struct fault_grammar_options *options,
                                          struct conf_report *report)
{
    struct fault_text one = {.text = text, .name = name};

    return fault_ruleset_compile(NULL, 0, &one, 1, options, report);
}

/* ---- printing ---- */

static void print_rule(const struct fault_rule *rule, struct buf *out)
{
    struct str rest = rule->source;
    struct str line;
    const char *lead = "  - ";

    while (rest.len) {
        str_cut(rest, '\n', &line, &rest);
        buf_printf(out, "%s" STR_FMT "\n", lead, STR_ARG(line));
        lead = "    ";
    }
}

void fault_rule_print(const struct fault_ruleset *set, const struct fault_rule *rule,
                      struct buf *out)
{
    buf_add(out, set->preamble);
    buf_puts(out, "rules:\n");
    print_rule(rule, out);
}

void fault_ruleset_print(const struct fault_ruleset *set, struct buf *out)
{
    buf_add(out, set->preamble);
    buf_puts(out, set->rule_count ? "rules:\n" : "rules: []\n");
    for (size_t i = 0; i < set->rule_count; i++)
        print_rule(&set->rules[i], out);
}

void fault_schema(struct buf *out)
{
    conf_schema(&fault_file_table, "https://fcemu.invalid/schema/faults.json", out);
}
