/*
 * fault/grammar.c - the top of a rule file, and the rounds in which a set is made
 */
#include "base/distance.h"
#include "base/mem.h"
#include "fault/grammar_parts.h"

/* ---- names ---- */

struct grammar_name *grammar_name_find(const struct grammar_names *names, struct str name)
{
    for (struct grammar_name *n = names->first; n; n = n->next)
        if (str_eq(n->name, name))
            return n;
    return NULL;
}

static struct grammar_name *name_append(struct grammar *g, struct grammar_names *names,
                                        const struct conf_node *node, struct str name)
{
    struct grammar_name *added = ARENA_NEW(g->decoder.arena, struct grammar_name);

    added->name = arena_str(g->decoder.arena, name);
    added->node = node;
    added->index = names->count++;
    *names->tail = added;
    names->tail = &added->next;
    return added;
}

const char *grammar_place(struct conf_decoder *d, const struct conf_node *node, bool of_key)
{
    return arena_printf(d->arena, "%s:%u:%u", node->source->name,
                        of_key ? node->key_line : node->line,
                        of_key ? node->key_column : node->column);
}

struct grammar_name *grammar_name_add(struct conf_decoder *d, struct grammar_names *names,
                                      const char *noun, const struct conf_node *node,
                                      struct str name)
{
    const struct grammar_name *before = grammar_name_find(names, name);

    if (before && before->node->source == node->source)
        return NULL; /* F101 said it */
    if (before) {
        conf_error(d->report, conf_at_key(node), "F301", "%s '%s' is already defined at %s", noun,
                   conf_shown(d->report, name), grammar_place(d, before->node, true));
        return NULL;
    }
    return name_append(grammar_of(d), names, node, name);
}

void grammar_name_missing(struct conf_decoder *d, const struct grammar_names *names,
                          const char *noun, const struct conf_node *node)
{
    OWN(buf_done) struct buf known = {0};
    struct nearest nearest = {.wanted = node->text};
    size_t n = 0;

    for (const struct grammar_name *name = names->first; name; name = name->next, n++) {
        nearest_offer(&nearest, name->name);
        if (n < 3)
            buf_printf(&known, "%s" STR_FMT, n ? ", " : "; known: ", STR_ARG(name->name));
    }
    /* A common beginning is what people remember: 'prod' for 'prod-invoke'. */
    for (const struct grammar_name *name = names->first; name && !str_is_set(nearest.best);
         name = name->next)
        if (node->text.len > 2 && str_starts(name->name, node->text))
            nearest.best = name->name;
    if (n > 3)
        buf_puts(&known, ", …");
    conf_error(d->report, conf_at(node), "F302", "no %s '%s'%s", noun, conf_value(d, node),
               str_is_set(nearest.best) ? conf_did_you_mean(d, nearest.best) : buf_text(&known));
}

void grammar_scenario_value(struct grammar *g, struct str scenario, struct str value,
                            int *out_scenario, int *out_value)
{
    struct grammar_name *name = grammar_name_find(&g->scenarios, scenario);
    struct arena *arena = g->decoder.arena;
    size_t i = 0;

    if (!name) {
        name = name_append(g, &g->scenarios, NULL, scenario);
        name->values.items = ARENA_ARRAY(arena, 1, struct str);
        name->values.items[0] = STR("");
        name->values.count = 1;
    }
    while (i < name->values.count && !str_eq(name->values.items[i], value))
        i++;
    if (i == name->values.count) {
        struct str *more = ARENA_ARRAY(arena, i + 1, struct str);

        memcpy(more, name->values.items, i * sizeof(*more));
        more[i] = arena_str(arena, value);
        name->values = (struct conf_texts){more, i + 1};
    }
    *out_scenario = (int)name->index;
    *out_value = (int)i;
}

/* ---- the keys at the top of a file ---- */

