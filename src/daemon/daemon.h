/*
 * daemon/daemon.h - the wiring: who knows whom, start, reload, stop
 *
 * Threads: the calling thread becomes the loop thread until the daemon ends.
 */
#pragma once

#include "base/error.h"

struct settings;
struct conf_report;

/**
 * Serve until SIGTERM or SIGINT. Nothing listens before every rule file, fixture and seed is good:
 * a daemon never starts half-configured. Mistakes in them go to @report.
 *
 * Returns 0 after an orderly end, DAEMON_CONFIG when @report has errors, -1 and *err otherwise.
 */
enum { DAEMON_CONFIG = 1 };
int daemon_run(const struct settings *settings, struct conf_report *report, struct error *err);

/** Everything daemon_run() would check before it listens, without serving. 0 or DAEMON_CONFIG. */
int daemon_check(const struct settings *settings, struct conf_report *report);
