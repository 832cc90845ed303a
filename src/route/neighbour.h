/*
 * route/neighbour.h - the other products that deploy tools talk to, by their host names
 *
 * For route/ only. Source: endpoint tables of the official clients of these products.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "route/place.h"

/**
 * @front is what stands before ".aliyuncs.com" or ".localhost". Fills kind, neighbour, bucket,
 * internal and region of @out; the region is "" when the name says none. False, @out untouched,
 * when it is none of them.
 */
bool neighbour_read(struct str front, struct place *out);