static bool take_version(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    (void)field;
    (void)out;
    if (node->kind == CONF_SCALAR && str_eq(node->text, STR("1")))
        return true;
    conf_error(d->report, conf_at(node), "F109", "this build reads version 1");
    return false;
}

/* These hold for the whole set, so one file gives them. */
static bool given_once(struct conf_decoder *d, const struct conf_node *node,
                       const struct conf_node **first)
{
    if (*first && (*first)->source != node->source) {
        conf_error(d->report, conf_at_key(node), "F301",
                   "already given at %s; it holds for all files, so keep it in one",
                   grammar_place(d, *first, true));
        return false;
    }
    *first = node;
    return true;
}

static bool take_seed(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field number = {
        .name = field->name,
        .type = FIELD_UINT,
        .max = UINT64_MAX,
        .wrong = "{} is not between 0 and 18446744073709551615, nor 'random'",
    };
    struct grammar *g = out;

    if (!given_once(d, node, &g->seed_node))
        return false;
    g->set->seed_random = node->kind == CONF_SCALAR && str_eq(node->text, STR("random"));
    return g->set->seed_random || conf_decode_field(d, &number, node, &g->set->seed);
}

static bool take_include(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    (void)field;
    (void)out;
    return node->kind == CONF_SCALAR ? conf_want_text(d, node) : conf_want(d, node, CONF_LIST);
}

static const struct conf_word mark_list[] = {
    {"header", true },
    {"none",   false},
};
static const struct conf_word keys_list[] = {
    {"both",       KEYS_BOTH      },
    {"documented", KEYS_DOCUMENTED},
    {"sdk",        KEYS_SDK       },
};
static const struct conf_word count_on_list[] = {
    {"reached", false},
    {"seen",    true },
};
static const struct conf_word draw_by_list[] = {
    {"call",    false},
    {"request", true },
};
static const struct conf_word retry_after_list[] = {
    {"none", 0}
};
static const struct conf_words marks = {CONF_WORDS_OF(mark_list)};
static const struct conf_words keys_words = {CONF_WORDS_OF(keys_list)};
static const struct conf_words count_on = {CONF_WORDS_OF(count_on_list)};
static const struct conf_words draw_by = {CONF_WORDS_OF(draw_by_list)};
static const struct conf_words retry_after = {CONF_WORDS_OF(retry_after_list),
                                              .instead = "write a time at the error itself"};

#define DEFAULT(key, member, choices, text)                                                        \
    {                                                                                              \
        .name = key, .type = FIELD_CHOICE, .offset = offsetof(struct grammar_defaults, member),    \
        .words = &choices, .help = text                                                            \
    }

/* clang-format off */
static const struct conf_field defaults_fields[] = {
    DEFAULT("mark", mark, marks, "header: changed answers carry X-Fcemu-Fault"),
    {.name = "error_keys",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct grammar_defaults, keys),
     .words = &keys_words,
     .aka = "error_case",
     .help = "keys of 2016 and 2021 error bodies: both, documented (errorCode) or sdk (ErrorCode)"},
    DEFAULT("count_on", count_seen, count_on, "which calls 'when.calls' counts"),
    DEFAULT("draw_by", draw_by_request, draw_by, "what chance hangs on"),
    DEFAULT("retry_after", retry_after, retry_after, "no Retry-After unless a rule says so"),
};
/* clang-format on */
static const struct conf_table defaults_table = {
    .name = "defaults",
    .help = "Defaults of all rules.",
    CONF_TABLE_OF(defaults_fields),
};

static bool take_defaults(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct grammar *g = out;

    if (!given_once(d, node, &g->defaults_node))
        return false;
    conf_decode(d, field->table, node, &g->defaults);
    return true;
}

static bool take_guard(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct grammar *g = out;

    if (!given_once(d, node, &g->guard_node))
        return false;
    conf_decode(d, field->table, node, &g->set->guard);
    return true;
}

