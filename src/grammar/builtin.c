/* Rules that come with the program, named "builtin:NAME" where a file may be named. */
#include "grammar/builtin.h"

#include "catalog/fc_error.h"

/* As long as a daemon can be expected to live: these rules never end by themselves. */
static const char ttl[] = "8760h";

/* For arguments without a sample, which are sizes: the event limit of 2020-08-27. */
static const char unnamed_figure[] = "6291456";

/* "ServiceNotFound" → "raise-service-not-found" */
static void add_id(struct buf *out, const char *code)
{
    buf_puts(out, "raise");
    for (const char *p = code; *p; p++) {
        bool upper = *p >= 'A' && *p <= 'Z';
        bool before_upper = p > code && p[-1] >= 'A' && p[-1] <= 'Z';

        if (upper && !before_upper)
            buf_add_char(out, '-');
        buf_add_char(out, upper ? (char)(*p + ('a' - 'A')) : *p);
    }
}

static void add_args(struct buf *out, const struct fc_error *error)
{
    for (size_t i = 0; i < FC_ERROR_ARGS_MAX && error->args[i]; i++) {
        buf_puts(out, i ? ", " : "");
        buf_json_string(out, str_of(error->sample[i] ? error->sample[i] : unnamed_figure));
    }
}

static void documented_errors(struct buf *out)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    buf_puts(out, "version: 1\nrules:\n");
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, "  - id: ");
        add_id(out, table[i].code);
        buf_printf(out, "\n    match: {function: raise-%s}\n    do: {error: {code: %s, args: [",
                   table[i].code, table[i].code);
        add_args(out, &table[i]);
        buf_printf(out, "]}}\n    ttl: %s\n", ttl);
    }
}

static const struct {
    const char *path;
    void (*write)(struct buf *out);
} packs[] = {
    {"builtin:documented-errors", documented_errors},
};

bool fault_builtin_named(struct str path)
{
    return str_starts(path, STR("builtin:"));
}

bool fault_builtin_text(struct str path, struct buf *out)
{
    for (size_t i = 0; i < N_ELEMENTS(packs); i++) {
        if (str_eq(path, str_of(packs[i].path))) {
            packs[i].write(out);
            return true;
        }
    }
    return false;
}

const char *fault_builtin_path(size_t index)
{
    return index < N_ELEMENTS(packs) ? packs[index].path : NULL;
}
