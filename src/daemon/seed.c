/* What exists from the start: seed files are applied before the first listener. */
#include "product/service/seed/seed.h"
#include "daemon/daemon.h"
#include "daemon/internal.h"

struct sown {
    struct loop *loop;
    struct error *err;
    bool waiting; /* the loop runs until it is told */
    bool done;
    int result;
};

static void sown(void *arg, const char *problem)
{
    struct sown *sown = arg;

    sown->done = true;
    if (problem)
        sown->result = error_set(sown->err, ERROR_USAGE, "%s", problem);
    if (sown->waiting)
        loop_stop(sown->loop);
}

int daemon_seed(struct daemon *d, struct conf_report *report, struct error *err)
{
    const struct conf_texts *paths = &d->settings->seeds;
    OWN(seeds_free) struct seeds *seeds = seeds_load(paths->items, paths->count, report);
    struct sown outcome = {.loop = d->loop, .err = err};

    if (!seeds)
        return DAEMON_CONFIG;
    seeds_apply(seeds, d->service, sown, &outcome);
    /* Nothing listens yet: the loop only carries the writes of the store. */
    outcome.waiting = !outcome.done;
    if (outcome.waiting)
        loop_run(d->loop);
    return outcome.result;
}
