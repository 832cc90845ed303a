/*
 * admin/parameter.h - what may stand in the query of a control call: a table
 *
 * The check (body.c) and the description for tools (openapi.c) are both made of it.
 *
 * Threads: any; constant data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct admin_route;

struct admin_parameter {
    const char *method, *path, *name;
    const char *words; /* blank separated; NULL: its step reads it */
    const char *in;    /* "query", "header" */
};

/** Row @index of those of @route, or NULL behind the last. */
const struct admin_parameter *admin_parameter_of(const struct admin_route *route, size_t index);

/** The path has filters besides, which its step reads; or it is a page, or a probe, that anybody
 * may ask for with whatever it adds. */
bool admin_parameters_are_open(const struct admin_route *route);
