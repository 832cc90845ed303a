/*
 * The emulated resources as a whole, for the control side: reset, seeds, snapshots.
 */
#include "base/mem.h"
#include "conf/report.h"
#include "daemon/internal.h"
#include "product/service/seed/seed.h"
#include "store/snapshot.h"

struct change {
    struct daemon *daemon;
    enum admin_state what;
    void (*done)(void *arg, const char *problem);
    void *arg;
    struct seeds *seeds;
};

static void end(struct change *change, const char *problem)
{
    change->done(change->arg, problem);
    seeds_free(change->seeds);
    mem_free(change);
}

static void sown(void *arg, const char *problem)
{
    end(arg, problem);
}

static void forgotten(void *arg)
{
    struct change *change = arg;

    if (change->seeds)
        seeds_apply(change->seeds, change->daemon->service, sown, change);
    else
        end(change, NULL);
}

static void stored(void *arg, const struct error *err)
{
    end(arg, err ? err->text : NULL);
}

/* Seed files are read before anything is forgotten: a mistake in them changes nothing. */
static void reset(struct change *change)
{
    const struct conf_texts *paths = &change->daemon->settings->seeds;
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf text = {0};

    if (change->what == ADMIN_STATE_SEED) {
        change->seeds = seeds_load(paths->items, paths->count, report);
        if (!change->seeds) {
            conf_report_print(report, CONF_FORMAT_TEXT, &text);
            end(change, buf_text(&text));
            return;
        }
    }
    service_reset(change->daemon->service, forgotten, change);
}

void daemon_change_state(void *owner, enum admin_state what, const char *folder,
                         void (*done)(void *arg, const char *problem), void *arg)
{
    struct daemon *d = owner;
    struct change *change = mem_alloc(sizeof(*change));

    *change = (struct change){.daemon = d, .what = what, .done = done, .arg = arg};
    switch (what) {
    case ADMIN_STATE_RESET:
    case ADMIN_STATE_SEED:
        reset(change);
        break;
    case ADMIN_STATE_SAVE:
        store_snapshot_save(service_store(d->service), folder, stored, change);
        break;
    case ADMIN_STATE_LOAD:
        store_snapshot_load(service_store(d->service), folder, stored, change);
        break;
    }
}
