/*
 * What a call is about, as the texts of refusals name it: acs:fc:<region>:<account>:services/s/…
 *
 * Source: spec page errors.md, section 8; a collection is written with '*' for the name.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

static bool is_collection(struct str segment)
{
    static const char *const names[] = {"services", "functions", "triggers", "layers",
                                        "custom-domains"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (str_eq(segment, str_of(names[i])))
            return true;
    return false;
}

/* "services/s/functions/f" of a longer path: an invocation is about its function. */
static void add_collections(struct str path, struct buf *out)
{
    struct str collection;
    struct str name;

    while (str_is_set(path)) {
        str_cut(path, '/', &collection, &path);
        if (!is_collection(collection))
            return;
        str_cut(path, '/', &name, &path);
        buf_printf(out, "%s" STR_FMT "/" STR_FMT, out->len ? "/" : "", STR_ARG(collection),
                   STR_ARG(name.len ? name : STR("*")));
    }
}

static void add_resource(const struct exchange *x, struct buf *out)
{
    const struct target *t = &x->target;
    struct str version;
    struct str path;

    if (x->facts.api == API_TRIGGER && t->function.len) {
        if (t->service.len)
            buf_printf(out, "services/" STR_FMT "/", STR_ARG(t->service));
        buf_printf(out, "functions/" STR_FMT, STR_ARG(t->function));
        return;
    }
    str_cut(str_slice(x->request->path, 1, x->request->path.len), '/', &version, &path);
    add_collections(path, out);
}

struct str exchange_arn(struct exchange *x)
{
    OWN(buf_done) struct buf resource = {0};

    add_resource(x, &resource);
    return arena_strf(x->arena, "acs:fc:" STR_FMT ":" STR_FMT ":%s", STR_ARG(x->place.region),
                      STR_ARG(x->place.account), resource.len ? buf_text(&resource) : "*");
}
