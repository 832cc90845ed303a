/*
 * grammar/rule.c - the keys of a rule
 */
#include <ctype.h>

#include "conf/scalar.h"
#include "grammar/internal.h"

enum { ID_BYTES_MAX = 63 };

#define AT(member) offsetof(struct fault_rule, member)

/* ---- id, group, tags ---- */

static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c != '-' || i == 0))
            return false;
    }
    return id.len > 0 && id.len <= ID_BYTES_MAX;
}

/* "Pay Rule" → "pay-rule"; NULL when nothing of it is left. */
static const char *as_id(struct conf_decoder *d, struct str text)
{
    char *out = arena_alloc(d->arena, ID_BYTES_MAX + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.len && n < ID_BYTES_MAX; i++) {
        int c = tolower((unsigned char)text.ptr[i]);

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = (char)c;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        out[--n] = '\0';
    return n ? out : NULL;
}

bool grammar_id(struct conf_decoder *d, const struct conf_node *node, struct str *out)
{
    const char *better;

    if (!conf_want_text(d, node))
        return false;
    if (is_id(node->text)) {
        *out = arena_str(d->arena, node->text);
        return true;
    }
    better = as_id(d, node->text);
    conf_error(d->report, conf_at(node), "F208", "'%s' must match [a-z0-9][a-z0-9-]{0,62}%s%s%s",
               conf_value(d, node), better ? "; try '" : "", better ? better : "",
               better ? "'" : "");
    return false;
}

static bool take_id(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar *g = grammar_of(d);

    if (!grammar_id(d, node, out))
        return false;
    for (size_t i = 0; i < g->rule_count; i++) {
        const struct conf_node *other = conf_get(g->rules[i].node, "id");

        if (!str_eq(g->rules[i].rule.id, node->text) || other == node || !other)
            continue;
        conf_error(d->report, conf_at(node), "F301", "'%s' is already defined at %s",
                   conf_value(d, node), grammar_place(d, other, false));
        return false;
    }
    return true;
}

static bool take_group(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar_names *groups = &grammar_of(d)->groups;
    struct grammar_name *group;

    if (!conf_want_text(d, node))
        return false;
    group = grammar_name_find(groups, node->text);
    if (!group) {
        grammar_name_missing(d, groups, "group", node);
        return false;
    }
    group->used = true;
    *(int *)out = (int)group->index;
    return true;
}

static bool take_tags(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct fault_rule *rule = out;
    struct conf_texts tags = {0};

    if (!conf_decode_field(d, &texts, node, &tags))
        return false;
    rule->tags = tags.items;
    rule->tag_count = tags.count;
    return true;
}

/* ---- limit ---- */

static const struct conf_word limit_then_list[] = {
    {"off",  false},
    {"pass", true },
};
static const struct conf_words limit_then = {CONF_WORDS_OF(limit_then_list)};
static const struct conf_word mode_list[] = {
    {"enforce", false},
    {"shadow",  true },
};
static const struct conf_slip mode_slips[] = {
    {"dry",     "shadow",  NULL                                         },
    {"dry-run", "shadow",  NULL                                         },
    {"off",     NULL,      "to switch a rule off write 'enabled: false'"},
    {"on",      "enforce", NULL                                         },
    {NULL,      NULL,      NULL                                         },
};
static const struct conf_words modes = {CONF_WORDS_OF(mode_list), .slips = mode_slips};

/* clang-format off */
static const struct conf_field limit_fields[] = {
    {.name = "fires",
     .type = FIELD_UINT,
     .offset = AT(limit_fires),
     .min = 1,
     .max = UINT64_MAX,
     .wrong = "{} is not a positive integer",
     .help = "after so many fires"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(limit_for_ns),
     .help = "so long after the first fire"},
    {.name = "then",
     .type = FIELD_EITHER,
     .offset = AT(limit_then_pass),
     .words = &limit_then,
     .help = "off: the rule is switched off; pass: it stays and passes",
     .assumed = "off"},
};
/* clang-format on */

static void check_limit(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_get(node, "fires") && !conf_get(node, "for"))
        conf_error(d->report, conf_at(node), "F309", "write 'fires', 'for' or both");
}

