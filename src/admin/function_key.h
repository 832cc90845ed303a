/*
 * admin/function_key.h - whose function, as lists name and filter it; for admin/ only
 */
#pragma once

#include "admin/internal.h"

struct function_key {
    struct str account, region;
    struct str service; /* "" of a function of 2023-03-30 */
    struct str name;
};

/** False, and answered, where there are none. */
bool admin_needs_service(struct admin_call *call);
/** "demo/hello", or "hello" for a function of 2023-03-30. */
struct str function_shown(struct str service, struct str name, struct arena *arena);
/** The query's account, region and function ("demo/hello", or "hello" of any service) let it
 * through. */
bool function_wanted(const struct admin_call *call, const struct function_key *key);
/** Members account, region, function. */
void function_describe(const struct function_key *key, struct arena *arena, cJSON *out);
