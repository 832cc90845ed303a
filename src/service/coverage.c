/* docs/coverage.md, from the tables. */
#include "service/operations.h"

static const char *state_of(const struct operation_handler *handler)
{
    if (!handler || (handler->flags & HANDLER_ABSENT))
        return "absent";
    return handler->partial ? "partial" : "full";
}

static void add_row(const struct operation *op, struct buf *out)
{
    const struct operation_handler *handler = operation_handler_find(op);

    buf_printf(out, "| %s | `%s %s` | %s | %s |\n", op->name, op->method, op->path,
               state_of(handler), handler && handler->partial ? handler->partial : "");
}

/* HTTP trigger traffic is no operation of the control plane. */
static bool is_listed(const struct operation *op)
{
    return field_api(op->api) != 0 && strcmp(op->method, "*") != 0;
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
        if (!is_listed(&ops[i]))
            continue;
        if (ops[i].api != api) {
            api = ops[i].api;
            buf_printf(out,
                       "\n## " STR_FMT "\n\n| Operation | Request | State | What is missing |\n"
                       "|---|---|---|---|\n",
                       STR_ARG(api_version_name(api)));
        }
        add_row(&ops[i], out);
    }
}
