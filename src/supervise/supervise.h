/*
 * supervise/supervise.h - programs whose whole process tree is held, and ends with us
 *
 * Between the daemon and a program stand two small processes of our own binary: the supervisor, one
 * for all, and a keeper for each program. The keeper is the subreaper of the program's tree, or the
 * first process of its PID namespace, so that nothing can leave it; it ends the tree when it is
 * told, when the program has ended, and when the daemon or the supervisor is gone, however they
 * went. Orphans of a keeper that was killed fall to the supervisor, which ends them.
 *
 * With namespaces a program has its own mounts (a root made of the system's folders, read-only,
 * with what the spec puts into it), process tree, IPC and, if asked for, network. Without, it
 * shares all these.
 *
 * Threads: the loop thread, except supervisor_main(), which is a process of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct supervisor;
struct supervised; /* a program and its tree */

enum { SUPERVISE_PROGRAMS_MAX = 4096 }; /* at once */

/* ---- the process ---- */

/** True when the command line asks for the supervisor: what our own binary is started with. */
bool supervisor_is_asked(int argc, char **argv);
/** Its whole life, on the descriptors it inherited. Returns the exit status. */
int supervisor_main(void);

/* ---- the daemon's side ---- */

enum supervise_isolation {
    SUPERVISE_AUTO, /* namespaces where the kernel lets us */
    SUPERVISE_NAMESPACE,
    SUPERVISE_PROCESS,
};

struct supervisor_settings {
    const char *program;  /* our own binary: "/proc/self/exe"; NULL: a fork of this process, for
                             programs without threads */
    const char *room;     /* an empty folder; namespaces mount their root there, each for itself */
    const char *leftover; /* a folder that goes with the daemon, however it goes; NULL: none */
    enum supervise_isolation isolation;
    /* The trial of namespaces is over: programs may be started. @problem says why there are none;
       NULL when there are, or when they were not asked for. */
    void (*ready)(void *arg, bool namespaces, const char *problem);
    /* The supervisor was killed by somebody; each program is told to have ended. Free it, make
       another. */
    void (*lost)(void *arg);
    void *arg;
};

int supervisor_new(struct loop *loop, const struct supervisor_settings *settings,
                   struct supervisor **out, struct error *err);
/** End every program and wait for the last process (some milliseconds). NULL is fine. */
void supervisor_free(struct supervisor *supervisor);

#define SUPERVISE_LISTENS UINT32_MAX /* the token of spec.listen_port */

struct supervise_mount {
    const char *from; /* a folder or file of ours; NULL: an empty folder in memory */
    const char *to;   /* where it is in the program's root */
    bool writable;
};

struct supervise_spec {
    const char *const *argv; /* NULL behind the last; argv[0] is a path */
    const char *const *env;
    const char *cwd;
    int in_fd, out_fd, err_fd; /* -1: /dev/null; still the caller's afterwards */
    int channel_fd;            /* becomes descriptor 3; -1: none */
    uint32_t uid;              /* run as this user and group; 0: as we are */
    bool plain;                /* without namespaces, although there are: a tool of the machine */
    /* Run when it has ended, however it did, and after the daemon: what it has left where its tree
       does not reach. With its environment; argv[0] is a path. NULL: nothing. */
    const char *const *undo;
    bool own_network;     /* with namespaces: loopback and nothing else */
    uint16_t listen_port; /* in a network of its own: a listening socket, made before
                             the program starts, is told of under SUPERVISE_LISTENS; 0: none */
    const struct supervise_mount *mounts; /* with namespaces */
    const char *store; /* with namespaces: a folder of ours whose parts become folders of the
                          program later; see supervised_settle(). NULL: none */
    size_t mount_count;
    uint64_t tmp_bytes;  /* with namespaces: size of its own /tmp */
    uint64_t data_bytes; /* RLIMIT_DATA; 0: none */
    uint64_t file_bytes; /* RLIMIT_FSIZE; 0: none */
    uint64_t processes;  /* RLIMIT_NPROC, beyond what the user has now; 0: as it is */
    uint64_t descriptors;
};

