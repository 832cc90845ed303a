/*
 * cli/api.h - verbs that call the emulated API, as a client of the service would
 *
 * The control side says which host is meant and, where calls are signed, gives a key for an hour:
 * so nothing needs to be configured. Calls pass every station of the daemon, rules included.
 */
#pragma once

#include "base/arena.h"
#include "cli/client.h"

struct api {
    const struct cli_args *args;
    struct arena *arena;
    struct str account, region;
    const char *host;
    struct str id, secret, token; /* absent: calls need not be signed */
};

/** By --account and --region, or the daemon's own. 0, or an exit code behind a message. */
int api_open(const struct cli_args *args, struct api *out);
void api_close(struct api *api);
DEFINE_OWN(api_close, struct api *);

struct api_header {
    const char *name, *value;
};

struct api_request {
    const char *method, *path;        /* path and query as they are sent */
    const char *host;                 /* NULL: that of the API */
    const char *content_type;         /* NULL: none */
    const struct api_header *headers; /* x-fc-…, which are signed; the last has no name; or NULL */
    struct str body;
};

/** 0, or an exit code behind a message when there was no answer. */
int api_call(struct api *api, const struct api_request *request, struct client_answer *out);

/** The host of the API in @region; in the arena. */
const char *api_host(struct api *api, struct str region);

/* A call of Log Service, signed in its way. */
struct api_log_request {
    const char *method, *path;
    struct str region, project; /* project "" : none is named */
    struct str body;            /* JSON; absent: none */
};
int api_call_log(struct api *api, const struct api_log_request *request, struct client_answer *out);

/** Print what a refusal of the API says: its code, its text. */
void api_print_refusal(const struct api *api, const struct client_answer *answer);
/** ErrorCode and ErrorMessage of an error body; absent when it is none. In the api's arena. */
void api_error(struct api *api, const struct client_answer *answer, struct str *out_code,
               struct str *out_message);

/* A function that is there, as people named it. In the api's arena. */
struct api_function {
    struct str service; /* absent: one of 2023-03-30 */
    struct str name;
};

/**
 * Which function is meant, and in which region: without --region that of the daemon, or else where
 * it is. One that nobody knows is taken as it stands: it may have a canned answer. 0, or an exit
 * code behind a message.
 */
int api_find_function(struct api *api, const char *text, struct api_function *out);
/** The nearest name to @text among the functions that there are; absent when none is near. */
struct str api_nearest_function(struct api *api, const char *text);

/** "/2023-03-30/functions/NAME", or "/2016-08-15/services/SERVICE[.QUALIFIER]/functions/NAME"; in
 * the arena. */
const char *api_function_path(struct api *api, const struct api_function *function,
                              const char *qualifier);
