/*
 * admin/drills.h - drills as the control side has them; for admin/ only
 *
 * Threads: the loop thread.
 */
#pragma once

#include "admin/internal.h"
#include "drill/run.h"

/** The runs of this daemon, told to those who listen to /_fcemu/events. */
struct drill_runs *drills_new(struct admin *admin);
/** The virtual clock was moved over the control side. */
void admin_clock_moved(struct admin *admin);
