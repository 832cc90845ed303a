/*
 * supervise/internal.h - what daemon, supervisor and keepers say to one another
 *
 * All over SOCK_SEQPACKET, a struct order a message; descriptors travel beside it.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "supervise/supervise.h"

/* Descriptors that the supervisor inherits. */
enum {
    SUPERVISOR_SOCKET = 3,
    SUPERVISOR_METERS = 4,
};

enum {
    ORDER_BYTES_MAX = 160 * 1024, /* below what a socket takes at once */
    ORDER_FDS_MAX = 5,
    PROBLEM_BYTES = 200,
};

enum order_kind {
    /* daemon to supervisor */
    ORDER_HELLO = 1, /* a: isolation; b: a user; text: the room, then what is left over, each with
                        its terminator */
    ORDER_SPAWN, /* id: slot; a struct spawn_head behind it; fds: control, in, out, err, channel */
    /* supervisor to daemon */
    ORDER_READY,   /* a: namespaces; text: why not */
    ORDER_SPAWNED, /* id: slot; a: pid of the keeper, 0 when there is none; text: why */
    /* daemon to keeper */
    ORDER_TERMINATE,
    ORDER_KILL,
    ORDER_CONNECT, /* id: token; a: port, and above it the one that counts instead; b: how long to
                      try, in ms */
    ORDER_WAKE,    /* look at the meter */
    ORDER_SETTLE,  /* text: for each mount from, to, each with its terminator */
    ORDER_EXEC,    /* id: token; a: how many arguments; b: EXEC_… bits; text: argv, env, each with
                      its terminator; fds: those of in, out, err that are there */
    ORDER_EXEC_KILL, /* id: token */
    /* keeper to daemon */
    ORDER_STARTED,
    ORDER_FAILED,     /* a: errno; text: what was tried */
    ORDER_EXITED,     /* a: status; b: over memory */
    ORDER_SETTLED,    /* a: errno */
    ORDER_SOCKET,     /* id: token; a: errno; b: the port it listens at instead; fd: the socket */
    ORDER_EXEC_ENDED, /* id: token; a: status; b: errno; text: what was tried */
};

enum { ORDER_PORT_BITS = 16 };
enum { EXEC_IN = 1, EXEC_OUT = 2, EXEC_ERR = 4, EXEC_TTY = 8 };

struct order {
    uint32_t kind;
    uint32_t id;
    uint64_t a;
    uint64_t b;
};

/* Behind ORDER_SPAWN; then the texts, each with its terminator: cwd, store, argv, env, undo, and
   for each mount "r" or "w", from, to. */
struct spawn_head {
    uint32_t argc, envc, mountc, undoc;
    uint32_t uid;
    uint32_t has; /* bits: which of in, out, err, channel came along */
    uint8_t namespaces, own_network;
    uint16_t listen_port;
    uint64_t tmp_bytes, data_bytes, file_bytes, processes, descriptors;
};

/* Shared between daemon and keeper; a slot a program. */
struct meter {
    _Atomic uint64_t limit;   /* daemon */
    _Atomic uint64_t peak;    /* both */
    _Atomic uint32_t running; /* daemon */
    _Atomic uint32_t asleep;  /* keeper: wants ORDER_WAKE */
    uint64_t spare[5];
};
_Static_assert(sizeof(struct meter) == 64, "a line of the cache");

/* ---- wire.c ---- */

/** 0, or -1 with errno. @text and @fds may be absent. Never waits. */
int wire_send(int fd, const struct order *order, const void *text, size_t len, const int *fds,
              size_t fd_count);
/**
 * The next message into @buffer (of ORDER_BYTES_MAX). Returns the length of what stands behind the
 * order, -1 when there is nothing now, -2 when the other side is gone. @fds holds ORDER_FDS_MAX.
 */
ssize_t wire_receive(int fd, struct order *order, char *buffer, int *fds, size_t *fd_count);

/* ---- spec.c ---- */

