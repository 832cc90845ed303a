/*
 * journal/names.h - the words for enums that the journal prints
 *
 * Threads: any; constant data.
 */
#pragma once

#include "fault/rule.h"
#include "http/call/server.h"
#include "journal/journal.h"

const char *http_outcome_name(enum http_outcome outcome);      /* "delivered", "cut", … */
const char *invocation_name(enum fault_invocation invocation); /* "sync", …; "" for none */
const char *effect_name(enum fault_effect effect);             /* "none", "done", "late"; "" */
const char *late_name(enum journal_late_state state);          /* "waiting", "done", … */
