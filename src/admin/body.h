/*
 * admin/body.h - what the bodies of control calls may say: a table of members a schema
 *
 * A call that changes something does all that was asked or nothing: a member that nobody knows, or
 * one of another type, is refused before any step runs. The description for tools (openapi.c) is
 * made from the same table, so that it names what is taken and nothing else.
 *
 * Threads: any; the check on the loop thread.
 */
#pragma once

#include "base/json.h"

struct admin_call;

/**
 * True when the body and the query of @call say nothing but what its route takes; else the call is
 * answered with 400, each mistake with its path and the nearest right word. Bodies that the rule
 * grammar reads are left to it.
 */
bool body_check(struct admin_call *call);

/** Call each(arg, name, schema) for each table, in the order of names; @schema is JSON. */
void body_schemas(void (*each)(void *arg, const char *name, struct str schema), void *arg);
