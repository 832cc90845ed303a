/*
 * invoke/batch.h - images that are run to their end instead of serving: one container a call
 *
 * Inside invoke/ only. Threads: the loop thread.
 */
#pragma once

#include "invoke/internal.h"

bool instance_is_batch(const struct instance *instance);
/** Why its call cannot be run so; NULL: it can. */
const char *batch_problem(const struct instance *instance);
/** What hands the event over: a word of the command, and a variable of the CLI. */
void batch_add(const struct instance *instance, struct texts *argv);
void batch_add_event(const struct instance *instance, struct texts *env);
/** The CLI was started: the call runs from the moment its engine has made the container. */
void batch_start(struct instance *instance);
/** Its program has ended. False: as those of other instances do; else the instance may be gone. */
bool batch_ended(struct instance *instance, int status);
