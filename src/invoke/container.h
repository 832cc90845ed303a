/*
 * invoke/container.h - functions that are images, which an engine runs
 *
 * For invoke/ only. Threads: the loop thread.
 */
#pragma once

#include "invoke/internal.h"

#define CONTAINER_RUNTIME "custom-container"

bool instance_is_container(const struct instance *instance);
/** Before the first container of a supervisor: it will be found when that is lost. */
int container_mark(struct invoke *invoke, struct error *err);
/** The supervisor was lost: what it held is removed. */
void container_lost(struct invoke *invoke);
/** Its variables as a file; -1: *err. The caller's. */
int container_variables(struct instance *instance, struct error *err);
/** The command that runs it; what removes it; and the environment of these two. */
void container_add(struct instance *instance, struct texts *argv);
void container_add_undo(struct instance *instance, struct texts *argv);
void container_add_own_environment(const struct instance *instance, struct texts *env);
/** What runs a further program in it, up to that program. */
void container_add_exec(const struct instance *instance, struct texts *argv, bool in, bool tty);
/** The name of this machine in it. */
const char *container_host(void);
/** So the CLI ended, and no program of the image was run. */
bool container_was_not_run(int status);
/** How it ended. */
void container_exit_text(const struct instance *instance, int status, char *text, size_t size);
void container_forget(const struct instance *instance);
/** What its group holds; 0: not known here. */
uint64_t container_memory(const struct instance *instance);
enum container_port {
    CONTAINER_PORT_UNKNOWN, /* its engine is elsewhere */
    CONTAINER_PORT_CLOSED,
    CONTAINER_PORT_OPEN,
};
/** Its engine has said its id. */
bool container_is_named(const struct instance *instance);
/** Does something in there listen at the function's port? */
enum container_port container_port(const struct instance *instance);