/* A spec as it was unpacked from a message; views into it. */
struct spawn {
    struct spawn_head head;
    const char *cwd;
    const char *store; /* "": none */
    const char **argv, **env, **undo;
    struct supervise_mount *mounts;
    int in, out, err, channel; /* -1: none */
    bool tty;                  /* `in` is to be its terminal */
};

struct buf;
void spawn_pack(const struct supervise_spec *spec, bool namespaces, struct buf *out);
/** @count texts that stand in @bytes, with a NULL behind them, from mem_alloc(); NULL when there
 * are not so many. *bytes and *len become what is behind them. */
const char **texts_unpack(char **bytes, size_t *len, size_t count);
/** False when the message is damaged. */
bool spawn_unpack(char *bytes, size_t len, struct spawn *out);
void spawn_done(struct spawn *spawn);

/* ---- exec.c: further programs of a keeper ---- */

enum { EXECS_MAX = 64 };

struct execs {
    struct {
        pid_t pid; /* 0: free */
        uint32_t token;
    } items[EXECS_MAX];
    int control;
};

/** Start what ORDER_EXEC says, as the program that @like describes. */
void execs_start(struct execs *execs, const struct spawn *like, const struct order *order,
                 char *text, size_t len, const int *fds, size_t fd_count);
void execs_kill(struct execs *execs, uint32_t token);
/** A child has ended: one of these? */
void execs_reap(struct execs *execs, pid_t pid, int status);

/* ---- keeper.c, in a process of its own ---- */

struct keeper_parts {
    struct spawn *spawn;
    struct meter *meter;
    int control;
    int life; /* ends when the supervisor does */
    int go;   /* a byte comes when user and group are mapped; -1: nothing to wait for */
    const char *room;
};
void keeper_run(const struct keeper_parts *parts) __attribute__((noreturn));

/* ---- undo.c: in the supervisor ---- */

struct undo;
/** What is to be run when the program has ended; NULL: nothing. */
struct undo *undo_keep(const struct spawn *spawn);
/** Run it. Returns the process; 0 when there is none. */
pid_t undo_start(const struct undo *undo);
void undo_free(struct undo *undo);

/* ---- enter.c ---- */

/** Signals as a program expects them. */
void default_signals(void);

/** In the child: become the program. On failure writes to @report and exits. */
void enter_program(const struct spawn *spawn, int report) __attribute__((noreturn));
struct enter_failure {
    int sys_errno;
    char what[60];
};

/* ---- room.c ---- */

/** Make the root of a program in @room and go there. 0, or -1 with errno; *step says what failed.
 */
int room_enter(const struct spawn *spawn, const char *room, const char **step);
/** Parts of the store to their places, as ORDER_SETTLE has them; the store goes. 0, or -1 with
 * errno.
 */
int room_settle(const struct spawn *spawn, const char *text, size_t len);

/* ---- tree.c ---- */

/** As fork(), into new namespaces (CLONE_NEW…; 0: none), and without what libraries do at a fork:
 * one closes descriptors by number. */
pid_t process_fork(unsigned long flags);

struct pids {
    pid_t *items;
    size_t count, cap;
};
void pids_add(struct pids *pids, pid_t pid);
void pids_done(struct pids *pids);
void tree_children(pid_t pid, struct pids *out);
/** All processes below @root, not itself. */
void tree_list(pid_t root, struct pids *out);
/** Kill everything below the calling process and reap it; returns when nothing is left. */
void tree_end(void);
/** Some process below @root has the socket of this number. */
bool tree_holds_socket(pid_t root, unsigned long inode);
/** A port that a process below @root listens at: @wanted if one does, else @instead, or any other
 * where that is 0; 0: none. */
uint16_t tree_listens_at(pid_t root, uint16_t wanted, uint16_t instead);
/** Resident bytes of one process. 0 when it is gone. */
uint64_t process_resident(pid_t pid);
/** The same, asked often: a descriptor, or -1, and what it says. */
int process_memory_open(pid_t pid);
uint64_t process_memory_read(int fd);
