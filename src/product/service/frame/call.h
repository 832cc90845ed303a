/*
 * product/service/frame/call.h - a call of the emulated service, as it goes in and comes out
 */
#pragma once

#include "catalog/fc_error.h"
#include "http/call/message.h"
#include "route/query.h"
#include "route/target.h"

/* Paths below this one, on any host, are downloads of packages; they carry their own permission. */
#define SERVICE_DATA_PATH "/.fcemu/"

struct fault_instance;
struct service_pending; /* a call that waits for its write */
struct service_answer;

/* Who takes an answer as its function writes it; `arg` is that of the call's done(). */
struct service_stream {
    /* Status and headers; the rest comes by part(), and the end by done(). */
    void (*head)(void *arg, const struct service_answer *head);
    /* Some of the body. False: no more until service_go_on(). */
    bool (*part)(void *arg, struct str bytes);
    /* Another protocol from here on: @fd, which is taken, is the function's connection, @unread
       came behind the head. The call goes on until service_pipe_over(). */
    void (*pipe)(void *arg, const struct service_answer *head, int fd, struct str unread);
};

/* What becomes of an asynchronous call that meets an internal error or no machine. */
enum service_lack {
    SERVICE_LACK_BY_API, /* 2016-08-15 and 2021-04-06 wait, 2023-03-30 fails */
    SERVICE_LACK_WAITS,  /* it backs off */
    SERVICE_LACK_FAILS,  /* it ends at once */
};

/* Everything the work needs to know of a call. Views; they live as long as @arena. */
struct service_call {
    struct arena *arena;                /* of the call; answers are built in it */
    const struct http_request *request; /* method, headers and the whole body */
    const struct target *target;        /* with an operation */
    const struct query *query;          /* decoded */
    struct str account;                 /* "" when nobody named one */
    struct str region;                  /* "" means the default region */
    bool internal;                      /* asked through an -internal or -vpc name */
    bool by_domain;                     /* asked through a custom domain */
    struct str request_id;
    struct str access_key;               /* absent when the call is anonymous */
    struct str owner;                    /* account the key belongs to; absent when unknown */
    const struct service_stream *stream; /* NULL: the answer is wanted whole */
    const struct fault_instance *fault;  /* where its function runs; NULL: none */
    struct store *store;                 /* state that is being prepared; NULL: the service's own */
    /* "http://127.0.0.1:8252", in front of the URLs we make; no slash behind. Asked when one is
       made; NULL: "". */
    const char *(*base_url)(const struct http_request *request, struct arena *arena);
};

struct service_answer {
    int status;                   /* 200, 201, 204, …; for a refusal the status of @error */
    const struct fc_error *error; /* NULL: not a refusal */
    struct str message; /* of the refusal, for the dialect asked; never absent with @error */
    struct str body;    /* JSON unless the headers say otherwise; absent: no body */
    struct http_headers headers; /* Etag, Content-Type, … beyond those every answer has */
    struct str ran;      /* what ran code for it: "Python 3.11.2"; absent when no code ran */
    struct str instance; /* and its instance */
    bool performed;      /* the operation took effect (for rules that ask) */
    bool streamed;       /* it went to the call's stream, all but its end */
    bool cut;            /* and that came too early */
};
