/* The life of a control call: run step by step, parked, answered. A call whose client has left runs
 * to its end without one. */

#include <inttypes.h>

#include "admin/internal.h"
#include "base/mem.h"
#include "base/units.h"

/* ---- steps ---- */

static void call_free(struct admin_call *call)
{
    struct arena *arena = call->arena;

    json_free(call->document);
    arena_free(arena); /* the call lives in it */
}

void unread_unref(struct unread *unread)
{
    if (--unread->refs == 0)
        mem_free(unread);
}

/* The client has the answer, or has left; the admin may be gone. */
static void answer_is_over(void *arg)
{
    struct admin_call *call = arg;

    call->unread->bytes -= call->unread_bytes;
    unread_unref(call->unread);
    arena_free(call->arena);
}

/* Clients that ask for a lot and do not read it shall not cost more memory than this. */
static void bound_unread(struct admin_call *call)
{
    struct unread *unread = call->admin->unread;

    if (call->response.body.len > ADMIN_SMALL_BYTES &&
        unread->bytes + call->response.body.len > ADMIN_UNREAD_BYTES_MAX) {
        admin_problem(call, 503, "%zu MiB of answers wait for clients to read them; try again",
                      unread->bytes >> 20);
        admin_header(call, "Retry-After", STR("1"));
    }
    call->unread = unread;
    call->unread_bytes = call->response.body.len;
    unread->bytes += call->unread_bytes;
    unread->refs++;
}

/* The response lives in the call's own arena, which from here on ends with the server's. */
void admin_call_deliver(struct admin_call *call)
{
    struct http_call *http = call->http;
    static const struct delivery whole;

    if (!http) {
        call_free(call);
        return;
    }
    bound_unread(call);
    admin_header(call, "Cache-Control", STR("no-store"));
    admin_header(call, "X-Content-Type-Options", STR("nosniff"));
    visitor_welcome(call->admin->context.visitors, &call->request, call->arena,
                    &call->response.headers);
    json_free(call->document);
    http_call_set_owner(http, NULL);
    arena_on_end(http_call_arena(http), answer_is_over, call);
    http_call_deliver(http, &call->response, &whole);
}

static void call_conclude(struct admin_call *call)
{
    if (call->parked)
        return;
    if (!call->response.status)
        admin_problem(call, 500, "%s %s gave no answer", call->route->method, call->route->path);
    admin_call_deliver(call);
}

static void work_on_worker(void *arg)
{
    struct admin_call *call = arg;
    uint64_t waited_ms = (clock_monotonic_ns() - call->queued_ns) / NS_PER_MS;

    if (call->bulk && waited_ms > ADMIN_BULK_WAIT_MS) {
        admin_problem(call, 503, "other long answers are being written; try again");
        admin_header(call, "Retry-After", STR("1"));
        return;
    }
    call->route->work(call);
}

static void work_is_done(void *arg)
{
    struct admin_call *call = arg;

    if (!call->response.status && !call->parked && call->route->finish)
        call->route->finish(call);
    if (call->again)
        admin_call_run(call);
    else
        call_conclude(call);
}

void admin_call_run(struct admin_call *call)
{
    const struct admin_route *route = call->route;

    call->again = false;
    call->generation = call->admin->generation;
    if (route->begin)
        route->begin(call);
    if (call->streams) {
        call_free(call);
        return;
    }
    if (call->response.status || call->parked || !route->work) {
        call_conclude(call);
        return;
    }
    call->queued_ns = clock_monotonic_ns();
    worker_submit(call->bulk ? call->admin->bulk : call->admin->worker, work_on_worker,
                  work_is_done, call);
}

void admin_call_again(struct admin_call *call)
{
    call->again = true;
}

/* ---- parking ---- */

void admin_call_park(struct admin_call *call, void (*abandon)(struct admin_call *call))
{
    call->parked = true;
    call->abandon = abandon;
    call->next_parked = call->admin->parked;
    call->admin->parked = call;
}

static void unpark(struct admin_call *call)
{
    struct admin_call **at = &call->admin->parked;

    while (*at != call)
        at = &(*at)->next_parked;
    *at = call->next_parked;
    call->parked = false;
}

void admin_call_resume(struct admin_call *call)
{
    unpark(call);
    call_conclude(call);
}

void admin_calls_abandon(struct admin *admin)
{
    while (admin->parked) {
        struct admin_call *call = admin->parked;

        call->abandon(call);
        admin_problem(call, 503, "the daemon is stopping");
        admin_call_resume(call);
    }
}

struct wait {
    struct loop_timer timer;
    struct admin_call *call;
};

static void wait_is_over(struct loop_timer *timer)
{
    struct admin_call *call = CONTAINER_OF(timer, struct wait, timer)->call;

    unpark(call);
    call->wait = NULL;
    /* Nobody waits for the answer any more once the client has left. */
    if (call->http)
        admin_call_run(call);
    else
        call_free(call);
}

static void wait_abandon(struct admin_call *call)
{
    loop_timer_cancel(call->admin->context.loop, &call->wait->timer);
}

void admin_call_wait(struct admin_call *call, uint64_t delay_ms)
{
    struct wait *wait = ARENA_NEW(call->arena, struct wait);

    wait->call = call;
    call->wait = wait;
    admin_call_park(call, wait_abandon);
    loop_timer_arm(call->admin->context.loop, &wait->timer, delay_ms * NS_PER_MS, wait_is_over);
}