/* A further program in the tree of one that runs, seeing what that sees. */
struct supervise_exec {
    const char *const *argv; /* NULL behind the last; without a slash it is looked for in PATH */
    const char *const *env;
    int in_fd, out_fd, err_fd; /* -1: /dev/null; still the caller's afterwards */
    bool tty;                  /* in_fd is a terminal, and becomes its own */
};

struct supervised_events {
    void (*started)(void *arg);
    /* The program ended: a status of waitpid(). @over_memory: the keeper ended it. A program that
       could not be started: @status is -1, @problem says why. Last word on the program; its tree is
       gone when `gone` is called. */
    void (*exited)(void *arg, int status, bool over_memory, const char *problem);
    void (*gone)(void *arg); /* may be NULL */
    /* supervised_settle() is done: 0 or an errno. May be NULL. */
    void (*settled)(void *arg, int sys_errno);
    /* An answer to supervised_connect(), or what spec.listen_port asked for: a descriptor, or -1
       and an errno. EADDRNOTAVAIL: the program listens at @port instead of the one that was asked
       for. */
    void (*socket)(void *arg, uint32_t token, int fd, int sys_errno, uint16_t port);
    /* What supervised_exec() started has ended: a status of waitpid(), or @problem. May be NULL. */
    void (*exec_ended)(void *arg, uint32_t token, int status, const char *problem);
};

/** All strings are copied. The descriptors may be closed afterwards. */
int supervised_start(struct supervisor *supervisor, const struct supervise_spec *spec,
                     const struct supervised_events *events, void *arg, struct supervised **out,
                     struct error *err);
/** From now on somebody else hears of it. */
void supervised_adopt(struct supervised *program, const struct supervised_events *events,
                      void *arg);
/** Of a program with a store, once: parts of it become folders of the program, read-only, at places
 * that its spec has made; then nothing else of the store is there. `settled` is told. */
void supervised_settle(struct supervised *program, const struct supervise_mount *mounts,
                       size_t count);
/** Ask it to end: SIGTERM to the program. */
void supervised_terminate(struct supervised *program);
/** SIGKILL for the whole tree. */
void supervised_kill(struct supervised *program);
/** Kill, and hear no more of it. NULL is fine. */
void supervised_free(struct supervised *program);

/** Start it, with the program's user, limits and namespaces; `exec_ended` tells of its end. */
int supervised_exec(struct supervised *program, uint32_t token, const struct supervise_exec *exec,
                    struct error *err);
/** End it, and what it has started. */
void supervised_exec_kill(struct supervised *program, uint32_t token);

/** A connection to a port of the program's loopback, tried until @wait_ms are over. */
void supervised_connect(struct supervised *program, uint32_t token, uint16_t port,
                        uint32_t wait_ms);
/** The same; of the other ports that the program may listen at, @instead alone is told. */
void supervised_connect_either(struct supervised *program, uint32_t token, uint16_t port,
                               uint16_t instead, uint32_t wait_ms);

/* Whose the far end of a TCP connection over IPv4 loopback is. */
enum supervised_peer {
    SUPERVISED_OURS, /* of the program's tree */
    SUPERVISED_FOREIGN,
    SUPERVISED_SOON, /* the program has just started, and its tree is not known yet */
};
enum supervised_peer supervised_peer(struct supervised *program, int fd);

/** Its process, 0 when it is gone. */
int supervisor_pid(const struct supervisor *supervisor);

/** A program below the supervisor holds the socket of this number. */
bool supervisor_holds_socket(const struct supervisor *supervisor, uint32_t inode);

/* ---- memory: resident bytes of the whole tree ---- */

/** Something runs: the keeper looks every 20 ms and ends the tree beyond @limit_bytes (0: none).
 * Forgets the peak. */
void supervised_watch(struct supervised *program, uint64_t limit_bytes);
void supervised_unwatch(struct supervised *program);
/** The most that was seen since supervised_watch(); looks at the program itself, too. */
uint64_t supervised_peak_bytes(struct supervised *program);
/** The program's own process number as we see it; 0 when it is not known (any more). */
int supervised_pid(struct supervised *program);
