/*
 * effect: late - the client has its answer, the work is done behind its back a moment later.
 *
 * The request is copied, because its call ends with the answer. Work that is still waiting when the
 * daemon stops is dropped, as a machine that dies would drop it.
 */
#include "base/mem.h"
#include "gateway/internal.h"

enum { LATE_NS = 1000000000 };

struct late {
    struct gateway *gateway;
    struct late *next, *prev;
    struct arena *arena;
    struct loop_timer timer;
    struct http_request request;
    struct target target;
    struct query query;
    struct service_call call;
    struct service_pending *pending;
    bool running;
};

static void late_end(struct late *late)
{
    if (late->prev)
        late->prev->next = late->next;
    else
        late->gateway->late = late->next;
    if (late->next)
        late->next->prev = late->prev;
    arena_free(late->arena);
    mem_free(late);
}

static void done(void *arg, const struct service_answer *answer)
{
    struct late *late = arg;

    (void)answer;
    if (late->running)
        late->running = false;
    else
        late_end(late);
}

static void due(struct loop_timer *timer)
{
    struct late *late = CONTAINER_OF(timer, struct late, timer);

    late->running = true;
    late->pending = service_perform(late->gateway->parts.service, &late->call, done, late);
    if (!late->pending)
        late_end(late);
    else
        late->running = false;
}

static void copy_request(const struct http_request *from, struct arena *arena,
                         struct http_request *to)
{
    *to = *from;
    to->method = arena_str(arena, from->method);
    to->target = arena_str(arena, from->target);
    to->path = arena_str(arena, from->path);
    to->query = arena_str(arena, from->query);
    to->authority = arena_str(arena, from->authority);
    to->host = arena_str(arena, from->host);
    to->client = arena_str(arena, from->client);
    to->sni = arena_str(arena, from->sni);
    to->body = arena_str(arena, from->body);
    to->headers = (struct http_headers){0};
    for (size_t i = 0; i < from->headers.count; i++)
        http_headers_add(&to->headers, arena, arena_str(arena, from->headers.items[i].name),
                         arena_str(arena, from->headers.items[i].value));
}

void exchange_perform_late(struct exchange *x)
{
    struct late *late = mem_alloc(sizeof(*late));
    struct arena *arena = late->arena = arena_new();
    struct str qualifier;

    late->gateway = x->gateway;
    copy_request(x->request, arena, &late->request);
    query_parse(late->request.query, arena, &late->query);
    qualifier = query_get(&late->query, STR("qualifier"));
    target_find(late->request.method, late->request.path, qualifier, arena, &late->target);
    late->call = (struct service_call){
        .arena = arena,
        .request = &late->request,
        .target = &late->target,
        .query = &late->query,
        .account = arena_str(arena, x->place.account),
        .region = arena_str(arena, x->place.region),
        .internal = x->place.internal,
        .request_id = arena_str(arena, x->request_id),
        .access_key = arena_str(arena, x->facts.access_key),
    };
    late->next = x->gateway->late;
    if (late->next)
        late->next->prev = late;
    x->gateway->late = late;
    if (late->target.op)
        loop_timer_arm(x->gateway->parts.loop, &late->timer, LATE_NS, due);
    else
        late_end(late);
}

void gateway_drop_late(struct gateway *gateway)
{
    while (gateway->late) {
        struct late *late = gateway->late;

        loop_timer_cancel(gateway->parts.loop, &late->timer);
        service_cancel(late->pending);
        late_end(late);
    }
}
