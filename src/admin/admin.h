/*
 * admin/admin.h - the control API under /_fcemu/
 *
 * The gateway hands every call that admin_wants() over, untouched by any rule. Reading is done on a
 * worker thread from snapshots, changes on the loop thread; nothing here waits for a held call, so
 * every answer is there within 2 s (spec/faults.md §5.1).
 *
 * Threads: the loop thread.
 */
#pragma once

#include "auth/visitor.h"
#include "grammar/grammar.h"
#include "http/call/server.h"
#include "journal/journal.h"

struct admin;
struct logs;
struct place_names;
struct service;
struct settings;
struct store_row;

/* One call that a rule holds. Views; valid while the callback that got them runs. */
struct admin_held {
    uint64_t number;                   /* names it in DELETE /_fcemu/faults/active/{n} */
    struct str request_id, rule, kind; /* kind: "delay", "hang", "stall", … */
    struct str method, path, account, region;
    uint64_t since_wall_ms;
    uint64_t left_ms; /* 0 = until it is released or the client leaves */
};

/* What may be done to the emulated resources as a whole. */
enum admin_state {
    ADMIN_STATE_RESET, /* forget all */
    ADMIN_STATE_SAVE,  /* write a snapshot */
    ADMIN_STATE_LOAD,  /* replace all by a snapshot */
    ADMIN_STATE_DIFF,  /* say what leads from a snapshot to what there is */
};

/* Texts live until the call is answered. */
struct admin_state_request {
    enum admin_state what;
    bool seed;          /* RESET: apply the seed files to what is left, in the same step */
    struct str account; /* RESET: of this one alone, seeds go to it; absent = all */
    const char *folder; /* SAVE, LOAD, DIFF: absolute */
    struct buf *lines;  /* DIFF: where to; lives until done() */
};

/* A function to be debugged. */
struct admin_debug {
    struct str account, region, service, name, runtime;
    bool on;
    uint16_t port; /* 0: a free one */
    bool wait;     /* for somebody to attach, before user code begins */
};
struct admin_debugged {
    const char *debugger, *attach; /* "debugpy", what to do with it */
    uint16_t port;
};

/* Who wants to call the API. */
struct admin_caller_request {
    struct str account, region; /* absent: the default ones */
    bool always;                /* a key even where calls need not be signed */
};

/* Texts in the arena that was given. */
struct admin_caller {
    struct str account, region;
    const char *mode;             /* of its account: "off", "lenient" or "strict" */
    struct str id, secret, token; /* a temporary key; absent: none is needed */
};

/*
 * What the control side needs of the rest of the program. Everything outlives the admin. Callbacks
 * run on the loop thread; those marked optional may be NULL, and the paths that need them then
 * answer 501.
 */
struct admin_context {
    struct loop *loop;
    struct clock *clock; /* the virtual one that rules follow */
    struct journal *journal;
    struct chain_tracker *chains;
    struct logs *logs; /* what functions print */
    struct fault_engine *engine;
    struct fault_engine *canned;   /* of the canned answers; NULL: there are none */
    struct tape *tape;             /* of its decisions */
    struct http_server *server;    /* for its numbers; may be NULL */
    struct service *service;       /* whose triggers are fired by hand; may be NULL */
    const struct place_names *own; /* names that the control side answers to */
    const char *version;
    const struct settings *settings;       /* in force; NULL: /settings answers 501 */
    const struct visitor_policy *visitors; /* who may use it, and the token */
    bool wider_than_loopback;  /* a listener can be reached from outside: the token is required */
    uint64_t body_limit_bytes; /* of a control request; 0 = 4 MiB */
    struct fault_grammar_options grammar;

