/*
 * route/recent.h - places and targets that were found lately
 *
 * Clients ask for the same few names and paths over and over, most of all when they try again. What
 * place_find() and target_find() say depends on nothing but the texts they are given, so it is kept
 * in tables of fixed size, where a newer text takes the place of an older one. What holds a
 * problem, a suggestion or decoded text is found anew each time.
 *
 * Threads: one at a time.
 */
#pragma once

#include "route/place.h"
#include "route/target.h"

struct recent;

/** @defaults are kept as they are, and must outlive the tables. */
struct recent *recent_new(const struct place_defaults *defaults);
void recent_free(struct recent *recent);

/** As place_find(). @host must be as place_host_name() gives it. */
void recent_place(struct recent *recent, struct str host, struct str account_header,
                  struct arena *arena, struct place *out);
/** As target_find(). */
void recent_target(struct recent *recent, struct str method, struct str path,
                   struct str qualifier_query, struct arena *arena, struct target *out);
