/*
 * invoke/health.h - is a custom runtime well?
 *
 * Inside invoke/ only. Threads: the loop thread.
 */
#pragma once

#include "invoke/internal.h"

enum { HEALTH_TOKEN = 0x7fffffff }; /* of its connections; calls have smaller numbers */

struct health;

/** Ask its URL from now on; instance_loaded() when it is well. */
struct health *health_new(struct instance *instance);
void health_free(struct health *health); /* NULL is fine */
/** A connection that was asked for; @fd is taken, -1: there is none. */
void health_socket(struct health *health, int fd);
