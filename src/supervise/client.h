/*
 * supervise/client.h - what the two files of the daemon's side share
 */
#pragma once

#include "supervise/internal.h"

struct supervised {
    struct supervisor *supervisor;
    const struct supervised_events *events; /* NULL: freed, nobody listens */
    void *arg;
    uint32_t slot;
    int control; /* -1: gone */
    struct loop_watch *watch;
    pid_t keeper;
    pid_t pid;
    int memory; /* tells how much the program holds; -1: not asked yet */
    uint32_t uid;
    bool own_network;
    bool ended; /* `exited` was told */
};

struct supervisor {
    struct loop *loop;
    struct supervisor_settings settings;
    char *room, *leftover;
    int socket;
    struct loop_watch *watch;
    pid_t pid;
    struct meter *meters;
    char *buffer;
    bool ready, namespaces, lost;
    bool undoes; /* some program has something to undo */
    struct supervised *programs[SUPERVISE_PROGRAMS_MAX];
    uint32_t next_slot;
};

/** A pair that takes large messages; close-on-exec. */
int supervise_socket(int pair[2], struct error *err);
/** Tell the owner that the program has ended, once. */
void program_end(struct supervised *p, int status, bool over_memory, const char *problem);
void program_forget(struct supervised *p);
