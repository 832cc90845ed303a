/*
 * grammar/values.c - values that several keys of the grammar share
 */
#include <ctype.h>

#include "base/distance.h"
#include "conf/scalar.h"
#include "grammar/internal.h"

/* ---- comparisons ---- */

struct compare_key {
    const char *name;
    size_t given;
    size_t value;
};

static const struct compare_key compare_keys[] = {
#define KEY(key)                                                                                   \
    {                                                                                              \
#key, offsetof(struct fault_compare, has_##key), offsetof(struct fault_compare, key)       \
    }
    KEY(eq), KEY(gt), KEY(gte), KEY(lt), KEY(lte),
#undef KEY
};

/* clang-format off */
static const struct conf_field compare_fields[] = {
    {.name = "eq"}, {.name = "gt"}, {.name = "gte"}, {.name = "lt"}, {.name = "lte"},
};
/* clang-format on */
static const struct conf_table compare_table = {.name = "comparison",
                                                CONF_TABLE_OF(compare_fields)};

bool grammar_is_comparison_key(struct str key)
{
    return conf_table_find(&compare_table, key) != NULL;
}

static bool compare_value(struct conf_decoder *d, const struct grammar_comparison *form,
                          const struct conf_node *node, double *out)
{
    struct conf_field field = {.name = "value",
                               .type = form->type,
                               .min = form->min,
                               .max = form->type == FIELD_UINT ? UINT64_MAX : 0,
                               .wrong = form->wrong};
    uint64_t whole = 0;

    if (form->type == FIELD_RATIO || form->type == FIELD_NUMBER)
        return conf_decode_field(d, &field, node, out);
    if (!conf_decode_field(d, &field, node, &whole))
        return false;
    *out = (double)whole;
    return true;
}

static bool not_a_comparison(struct conf_decoder *d, const struct grammar_comparison *form,
                             const struct conf_node *node)
{
    conf_error(d->report, conf_at(node), form->code ? form->code : "F103",
               "expected a comparison such as %s", form->example);
    return false;
}

/* False when no number can pass, so that the rule could never match. */
static bool leaves_room(const struct fault_compare *c)
{
    double low = c->has_gt && (!c->has_gte || c->gt >= c->gte) ? c->gt : c->gte;
    double high = c->has_lt && (!c->has_lte || c->lt <= c->lte) ? c->lt : c->lte;
    bool has_low = c->has_gt || c->has_gte;
    bool has_high = c->has_lt || c->has_lte;

    if (c->has_eq)
        return (!has_low || c->eq >= low) && (!has_high || c->eq <= high);
    return !has_low || !has_high || low < high || (low == high && !c->has_gt && !c->has_lt);
}

bool grammar_compare(struct conf_decoder *d, const struct grammar_comparison *form,
                     const struct conf_node *node, struct fault_compare *out)
{
    bool ok = true;

    if (node->kind == CONF_SCALAR && form->or_value && !conf_is_null(node)) {
        out->given = out->has_eq = compare_value(d, form, node, &out->eq);
        return out->given;
    }
    if (node->kind != CONF_MAP || node->count == 0)
        return not_a_comparison(d, form, node);
    CONF_EACH (child, node) {
        const struct conf_field *field = conf_table_find(&compare_table, child->key);

        if (!field) {
            conf_unknown_key(d, &compare_table, child);
            ok = false;
            continue;
        }
        const struct compare_key *key = &compare_keys[field - compare_fields];

        ok = compare_value(d, form, child, (double *)(void *)((char *)out + key->value)) && ok;
        *((bool *)out + key->given) = true;
    }
    out->given = true;
    if (ok && !leaves_room(out)) {
        conf_error(d->report, conf_at(node), "F311", "no value can meet all of these at once");
        ok = false;
    }
    return ok;
}

/* ---- words ---- */

static const struct conf_word error_keys_list[] = {
    {"both",       KEYS_BOTH      },
    {"documented", KEYS_DOCUMENTED},
    {"sdk",        KEYS_SDK       },
};
const struct conf_words grammar_error_keys = {CONF_WORDS_OF(error_keys_list)};

static const struct conf_word mark_list[] = {
    {"header", true },
    {"none",   false},
};
const struct conf_words grammar_marks = {CONF_WORDS_OF(mark_list)};

