/* The other products that deploy tools ask, each in the little they need. */
#include "product/neighbours/neighbours.h"

#include "base/mem.h"
#include "loop/worker.h"
#include "product/neighbours/internal.h"

enum { STATUS_BAD_REQUEST = 400, STATUS_FORBIDDEN = 403, STATUS_NOT_IMPLEMENTED = 501 };

static const struct product products[NEIGHBOUR_COUNT] = {
    [NEIGHBOUR_OSS] = {"OSS",             "oss", oss_perform,   oss_refuse, 403, "SecurityTokenExpired",
                       "x-oss-request-id"                                                                                          },
    [NEIGHBOUR_STS] = {"STS",             "sts", pop_perform,   pop_refuse, 400, "InvalidSecurityToken.Expired",
                       "x-acs-request-id"                                                                                          },
    [NEIGHBOUR_LOG] = {"Log Service",     "log", log_perform,   log_refuse, 401, "SecurityTokenExpired",
                       "x-log-requestid"                                                                                           },
    [NEIGHBOUR_RAM] = {"RAM",             "ram", pop_perform,   pop_refuse, 400, "InvalidSecurityToken.Expired",
                       "x-acs-request-id"                                                                                          },
    [NEIGHBOUR_OTHER] = {"another product", NULL,  other_perform, pop_refuse, 400,
                       "InvalidSecurityToken.Expired",                                                           "x-acs-request-id"},
};

int neighbours_new(struct loop *loop, const struct neighbours_settings *settings,
                   struct neighbours **out, struct error *err)
{
    struct neighbours *neighbours = mem_alloc(sizeof(*neighbours));

    neighbours->store = settings->store;
    neighbours->clock = settings->clock;
    neighbours->logs = settings->logs;
    memcpy(neighbours->enabled, settings->enabled, sizeof(neighbours->enabled));
    neighbours->happened = settings->happened;
    neighbours->owner = settings->owner;
    if (worker_new(loop, "uploads", &neighbours->worker, err) < 0) {
        mem_free(neighbours);
        return error_wrap(err, "start the neighbouring products");
    }
    neighbours->found = arena_new();
    *out = neighbours;
    return 0;
}

void neighbours_free(struct neighbours *neighbours)
{
    if (!neighbours)
        return;
    worker_free(neighbours->worker);
    arena_free(neighbours->found);
    mem_free(neighbours);
}

/* Whose parameters may stand in the body; elsewhere a form is what is stored. */
static bool is_rpc(const struct neighbours_pending *p)
{
    return p->product->refuse == pop_refuse;
}

static struct neighbours_pending *begin(struct neighbours *neighbours,
                                        const struct neighbours_call *call)
{
    struct neighbours_pending *p = mem_alloc(sizeof(*p));
    struct str key = neighbours_access_key(call->request, call->arena);

    p->base.end = &pending_end;
    p->neighbours = neighbours;
    p->store = neighbours->store;
    p->call = *call;
    p->arena = call->arena;
    p->product = &products[call->place->neighbour];
    p->now_ms = clock_now_wall_ms(neighbours->clock);
    p->access_key = str_is_set(key) ? key : STR("");
    p->bucket = call->place->bucket;
    p->name = STR("");
    query_parse(call->request->query, p->arena, &p->query);
    if (is_rpc(p) && request_has_form(call->request))
        query_parse(call->request->body, p->arena, &p->form);
    return p;
}

static bool key_is_over(const struct neighbours_pending *p)
{
    struct neighbours_key key;

    return key_find(p->store, p->access_key, p->arena, &key) && key.expires_ms <= p->now_ms;
}

struct neighbours_pending *
neighbours_perform(struct neighbours *neighbours, const struct neighbours_call *call,
                   void (*done)(void *arg, const struct neighbours_answer *answer), void *arg)
{
    struct neighbours_pending *p = begin(neighbours, call);

    p->done = done;
    p->arg = arg;
    if (call->instead.status)
        pending_refuse(p, call->instead.status, arena_dup(p->arena, call->instead.code), STR_FMT,
                       STR_ARG(call->instead.message));
    else if (call->unsigned_)
        pending_refuse_unsigned(p);
    else if (str_is_set(call->turned_away))
        pending_refuse(p, STATUS_FORBIDDEN, "AccessDenied", STR_FMT, STR_ARG(call->turned_away));
    else if (p->product->setting && !neighbours->enabled[call->place->neighbour])
        pending_refuse(p, STATUS_NOT_IMPLEMENTED, "NotImplemented",
                       "%s is switched off here by the setting neighbours.%s.", p->product->name,
                       p->product->setting);
    else if (key_is_over(p))
        pending_refuse(p, p->product->expired_status, p->product->expired_code,
                       "The security token you provided has expired.");
    else if (p->form.too_many)
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidParameter", "More than %d parameters.",
                       QUERY_PAIRS_MAX);
    else
        p->product->perform(p);
    return product_returned(&p->base) ? NULL : p;
}

void neighbours_cancel(struct neighbours_pending *pending)
{
    product_cancel(pending ? &pending->base : NULL);
}

bool neighbours_find_key(struct neighbours *neighbours, struct str access_key, struct auth_key *out)
{
    struct neighbours_key key;

    arena_reset(neighbours->found);
    if (!key_find(neighbours->store, access_key, neighbours->found, &key))
        return false;
    *out = (struct auth_key){
        .secret = key.secret,
        .account = key.account,
        .token = key.token,
        .expires_ms = key.expires_ms,
    };
    return true;
}
