/*
 * route/host.h - names that cannot belong to a zone
 *
 * For route/ only. Threads: any.
 */
#pragma once

#include "base/str.h"

/** An IP literal, *.localhost, a name without a dot, or no name at all. @host is a
 * place_host_name().
 */
bool host_is_local(struct str host);
