/*
 * admin/metrics.h - numbers for Prometheus, documented one by one
 *
 * Source: Prometheus text exposition format 0.0.4.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "admin/internal.h"

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/** A call has ended. */
void metrics_note(struct metrics *metrics, const struct journal_entry *entry);

/* One metric as the documentation shows it. */
struct metric_about {
    const char *name, *type, *labels, *help;
};
const struct metric_about *metric_about(size_t index); /* NULL behind the last */

void metrics_text(struct admin *admin, struct buf *out);
void step_metrics(struct admin_call *call);
