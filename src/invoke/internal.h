/*
 * invoke/internal.h - functions, their instances, and what these need before they run
 */
#pragma once

#include <uthash.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/buf.h"
#include "catalog/runtime.h"
#include "invoke/frame.h"
#include "invoke/invoke.h"
#include "loop/loop.h"

enum { PROBLEM_TEXT_BYTES = 200, LOG_SHOWN_BYTES = 300, PROBLEM_BYTES = 700 };

struct worker;
struct code;
struct interpreter;
struct debugged;
struct reserve;
struct texts;
struct web;
struct runtime_api;

/* ---- code.c: packages as folders ---- */

enum code_state { CODE_COMING, CODE_READY, CODE_FAILED };

/** @key: ids of packages, each with a blank behind it. Each take has its let_go. */
struct code *code_take(struct invoke *invoke, const char *key);
void code_let_go(struct code *code); /* NULL is fine */
enum code_state code_state(const struct code *code);
const char *code_folder(const struct code *code);
const char *code_problem(const struct code *code);
void code_free_all(struct invoke *invoke);

/* ---- interpreter.c: what this machine has ---- */

enum interpreter_state { INTERPRETER_COMING, INTERPRETER_READY, INTERPRETER_MISSING };

struct interpreter {
    UT_hash_handle hh;
    struct invoke *invoke;
    enum runtime_language language;
    char *runtime; /* "python3.10": the key */
    enum interpreter_state state;
    char *path;       /* real path of the program */
    char *prefix;     /* the folder it is installed in */
    char *version;    /* "3.11.2" */
    uint64_t used_ns; /* when an instance of it was */
    char *shown;      /* "Python 3.11.2"; or, when it is missing, what to do about it */
};

/** For a runtime by its name; looked for once. NULL for one that needs none. */
struct interpreter *interpreter_find(struct invoke *invoke, struct str runtime);
void interpreter_free_all(struct invoke *invoke);
bool language_has_bootstrap(enum runtime_language language);
/** Its package is what is started: a custom runtime, or Go. */
bool language_is_program(enum runtime_language language);

/* ---- function.c: a function as it is configured, and its instances ---- */

struct function {
    UT_hash_handle hh;
    struct invoke *invoke;
    char *key; /* account/region/service/name/version */
    struct arena *arena;
    struct invoke_function spec; /* in the arena */
    enum runtime_language language;
    int generation;             /* of a Node.js runtime: 16 */
    bool hard_wired;            /* a custom runtime that listens at a port of its own choice */
    struct instance *instances; /* of this revision and older ones */
    size_t instance_count;
    unsigned held;                        /* it stays although it has no instance */
    uint32_t target;                      /* instances that are kept ready */
    uint64_t provision_round, fill_round; /* in which it was named, and looked at */
    uint64_t failed_ns;                   /* one did not come up; 0: none, since the last change */
    char *problem;                        /* why there are not so many; NULL: none is known */
};

void invoke_function_copy(const struct invoke_function *from, struct arena *arena,
                          struct invoke_function *out);
/** NULL when it has no entry. */
struct function *function_find(struct invoke *invoke, const struct invoke_function *spec);
/** The entry of the function; its spec becomes @spec, and instances of another revision drain. */
struct function *function_take(struct invoke *invoke, const struct invoke_function *spec);
struct invoke_exec_request;
/** The instance that it names, if it runs. */
struct instance *instance_find_for(const struct invoke *invoke,
                                   const struct invoke_exec_request *request);
/** All its instances go, those with calls behind these. */
void function_drain(struct function *function);
/** It goes when it has no instance. */
void function_let_go(struct function *function);

/* ---- room.c ---- */

/** An instance that can take a call, or a new one; NULL: *code and *message say why not. */
struct instance *function_find_room(struct function *function, const char **code, char **message);

/** The same, but a new one if there may be one: what it is for strikes the start. */
struct instance *function_find_new_room(struct function *function, const char **code,
                                        char **message);
