/* One call of the service outside of all others. */
#include "base/mem.h"
#include "product/service/seed/seed.h"
#include "product/service/service.h"

enum { STATUS_REFUSED = 300 };

struct seed_call {
    struct arena *arena;
    struct http_request request;
    struct target target;
    struct query query;
    struct service_call call;
    struct service_pending *pending;
    void (*done)(void *arg, const char *problem);
    void *arg;
};

static void call_free(struct seed_call *call)
{
    arena_free(call->arena);
    mem_free(call);
}

static void answered(void *arg, const struct service_answer *answer)
{
    struct seed_call *call = arg;
    const char *problem = NULL;

    if (answer->error)
        problem = arena_printf(call->arena, "%s: " STR_FMT, answer->error->code,
                               STR_ARG(answer->message));
    else if (answer->status >= STATUS_REFUSED)
        problem = arena_printf(call->arena, "the answer is %d", answer->status);
    call->done(call->arg, problem);
    call_free(call);
}

struct seed_call *seed_call_begin(struct service *service, const char *path, struct str account,
                                  struct str region, struct str body,
                                  void (*done)(void *arg, const char *problem), void *arg)
{
    struct seed_call *call = mem_alloc(sizeof(*call));
    struct service_pending *pending;

    call->arena = arena_new();
    call->done = done;
    call->arg = arg;
    call->request = (struct http_request){.method = STR("PUT"),
                                          .path = arena_str(call->arena, str_of(path)),
                                          .query = STR(""),
                                          .body = arena_str(call->arena, body),
                                          .body_complete = true};
    query_parse(STR(""), call->arena, &call->query);
    target_find(STR("PUT"), call->request.path, STR_NONE, call->arena, &call->target);
    call->call = (struct service_call){
        .arena = call->arena,
        .request = &call->request,
        .target = &call->target,
        .query = &call->query,
        .account = arena_str(call->arena, account),
        .region = arena_str(call->arena, region),
        .request_id = STR("seed"),
    };
    pending = service_perform(service, &call->call, answered, call);
    if (pending)
        call->pending = pending;
    return pending ? call : NULL;
}

void seed_call_end(struct seed_call *call)
{
    if (!call)
        return;
    service_cancel(call->pending);
    call_free(call);
}
