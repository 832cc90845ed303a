/*
 * conf/value.c - one value into its member
 */
#include <inttypes.h>
#include <math.h>

#include "conf/internal.h"
#include "conf/scalar.h"

/* ---- numbers ---- */

/* "{} is not a positive integer" with the value in place of the braces */
static const char *filled(struct conf_decoder *d, const char *form, const char *value)
{
    OWN(buf_done) struct buf text = {0};
    const char *at;

    while ((at = strstr(form, "{}"))) {
        buf_add(&text, (struct str){form, (size_t)(at - form)});
        buf_puts(&text, value);
        form = at + 2;
    }
    buf_puts(&text, form);
    return arena_dup(d->arena, buf_str(&text));
}

static bool out_of_range(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, bool is_number)
{
    const char *value = conf_value(d, node);

    if (field->wrong)
        conf_error(
            d->report, conf_at(node), "F205", "%s",
            filled(d, field->wrong, is_number ? value : arena_printf(d->arena, "'%s'", value)));
    else if (is_number)
        conf_error(d->report, conf_at(node), "F205", "%s is not between %" PRId64 " and %" PRIu64,
                   value, field->min, field->max);
    else
        conf_error(d->report, conf_at(node), "F205",
                   "'%s' is not an integer between %" PRId64 " and %" PRIu64, value, field->min,
                   field->max);
    return false;
}

static bool take_integer(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    uint64_t magnitude = 0;
    bool negative;
    double number;

    if (node->kind != CONF_SCALAR || conf_is_null(node))
        return conf_wrong_type(d, node, "an integer");
    negative = str_starts(node->text, STR("-"));
    if (!node->plain || str_to_uint(str_slice(node->text, negative, node->text.len), UINT64_MAX,
                                    &magnitude) != NUMBER_OK)
        return out_of_range(d, field, node, conf_is_number(node, &number));
    if (negative ? magnitude > (uint64_t)INT64_MAX || -(int64_t)magnitude < field->min
                 : magnitude > field->max || (field->min > 0 && magnitude < (uint64_t)field->min))
        return out_of_range(d, field, node, true);
    if (field->type == FIELD_UINT)
        *(uint64_t *)out = magnitude;
    else if (field->type == FIELD_UINT32)
        *(uint32_t *)out = (uint32_t)magnitude;
    else
        *(int *)out = negative ? -(int)magnitude : (int)magnitude;
    return true;
}

struct unit_kind {
    enum scalar_result (*parse)(struct str text, uint64_t *out);
    const char *code;
    const char *noun;
    const char *no_unit; /* {} is the number */
    const char *example; /* {} is the number; behind "write " */
};

static const struct unit_kind duration_kind = {scalar_duration, "F201", "a duration",
                                               "write {}s or {}ms", "{}ms, {}s, {}m or {}h"};
static const struct unit_kind size_kind = {scalar_size, "F202", "a size", "write {}KiB or {}B",
                                           "{}B, {}KiB or {}MiB"};
static const struct unit_kind rate_kind = {scalar_rate, "F203", "a rate", "write {}KiB/s",
                                           "{}KiB/s"};

/* The digits that lead a text, for "write 10KiB/s"; "10" when there are none. */
static const char *leading_number(struct conf_decoder *d, struct str text)
{
    size_t n = 0;

    while (n < text.len && n < 12 && text.ptr[n] >= '0' && text.ptr[n] <= '9')
        n++;
    return n ? arena_dup(d->arena, str_slice(text, 0, n)) : "10";
}

static bool wrong_unit(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, const struct unit_kind *kind,
                       enum scalar_result result)
{
    const char *value = conf_value(d, node);

    if (result == SCALAR_NO_UNIT)
        conf_error(d->report, conf_at(node), kind->code, "'%s' has no unit; %s", value,
                   filled(d, field->no_unit ? field->no_unit : kind->no_unit, value));
    else if (result == SCALAR_RANGE)
        conf_error(d->report, conf_at(node), "F205", "'%s' is more than fcemu can count", value);
    else
        conf_error(d->report, conf_at(node), kind->code, "'%s' is not %s; write %s", value,
                   kind->noun, filled(d, kind->example, leading_number(d, node->text)));
    return false;
}

