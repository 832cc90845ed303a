/*
 * daemon/doors.h - what listens, of what rules can strike before there is a call
 *
 * Threads: any.
 */
#pragma once

struct settings;

/** For fault_grammar_options.doors: bit per enum fault_door. */
unsigned doors_of(const struct settings *settings);
