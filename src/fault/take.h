/*
 * fault/take.h - values of rule files that outcomes and the grammar read alike
 *
 * Each reports what is wrong and returns false.
 *
 * Threads: any.
 */
#pragma once

#include "conf/field.h"

conf_decode_fn fault_take_amount; /* struct fault_amount */
conf_take_fn fault_take_base64;   /* struct str, in the arena */
