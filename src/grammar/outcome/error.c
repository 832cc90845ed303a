/*
 * grammar/outcome/error.c - the outcome `error`: a code of the catalogue, checked against it
 */
#include "base/distance.h"
#include "conf/scalar.h"
#include "grammar/internal.h"

struct error_args {
    const struct conf_node *code_node;
    struct fault_action *action;
    bool force;
};

#define AT(member) offsetof(struct error_args, member)

static bool unknown_code(struct conf_decoder *d, const struct conf_node *node)
{
    struct nearest nearest = {.wanted = node->text};
    const struct fc_error_lookalike *lookalike = fc_error_lookalike_find(node->text);
    size_t count;
    const struct fc_error *table = fc_error_table(&count);
    const char *hint = "";

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].code));
    if (lookalike)
        hint = arena_printf(d->arena, "; it is %s", lookalike->what_en);
    else if (str_is_set(nearest.best))
        hint = arena_printf(d->arena, "; did you mean '" STR_FMT "' (%d)?", STR_ARG(nearest.best),
                            fc_error_find(nearest.best)->status);
    conf_error(d->report, conf_at(node), "F305", "unknown FC code '%s'%s", conf_value(d, node),
               hint);
    return false;
}

static bool unknown_of_product(struct conf_decoder *d, const struct conf_node *node,
                               enum cloud_product product)
{
    struct nearest nearest = {.wanted = node->text};
    size_t count;
    const struct product_error *table = product_error_table(&count);

    for (size_t i = 0; i < count; i++)
        if (table[i].products >> product & 1)
            nearest_offer(&nearest, str_of(table[i].code));
    conf_error(d->report, conf_at(node), "F305", STR_FMT " gives no error '%s'%s",
               STR_ARG(cloud_product_name(product)), conf_value(d, node),
               conf_did_you_mean(d, nearest.best));
    return false;
}

/* Each product that the rule strikes must be able to give it. */
static bool products_give(struct conf_decoder *d, const struct conf_node *node)
{
    unsigned products = grammar_of(d)->products;

    for (enum cloud_product p = PRODUCT_FC + 1; p < PRODUCT_OTHER; p++)
        if (products >> p & 1 && !product_error_find(p, node->text))
            return unknown_of_product(d, node, p);
    return true;
}

static bool take_code(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct error_args *args = out;

    if (!conf_want_text(d, node))
        return false;
    args->code_node = node;
    args->action->code = arena_str(d->arena, node->text);
    if (!products_give(d, node))
        return false;
    if (!(grammar_of(d)->products >> PRODUCT_FC & 1))
        return true;
    args->action->error = fc_error_find(node->text);
    return args->action->error || unknown_code(d, node);
}

static bool take_args(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = ((struct error_args *)out)->action;
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    action->args = ARENA_ARRAY(d->arena, node->count, struct str);
    action->arg_count = node->count;
    CONF_EACH (child, node)
        ok = grammar_template(d, child, &action->args[child->index]) && ok;
    return ok;
}

static bool take_message(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return grammar_template(d, node, &((struct error_args *)out)->action->message);
}

static bool take_request_id(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return grammar_template(d, node, &((struct error_args *)out)->action->request_id);
}

static bool take_status(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct conf_field status = {
        .name = field->name, .type = FIELD_INT, .min = field->min, .max = field->max};

    return conf_decode_field(d, &status, node, &((struct error_args *)out)->action->status);
}

static bool take_headers(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = ((struct error_args *)out)->action;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    action->answer_headers =
        ARENA_ARRAY(d->arena, grammar_headers_room(node), struct fault_header_edit);
    return grammar_headers(d, node, EDIT_SET, action->answer_headers, &action->answer_header_count);
}

static bool take_retry_after(struct conf_decoder *d, const struct conf_field *field,
                             const struct conf_node *node, void *out)
{
    struct conf_field duration = {
        .name = field->name, .type = FIELD_DURATION, .no_unit = "write {}s, date or none"};
    struct fault_action *action = ((struct error_args *)out)->action;

    if (!conf_want_text(d, node))
        return false;
    if (str_eq(node->text, STR("none")))
        return true;
    action->has_retry_after = true;
    action->retry_after_date = str_eq(node->text, STR("date"));
    action->retry_after_ns = DURATION_S; /* the moment that a date names */
    return action->retry_after_date ||
           conf_decode_field(d, &duration, node, &action->retry_after_ns);
}

static bool take_keys(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    int keys = KEYS_DEFAULT;

    if (!conf_want_word(d, field->words, node, &keys))
        return false;
    ((struct error_args *)out)->action->keys = (enum fault_keys)keys;
    return true;
}