static bool wrong_amount(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node)
{
    OWN(buf_done) struct buf text = {0};
    void (*format)(uint64_t, struct buf *) =
        field->type == FIELD_DURATION ? scalar_format_duration : scalar_format_size;

    if (field->wrong) {
        conf_error(d->report, conf_at(node), "F205", "%s",
                   filled(d, field->wrong, conf_value(d, node)));
        return false;
    }
    if (field->min <= 1 && field->max == 0) {
        conf_error(d->report, conf_at(node), "F205", "must be more than 0%s",
                   field->type == FIELD_DURATION ? "s" : "B");
        return false;
    }
    format((uint64_t)field->min, &text);
    if (field->max) {
        buf_puts(&text, " and ");
        format(field->max, &text);
    }
    conf_error(d->report, conf_at(node), "F205",
               field->max ? "%s is not between %s" : "%s is less than %s", conf_value(d, node),
               buf_text(&text));
    return false;
}

static bool take_amount(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, const struct unit_kind *kind, uint64_t *out)
{
    enum scalar_result result;
    uint64_t value = 0;

    if (node->kind != CONF_SCALAR || conf_is_null(node))
        return conf_wrong_type(d, node, kind->noun);
    if ((field->flags & FIELD_FOREVER) && str_eq(node->text, STR("forever"))) {
        *out = 0;
        return true;
    }
    result = kind->parse(node->text, &value);
    if (result != SCALAR_OK)
        return wrong_unit(d, field, node, kind, result);
    if (value < (uint64_t)field->min || (field->max && value > field->max) ||
        (value == 0 && (field->flags & FIELD_ABOVE_ZERO)))
        return wrong_amount(d, field, node);
    *out = value;
    return true;
}

static bool take_ratio(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, double *out)
{
    const char *value;
    double number = 0;
    bool above = field->flags & FIELD_ABOVE_ZERO;

    if (node->kind != CONF_SCALAR || conf_is_null(node))
        return conf_wrong_type(d, node, "a ratio");
    value = conf_value(d, node);
    if (scalar_ratio(node->text, &number) != SCALAR_OK) {
        conf_error(d->report, conf_at(node), "F204",
                   "'%s' is not a ratio; write a number such as 0.3, or a percentage such as 30%%",
                   value);
        return false;
    }
    if (number == 0 && above) {
        conf_error(d->report, conf_at(node), "F204", "%s",
                   field->wrong ? filled(d, field->wrong, value) : "must be more than 0");
        return false;
    }
    if (number <= 1) {
        *out = number;
        return true;
    }
    if (number <= 100 && number >= 2 && floor(number) == number && !str_ends(node->text, STR("%")))
        conf_error(d->report, conf_at(node), "F204", "%s is not a ratio; did you mean %g%% (%g)?",
                   value, number, number / 100);
    else
        conf_error(d->report, conf_at(node), "F204",
                   "%s is not a ratio; write a number %s and up to 1, or a percentage such as 17%%",
                   value, above ? "above 0" : "from 0");
    return false;
}

static bool take_number(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, double *out)
{
    double number = 0;
    const char *value;

    if (node->kind != CONF_SCALAR || conf_is_null(node))
        return conf_wrong_type(d, node, "a number");
    value = conf_value(d, node);
    if (conf_is_number(node, &number) && number >= (double)field->min &&
        (field->max == 0 || number <= (double)field->max) &&
        (number > 0 || !(field->flags & FIELD_ABOVE_ZERO))) {
        *out = number;
        return true;
    }
    if (field->wrong)
        conf_error(d->report, conf_at(node), "F205", "%s", filled(d, field->wrong, value));
    else if (field->max)
        conf_error(d->report, conf_at(node), "F205",
                   "'%s' is not a number between %" PRId64 " and %" PRIu64, value, field->min,
                   field->max);
    else
        conf_error(d->report, conf_at(node), "F205", "'%s' is not a number %s %" PRId64, value,
                   field->flags & FIELD_ABOVE_ZERO ? "above" : "from", field->min);
    return false;
}