static const struct conf_word draw_by_list[] = {
    {"call",    false},
    {"request", true },
};
static const struct conf_slip draw_by_slips[] = {
    {"caller", NULL, "per-caller draws are 'per: [client]'"},
    {"client", NULL, "per-caller draws are 'per: [client]'"},
    {NULL,     NULL, NULL                                  },
};
const struct conf_words grammar_draw_by = {CONF_WORDS_OF(draw_by_list), .slips = draw_by_slips};

static const struct conf_word count_on_list[] = {
    {"reached", false},
    {"seen",    true },
};
const struct conf_words grammar_count_on = {CONF_WORDS_OF(count_on_list)};

/* ---- durations and sizes ---- */

bool grammar_ns(struct conf_decoder *d, const struct conf_node *node, uint64_t min,
                uint64_t *out_ns)
{
    struct conf_field field = {.name = "duration", .type = FIELD_DURATION, .min = (int64_t)min};

    return conf_decode_field(d, &field, node, out_ns);
}

bool grammar_within_guard(struct conf_decoder *d, const struct conf_node *node, uint64_t ns)
{
    OWN(buf_done) struct buf most = {0};
    uint64_t max_ns = grammar_of(d)->set->guard.max_delay_ns;

    if (!node || !max_ns || ns <= max_ns)
        return true;
    scalar_format_duration(max_ns, &most);
    conf_error(d->report, conf_at(node), "F320", "%s is above guard.max_delay %s",
               conf_value(d, node), buf_text(&most));
    return false;
}

/* ---- headers ---- */

/* Headers that a rule may not set, because the answer's framing hangs on them. */
static const struct {
    const char *name;
    const char *instead;
} framing[] = {
    {"content-length",    "set the length with 'length', not by header"              },
    {"transfer-encoding", "the framing is the server's; write exact bytes with 'raw'"},
    {"connection",        "end the connection with 'close' or 'reset', not by header"},
};

static bool is_token(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) &&
            (name.ptr[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", name.ptr[i])))
            return false;
    return name.len > 0;
}

bool grammar_header_name(struct conf_decoder *d, struct conf_spot spot, struct str name,
                         struct str *out)
{
    char *lower;

    if (!is_token(name)) {
        conf_error(d->report, spot, "F212", "'%s' is not a header name",
                   conf_shown(d->report, name));
        return false;
    }
    lower = arena_dup(d->arena, name);
    for (char *p = lower; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = (struct str){lower, name.len};
    return true;
}

static bool edits_framing(struct conf_decoder *d, struct conf_spot spot, struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(framing); i++) {
        if (!str_eq_nocase(name, str_of(framing[i].name)))
            continue;
        conf_error(d->report, spot, "F212", "%s", framing[i].instead);
        return true;
    }
    return false;
}

/* Clients that compare names byte by byte look for them as the service writes them. */
static struct str canonical(struct conf_decoder *d, struct str lower)
{
    char *name = arena_dup(d->arena, lower);

    for (size_t i = 0; i < lower.len; i++)
        if (i == 0 || name[i - 1] == '-')
            name[i] = (char)toupper((unsigned char)name[i]);
    return (struct str){name, lower.len};
}

static bool edit_name(struct conf_decoder *d, struct conf_spot spot, struct str name,
                      struct fault_header_edit *edit)
{
    if (!grammar_header_name(d, spot, name, &edit->name) || edits_framing(d, spot, edit->name))
        return false;
    edit->name = canonical(d, edit->name);
    return true;
}

static bool edit_value(struct conf_decoder *d, const struct conf_node *node,
                       struct fault_header_edit *edit)
{
    if (!conf_want_text(d, node))
        return false;
    if (memchr(node->text.ptr, '\n', node->text.len) ||
        memchr(node->text.ptr, '\r', node->text.len) ||
        memchr(node->text.ptr, '\0', node->text.len)) {
        conf_error(d->report, conf_at(node), "F212",
                   "a header value cannot hold a line break; use 'raw'");
        return false;
    }
    return grammar_template(d, node, &edit->value);
}

/* One member of a mapping: a value, or a list of them, which gives the header as often. */
static bool take_header(struct conf_decoder *d, const struct conf_node *node, int kind,
                        struct fault_header_edit *out, size_t *count)
{
    struct fault_header_edit edit = {.kind = kind == EDIT_ADD ? EDIT_ADD : EDIT_SET};
    size_t values;
    const struct conf_node *value = conf_items(node, &values);

    if (!edit_name(d, conf_in_parent(node), node->key, &edit))
        return false;
    if (node->kind == CONF_LIST && values == 0) {
        conf_error(d->report, conf_at(node), "F309", "an empty list sets nothing; use 'remove'");
        return false;
    }
    for (size_t i = 0; i < values; i++, value = value->next) {
        if (!edit_value(d, value, &edit))
            return false;
        out[(*count)++] = edit;
        edit.kind = EDIT_ADD;
    }
    return true;
}

size_t grammar_headers_room(const struct conf_node *node)
{
    size_t room = 0;

    CONF_EACH (child, node)
        room += child->kind == CONF_LIST ? child->count : 1;
    return room;
}

static bool take_removals(struct conf_decoder *d, const struct conf_node *node,
                          struct fault_header_edit *out, size_t *count)
{
    size_t items;
    const struct conf_node *item = conf_items(node, &items);
    bool ok = true;

    if (node->kind == CONF_MAP)
        return conf_want(d, node, CONF_LIST);
    for (size_t i = 0; i < items; i++, item = item->next) {
        struct fault_header_edit edit = {.kind = EDIT_REMOVE};

        if (conf_want_text(d, item) && edit_name(d, conf_at(item), item->text, &edit))
            out[(*count)++] = edit;
        else
            ok = false;
    }
    return ok;
}

bool grammar_headers(struct conf_decoder *d, const struct conf_node *node, int kind,
                     struct fault_header_edit *out, size_t *count)
{
    bool ok = true;

    if (kind == EDIT_REMOVE)
        return take_removals(d, node, out, count);
    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node)
        ok = take_header(d, child, kind, out, count) && ok;
    return ok;
}

