/*
 * base/glob.h - '*' any text, '?' any one character; nothing else is special
 *
 * Linear in practice and without recursion. Threads: any.
 */
#pragma once

#include "base/str.h"

bool glob_is_pattern(struct str text); /* holds a '*' or a '?' */
bool glob_match(struct str pattern, struct str text);