static const struct conf_table limit_table = {
    .name = "limit",
    .help = "Until when a rule fires.",
    CONF_TABLE_OF(limit_fields),
    .check = check_limit,
};

static bool take_ttl(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    OWN(buf_done) struct buf wrong = {0};
    uint64_t fallback = grammar_of(d)->set->guard.default_ttl_ns;
    struct conf_field ttl = {
        .name = field->name, .type = FIELD_DURATION, .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO};

    buf_puts(&wrong, "must be more than 0s; leave it out for the guard's ");
    if (fallback)
        scalar_format_duration(fallback, &wrong);
    else
        buf_puts(&wrong, "forever");
    ttl.wrong = buf_text(&wrong);
    return conf_decode_field(d, &ttl, node, out);
}

static bool take_stop(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field stop = {.name = field->name, .type = FIELD_BOOL, .offset = AT(stop)};

    return conf_decode_field(d, &stop, node, out);
}

/* ---- the rule ---- */

const struct conf_shape grammar_id_shape = {
    .kind = SHAPE_TEXT, .keyword = "pattern", .value = "^[a-z0-9][a-z0-9-]{0,62}$"};

/* clang-format off */
static const struct conf_field rule_fields[] = {
    {.name = "match",
     .type = FIELD_CUSTOM,
     .offset = AT(match),
     .take = grammar_take_match,
     .table = &fault_match_table,
     .aka = "predicates predicate request matcher where",
     .help = "which calls; without it, all"},
    {.name = "when",
     .type = FIELD_MAP,
     .offset = AT(when),
     .table = &fault_when_table,
     .aka = "condition conditions",
     .help = "which of them; without it, all"},
    {.name = "do",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(action),
     .take = grammar_take_action,
     .table = &fault_action_table,
     .missing = "a rule must say what happens",
     .aka = "then action actions response fault faults",
     .help = "what happens"},
    {.name = "id",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(id),
     .take = take_id,
     .missing = "a rule needs a name for journal, header and metrics",
     .aka = "name",
     .help = "name of the rule, unique over all files",
     .shape = &grammar_id_shape},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "tags",
     .type = FIELD_CUSTOM,
     .decode = take_tags,
     .help = "shown in lists and reports",
     .shape = &shape_list},
    {.name = "group",
     .type = FIELD_CUSTOM,
     .offset = AT(group),
     .take = take_group,
     .help = "a name from 'groups'; the rule is on when both are",
     .shape = &shape_text},
    {.name = "enabled",
     .type = FIELD_BOOL,
     .offset = AT(enabled),
     .help = "is it asked at all",
     .assumed = "true"},
    {.name = "instead",
     .type = FIELD_BOOL,
     .offset = AT(instead),
     .help = "of a canned answer: it answers for a function that has code, too",
     .assumed = "false"},
    {.name = "mode",
     .type = FIELD_EITHER,
     .offset = AT(shadow),
     .words = &modes,
     .help = "shadow decides and records, and changes nothing",
     .assumed = "enforce"},
    {.name = "priority",
     .type = FIELD_INT,
     .offset = AT(priority),
     .min = -1000,
     .max = 1000,
     .help = "higher is asked first",
     .assumed = "0"},
    {.name = "limit",
     .type = FIELD_MAP,
     .table = &limit_table,
     .help = "until when"},
    {.name = "ttl",
     .type = FIELD_CUSTOM,
     .offset = AT(ttl_ns),
     .decode = take_ttl,
     .help = "how long from arming; default: guard.default_ttl",
     .shape = &shape_text},
    {.name = "stop",
     .type = FIELD_CUSTOM,
     .decode = take_stop,
     .help = "ask no further rule once this one fired; default: true for outcomes, false for "
             "shapers",
     .shape = &shape_bool},
    {.name = "mark",
     .type = FIELD_EITHER,
     .offset = AT(mark),
     .words = &grammar_marks,
     .help = "header: changed answers carry X-Fcemu-Fault; default: defaults.mark"},
};
/* clang-format on */

const struct conf_table fault_rule_table = {
    .name = "rule",
    .help = "Which calls, which of them, what happens, until when.",
    CONF_TABLE_OF(rule_fields),
};
