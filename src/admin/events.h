/*
 * admin/events.h - /_fcemu/events: what happens, as it happens, by server-sent events
 *
 * A listener that does not read is dropped rather than waited for. One that comes back names the
 * last event it has seen, gets those it has missed and hears how many of them are not kept any
 * more. Events are numbered from the first listener on, kept while somebody listens and for a
 * minute behind the last.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "admin/internal.h"

struct events *events_new(struct admin *admin);
void events_free(struct events *events);
/** End every stream; listeners that come later are turned away. */
void events_close(struct events *events);

/** A call has ended: `call`, and for each rule that fired `fired`. Cheap without listeners. */
void events_note(struct events *events, const struct journal_entry *entry);

void step_events(struct admin_call *call);
