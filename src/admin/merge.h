/*
 * admin/merge.h - JSON merge patch, RFC 7396
 *
 * Threads: any.
 */
#pragma once

#include "base/json.h"

/** The patched value, new and the caller's; both arguments stay as they are. @target may be NULL.
 */
cJSON *merge_patch(const cJSON *target, const cJSON *patch);
