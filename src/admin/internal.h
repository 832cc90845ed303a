/*
 * admin/internal.h - one control call, and what its steps share; for admin/ only
 */
#pragma once

#include "admin/admin.h"
#include "base/json.h"
#include "base/query.h"
#include "journal/coverage.h"
#include "journal/observation.h"
#include "loop/loop.h"
#include "loop/worker.h"

enum {
    ADMIN_PARAMS_MAX = 2,
    ADMIN_BODY_BYTES_DEFAULT = 4 << 20,
    ADMIN_UNREAD_BYTES_MAX = 256 << 20, /* of answers that clients have not read yet */
    ADMIN_SMALL_BYTES = 64 << 10,       /* answers up to here are always sent */
    ADMIN_BULK_WAIT_MS = 1500,          /* behind other long answers; then 503 */
};

struct nearest;
struct admin_call;
struct drill_runs;
struct events;
struct layer;
struct log_stream;
struct metrics;

/* A step of a call. It answers with one of the functions below, or leaves that to the next. */
typedef void (*admin_step)(struct admin_call *call);

enum admin_flag {
    ADMIN_OPEN = 1 << 0, /* needs no token: health checks */
    ADMIN_BODY = 1 << 1, /* a JSON or YAML body is required */
    ADMIN_RAW = 1 << 3,  /* the body is read by the steps */
};

struct admin_route {
    const char *method, *path; /* "/faults/rules/{id}", behind /_fcemu */
    admin_step begin;          /* on the loop thread; NULL = none */
    admin_step work;           /* on the worker, with snapshots and copies only */
    admin_step finish;         /* on the loop thread again */
    unsigned flags;            /* enum admin_flag */
    const char *takes, *gives; /* names of schemas in openapi.c; NULL = none */
    const char *summary;
};

const struct admin_route *admin_route_table(size_t *out_count);

/*
 * Whoever has set itself as the owner of a connection's call: told once when that is over, however
 * it came about (the client left, the server cut it, the answer is out), unless it has withdrawn
 * before by http_call_set_owner(call, NULL). Loop thread.
 */
struct admin_guest {
    void (*over)(struct admin_guest *guest);
};

struct admin_call {
    struct admin_guest guest; /* until the answer is given */
    struct admin *admin;
    struct http_call *http;      /* NULL: the client has left; only the loop thread looks */
    struct arena *arena;         /* the call's own; ends with it */
    struct http_request request; /* a copy in `arena` */
    struct query query;
    const struct admin_route *route;
    struct str params[ADMIN_PARAMS_MAX]; /* decoded, in the order of the template */
    size_t param_count;
    cJSON *document;               /* of the body, or NULL */
    bool yaml;                     /* the body was YAML */
    struct http_response response; /* status 0 = not answered yet */
    bool parked;                   /* a step will go on by admin_call_resume() */
    bool again;                    /* run once more, see admin_call_again() */
    bool streams;                  /* a stream has taken the connection over */
    bool bulk;                     /* set by `begin`: much work, for which others shall not wait */
    uint64_t queued_ns;            /* when it was given to a worker */
    struct unread *unread;         /* once it is on its way */
    size_t unread_bytes;           /* its share of `unread` */
    void *state;                   /* from step to step, in `arena` */
    uint64_t generation;           /* of the rules when `begin` ran */
    void (*abandon)(struct admin_call *call); /* of a parked call: end what it waits for */
    void (*left)(struct admin_call *call);    /* of a parked call: its client has left; or NULL */
    struct admin_call *next_parked;
    struct wait *wait; /* of admin_call_wait() */
};

/* What the last attempt to load the rules came to. */
struct reload_state {
    bool accepted;
    char *errors, *warnings; /* JSON arrays, heap; NULL = none yet */
    char *text;              /* both as compilers print them */
    uint64_t wall_ms;
    uint64_t count, refused;
    uint64_t begun; /* attempts, each of which has this number */
};

/* Answers on their way. It outlives the admin, as the last of them may. */
struct unread {
    size_t bytes;
    size_t refs; /* of the admin and of each answer */
};

void unread_unref(struct unread *unread);

/* reload.c */
/** The attempt with this number is over: tell the calls that waited for it. */
void reload_over(struct admin *admin, uint64_t number, const struct fault_ruleset *set);

struct admin {
    struct admin_context context;
    struct worker *worker; /* rules, single calls, figures */
    struct worker *bulk;   /* exports, long lists, dry runs */
    struct unread *unread;
    struct layer *layer;
    struct coverage *coverage;
    struct observations *observations;
    struct metrics *metrics;
    struct events *events;
    struct log_stream *log_streams; /* those that follow logs */
    struct reload_state reload;
    struct admin_call *parked;
    struct drill_runs *drills;
    uint64_t generation; /* of the effective rules and their state; part of their ETag */
    bool closed;         /* what is under way may end; nothing begins */
    uint64_t started_wall_ms;
};

/* ---- answering ---- */

/** Take the text as the body; @body is empty afterwards. */
void admin_answer(struct admin_call *call, int status, const char *type, struct buf *body);
/** The same with application/json. */
void admin_json(struct admin_call *call, int status, struct buf *body);
/** Takes @json. */
void admin_tree(struct admin_call *call, int status, cJSON *json);
/** 200, unless @list in it is empty for a region that looks like another misspelt. Takes @json. */
void admin_tree_of(struct admin_call *call, cJSON *json, const cJSON *list);
/** Each line of @text as an item of @list. */
void admin_add_lines(cJSON *list, struct str text);
void admin_header(struct admin_call *call, const char *name, struct str value);
/** problem+json with a sentence for the reader. */
void admin_problem(struct admin_call *call, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
/** 404: there is none of this name; the nearest one is told. */
void admin_not_found(struct admin_call *call, const char *what, const struct nearest *nearest);
/** problem+json with errors[] from @issues, a JSON array. */
void admin_problem_issues(struct admin_call *call, int status, const char *detail,
                          struct str issues);

/* ---- asking ---- */

struct str admin_query(const struct admin_call *call, const char *name); /* absent = not given */
/** What `format` asks for: json (the default) or yaml. False when it was refused. */
bool admin_wants_yaml(struct admin_call *call, bool *out);
/** 7, "18446744073709551615" or "random". */
bool admin_read_seed(const cJSON *item, uint64_t *out);
/** False, and answered, when If-Match is there and names another generation. */
bool admin_if_match(struct admin_call *call);
/** ETag of the rules, for answers about them. */
void admin_etag(struct admin_call *call);
/** The rules, or whether they are on, have changed. */
void admin_touch(struct admin *admin);

/**
 * Leave the call open behind this step, until admin_call_resume(). Should the admin end before,
 * @abandon ends what the call waits for. Loop thread.
 */
void admin_call_park(struct admin_call *call, void (*abandon)(struct admin_call *call));
/** Park, and run again from `begin` after @delay_ms. Loop thread. */
void admin_call_wait(struct admin_call *call, uint64_t delay_ms);
/** Go on with a parked call that has answered by now. Loop thread. */
void admin_call_resume(struct admin_call *call);
/** The admin ends: answer all that are parked. */
void admin_calls_abandon(struct admin *admin);
/** Take the call through the steps of its row; it may be gone when this returns. */
void admin_call_run(struct admin_call *call);
/** Send what stands in its response. The call is gone. */
void admin_call_deliver(struct admin_call *call);
/** Run once more from `begin`, as soon as this step returns. In `finish`. */
void admin_call_again(struct admin_call *call);
