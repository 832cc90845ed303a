/*
 * product/service/event/timers.h - timer triggers, fired on the virtual clock
 *
 * Moments that passed while the daemon was down are not made up for; those that a jump of the clock
 * passes are, up to a thousand of a trigger.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "product/service/event/event.h"

struct event_timers;

struct event_timers *event_timers_new(struct service *service);
void event_timers_free(struct event_timers *timers); /* NULL is fine, here and below */
/** Triggers may have come, changed or gone. */
void event_timers_changed(struct event_timers *timers);
void event_timers_clock_moved(struct event_timers *timers);
/** When it fires next, wall time in milliseconds; 0 when it does not. */
uint64_t event_timers_next(const struct event_timers *timers, const struct event_trigger *trigger);