/* ---- templates ---- */

static const struct conf_word template_list[] = {
    {"path",       0},
    {"method",     0},
    {"function",   0},
    {"service",    0},
    {"operation",  0},
    {"account",    0},
    {"region",     0},
    {"request_id", 0},
    {"now",        0},
    {"body",       0},
};
static const struct conf_words templates = {CONF_WORDS_OF(template_list),
                                            .shown = N_ELEMENTS(template_list)};

/* "now+20m": a time with an offset. */
static bool is_now(struct str name)
{
    uint64_t ns;

    return str_starts(name, STR("now")) && name.len > 4 &&
           (name.ptr[3] == '+' || name.ptr[3] == '-') &&
           scalar_duration(str_slice(name, 4, name.len), &ns) == SCALAR_OK;
}

/* "body/name/0": a JSON pointer into it. */
static bool is_part_of_body(struct str name)
{
    return str_starts(name, STR("body/"));
}

static bool template_known(struct str name)
{
    for (size_t i = 0; i < templates.count; i++)
        if (str_eq(name, str_of(templates.list[i].name)))
            return true;
    return is_now(name) || is_part_of_body(name);
}

/* What stands in the next pair of braces; false behind the last. */
static bool next_template(struct str *rest, struct str *out)
{
    size_t from;
    size_t len;

    if (!str_find(*rest, STR("{{"), &from))
        return false;
    *rest = str_slice(*rest, from + 2, rest->len);
    if (!str_find(*rest, STR("}}"), &len))
        return false;
    *out = str_slice(*rest, 0, len);
    *rest = str_slice(*rest, len + 2, rest->len);
    return true;
}

/* A body may hold braces of somebody else's, but hardly such that look like ours. */
void grammar_template_check(struct conf_decoder *d, const struct conf_node *node, struct str text)
{
    struct str name;

    while (next_template(&text, &name)) {
        struct nearest nearest = {.wanted = name};

        if (template_known(name))
            continue;
        for (size_t i = 0; i < templates.count; i++)
            nearest_offer(&nearest, str_of(templates.list[i].name));
        if (str_starts(name, STR("body.")) || str_starts(name, STR("body[")))
            nearest.best = STR("body/name");
        if (nearest.best.ptr)
            conf_warn(d->report, conf_at(node), "W417",
                      "'{{%s}}' is sent as it stands; did you mean '{{" STR_FMT "}}'?",
                      conf_shown(d->report, name), STR_ARG(nearest.best));
    }
}

bool grammar_template(struct conf_decoder *d, const struct conf_node *node, struct str *out)
{
    struct str rest = node->text;
    struct str name;

    if (!conf_want_text(d, node))
        return false;
    while (next_template(&rest, &name)) {
        if (template_known(name))
            continue;
        conf_error(d->report, conf_at(node), "F208",
                   "'{{%s}}' is no template; known: %s, and now with an offset such as {{now+20m}}",
                   conf_shown(d->report, name), conf_word_list(d, &templates));
        return false;
    }
    *out = arena_str(d->arena, node->text);
    return true;
}
