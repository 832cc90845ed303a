/*
 * The emulated resources as a whole, for the control side: reset, seeds, snapshots.
 *
 * What a reset leads to is made beside the state and put in its place, so that nobody meets half of
 * it and no writer comes in between.
 */
#include "base/mem.h"
#include "conf/report.h"
#include "daemon/internal.h"
#include "logs/logs.h"
#include "loop/worker.h"
#include "product/service/seed/seed.h"
#include "product/service/seed/seed_read.h"
#include "store/snapshot.h"

struct change {
    struct daemon *daemon;
    struct admin_state_request request;
    char *account;
    void (*done)(void *arg, const char *problem);
    void *arg;
    struct seeds *seeds;
    struct store *stage; /* what will be */
    struct buf problem;
};

static void finish(struct change *change, const char *problem)
{
    struct daemon *d = change->daemon;

    change->done(change->arg, problem);
    seeds_free(change->seeds);
    store_close(change->stage);
    buf_done(&change->problem);
    mem_free(change->account);
    mem_free(change);
    if (--d->changing == 0 && d->stopped)
        loop_stop(d->loop);
}

/* Nothing is another for it. */
static void looked(void *arg, const struct error *err)
{
    finish(arg, err ? err->text : NULL);
}

static void end(struct change *change, const char *problem)
{
    struct daemon *d = change->daemon;

    service_triggers_changed(d->service);
    if (!problem && change->request.what == ADMIN_STATE_LOAD)
        service_state_is_of_before(d->service);
    if (!problem && change->request.what == ADMIN_STATE_RESET)
        logs_clear(d->logs, change->request.account);
    finish(change, problem);
}

static void stored(void *arg, const struct error *err)
{
    end(arg, err ? err->text : NULL);
}

static void install(struct change *change)
{
    if (str_is_set(change->request.account))
        store_install_account(GIVE(change->stage), change->request.account, stored, change);
    else
        store_install(GIVE(change->stage), stored, change);
}

static void sown(void *arg, const char *problem)
{
    if (problem)
        end(arg, problem);
    else
        install(arg);
}

/* Seed files are read before anything is forgotten: a mistake in them changes nothing. */
static void read_seeds(void *arg)
{
    struct change *change = arg;
    const struct conf_texts *paths = &change->daemon->settings->seeds;
    const struct settings *settings = change->daemon->settings;
    const struct seed_place place = {change->account ? str_of(change->account) : settings->account,
                                     settings->region};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();

    change->seeds = seeds_load(paths->items, paths->count, &place, report);
    if (!change->seeds)
        conf_report_print(report, CONF_FORMAT_TEXT, &change->problem);
}

static void apply_seeds(void *arg)
{
    struct change *change = arg;

    if (change->seeds)
        seeds_apply(change->seeds, change->daemon->service, change->stage, change->request.account,
                    sown, change);
    else
        end(change, buf_text(&change->problem));
}

static void reset(struct change *change)
{
    struct daemon *d = change->daemon;

    change->stage = store_stage(service_store(d->service));
    if (!change->request.seed)
        install(change);
    else
        worker_submit(d->errands, read_seeds, apply_seeds, change);
}

void daemon_change_state(void *owner, const struct admin_state_request *request,
                         void (*done)(void *arg, const char *problem), void *arg)
{
    struct daemon *d = owner;
    struct change *change = mem_alloc(sizeof(*change));

    *change = (struct change){.daemon = d, .request = *request, .done = done, .arg = arg};
    if (str_is_set(request->account)) {
        change->account = mem_dup_len(request->account.ptr, request->account.len);
        change->request.account = str_of(change->account);
    }
    d->changing++;
    switch (request->what) {
    case ADMIN_STATE_RESET:
        reset(change);
        break;
    case ADMIN_STATE_SAVE:
        store_snapshot_save(service_store(d->service), request->folder, stored, change);
        break;
    case ADMIN_STATE_LOAD:
        store_snapshot_load(service_store(d->service), request->folder, stored, change);
        break;
    case ADMIN_STATE_DIFF:
        store_snapshot_compare(service_store(d->service), request->folder, request->lines, looked,
                               change);
        break;
    }
}
