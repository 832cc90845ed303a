/*
 * grammar/top.c - the keys at the top of a rule file
 */
#include "grammar/internal.h"

static bool take_version(struct conf_decoder *d, const struct conf_node *node, void *out)
{
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

static bool take_include(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    return node->kind == CONF_SCALAR ? conf_want_text(d, node) : conf_want(d, node, CONF_LIST);
}

static const struct conf_word retry_after_list[] = {
    {"none", 0}
};
static const struct conf_words retry_after = {CONF_WORDS_OF(retry_after_list),
                                              .instead = "write a time at the error itself"};

#define DEFAULT(key, member, choices, text)                                                        \
    {                                                                                              \
        .name = key, .type = FIELD_CHOICE, .offset = offsetof(struct grammar_defaults, member),    \
        .words = &choices, .help = text                                                            \
    }

/* clang-format off */
static const struct conf_field defaults_fields[] = {
    DEFAULT("mark", mark, grammar_marks, "header: changed answers carry X-Fcemu-Fault"),
    {.name = "error_keys",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct grammar_defaults, keys),
     .words = &grammar_error_keys,
     .aka = "error_case",
     .help = "keys of 2016 and 2021 error bodies: both, documented (errorCode) or sdk (ErrorCode)"},
    DEFAULT("count_on", count_seen, grammar_count_on, "which calls 'when.calls' counts"),
    DEFAULT("draw_by", draw_by_request, grammar_draw_by, "what chance hangs on"),
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

static bool take_latencies(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar *g = out;
    OWN(buf_done) struct buf text = {0};

    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node) {
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
     .help = "is it asked at all",
     .assumed = "true"},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = offsetof(struct fault_group, description),
     .help = "shown in lists"},
};
/* clang-format on */
static const struct conf_table group_table = {
    .name = "group", .help = "Rules that are switched together.", CONF_TABLE_OF(group_fields)};

static bool take_groups(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar *g = out;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node)
        grammar_name_add(d, &g->groups, "group", child, child->key);
    return true;
}

/* Rules and drills wait for what they speak of. */
static bool take_later(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)d;
    (void)node;
    (void)out;
    return true;
}

static const struct conf_shape latencies = {.kind = SHAPE_MAP, .of = &shape_text_or_table};

/* clang-format off */
static const struct conf_field file_fields[] = {
    {.name = "version",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .take = take_version,
     .missing = "write 'version: 1'",
     .help = "number of the format",
     .shape = &shape_one},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .decode = take_seed,
     .help = "what chance depends on; random draws one at start; --seed and FCEMU_SEED win",
     .shape = &shape_random},
    {.name = "include",
     .type = FIELD_CUSTOM,
     .take = take_include,
     .help = "further files, relative paths or globs, read before the rules of this one",
     .shape = &shape_text_or_list},
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
     .take = take_latencies,
     .table = &fault_latency_table,
     .help = "distributions by name, for delay: {ref: …}",
     .shape = &latencies},
    {.name = "groups",
     .type = FIELD_CUSTOM,
     .take = take_groups,
     .table = &group_table,
     .help = "groups by name; a group must exist to be named",
     .shape = &shape_table_map},
    {.name = "rules",
     .type = FIELD_CUSTOM,
     .take = take_later,
     .table = &fault_rule_table,
     .aka = "faults stubs",
     .help = "the rules, at most 1000 in all files",
     .shape = &shape_tables},
    {.name = "drills",
     .type = FIELD_CUSTOM,
     .take = take_later,
     .table = &fault_drill_table,
     .help = "timelines with assertions",
     .shape = &shape_tables},
};
/* clang-format on */

const struct conf_table fault_file_table = {
    .name = "file",
    .help = "Fault rules and drills of fcemu.",
    CONF_TABLE_OF(file_fields),
};

void grammar_finish_groups(struct grammar *g)
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
