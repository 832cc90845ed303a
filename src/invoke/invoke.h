/*
 * invoke/invoke.h - the code of functions, run in instances on this machine
 *
 * A call names a function as it is configured and gets an answer when an instance has it: one that
 * is free, or a new one. What the function does wrong is an answer, too. Everything happens on the
 * loop; packages are unpacked and interpreters asked for their version on a worker. Nothing
 * outlives the daemon (supervise/).
 *
 * Source: spec page invocation, with its corrections; limits §4; errors §9.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "http/call/message.h"
#include "supervise/supervise.h"

struct clock;
struct invoke;
struct invoke_call; /* a call that has no answer yet */
struct logs;
struct loop;
struct store;

/* What a function's clients sign with. */
struct invoke_key {
    struct str id, secret, token; /* terminated */
    uint64_t expires_ms;          /* wall time of the virtual clock */
};

struct invoke_function;

struct invoke_settings {
    struct store *store; /* code packages are read from it */
    const char *program; /* our own binary, for the supervisor; NULL: a fork, for tests */
    enum supervise_isolation isolation;
    uint64_t memory_bytes; /* of all instances together: what they may take at most */
    uint32_t machines;     /* instances in one region, of everybody; 0: any number */
    uint32_t reserve;      /* interpreters without user code that a used runtime keeps ready */
    uint64_t idle_ms;      /* an instance without a call for so long ends */
    struct logs *logs;     /* what functions print goes there; NULL: nowhere */
    bool no_network;       /* functions reach nothing but themselves */
    /* Makes a key for an instance, in @arena; NULL: one that nobody knows. */
    void (*mint)(void *owner, const struct invoke_function *function, struct str instance,
                 struct arena *arena, struct invoke_key *out);
    bool proxies; /* as a proxy the daemon passes on what is not its own */
    /* Where functions reach the daemon, "127.0.0.1:8252", in @arena; NULL, or absent: nowhere. */
    struct str (*address)(void *owner, struct arena *arena);
    void *owner;
    const struct clock *clock; /* the virtual one; NULL = real time */
    struct str authority;      /* that signed the daemon's certificates, PEM; may be absent */
    const char *const *hidden; /* folders of ours, for messages; NULL at the end */
    const struct invoke_runtime *runtimes;
    size_t runtime_count;
    const struct invoke_folder *folders;
    size_t folder_count;
    const char *mounts; /* a folder of ours for all other mounts; NULL: one that goes with us */
};

/* The program of a runtime, where PATH is not to be searched. */
struct invoke_runtime {
    const char *name; /* "python3.10" */
    const char *program;
};

/* A folder in place of what functions mount. */
struct invoke_folder {
    const char *source; /* "oss://bucket/path", or the address of a file system */
    const char *folder;
};

int invoke_new(struct loop *loop, const struct invoke_settings *settings, struct invoke **out,
               struct error *err);
/**
 * The end is near: instances that are idle end behind their hooks, and no further ones are started.
 * @done is called when no hook runs any more, at the latest after @grace_ns; false, and it is not,
 * when none does. 0: no hook is run.
 */
bool invoke_wind_down(struct invoke *invoke, uint64_t grace_ns, void (*done)(void *arg), void *arg);
/** Ends every instance; calls that have no answer are dropped. NULL is fine. */
void invoke_free(struct invoke *invoke);

struct invoke_pair {
    struct str name, value;
};

/* What is run between calls, and before an instance goes; what it answers is of no account. */
struct invoke_hook {
    struct str handler; /* "": none */
    uint32_t timeout_s;
};

/* How a custom runtime is asked whether it is well; seconds. */
struct invoke_health {
    struct str path; /* "": that it listens is enough */
    uint32_t delay_s, period_s, timeout_s;
    uint32_t failures, successes; /* in a row */
};

struct invoke_mount {
    struct str source; /* as in struct invoke_folder */
    struct str to;     /* terminated */
    bool read_only;
};

