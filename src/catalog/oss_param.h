/*
 * catalog/oss_param.h - parameters that OSS gives a meaning
 *
 * Source: OSS reference, "CanonicalizedResource", and the pages of the operations.
 *
 * Threads: constant data.
 */
#pragma once

#include "base/str.h"

enum oss_param_use {
    OSS_PARAM_SIGNED = 1 << 0,    /* version 1 signs it */
    OSS_PARAM_OPERATION = 1 << 1, /* it makes a call another operation */
};

struct oss_param {
    const char *name;
    unsigned uses;
};

/** In the order of their names; then one without a name. */
extern const struct oss_param oss_params[];

/** Is @name one of that use? */
bool oss_param_is(struct str name, enum oss_param_use use);