/* clang-format off */
static const struct conf_field error_fields[] = {
    {.name = "code",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .take = take_code,
     .missing = "name an FC code such as ResourceThrottled",
     .help = "code of the error catalogue; it gives status and text",
     .shape = &shape_names,
     .names = &grammar_codes},
    {.name = "args",
     .type = FIELD_CUSTOM,
     .take = take_args,
     .help = "arguments of the catalogue's text; templates such as {{path}}",
     .shape = &shape_list},
    {.name = "message",
     .type = FIELD_CUSTOM,
     .take = take_message,
     .help = "text instead of the catalogue's; a template",
     .shape = &shape_text},
    {.name = "status",
     .type = FIELD_CUSTOM,
     .decode = take_status,
     .min = 200,
     .max = 599,
     .help = "another status than the documented one; needs force: true",
     .shape = &shape_integer},
    {.name = "headers",
     .type = FIELD_CUSTOM,
     .take = take_headers,
     .help = "further headers: name: value, or a list of values",
     .shape = &shape_map},
    {.name = "retry_after",
     .type = FIELD_CUSTOM,
     .decode = take_retry_after,
     .help = "Retry-After: a duration, date or none",
     .assumed = "none",
     .shape = &shape_text},
    {.name = "request_id",
     .type = FIELD_CUSTOM,
     .take = take_request_id,
     .help = "another request id than the call's; a template",
     .shape = &shape_text},
    {.name = "keys",
     .type = FIELD_CUSTOM,
     .decode = take_keys,
     .words = &grammar_error_keys,
     .aka = "case",
     .help = "keys of 2016 and 2021 bodies: both, documented (errorCode) or sdk (ErrorCode)"},
    {.name = "force",
     .type = FIELD_BOOL,
     .offset = AT(force),
     .help = "allow an undocumented status"},
};
/* clang-format on */

const struct conf_table fault_error_table = {
    .name = "error",
    .help = "An error of the service.",
    CONF_TABLE_OF(error_fields),
};

/* "the code is ResourceExhausted", of the 13 that have the status, or of all. */
static const char *codes_of_status(struct conf_decoder *d, int status)
{
    OWN(buf_done) struct buf names = {0};
    size_t count;
    const struct fc_error *table = fc_error_table(&count);
    size_t n = 0;

    for (int round = 0; round < 2 && n == 0; round++) {
        for (size_t i = 0; i < count && n < 3; i++) {
            if (table[i].status != status ||
                (round == 0 && table[i].evidence != EVIDENCE_2020_08_27))
                continue;
            buf_printf(&names, "%s%s", n++ ? ", " : "", table[i].code);
        }
    }
    if (n == 0)
        return arena_printf(d->arena, "no code has %d", status);
    return arena_printf(d->arena, "for %d the %s %s", status, n > 1 ? "codes are" : "code is",
                        buf_text(&names));
}

static bool status_is_documented(const struct fc_error *error, int status)
{
    for (enum api_version api = API_2016; api < API_VERSION_COUNT; api++)
        if (fc_error_status(error, api) == status)
            return true;
    return false;
}

static void check_status(struct conf_decoder *d, const struct conf_node *node,
                         const struct error_args *args)
{
    const struct fault_action *action = args->action;
    const struct conf_node *status = conf_get(node, "status");

    if (!status || args->force || status_is_documented(action->error, action->status))
        return;
    conf_error(d->report, conf_at(status), "F306",
               "%s is documented as %d; %s. To insist add 'force: true'", action->error->code,
               action->error->status, codes_of_status(d, action->status));
}

static void check_args(struct conf_decoder *d, const struct conf_node *node,
                       const struct error_args *args)
{
    OWN(buf_done) struct buf names = {0};
    const struct fault_action *action = args->action;
    const struct fc_error *error = action->error;
    const struct conf_node *given = conf_get(node, "args");
    size_t most = 0;
    struct conf_spot spot = given ? conf_at(given) : conf_below(node, "args");

    while (most < FC_ERROR_ARGS_MAX && error->args[most])
        buf_printf(&names, "%s%s", most ? ", " : "", error->args[most]), most++;
    if (action->arg_count <= most &&
        (action->arg_count >= fc_error_arg_required(error) || str_is_set(action->message)))
        return;
    if (!given)
        spot.at = args->code_node;
    if (most == 0)
        conf_error(d->report, spot, "F307", "%s takes no arguments, found %zu", error->code,
                   action->arg_count);
    else
        conf_error(d->report, spot, "F307", "%s takes %zu argument%s (%s), found %zu", error->code,
                   most, most == 1 ? "" : "s", buf_text(&names), action->arg_count);
}

static void warn_retry_after(struct conf_decoder *d, const struct conf_node *node,
                             const struct fault_action *action)
{
    int status = action->status ? action->status : action->error->status;

    if (action->has_retry_after && status != 429 && status != 503)
        conf_warn(d->report, conf_at(conf_get(node, "retry_after")), "W405",
                  "'retry_after' on %s (%d), which is not a throttle; clients expect it with 429 "
                  "and 503",
                  action->error->code, status);
}

/* An error of other products alone: one text, one status each. */
static void check_product_error(struct conf_decoder *d, const struct conf_node *node,
                                const struct error_args *args)
{
    const struct conf_node *given = conf_get(node, "args");
    const struct conf_node *keys = conf_get(node, "keys");
    const struct conf_node *status = conf_get(node, "status");

    if (given)
        conf_error(d->report, conf_at(given), "F307",
                   "errors of other products take no arguments; write 'message'");
    if (keys)
        conf_error(d->report, conf_in_parent(keys), "F310",
                   "the bodies of other products have one spelling");
    if (status && !args->force)
        conf_error(d->report, conf_at(status), "F306",
                   "the status is that of the code. To insist add 'force: true'");
}

bool grammar_take_error(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct error_args args = {.action = out};
    size_t before = d->report->errors;

    args.action->keys = (enum fault_keys)grammar_of(d)->defaults.keys;
    if (node->kind == CONF_SCALAR && !conf_is_null(node))
        take_code(d, node, &args);
    else
        conf_decode(d, field->table, node, &args);
    if (!str_is_set(args.action->code) || d->report->errors != before)
        return false;
    if (!args.action->error) {
        check_product_error(d, node, &args);
        return d->report->errors == before;
    }
    check_status(d, node, &args);
    check_args(d, node, &args);
    warn_retry_after(d, node, args.action);
    return true;
}