/** The same, with fewer than @most sessions. */
struct instance *function_find_session_room(struct function *function, uint32_t most,
                                            const char **code, char **message);
/** One more instance that is kept ready may be started; NULL: *message says why not. */
struct instance *function_find_ready_room(struct function *function, char **message);

/* ---- the folder of a daemon ---- */

#define INVOKE_FOLDER "fcemu-run-"
#define INVOKE_CONTAINERS "containers" /* a file in it: who had these, if it had any */

/* ---- session.c ---- */

/** The instance that the session is bound to, or is from now on. */
struct instance *session_find_room(struct function *function, const struct invoke_session *session,
                                   const char **code, char **message);
/** The instance goes. */
void sessions_forget(struct instance *instance);

/* ---- provision.c ---- */

/** Its end leaves a place to fill. */
void provision_lost(struct instance *instance);

/* ---- instance.c ---- */

enum instance_state {
    INSTANCE_PREPARING,    /* code, interpreter, supervisor */
    INSTANCE_STARTING,     /* the process; then user code is loaded */
    INSTANCE_INITIALIZING, /* the first call's initializer */
    INSTANCE_SERVING,
    INSTANCE_FREEZING, /* its last call is over, its hook runs; further calls wait */
    INSTANCE_ENDING,   /* its last hook runs; it counts no more */
    INSTANCE_STOPPING, /* killed, not dead yet */
};

struct instance {
    struct instance *next, *prev; /* of its function */
    struct invoke *invoke;
    struct function *function;
    /* What it was started with; the function may have changed since. */
    struct arena *arena;
    struct invoke_function spec;
    enum runtime_language language;
    int generation;
    char id[40];
    enum instance_state state;
    bool draining;
    bool frozen; /* its hook has run since its last call */
    bool provisioned;
    bool was_ready; /* it has served, or could have */
    struct bound_session *sessions;
    uint32_t session_count;
    uint64_t session_idle_ms;               /* the longest of theirs */
    bool loses_log;                         /* what it prints goes nowhere */
    uint64_t start_delay_ns, init_delay_ns; /* of a fault */
    void (*after_init)(struct instance *instance);
    bool uncounted; /* it has made room already */
    struct code *code, *layers;
    struct interpreter *interpreter;
    char *tmp;   /* without namespaces: its TMPDIR */
    char *links; /* the same: links to what it mounts */
    const char *const *mount_folders;
    char *place; /* and, when it was started in reserve, a folder with links to code and layers */
    struct supervised *program;
    struct channel *channel;
    struct web *web;
    struct runtime_api *api; /* of a Go program */
    int log_fd;
    struct loop_watch *log_watch;
    struct buf log;            /* since the running call began, or since the start; its end only */
    uint64_t log_bytes;        /* all of it */
    struct buf print;          /* a line whose end has not come yet */
    struct invoke_call *calls; /* bound to it */
    uint32_t call_count;
    uint32_t next_call;
    uint64_t served;
    uint64_t created_wall_ms;
    uint16_t port;
    bool own_network;
    bool bare;                   /* it waits in reserve for its function, and has none yet */
    struct loop_timer timer;     /* limit of start and initializer, then of idleness */
    const char *credentials[3];  /* minted: id, secret, token */
    uint64_t key_ends_ms;        /* of the virtual clock */
    uint64_t batch_until_ns;     /* when an image that is run to its end must have been started */
    uint64_t round;              /* of invoke_prepare_on(), in which it was looked at last */
    char problem[PROBLEM_BYTES]; /* why its process ended */
    struct debugged *debugged;   /* it is started with the debugger of its language, or NULL */
    int64_t memory_charged;      /* bytes reserved of invoke.memory */
    struct invoke_exec *execs;   /* programs beside its own, for whoever looks at it */
    uint32_t next_exec;
};

