/* What exists from the start: seed files are applied before the first listener, as one step: who
 * is killed meanwhile finds all of it at the next start, or nothing. */
#include "product/service/seed/seed.h"
#include "daemon/daemon.h"
#include "daemon/internal.h"
#include "product/service/seed/seed_read.h"
#include "store/store.h"

struct sowing {
    struct daemon *d;
    struct error *err;
    int result;
};

static void written(void *arg, const struct error *err)
{
    struct sowing *sowing = arg;

    if (err) {
        *sowing->err = *err;
        sowing->result = error_wrap(sowing->err, "apply the seeds");
    }
    loop_stop(sowing->d->loop);
}

/* After a refusal the start ends, and what was gathered with it. */
static void sown(void *arg, const char *problem)
{
    struct sowing *sowing = arg;

    if (problem) {
        sowing->result = error_set(sowing->err, ERROR_USAGE, "%s", problem);
        loop_stop(sowing->d->loop);
    } else {
        store_gathered(service_store(sowing->d->service), written, sowing);
    }
}

int daemon_seed(struct daemon *d, struct conf_report *report, struct error *err)
{
    const struct conf_texts *paths = &d->settings->seeds;
    const struct seed_place place = {d->settings->account, d->settings->region};
    OWN(seeds_free) struct seeds *seeds = seeds_load(paths->items, paths->count, &place, report);
    struct store *store = service_store(d->service);
    struct sowing sowing = {.d = d, .err = err};

    if (!seeds)
        return DAEMON_CONFIG;
    if (seeds_count(seeds) == 0)
        return 0;
    seeds_each_folder(seeds, code_add, d);
    store_gather(store);
    seeds_apply(seeds, d->service, store, STR_NONE, sown, &sowing);
    /* Nothing listens yet: the loop only carries these writes. */
    loop_run(d->loop);
    return sowing.result;
}
