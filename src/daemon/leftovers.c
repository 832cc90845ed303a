/*
 * What daemons left in the temporary folder that were killed before anybody could clear up behind
 * them: their state, and packages of functions.
 */
#include "daemon/internal.h"
#include "invoke/invoke.h"
#include "loop/worker.h"
#include "store/store.h"

static void sweep(void *arg)
{
    (void)arg;
    store_remove_left_behind();
    invoke_remove_left_behind();
}

void daemon_remove_left_behind(struct daemon *d)
{
    worker_submit(d->errands, sweep, NULL, NULL);
}
