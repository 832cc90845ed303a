/* The control API under /_fcemu/. */
#include "admin/admin.h"

#include "admin/compile.h"
#include "admin/drills.h"
#include "admin/events.h"
#include "admin/layer.h"
#include "admin/metrics.h"
#include "admin/steps.h"
#include "base/mem.h"

static void call_has_ended(void *arg, const struct journal_entry *entry)
{
    struct admin *admin = arg;

    metrics_note(admin->metrics, entry);
    coverage_note(admin->coverage, entry);
    events_note(admin->events, entry);
}

/* The daemon has loaded its files before it listens: they were accepted. */
static void start_state(struct admin *admin)
{
    admin->started_wall_ms = clock_wall_ms();
    admin->reload.accepted = true;
    admin->reload.wall_ms = admin->started_wall_ms;
    admin->generation = 1;
}

int admin_new(const struct admin_context *context, struct admin **out, struct error *err)
{
    OWN(worker_free) struct worker *worker = NULL;
    OWN(worker_free) struct worker *bulk = NULL;

    if (worker_new(context->loop, "admin", &worker, err) < 0 ||
        worker_new(context->loop, "admin-bulk", &bulk, err) < 0)
        return error_wrap(err, "start the control side");
    struct admin *admin = mem_alloc(sizeof(*admin));

    admin->context = *context;
    admin->worker = GIVE(worker);
    admin->bulk = GIVE(bulk);
    admin->unread = mem_alloc(sizeof(*admin->unread));
    admin->unread->refs = 1;
    admin->layer = layer_new();
    admin->coverage = coverage_new();
    admin->observations = observations_new();
    admin->metrics = metrics_new();
    admin->events = events_new(admin);
    admin->drills = drills_new(admin);
    start_state(admin);
    journal_tap(context->journal, call_has_ended, admin);
    *out = admin;
    return 0;
}

void admin_close(struct admin *admin)
{
    admin->closed = true;
    events_close(admin->events);
    log_streams_close(admin);
    admin_calls_abandon(admin);
}

void admin_free(struct admin *admin)
{
    if (!admin)
        return;
    journal_tap(admin->context.journal, NULL, NULL);
    worker_free(admin->worker);
    worker_free(admin->bulk);
    admin_calls_abandon(admin);
    drill_runs_free(admin->drills);
    events_free(admin->events);
    log_streams_close(admin);
    metrics_free(admin->metrics);
    observations_free(admin->observations);
    coverage_free(admin->coverage);
    layer_free(admin->layer);
    unread_unref(admin->unread);
    mem_free(admin->reload.errors);
    mem_free(admin->reload.warnings);
    mem_free(admin->reload.text);
    mem_free(admin);
}
