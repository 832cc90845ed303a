/* The errors that a verb is to try. */
#include "cli/error_list.h"

#include "base/buf.h"
#include "base/distance.h"

static void take_reference(bool all, struct error_list *out)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++)
        if (all || table[i].evidence == EVIDENCE_2020_08_27)
            out->items[out->count++] = &table[i];
}

static bool is_listed(const struct error_list *list, const struct fc_error *error)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == error)
            return true;
    return false;
}

static bool take_named(const struct cli_args *args, struct str name, struct error_list *out)
{
    struct nearest nearest = {.wanted = name};
    const struct fc_error *error = fc_error_find(name);
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    if (error && is_listed(out, error))
        return true;
    if (error) {
        out->items[out->count++] = error;
        return true;
    }
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].code));
    cli_usage(args, "--errors: no documented code '" STR_FMT "'%s" STR_FMT "%s", STR_ARG(name),
              nearest.best.ptr ? "; did you mean '" : "; 'fcemu errors' lists them",
              STR_ARG(nearest.best), nearest.best.ptr ? "'?" : "");
    return false;
}

bool cli_error_list(const struct cli_args *args, struct arena *arena, struct error_list *out)
{
    const char *list = cli_value(args, "errors");
    struct str name, rest = str_of(list);
    size_t count;

    fc_error_table(&count);
    *out = (struct error_list){
        .items = ARENA_ARRAY(arena, count, const struct fc_error *),
        .named = list != NULL,
    };
    if (!list || str_eq(rest, STR("documented")) || str_eq(rest, STR("all"))) {
        take_reference(list && str_eq(rest, STR("all")), out);
        return true;
    }
    if (!rest.len) {
        cli_usage(args, "--errors: no code is named; 'fcemu errors' lists them");
        return false;
    }
    while (rest.len) {
        if (!str_cut(rest, ',', &name, &rest))
            rest = STR_NONE;
        if (!take_named(args, str_trim(name), out))
            return false;
    }
    return true;
}

const char *cli_error_action(const struct fc_error *error, const char *more, struct arena *arena)
{
    OWN(buf_done) struct buf args = {0};

    for (size_t i = 0; i < fc_error_arg_required(error); i++)
        buf_puts(&args, i ? ", \"1\"" : ", args: [\"1\"");
    return arena_printf(arena, "error: {code: %s%s%s%s}", error->code, buf_text(&args),
                        args.len ? "]" : "", more);
}
