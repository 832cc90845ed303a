/* NAME, or SERVICE/NAME. */
#include "cli/function_name.h"

#include "base/query.h"

int function_name_read(const struct cli_args *args, const char *text, struct function_name *out)
{
    struct str service;
    struct str name;

    *out = (struct function_name){.name = str_of(text)};
    if (!str_cut(str_of(text), '/', &service, &name))
        return out->name.len ? 0 : cli_usage(args, "the name of the function is empty");
    if (!service.len || !name.len || memchr(name.ptr, '/', name.len))
        return cli_usage(args, "'%s' is not FUNCTION or SERVICE/FUNCTION", text);
    *out = (struct function_name){service, name};
    return 0;
}

void function_name_query(struct buf *out, const char *key, struct str value)
{
    OWN(arena_free) struct arena *arena = arena_new();

    if (str_is_set(value))
        buf_printf(out, "&%s=" STR_FMT, key, STR_ARG(percent_encode(value, false, arena)));
}
