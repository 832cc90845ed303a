/* Account and region in the path of an endpoint. */
#include "route/endpoint.h"

static bool cut_segment(struct str *path, struct str *out)
{
    struct str rest;
    bool more;

    if (path->len == 0 || path->ptr[0] != '/')
        return false;
    more = str_cut(str_slice(*path, 1, path->len), '/', out, &rest);
    *path = str_slice(*path, 1 + out->len, path->len);
    return more || out->len > 0;
}

/* As a host that says the same, so that both are read and judged alike. */
static bool find(struct str region, struct str account, const struct place_defaults *defaults,
                 struct arena *arena, struct place *out)
{
    struct str named = account.len ? account : STR("0");

    place_find(arena_strf(arena, STR_FMT "." STR_FMT ".localhost", STR_ARG(named), STR_ARG(region)),
               STR_NONE, defaults, arena, out);
    return out->kind == PLACE_LOCAL && str_eq(out->account, named) &&
           str_eq_nocase(out->region, region);
}

enum endpoint_result endpoint_take(struct str path, const struct place_defaults *defaults,
                                   struct arena *arena, struct place *place, struct str *out_rest)
{
    struct str rest = path;
    struct str region;
    struct str account = STR("");
    struct place found;

    if (!str_starts(path, STR("/@")) || !cut_segment(&rest, &region))
        return ENDPOINT_NONE;
    region = str_slice(region, 1, region.len);
    struct str behind = rest;
    struct str next;

    if (cut_segment(&behind, &next) && str_all_digits(next)) {
        account = next;
        rest = behind;
    }
    if (!find(region, account, defaults, arena, &found)) {
        place->problem =
            arena_printf(arena,
                         "'/@" STR_FMT "' in the path is no region; an endpoint by address is "
                         "http://127.0.0.1:8252/@<region>/<account>",
                         STR_ARG(region));
        return ENDPOINT_WRONG;
    }
    place->region = found.region;
    place->region_known = found.region_known;
    place->region_defaulted = false;
    place->problem = found.problem;
    place->suggestion = found.suggestion;
    if (account.len) {
        place->account = account;
        place->account_defaulted = false;
    }
    /* Endpoints with a slash at their end give two. */
    *out_rest = rest.len == 0                 ? STR("/")
                : str_starts(rest, STR("//")) ? str_slice(rest, 1, rest.len)
                                              : rest;
    return ENDPOINT_FOUND;
}
