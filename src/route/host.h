/*
 * route/host.h - names that cannot belong to a zone
 *
 * For route/ only. Threads: any.
 */
#pragma once

#include "base/str.h"

struct place_names;

/** An IP literal, *.localhost, a name without a dot, one of @own, or no name at all. @host is a
 * place_host_name().
 */
bool host_is_local(const struct place_names *own, struct str host);

/**
 * Cuts the mark of an address inside a region ("-internal", "-intranet", "-vpc") off @label, once;
 * *internal is set when there was one, and kept otherwise. What still carries a mark is no region:
 * no region's id ends in one.
 */
struct str host_cut_inside(struct str label, bool *internal);

/** Whether @text ends in such a mark. */
bool host_is_marked_inside(struct str text);
