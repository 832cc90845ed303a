/*
 * cli/client.h - verbs that ask the daemon
 *
 * One request, one answer, over TCP or a socket file, to our own control API: HTTP/1.1 with
 * `Connection: close`. A client library would cost the daemon 3 MB of resident memory and 2 ms of
 * start (measured with libcurl), since both are one binary.
 */
#pragma once

#include "base/json.h"
#include "cli/cli.h"

struct client_answer {
    int status;
    struct buf body;
    struct str etag; /* view into `head` */
    struct buf head;
};

/* A call of the emulated API, as any client would make it. */
struct client_request {
    const char *method, *path; /* with the query */
    const char *host;
    const char *headers; /* further ones, each with its line end; or NULL */
    struct str body;
};

void client_answer_done(struct client_answer *answer);
static inline void client_answer_done_at_exit(struct client_answer *answer)
{
    client_answer_done(answer);
}

/**
 * Ask the daemon that --address, FCEMU_ADDRESS or the default names. @body may be absent. 0, or an
 * exit code after a message on standard error: EXIT_CODE_UNREACHABLE when nobody listens there. A
 * status of 400 and above is an answer, not an error.
 */
int client_ask(const struct cli_args *args, const char *method, const char *path,
               const char *content_type, struct str body, struct client_answer *out);

/** The same, for an answer that may take its time. */
int client_ask_long(const struct cli_args *args, const char *method, const char *path,
                    const char *content_type, struct str body, struct client_answer *out);

/** Send it to the daemon, and wait for the answer as long as that takes. As client_ask(). */
int client_send(const struct cli_args *args, const struct client_request *request,
                struct client_answer *out);
/** A header of an answer, or an absent text; a view into it. */
struct str client_answer_header(const struct client_answer *answer, const char *name);

/** The same for a JSON answer below 400; otherwise prints the problem's title and errors, and
 * returns an exit code. */
int client_ask_json(const struct cli_args *args, const char *method, const char *path,
                    struct str json_body, cJSON **out);

/** GET @path, and say nothing: false when what is there does not answer in HTTP. */
bool client_try(const struct cli_args *args, const char *path, struct client_answer *out);

/** A verb that reads @what asks no daemon: refuse the options that name one. 0, or an exit code
 * behind a message. */
int client_is_not_asked(const struct cli_args *args, const char *what);

/** Whether anybody listens there; says nothing. */
bool client_is_there(const struct cli_args *args);

/** Ask, and leave the answer for later: a descriptor, which can be read when it comes; or -1 behind
 * a message. */
int client_open(const struct cli_args *args, const char *method, const char *path);
/** Read the answer to its end, without a time-out, and close @fd. As client_ask(). */
int client_finish(const struct cli_args *args, int fd, struct client_answer *out);

/** Where the daemon is asked: --address, FCEMU_ADDRESS or the default. */
const char *client_address(const struct cli_args *args);

/** Does a daemon answer there that may be used? Says nothing to people. */
bool client_is_ready(const struct cli_args *args);

/** Read a stream until it ends or the program is interrupted; @line gets each line of the body
 * without its end. A refusal is printed. */
int client_stream(const struct cli_args *args, const char *path,
                  void (*line)(void *arg, struct str text), void *arg);

/** Print the verdict of POST /_fcemu/requests/verify; its exit code. verb_requests.c */
int cli_verdict(const struct cli_args *args, const struct client_answer *answer);

/** Print what a problem+json answer says, to standard error. */
void client_print_problem(const struct cli_args *args, const struct client_answer *answer);
