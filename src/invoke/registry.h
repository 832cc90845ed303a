/*
 * invoke/registry.h - keys of the registry that a container's image is pulled from
 *
 * Inside invoke/ only.
 */
#pragma once

#include "invoke/internal.h"

/** The function brings keys of its own. */
bool registry_is_set(const struct instance *instance);
/** How keys of the registry are filed that @image comes from. */
struct str registry_host(struct str image);
/** The folder with its keys is made, if it has any; what tells the CLI of it; and it goes. */
int registry_make(const struct instance *instance, struct error *err);
void registry_add(const struct instance *instance, struct texts *env);
/** @variable, "NAME=value", is one that registry_add() sets. */
bool registry_sets(const struct instance *instance, struct str variable);
void registry_forget(const struct instance *instance);
