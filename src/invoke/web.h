/*
 * invoke/web.h - programs that speak HTTP: those that are asked, and those that ask for their calls
 *
 * For invoke/ only. Threads: the loop thread.
 */
#pragma once

#include "invoke/internal.h"

/* ---- web.c: custom runtimes ---- */

struct web *web_new(struct instance *instance);
void web_free(struct web *web);
void web_start(struct web *web); /* wait until the port answers */
void web_socket(struct web *web, uint32_t token, int fd, int sys_errno);
void web_call(struct web *web, struct invoke_call *call);
void web_forget(struct web *web, struct invoke_call *call);
void web_go_on(struct web *web, struct invoke_call *call);

/* ---- web_request.c ---- */

/** What its runtime is sent: an event, its initializer, or an HTTP request. */
void web_request(struct invoke_call *call, struct buf *out);
/** It asks for another protocol, and somebody would take the connection. */
bool web_wants_pipe(const struct invoke_call *call);

/* ---- head.c ---- */

/** "name: value\r\n". */
void head_add(struct buf *out, const char *name, struct str value);
void head_add_uint(struct buf *out, const char *name, uint64_t value);
/** The instance's key, and its function. */
void head_add_function(struct buf *out, const struct instance *instance);
/** Where the function stands, and where its logs go. */
void head_add_origin(struct buf *out, const struct invoke_function *function);

/* ---- runtime_api.c: Go programs ---- */

/** Its address is known at once. NULL: *err. */
struct runtime_api *runtime_api_new(struct instance *instance, struct error *err);
void runtime_api_free(struct runtime_api *api);
uint16_t runtime_api_port(const struct runtime_api *api);
/** In a network of its own the program's keeper has made the listener. @fd is taken; -1: there is
 * none. */
void runtime_api_listen(struct runtime_api *api, int fd);
/** Calls that the program may have are there. */
void runtime_api_offer(struct runtime_api *api);