/* A function as a call finds it. Copied; views may go when the call has begun. */
struct invoke_function {
    struct str account, region;
    struct str service; /* "" for one of 2023-03-30 */
    struct str name;
    struct str version;              /* "LATEST" or a number */
    struct str qualifier;            /* as asked; "LATEST" when nothing was */
    uint64_t revision;               /* another one: instances of the old drain */
    struct str runtime;              /* "python3.10" */
    struct str handler, initializer; /* initializer "": none */
    struct invoke_hook pre_freeze, pre_stop;
    uint32_t memory_mb, timeout_s, initializer_timeout_s;
    uint32_t concurrency;
    uint32_t disk_mb;
    struct str blob;          /* its package; absent: none */
    const struct str *layers; /* packages of its layers, as listed */
    size_t layer_count;
    const struct invoke_pair *environment;
    size_t environment_count;
    const struct str *command; /* of a custom runtime; none: ./bootstrap */
    size_t command_count;
    struct str image;                            /* of a container; "": it is no container */
    struct str registry_user, registry_password; /* of where it is pulled from; "": none */
    size_t entrypoint_count; /* so many of the command are the entry point; 0: the image's own */
    bool runs_to_end;        /* an image that is no server */
    uint32_t cpu_milli;      /* thousandths of a processor; 0: as many as there are */
    uint16_t port;
    struct invoke_health health;
    uint32_t start_limit_s;        /* of a custom runtime */
    uint32_t instances_max;        /* of this function on demand; beyond it ResourceExhausted */
    uint32_t region_instances_max; /* of those that share what is not reserved */
    bool reserved;                 /* its instances_max is its own part of the account's */
    const struct invoke_mount *mounts;
    size_t mount_count;
    struct str log_project, log_store;
    struct str role; /* that it acts as; "" for none */
};

/* An HTTP request for the function; absent members are "". */
struct invoke_http {
    struct str method, path, query; /* path: behind the function's name where the URL names it */
    struct str uri;                 /* the whole path and query as they came */
    struct str host, client;
    struct str base_path; /* custom runtimes */
    const struct http_headers *headers;
};

struct fault_instance;
struct invoke_result;

/* Of a caller; its calls of a function go to one instance. */
struct invoke_session {
    struct str id;
    uint32_t per_instance; /* sessions that may share one */
    uint64_t idle_ms;      /* how long an instance that has it waits for calls */
};

/*
 * Who takes the answer to an HTTP request as it comes; the functions get the `arg` of done(). Only
 * custom runtimes answer so, and only what does not say how long it is.
 */
struct invoke_stream {
    /* Status and headers; the rest comes by part(), and the end, as always, by done(). */
    void (*head)(void *arg, const struct invoke_result *head);
    /* Some of the body. False: no more until invoke_go_on(). */
    bool (*part)(void *arg, struct str bytes);
    /* The function speaks another protocol from here on (101): @fd, which is taken, is its
       connection, @unread came behind the head. The call goes on until invoke_pipe_over(). */
    void (*pipe)(void *arg, const struct invoke_result *head, int fd, struct str unread);
};

/** A function of @runtime is there: what its first call needs of this machine is looked for now. */
void invoke_expect(struct invoke *invoke, struct str runtime);

/** Folders of daemons that were killed. Any thread. */
void invoke_remove_left_behind(void);

struct invoke_request {
    struct str request_id;
    const struct invoke_stream *stream;   /* NULL: the answer is wanted whole */
    struct str event;                     /* or the body of the request */
    const struct invoke_http *http;       /* NULL: an event */
    const struct fault_instance *fault;   /* what happens to it there; NULL: nothing */
    const struct invoke_session *session; /* whose instance takes it; NULL: any */
    bool wants_log;                       /* the end of what it printed, in its result */
    uint32_t retry_count;
    struct str trace_id, span_context; /* may be absent */
    const struct invoke_pair *baggage;
    size_t baggage_count;
};

enum invoke_outcome {
    INVOKE_ANSWERED,
    INVOKE_HANDLED,     /* an error by the language's own channel */
    INVOKE_UNHANDLED,   /* an error that nobody caught, or no handler */
    INVOKE_INIT_FAILED, /* the initializer */
    INVOKE_TIMED_OUT,
    INVOKE_EXITED,  /* the process ended, for memory, too */
    INVOKE_REFUSED, /* it did not run: see `code` */
};