struct instance *instance_new(struct function *function);
/** Go on with the preparation, when it is still under way. */
void instance_prepare(struct instance *instance);
/** All is there (prepare.c). False: it comes, or never will and the instance is gone. */
bool instance_is_prepared(struct instance *instance);
/** All its calls are refused, and it is gone. */
void instance_refuse(struct instance *instance, const char *code, const char *message);
/** It may take one more call. */
bool instance_has_room(const struct instance *instance);
/** Bind the call and run it as soon as may be. */
void instance_take(struct instance *instance, struct invoke_call *call);
/** No more calls; it goes when those it has are answered. */
void instance_drain(struct instance *instance);
/** Kill it; calls it still has are told so when it is dead. */
void instance_stop(struct instance *instance);
/** It is idle and goes, behind its last hook; it takes no room from now on. */
void instance_end(struct instance *instance);
/** A call was answered: wait for the next one, or go. */
void instance_rest(struct instance *instance);
void instance_initialized(struct instance *instance);
/** Its program does not come up within its limit. */
void instance_not_started(struct instance *instance);
/** A hook is over. */
void instance_go_on(struct instance *instance);
/** Forget it at once: its calls must be gone. */
void instance_free(struct instance *instance);
/** Everything it writes belongs to what runs now. */
void instance_read_log(struct instance *instance);
/** All its calls get the same answer, then it ends. */
void instance_fail(struct instance *instance, struct invoke_result *result);
/** Start its program again, in a network of its own. */
void instance_isolate(struct instance *instance);
/** The process is there and user code is loaded. */
void instance_loaded(struct instance *instance);
const char *instance_ran(const struct instance *instance);
/** What its program says and does; for spawn.c. */
void instance_on_log(void *arg, unsigned events);
void instance_on_exited(void *arg, int status, bool over_memory, const char *problem);
void instance_on_settled(void *arg, int sys_errno);
void instance_on_socket(void *arg, uint32_t token, int fd, int sys_errno, uint16_t port);

/* ---- environment.c ---- */

enum { TEXTS_MAX = 400 };

