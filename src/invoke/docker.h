/*
 * invoke/docker.h - the Docker CLI of this machine, and what is left in its engine
 *
 * Inside invoke/ only.
 */
#pragma once

#include "base/error.h"

struct worker;

#define DOCKER_LABEL_DAEMON "fcemu.daemon"
#define DOCKER_LABEL_INSTANCE "fcemu.instance"

/** @set, or what PATH has; the caller's. NULL: there is none. */
char *docker_path(const char *set);
/** Waits. The version of its engine, which is the caller's; NULL: *out_problem, which is, too. */
char *docker_look(const char *path, char **out_problem);
/** Containers with the label @id are started under this supervisor, and lost with it. */
int docker_mark(const char *folder, const char *id, int supervisor, struct error *err);
/** Later on the worker: remove containers with the label @id; NULL: those whose mark says that
 * their supervisor was lost. */
void docker_sweep(struct worker *worker, const char *docker, const char *id);