static bool take_bool(struct conf_decoder *d, const struct conf_node *node, bool *out)
{
    if (node->kind != CONF_SCALAR || conf_is_null(node))
        return conf_wrong_type(d, node, "a boolean");
    if (conf_is_bool(node, out))
        return true;
    static const char *const yaml_1_1[] = {"yes", "no", "on", "off", "y", "n"};
    bool looks_true = false;

    for (size_t i = 0; i < N_ELEMENTS(yaml_1_1); i++)
        looks_true = looks_true || str_eq_nocase(node->text, str_of(yaml_1_1[i]));
    conf_error(d->report, conf_at(node), "F206", "'%s' is not a boolean%s; write true or false",
               conf_value(d, node), looks_true ? " here" : "");
    return false;
}

/* ---- texts and paths ---- */

struct str conf_resolve_path(struct conf_decoder *d, const struct conf_node *node, struct str path)
{
    struct str folder;
    struct str file;

    /* "builtin:NAME" names what comes with the program, not a file. */
    if (str_starts(path, STR("/")) || str_starts(path, STR("builtin:")) || node->line == 0 ||
        !str_cut_last(str_of(node->source->name), '/', &folder, &file))
        return arena_str(d->arena, path);
    return arena_strf(d->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(path));
}

static bool take_text(struct conf_decoder *d, const struct conf_node *node, bool is_path,
                      struct str *out)
{
    if (!conf_want_text(d, node))
        return false;
    if (is_path && node->text.len == 0) {
        conf_error(d->report, conf_at(node), "F208", "a path cannot be empty");
        return false;
    }
    *out = is_path ? conf_resolve_path(d, node, node->text) : arena_str(d->arena, node->text);
    return true;
}

static bool take_texts(struct conf_decoder *d, const struct conf_node *node, bool are_paths,
                       struct conf_texts *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    struct str *items = ARENA_ARRAY(d->arena, count, struct str);
    bool ok = true;

    for (size_t i = 0; i < count; i++, item = item->next)
        ok = take_text(d, item, are_paths, &items[i]) && ok;
    if (ok)
        *out = (struct conf_texts){items, count};
    return ok;
}

/* ---- by type ---- */

static bool take_either(struct conf_decoder *d, const struct conf_words *words,
                        const struct conf_node *node, bool *out)
{
    int value = 0;

    if (!conf_want_word(d, words, node, &value))
        return false;
    *out = value;
    return true;
}

bool conf_decode_field(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *base)
{
    void *out = (char *)base + field->offset;

    switch (field->type) {
    case FIELD_BOOL:
        return take_bool(d, node, out);
    case FIELD_UINT:
    case FIELD_UINT32:
    case FIELD_INT:
        return take_integer(d, field, node, out);
    case FIELD_DURATION:
        return take_amount(d, field, node, &duration_kind, out);
    case FIELD_SIZE:
        return take_amount(d, field, node, &size_kind, out);
    case FIELD_RATE:
        return take_amount(d, field, node, &rate_kind, out);
    case FIELD_RATIO:
        return take_ratio(d, field, node, out);
    case FIELD_NUMBER:
        return take_number(d, field, node, out);
    case FIELD_TEXT:
    case FIELD_PATH:
        return take_text(d, node, field->type == FIELD_PATH, out);
    case FIELD_CHOICE:
        return conf_want_word(d, field->words, node, out);
    case FIELD_EITHER:
        return take_either(d, field->words, node, out);
    case FIELD_CHOICES:
        return conf_want_words(d, field->words, node, out);
    case FIELD_TEXTS:
    case FIELD_PATHS:
        return take_texts(d, node, field->type == FIELD_PATHS, out);
    case FIELD_MAP:
        if ((field->flags & FIELD_MAY_BE_EMPTY) && conf_is_null(node))
            return true;
        conf_decode(d, field->table, node, out);
        return true;
    case FIELD_CUSTOM:
        return field->take ? field->take(d, node, out) : field->decode(d, field, node, out);
    }
    return false;
}
