/* The runs that there are: found, listed, told of what is about all of them. */
#include "base/mem.h"
#include "drill/run_parts.h"

struct drill_runs *drill_runs_new(const struct drill_host *host)
{
    struct drill_runs *runs = mem_alloc(sizeof(*runs));

    runs->host = *host;
    runs->tail = &runs->first;
    return runs;
}

void drill_runs_free(struct drill_runs *runs)
{
    struct drill_run *run;

    if (!runs)
        return;
    while ((run = runs->first)) {
        runs->first = run->next;
        drill_run_free(run);
    }
    mem_free(runs);
}

struct drill_run *drill_runs_find(struct drill_runs *runs, uint64_t number)
{
    struct drill_run *run = runs->first;

    while (run && run->judgement.number != number)
        run = run->next;
    return run;
}

void drill_runs_each(struct drill_runs *runs, void (*each)(void *arg, struct drill_run *run),
                     void *arg)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        each(arg, run);
}

void drill_runs_clock_moved(struct drill_runs *runs)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        if (run->timeline)
            timeline_look(run->timeline);
}

void drill_runs_halted(struct drill_runs *runs, const char *why)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        drill_run_stop(run, DRILL_STOPPED, why);
}
