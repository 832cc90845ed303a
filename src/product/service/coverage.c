/* docs/coverage.md, from the tables. */
#include "product/service/operations.h"
#include "product/service/service.h"

static const char *state_of(const struct operation_handler *handler)
{
    if (!handler || (handler->flags & HANDLER_ABSENT))
        return "absent";
    return handler->partial ? "partial" : "full";
}

static void add_row(const struct operation *op, struct buf *out)
{
    const struct operation_handler *handler = operation_handler_find(op);

    buf_printf(out, "| %s | `%s %s` | %s | %s |\n", op->name,
               strcmp(op->method, "*") == 0 ? "any method" : op->method, op->path,
               state_of(handler), handler && handler->partial ? handler->partial : "");
}

static struct str heading(enum api_version api)
{
    return api == API_TRIGGER ? STR("HTTP triggers, their host names and custom domains")
                              : api_version_name(api);
}

void service_coverage(struct buf *out)
{
    size_t count;
    const struct operation *ops = operation_table(&count);
    enum api_version api = API_NONE;

    buf_puts(
        out,
        "# Coverage\n\nEvery operation of the three API versions, and how much of it is "
        "emulated. Generated from the\ntable of handlers by `fcemu coverage --operations`; a test "
        "compares the two.\n");
    for (size_t i = 0; i < count; i++) {
        if (ops[i].api != api) {
            api = ops[i].api;
            buf_printf(out,
                       "\n## " STR_FMT "\n\n| Operation | Request | State | What is missing |\n"
                       "|---|---|---|---|\n",
                       STR_ARG(heading(api)));
        }
        add_row(&ops[i], out);
    }
}