static bool take_latencies(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    struct grammar *g = out;
    OWN(buf_done) struct buf text = {0};

    (void)field;
    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH(child, node)
    {
        struct grammar_name *name =
            grammar_name_add(d, &g->latencies, "latency", child, child->key);
        struct fault_latency *latency = ARENA_NEW(d->arena, struct fault_latency);

        grammar_latency(d, child, latency);
        if (!name)
            continue;
        name->latency = latency;
        buf_clear(&text);
        conf_print(child, 0, NULL, &text);
        name->text = arena_str(d->arena, buf_str(&text));
    }
    return true;
}

/* clang-format off */
static const struct conf_field group_fields[] = {
    {.name = "enabled",
     .type = FIELD_BOOL,
     .offset = offsetof(struct fault_group, enabled),
     .fallback = "true",
     .help = "default: true"},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = offsetof(struct fault_group, description),
     .help = "shown in lists"},
};
/* clang-format on */
static const struct conf_table group_table = {
    .name = "group", .help = "Rules that are switched together.", CONF_TABLE_OF(group_fields)};

static bool take_groups(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct grammar *g = out;

    (void)field;
    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH(child, node)
    grammar_name_add(d, &g->groups, "group", child, child->key);
    return true;
}

/* Rules and drills wait for what they speak of. */
static bool take_later(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    (void)d;
    (void)field;
    (void)node;
    (void)out;
    return true;
}

/* clang-format off */
static const struct conf_field file_fields[] = {
    {.name = "version",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .decode = take_version,
     .missing = "write 'version: 1'",
     .help = "number of the format",
     .schema = "\"const\":1"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .decode = take_seed,
     .help = "what chance depends on; random draws one at start; --seed and FCEMU_SEED win",
     .schema = "\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]"},
    {.name = "include",
     .type = FIELD_CUSTOM,
     .decode = take_include,
     .help = "further files, relative paths or globs, read before the rules of this one",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "defaults",
     .type = FIELD_CUSTOM,
     .decode = take_defaults,
     .table = &defaults_table,
     .help = "defaults of all rules"},
    {.name = "guard",
     .type = FIELD_CUSTOM,
     .decode = take_guard,
     .table = &fault_guard_table,
     .help = "bounds that hold for all rules"},
    {.name = "latencies",
     .type = FIELD_CUSTOM,
     .decode = take_latencies,
     .table = &fault_latency_table,
     .help = "distributions by name, for delay: {ref: …}",
     .schema = "\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[{\"type\":\"string\"},"
               "{\"$ref\":\"#/$defs/latency\"}]}"},
    {.name = "groups",
     .type = FIELD_CUSTOM,
     .decode = take_groups,
     .table = &group_table,
     .help = "groups by name; a group must exist to be named",
     .schema = "\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/$defs/group\"}"},
    {.name = "rules",
     .type = FIELD_CUSTOM,
     .decode = take_later,
     .table = &fault_rule_table,
     .aka = "faults stubs",
     .help = "the rules, at most 1000 in all files",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/rule\"}"},
    {.name = "drills",
     .type = FIELD_CUSTOM,
     .decode = take_later,
     .table = &fault_drill_table,
     .help = "timelines with assertions",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/drill\"}"},
};
/* clang-format on */

const struct conf_table fault_file_table = {
    .name = "file",
    .help = "Fault rules and drills of fcemu.",
    CONF_TABLE_OF(file_fields),
};

/* ---- finishing ---- */

static void finish_groups(struct grammar *g)
{
    g->set->groups = ARENA_ARRAY(g->decoder.arena, g->groups.count, struct fault_group);
    g->set->group_count = g->groups.count;
    for (const struct grammar_name *n = g->groups.first; n; n = n->next) {
        struct fault_group *group = &g->set->groups[n->index];

        conf_defaults(&g->decoder, &group_table, group);
        group->name = n->name;
        conf_decode(&g->decoder, &group_table, n->node, group);
    }
}

