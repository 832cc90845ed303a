/*
 * What is run when a program has ended, because it has left something where its process tree does
 * not reach: a container, which is a child of its engine.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "supervise/internal.h"

enum { FAILED_STATUS = 127 };

struct undo {
    char **argv, **env;
};

static char **copy_texts(const char *const *texts, uint32_t count)
{
    char **copies = (char **)mem_alloc_array((size_t)count + 1, sizeof(*copies));

    for (uint32_t i = 0; i < count; i++)
        copies[i] = mem_dup(texts[i]);
    return copies;
}

static void free_texts(char **texts)
{
    for (size_t i = 0; texts[i]; i++)
        mem_free(texts[i]);
    mem_free((void *)texts);
}

struct undo *undo_keep(const struct spawn *spawn)
{
    struct undo *undo;

    if (!spawn->head.undoc)
        return NULL;
    undo = mem_alloc(sizeof(*undo));
    undo->argv = copy_texts(spawn->undo, spawn->head.undoc);
    undo->env = copy_texts(spawn->env, spawn->head.envc);
    return undo;
}

pid_t undo_start(const struct undo *undo)
{
    pid_t pid = undo ? process_fork(0) : 0;

    if (!undo || pid != 0)
        return pid < 0 ? 0 : pid;
    setsid();
    default_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    execve(undo->argv[0], undo->argv, undo->env);
    _exit(FAILED_STATUS);
}

void undo_free(struct undo *undo)
{
    if (!undo)
        return;
    free_texts(undo->argv);
    free_texts(undo->env);
    mem_free(undo);
}
