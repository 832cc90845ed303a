/*
 * tests/fuzz/fuzz_path.c - a path that leads to an operation can be written anew from its template
 * and parameters, and leads there again
 *
 * Input: the method, a blank, the raw path.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/query.h"
#include "route/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A service goes with its qualifier, which has no segment of its own. */
static struct str value_of(const struct target *target, struct str param, struct arena *arena)
{
    struct str name;
    struct str rest;

    str_cut(param, '.', &name, &rest);

    struct str value = target_param(target, arena_dup(arena, name));

    if (str_eq(name, STR("service"))) /* "name." has no qualifier */
        value = arena_strf(arena, STR_FMT "." STR_FMT, STR_ARG(value), STR_ARG(target->qualifier));
    return percent_encode(value, false, arena);
}

static struct str rebuild(const struct target *target, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    struct str template = str_of(target->op->path);
    struct str text;
    struct str param;

    buf_printf(&out, "/" STR_FMT, STR_ARG(api_version_name(target->api)));
    while (str_cut(template, '{', &text, &template)) {
        str_cut(template, '}', &param, &template);
        buf_add(&out, text);
        buf_add(&out, value_of(target, param, arena));
    }
    buf_add(&out, text);
    return arena_str(arena, buf_str(&out));
}

static bool is_same(const struct target *a, const struct target *b)
{
    if (a->result != b->result || a->op != b->op || a->param_count != b->param_count)
        return false;
    for (size_t i = 0; i < a->param_count; i++)
        if (!str_eq(a->params[i].value, b->params[i].value))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str method;
    struct str path;
    struct target target;
    struct target again;

    if (!str_cut((struct str){(const char *)data, size}, ' ', &method, &path))
        return 0;
    target_find(method, path, STR_NONE, arena, &target);
    if ((target.result == TARGET_FOUND) != (target.op != NULL))
        abort();
    if (target.result == TARGET_WRONG_METHOD && target.allowed.len == 0)
        abort();
    if (target.op && target.api == API_TRIGGER && target.rest.ptr[0] != '/')
        abort();
    if (!target.op || target.api == API_TRIGGER)
        return 0;
    target_find(method, rebuild(&target, arena), STR_NONE, arena, &again);
    if (!is_same(&target, &again))
        abort();
    return 0;
}