struct texts { /* ended by NULL */
    struct arena *arena;
    const char *items[TEXTS_MAX];
    size_t count;
};
void texts_add(struct texts *texts, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** Where the program finds things. */
const char *instance_code_path(const struct instance *instance);
const char *instance_layer_path(const struct instance *instance);
const char *instance_tmp_path(const struct instance *instance);
/** Of a file beside the bootstraps, as the program sees it; in its arena. */
const char *instance_bootstrap_path(const struct instance *instance, const char *file);
/** All of its variables, "NAME=value"; or only those that do not depend on the function. */
void environment_add(struct instance *instance, struct texts *env);
void environment_add_presets(struct instance *instance, struct texts *env);
/** An interpreter that runs already can take the function's variables. */
bool environment_may_come_later(const struct instance *instance);

/* ---- exec.c ---- */

void exec_on_ended(void *arg, uint32_t token, int status, const char *problem);
/** The instance goes, and they with it. */
void execs_lose_instance(struct instance *instance);

/* ---- mount.c ---- */

/** The folders of what the instance mounts are there. */
int mounts_make(struct instance *instance, struct error *err);
/** spec.mount_count of them. */
size_t mounts_add(const struct instance *instance, struct supervise_mount *out);
void mounts_add_volumes(const struct instance *instance, struct texts *argv);
int mounts_link(struct instance *instance, struct error *err);

/* ---- spawn.c ---- */

/** Start its program, or take one that is held in reserve. */
int instance_spawn(struct instance *instance, struct error *err);
/** A program of the same kind that waits for its function: @bare has no function. */
int instance_spawn_bare(struct instance *bare, struct error *err);
void instance_close_log(struct instance *instance);

/* ---- debug.c ---- */

/** It is to be the one of its function that has the debugger. */
bool debug_begin(struct instance *instance);
/** It goes. */
void debug_end(struct instance *instance);
/** What stands in front of its program, if it has the debugger. */
struct texts;
void debug_add(const struct instance *instance, struct texts *argv);
void debug_free_all(struct invoke *invoke);
/** What it needs of the machine beside all others. False: nothing. */
bool debug_mount(const struct instance *instance, struct supervise_mount *out);

/* ---- reserve.c: interpreters that run already, without user code ---- */

/** The instance gets a program that fits, if there is one: it only has to be told what to load. */
bool reserve_take(struct instance *instance);
/** The instance was used: its runtime keeps as many in reserve as the settings want. */
void reserve_refill(const struct instance *instance);
/** One goes, to make room. False when there is none. */
bool reserve_drop(struct invoke *invoke);
void reserve_free_all(struct invoke *invoke);
/** What a program and its channel tell while they wait; their owner is the bare instance. */
extern const struct supervised_events reserve_program_events;
extern const struct channel_events reserve_channel_events;
/* meta.c */
/** What a bootstrap is told once. @code: where it finds the function's code; @env: variables that
 * it has not been started with, NULL: it has them all. */
struct str load_frame(const struct instance *instance, const char *code, const struct texts *env,
                      struct arena *arena);

/* ---- prints.c: into the logs of its function ---- */

void prints_take(struct instance *instance, struct str bytes);
/** What was printed last has no end of line, and none comes. */
void prints_flush(struct instance *instance);
/** A phase of the call begins or ends: "FC Invoke Start RequestId: …". */
void prints_note(struct invoke_call *call, bool begins, struct str text);
/** How it went wrong, unless it did not. */
void prints_error(struct invoke_call *call, const struct invoke_result *result);

/* ---- lead.c ---- */

struct bootstrap;
/** A key that is good for a while yet: that of the instance, or another one from now on. */
void instance_fresh_key(struct instance *instance);
/** The text of a file beside the bootstraps as it is written; in @arena. */
struct str lead_module(const struct bootstrap *file, struct arena *arena);
/** The authorities that a function's clients trust. */
struct str lead_bundle(const struct invoke *invoke, struct arena *arena);

/* ---- call.c ---- */

enum call_phase {
    CALL_WAITING,
    CALL_INITIALIZING,
    CALL_RUNNING,
    CALL_PRE_FREEZE,
    CALL_PRE_STOP,
};

struct invoke_call {
    struct invoke_call *next, *prev; /* of its instance */
    struct invoke *invoke;
    struct instance *instance;
    struct invoke_request request;
    void (*done)(void *arg, const struct invoke_result *result);
    void *arg;
    uint32_t number; /* on its instance */
    enum call_phase phase;
    bool cold;
    bool own;      /* nobody made it: a hook, or the start of an instance that is kept ready */
    bool streamed; /* its head is with whoever asked */
    bool handed;   /* to a Go program that asked for it */
    bool told;     /* its error stands in the logs */
    uint64_t sent_ns;
    struct loop_timer timer;   /* of the time limit */
    struct loop_timer strike;  /* of a fault */
    bool withheld;             /* its answer is not given: a fault lets it run out of time */
    struct loop_timer refusal; /* answers later what was decided at once */
    struct invoke_result refused;
    char *message;
};

/** Send it to the instance: its initializer first, when that has not run. */
void call_run(struct invoke_call *call);
/** The answer is there: fills in what every answer has, tells the caller, frees the call. */
void call_answer(struct invoke_call *call, struct invoke_result *result);
/** Frames of the instance's channel (call_frame.c). */
extern const struct channel_events call_channel_events;
/** It has its answer; measures, logs, tells, and lets the instance rest or go. */
void call_result(struct invoke_call *call, struct invoke_result *result);
/** Its answer over HTTP: @head is JSON, see frame.h (call_frame.c). */
void call_http_result(struct invoke_call *call, struct str head, struct str body);
/** User code does not load: all who wait for it hear why, and the instance is gone. */
void call_load_failed(struct instance *instance, const struct invoke_result *result);
/** JSON of what a call brings (meta.c); until the next one is made. */
struct str call_meta(struct invoke_call *call);
/** The same, with blanks: a large event stands behind it. */
struct str call_long_meta(struct invoke_call *call);
/** JSON of its HTTP request, and of its baggage. */
struct str call_http_meta(const struct invoke_http *http, struct arena *arena);
struct str call_baggage(const struct invoke_request *request, struct arena *arena);
/** A result for an instance that ended under its calls. */
void call_exited(struct invoke_call *call);
uint64_t instance_peak(const struct instance *instance);
/** Its memory is looked at, and what it took before is forgotten. */
void instance_watch(struct instance *instance);

/* ---- own.c: calls that nobody made ---- */

/** Run a hook of the instance, which has no call; instance_go_on() when it is over. */
void own_hook(struct instance *instance, enum call_phase phase);
/** It is over, however it ended. */
void own_over(struct invoke_call *call);
/** Its start and its initializer, which nobody waits for. */
void own_warm(struct instance *instance);
/** It is done; nothing else happens. */
void own_forget(struct invoke_call *call);
/** Forget those the instance has: it goes. */
void own_drop(struct instance *instance);
/** What is run in this phase: a handler, and its limit. */
struct invoke_hook call_hook(const struct invoke_call *call);

/* ---- inside.c: faults where code runs ---- */

/** The call starts its instance, or is slowed by it. */
bool inside_wants_start(const struct invoke_request *request);
void inside_prepare(struct invoke_call *call, bool is_new);
/** The start of the instance waits: true, and instance_prepare() is called again. */
bool inside_delays_start(struct instance *instance);
/** So does its initializer, or where it has none its first call: @go_on is called. */
bool inside_delays_init(struct instance *instance, void (*go_on)(struct instance *instance));
/** The handler is about to have the call: false when it never does. */
bool inside_lets_begin(struct invoke_call *call);
/** It has answered: false when that is lost. */
bool inside_lets_end(struct invoke_call *call);
/** How long it may run. */
uint64_t inside_limit_ns(const struct invoke_call *call);

/** The process under the call is gone: what it is told, and the end of the instance. */
void call_end_process(struct invoke_call *call, bool for_memory);

/* ---- wind.c ---- */

/** An instance has gone: it may be the last that somebody waits for. */
void wind_look(struct invoke *invoke);
/** Nobody waits any more. */
void wind_stop(struct invoke *invoke);

/* ---- invoke.c ---- */

struct invoke {
    struct loop *loop;
    struct invoke_settings settings;
    struct worker *worker;
    struct supervisor *supervisor;
    bool supervisor_ready, namespaces, tried;
    char *folder; /* of its own; goes with it */
    int folder_fd;
    char *room;
    struct code *codes;
    uint64_t next_code, code_uses;
    struct interpreter *interpreters;
    struct function *functions;
    size_t instance_count;
    uint64_t memory_used;      /* bytes: of all instances, by what their functions may take */
    struct debugged *debugged; /* functions under a debugger */
    uint64_t expected;         /* runtimes to look for, by their place in the catalog, a bit each */
    struct reserve *reserves;
    size_t reserve_count;
    bool ending;
    /* What is done in the next turn of the loop, and not at all once we end. */
    struct loop_timer prepare_due, fill_due, forget_due;
    /* All idle instances end, and no new ones begin. */
    bool winding;
    void (*wound)(void *arg); /* NULL: nobody waits for their hooks */
    void *wound_arg;
    struct loop_timer wind_limit, wind_due;
    struct bound_session *sessions; /* of all functions */
    uint64_t provision_round, fill_round;
    uint64_t next_tmp, next_user;
    struct buf meta; /* of the last call */
    int marked;      /* supervisor that container_mark() was for; 0: none */
    char mark[32];   /* label of its containers */
    uint64_t round;
};

/** Take @path away, later on the worker. The text is taken. */
void invoke_remove_folder(struct invoke *invoke, char *path);

/** Something that instances wait for has come, or will not: they go on, later on the loop. */
void invoke_prepare_on(struct invoke *invoke);
/** 0 when programs can be started, 1 when that is coming; -1 and *err. */
int invoke_supervisor(struct invoke *invoke, struct error *err);