    void *owner; /* handed to every callback */
    /** The rule files of the file layer, in order; valid until the next reload. */
    const char *const *(*fault_files)(void *owner, size_t *out_count);
    /** The same of the files of canned answers (optional). */
    const char *const *(*canned_files)(void *owner, size_t *out_count);
    /** Rule files were loaded, or refused; @report is errors and warnings as compilers print them,
     * "" when there are none (optional). */
    void (*reloaded)(void *owner, bool accepted, const char *report);
    /** Look for the rule files again, then admin_reload_faults() (optional). */
    void (*reload)(void *owner);
    /** Add members to the answer of /_fcemu/health (optional). @health is a cJSON object. */
    void (*health)(void *owner, void *health);
    /** False while starting or stopping (optional: always ready). */
    bool (*ready)(void *owner);

    /** Call each(arg, held) for every held call, oldest first. */
    void (*held_each)(void *owner, void (*each)(void *arg, const struct admin_held *held),
                      void *arg);
    /** False when there is no such call. */
    bool (*held_release)(void *owner, uint64_t number);
    /** Let all go; returns how many. */
    size_t (*held_release_all)(void *owner);

    /** Change the state, whole or not at all. done(arg, problem) is called once, at once or later;
     * problem NULL = done (optional). */
    void (*state)(void *owner, const struct admin_state_request *request,
                  void (*done)(void *arg, const char *problem), void *arg);

    /** The certificate of the local authority, PEM (optional). */
    struct str (*authority)(void *owner);

    /** Call each(arg, row) for every resource of @kind, in the order of their keys (optional). */
    void (*resources_each)(void *owner, struct str kind,
                           void (*each)(void *arg, const struct store_row *row), void *arg);
    /** Start functions under a debugger, or no more; 1 when it was not. Texts in @arena (optional).
     */
    int (*debug)(void *owner, const struct admin_debug *debug, struct arena *arena,
                 struct admin_debugged *out, struct error *err);
    /** Make a temporary key for calls of the API, where they are signed (optional). */
    void (*caller)(void *owner, const struct admin_caller_request *request, struct arena *arena,
                   struct admin_caller *out);

    /** The virtual clock was moved: look at timers that follow it (optional). */
    void (*clock_moved)(void *owner);
    /** A program of a function has sent the call (optional: none has). */
    bool (*of_function)(void *owner, struct http_call *call);
    /** A port of ours that 127.0.0.1 reaches, for replaying requests; 0 when there is none
     * (optional). */
    uint16_t (*loopback_port)(void *owner);
};

/** @context is copied, what it points to is not. */
int admin_new(const struct admin_context *context, struct admin **out, struct error *err);
/** The daemon is about to stop: end what would stay open, event streams and calls that wait. */
void admin_close(struct admin *admin);
/** Ends what is open, finishes the worker's jobs. NULL is fine. */
void admin_free(struct admin *admin);
DEFINE_OWN(admin_free, struct admin *);

/** True when the call is for the control side: a control host, and a path under /_fcemu. Pure, so
 * it may be asked again for each message about a call. */
bool admin_wants(const struct place_names *own, const struct http_request *request);

/* The gateway's handlers pass on what the server says about such a call. Its owner state
 * (http_call_set_owner) belongs to the admin from admin_head() on. */
void admin_head(struct admin *admin, struct http_call *call);
void admin_request(struct admin *admin, struct http_call *call);
void admin_too_large(struct admin *admin, struct http_call *call, uint64_t limit);
void admin_gone(struct admin *admin, struct http_call *call);
void admin_finished(struct admin *admin, struct http_call *call);

/**
 * Read the rule files again, put the API layer on top and load the outcome, whole or not at all.
 * Compiling is done on the worker; context.reloaded() tells the end. For SIGHUP and file changes.
 */
void admin_reload_faults(struct admin *admin);

/** *Stop all*: disable every rule and release every held call. Idempotent; also for SIGUSR1. */
void admin_stop_faults(struct admin *admin);

/** A guard has stopped the rules: a drill that runs ends as stopped. @why is for its report. */
void admin_faults_halted(struct admin *admin, const char *why);

/**
 * Publish to /_fcemu/events. @type is a literal that events.c knows; @json one JSON
 * object on one line.
 */
void admin_publish(struct admin *admin, const char *type, struct str json);