/* Views are valid while the callback runs. */
struct invoke_result {
    enum invoke_outcome outcome;
    struct str body;    /* what the function returned, or the JSON of its error */
    const char *code;   /* INVOKE_REFUSED: "ResourceExhausted", "CAExited", … */
    struct str message; /* with it */
    bool is_http;       /* status and headers come from the function */
    int status;
    struct http_headers headers;
    uint64_t duration_ns, billed_ms;
    uint64_t memory_bytes;  /* the most that was seen */
    struct str log;         /* the last 4 KB, framed; absent with concurrency above 1 */
    struct str instance_id; /* "" when none was reached */
    struct str ran;         /* "Python 3.11.2" */
    bool cold;
    bool streamed; /* the answer went to the request's stream; cut short unless INVOKE_ANSWERED */
};

/**
 * Run it. @done is called once, later on the loop. The views of @request stay valid until then or
 * until invoke_cancel().
 */
struct invoke_call *invoke_begin(struct invoke *invoke, const struct invoke_function *function,
                                 const struct invoke_request *request,
                                 void (*done)(void *arg, const struct invoke_result *result),
                                 void *arg);
/** Nobody waits any more: the run is cancelled, its instance ended. @done is not called. */
void invoke_cancel(struct invoke_call *call);
/** The same of a call that is not made again: an instance that was being started for it ends. */
void invoke_stop(struct invoke_call *call);

/** More of a streamed answer is welcome. */
void invoke_go_on(struct invoke_call *call);
/** The pipe that the call became has ended: so does the call; done() is called. */
void invoke_pipe_over(struct invoke_call *call);

/* ---- instances that are kept ready ---- */

/*
 * Between invoke_provision_begin() and invoke_provision_end() every function is named that is to
 * have instances kept ready; those that are not named have none from then on.
 */
void invoke_provision_begin(struct invoke *invoke);
void invoke_provision(struct invoke *invoke, const struct invoke_function *function,
                      uint32_t target);
void invoke_provision_end(struct invoke *invoke);
/** How many are ready. @problem: why there are not more; "" when none is known. */
uint32_t invoke_provisioned(struct invoke *invoke, const struct invoke_function *function,
                            struct str *problem);

/* ---- sessions ---- */

/** The id of the instance that is bound to it now; NULL: *code and *message, which is the caller's,
 * say why there is none. */
const char *invoke_session_open(struct invoke *invoke, const struct invoke_function *function,
                                const struct invoke_session *session, const char **code,
                                char **message);
/** It may have another instance from now on. */
void invoke_session_close(struct invoke *invoke, const struct invoke_function *function,
                          struct str id);
/** An instance has it. */
bool invoke_session_is_bound(struct invoke *invoke, const struct invoke_function *function,
                             struct str id);
/** An instance gave the session itself. */
void invoke_session_bind(struct invoke *invoke, const struct invoke_function *function,
                         const struct invoke_session *session, struct str instance_id);

/* ---- functions that are changed ---- */

/** Ask @keeps for each function that has instances; those of others end when they are idle. */
void invoke_sweep(struct invoke *invoke,
                  bool (*keeps)(void *arg, const struct invoke_function *function), void *arg);
/** Calls of any version of the function that run are refused, and their instances ended. */
void invoke_abort(struct invoke *invoke, const struct invoke_function *function, const char *code,
                  struct str message);

/** Whose key is it? False when it is of no instance; the request is absent when several run. */
bool invoke_caller(const struct invoke *invoke, struct str access_key, struct str *out_instance,
                   struct str *out_request);

/** A program of some function has the socket of this number. */
bool invoke_holds_socket(const struct invoke *invoke, uint32_t inode);

/* ---- what runs ---- */

struct invoke_instance {
    struct str id, account, region, service, function, version, qualifier;
    struct str ran;
    uint64_t created_wall_ms;
    uint32_t calls;  /* running now */
    uint64_t served; /* so far */
    bool draining, starting, provisioned;
};
void invoke_each(struct invoke *invoke, void (*fn)(void *arg, const struct invoke_instance *seen),
                 void *arg);

/** Interpreters in reserve now. */
size_t invoke_reserve(const struct invoke *invoke);
/** How instances are kept apart: "namespace", "process", or "not tried yet". */
const char *invoke_isolation(const struct invoke *invoke);
