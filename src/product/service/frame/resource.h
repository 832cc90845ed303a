/*
 * product/service/frame/resource.h - a resource as a row: put, get, update, delete and list, once
 *
 * A row says how its rows of the store are named, which members there are, what refuses and what
 * the service adds; everything that is alike is written here. What a row leaves out does not
 * happen.
 *
 * The order of a call is that of the service: the request alone, then parents from the outside in,
 * then the resource, what goes with it, preconditions, writes under way, quotas.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "product/service/frame/work.h"

/* One resource being worked on. */
struct subject {
    const struct resource *resource;
    struct address at; /* whom it belongs to, when its row has an owner */
    struct store_key key;
    const struct store_row *row; /* as it is kept; NULL: there is none */
    bool create;
    cJSON *given;    /* what the request says, under canonical names */
    cJSON *document; /* as it is going to be kept; NULL when nothing is written */
    struct str blob; /* what is kept with it; absent: nothing */
    void *own;       /* whatever its row's functions pass on; in the arena */
};

enum {
    ROW_ETAG = 1 << 0,       /* answers carry it */
    ROW_MATCHED = 1 << 1,    /* `If-Match` is asked */
    ROW_CREATED = 1 << 2,    /* shows when it was made … */
    ROW_TIMES = 1 << 3,      /* … and when it was changed */
    ROW_IDEMPOTENT = 1 << 4, /* creating what is there answers it as it is */
    ROW_EVERYWHERE = 1 << 5, /* listed over all owners */
    ROW_WHOLE = 1 << 6,      /* listed at once, without pages */
};

typedef bool resource_step(struct work *work, struct subject *s); /* false when refused */

struct resource {
    const char *kind;  /* of its rows */
    const char *array; /* what a listing calls them */
    const char *name;  /* the member that names it on create … */
    const char *param; /* … and the part of the path that does later */
    const struct field_table *fields;
    unsigned flags;
    unsigned replaced_in; /* IN_…: a put of these APIs makes it anew; the others add to it */
    unsigned forgiven_in; /* IN_…: deleting what is not there is no error */
    int quota;            /* LIMIT(…) */
    const char *counted;  /* "the number of aliases" */

    /* Codes of refusals; their arguments are the name and what `called` adds. A create of what is
       there replaces it when `existing` is NULL. */
    const char *missing, *existing;
    void (*called)(struct work *work, const struct subject *s, struct str args[3]);
    /* Answers in place of `missing`. */
    void (*vacant)(struct work *work, struct subject *s);

    /* What the request says, in place of work_read(). */
    cJSON *(*read)(struct work *work, bool create);
    resource_step *prepare; /* what was read, before anything else is asked */
    resource_step *owner;   /* find the parents; set `at` and what of `key` depends on them */
    resource_step *merge;   /* `given` into `document`, in place of fields_merge() */
    resource_step *check;   /* `document` alone */
    resource_step *allow;   /* `document` among its neighbours */
    resource_step *remove;  /* what goes with it, or why it must stay */
    void (*settle)(struct work *work, struct subject *s); /* members that the service makes */
    /* A row that is not found any more. */
    bool (*gone)(struct work *work, const struct store_row *row);
    /* What a view has beyond its fields. */
    void (*decorate)(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view);
    /* Answers with a row, in place of resource_answer(). */
    void (*answer)(struct work *work, const struct subject *s, const struct store_row *row);
    /* False: a listing leaves it out. */
    bool (*listed)(struct work *work, const struct store_row *row, const cJSON *document,
                   const cJSON *view);
    /* What a listing sorts by, where it is not the name of the row. */
    struct str (*sorted_by)(struct work *work, const struct store_row *row);
};

/* The operations, over the row that the table of operations names. */
service_handler resource_put; /* create, too */
service_handler resource_get, resource_update, resource_delete, resource_list;

/** The same for handlers of their own: parents and row, refused when there is none. */
bool resource_find(struct work *work, struct subject *s);
/** Change @s->document, which was found, to what it is now, and answer it. */
void resource_keep(struct work *work, struct subject *s);
/** A view of @row; the caller owns it. */
cJSON *resource_view(struct work *work, const struct subject *s, const struct store_row *row);
void resource_answer(struct work *work, const struct subject *s, const struct store_row *row);
/** Frees what the subject holds. */
void subject_done(struct subject *s);