static void finish_scenarios(struct grammar *g)
{
    g->set->scenarios = ARENA_ARRAY(g->decoder.arena, g->scenarios.count, struct fault_scenario);
    g->set->scenario_count = g->scenarios.count;
    for (const struct grammar_name *n = g->scenarios.first; n; n = n->next)
        g->set->scenarios[n->index] =
            (struct fault_scenario){n->name, n->values.items, n->values.count};
}

static int value_of(const struct grammar_name *scenario, struct str value)
{
    for (size_t i = 0; i < scenario->values.count; i++)
        if (str_eq(scenario->values.items[i], value))
            return (int)i;
    return -1;
}

static void unknown_value(struct grammar *g, const struct grammar_name *scenario,
                          const struct conf_node *node)
{
    struct conf_decoder *d = &g->decoder;
    struct nearest nearest = {.wanted = node->text};

    for (size_t i = 0; i < scenario->values.count; i++)
        nearest_offer(&nearest, scenario->values.items[i]);
    conf_error(d->report, conf_at(node), "F302", "no rule sets scenario '" STR_FMT "' to '%s'%s",
               STR_ARG(scenario->name), conf_value(d, node), conf_did_you_mean(d, nearest.best));
}

static void resolve_state(struct grammar *g, const struct grammar_pending *p)
{
    const struct conf_node *name = conf_get(p->node, "scenario");
    const struct grammar_name *scenario = grammar_name_find(&g->scenarios, name->text);
    struct nearest nearest = {.wanted = name->text};
    size_t count;
    const struct conf_node *is = conf_items(conf_get(p->node, "is"), &count);

    if (!scenario) {
        for (const struct grammar_name *n = g->scenarios.first; n; n = n->next)
            nearest_offer(&nearest, n->name);
        conf_error(g->decoder.report, (struct conf_spot){.path = p->node, .at = name}, "F302",
                   "no rule sets scenario '%s'%s", conf_value(&g->decoder, name),
                   conf_did_you_mean(&g->decoder, nearest.best));
        return;
    }
    p->when->state_scenario = (int)scenario->index;
    p->when->state_is = ARENA_ARRAY(g->decoder.arena, count, int);
    p->when->state_count = count;
    for (size_t i = 0; i < count; i++, is = is->next) {
        p->when->state_is[i] = value_of(scenario, is->text);
        if (p->when->state_is[i] < 0)
            unknown_value(g, scenario, is);
    }
}

static void resolve_condition(struct grammar *g, const struct grammar_pending *p)
{
    struct nearest nearest = {.wanted = p->node->text};

    for (size_t i = 0; i < g->rule_count; i++) {
        if (str_eq(g->rules[i].rule.id, p->node->text)) {
            *p->rule = (int)i;
            return;
        }
        nearest_offer(&nearest, g->rules[i].rule.id);
    }
    conf_error(g->decoder.report, conf_at(p->node), "F302", "no rule '%s'%s",
               conf_value(&g->decoder, p->node), conf_did_you_mean(&g->decoder, nearest.best));
}

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
    g->set->files = ARENA_ARRAY(g->decoder.arena, n, struct fault_position);
    for (const struct grammar_file *f = g->files; f; f = f->next)
        if (f->device || f->inode)
            g->set->files[g->set->file_count++].file = arena_dup(g->decoder.arena, str_of(f->name));
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
    finish_groups(g);
    grammar_rules(g);
    grammar_drills(g);
    for (const struct grammar_pending *p = g->states; p; p = p->next)
        resolve_state(g, p);
    for (const struct grammar_pending *p = g->conditions; p; p = p->next)
        resolve_condition(g, p);
    finish_scenarios(g);
    finish_files(g);
    finish_preamble(g);
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
    for (size_t i = 0; i < path_count; i++)
        grammar_read(&g, paths[i]);
    for (size_t i = 0; i < text_count; i++)
        grammar_take_text(&g, texts[i].text, texts[i].name);
    make_set(&g);
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
    struct fault_text one = {text, name};

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
