/* Numbers for Prometheus, documented one by one. */
#include "admin/metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"

enum { STATUSES_PER_OPERATION = 16, SDKS = SDK_COUNT };

/* Upper bounds in seconds; +Inf follows. */
static const double duration_bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                         0.25,  0.5,    1,     2.5,  5,     10,   60};
static const double gap_bounds[] = {0.02, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 60};
enum { BUCKETS_MAX = 16, RECENT_CHAINS = 4096 };

struct histogram {
    uint64_t buckets[BUCKETS_MAX];
    uint64_t count;
    double sum;
};

/* Statuses of one operation; further ones are counted as "other". */
struct by_status {
    struct {
        int status;
        uint64_t count;
    } items[STATUSES_PER_OPERATION];
    size_t used;
    uint64_t other;
};

struct metrics {
    size_t op_count;
    struct by_status *requests; /* one more than operations: calls without one */
    struct histogram duration;
    struct histogram gaps[SDKS];
    struct {
        uint64_t chain, ended_ns;
    } recent[RECENT_CHAINS]; /* for the gaps of retries */
    uint64_t client_gone, near_misses;
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = mem_alloc(sizeof(*metrics));

    operation_table(&metrics->op_count);
    metrics->requests = mem_alloc_array(metrics->op_count + 1, sizeof(*metrics->requests));
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    mem_free(metrics->requests);
    mem_free(metrics);
}

/* ---- counting ---- */

static void histogram_add(struct histogram *histogram, const double *bounds, size_t count,
                          double value)
{
    size_t i = 0;

    while (i < count && value > bounds[i])
        i++;
    histogram->buckets[i]++;
    histogram->count++;
    histogram->sum += value;
}

static void count_status(struct by_status *by, int status)
{
    for (size_t i = 0; i < by->used; i++) {
        if (by->items[i].status == status) {
            by->items[i].count++;
            return;
        }
    }
    if (by->used == STATUSES_PER_OPERATION) {
        by->other++;
        return;
    }
    by->items[by->used].status = status;
    by->items[by->used++].count = 1;
}

static void count_gap(struct metrics *metrics, const struct journal_entry *entry)
{
    size_t slot = entry->link.chain % RECENT_CHAINS;

    if (entry->link.attempt > 1 && metrics->recent[slot].chain == entry->link.chain &&
        entry->started_ns > metrics->recent[slot].ended_ns && (unsigned)entry->sdk < SDKS)
        histogram_add(&metrics->gaps[entry->sdk], gap_bounds, N_ELEMENTS(gap_bounds),
                      (double)(entry->started_ns - metrics->recent[slot].ended_ns) / 1e9);
    metrics->recent[slot].chain = entry->link.chain;
    metrics->recent[slot].ended_ns = entry->ended_ns;
}

void metrics_note(struct metrics *metrics, const struct journal_entry *entry)
{
    size_t index = entry->op ? operation_index(entry->op) : metrics->op_count;
    uint64_t taken = entry->ended_ns > entry->started_ns ? entry->ended_ns - entry->started_ns : 0;

    count_status(&metrics->requests[index], entry->status);
    histogram_add(&metrics->duration, duration_bounds, N_ELEMENTS(duration_bounds),
                  (double)taken / 1e9);
    metrics->client_gone += entry->outcome == HTTP_CLIENT_GONE;
    metrics->near_misses += entry->near_miss.len > 0;
    if (entry->link.chain)
        count_gap(metrics, entry);
}

/* ---- writing ---- */

static void write_requests(struct admin *admin, const char *name, struct buf *out)
{
    const struct metrics *metrics = admin->metrics;
    size_t count;
    const struct operation *ops = operation_table(&count);

    for (size_t i = 0; i <= count; i++) {
        const struct by_status *by = &metrics->requests[i];
        const char *op = i < count ? ops[i].name : "";
        struct str api = i < count ? api_version_name(ops[i].api) : STR("");

        for (size_t s = 0; s < by->used; s++)
            buf_printf(out, "%s{operation=\"%s\",api=\"" STR_FMT "\",status=\"%d\"} %" PRIu64 "\n",
                       name, op, STR_ARG(api), by->items[s].status, by->items[s].count);
        if (by->other)
            buf_printf(out,
                       "%s{operation=\"%s\",api=\"" STR_FMT "\",status=\"other\"} %" PRIu64 "\n",
                       name, op, STR_ARG(api), by->other);
    }
}

static void write_histogram(const struct histogram *histogram, const double *bounds, size_t count,
                            const char *name, const char *label, struct buf *out)
{
    uint64_t sum = 0;
    const char *comma = label[0] ? "," : "";

    for (size_t i = 0; i < count; i++) {
        sum += histogram->buckets[i];
        buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %" PRIu64 "\n", name, label, comma, bounds[i],
                   sum);
    }
    buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, label, comma,
               histogram->count);
    buf_printf(out, label[0] ? "%s_sum{%s} %.9g\n" : "%s_sum%s %.9g\n", name, label,
               histogram->sum);
    buf_printf(out, label[0] ? "%s_count{%s} %" PRIu64 "\n" : "%s_count%s %" PRIu64 "\n", name,
               label, histogram->count);
}

static void write_duration(struct admin *admin, const char *name, struct buf *out)
{
    write_histogram(&admin->metrics->duration, duration_bounds, N_ELEMENTS(duration_bounds), name,
                    "", out);
}

static void write_gaps(struct admin *admin, const char *name, struct buf *out)
{
    for (unsigned sdk = 0; sdk < SDKS; sdk++) {
        char label[64];

        if (!admin->metrics->gaps[sdk].count)
            continue;
        snprintf(label, sizeof(label), "sdk=\"" STR_FMT "\"", STR_ARG(fault_sdk_name(sdk)));
        write_histogram(&admin->metrics->gaps[sdk], gap_bounds, N_ELEMENTS(gap_bounds), name, label,
                        out);
    }
}

static void write_number(const char *name, uint64_t value, struct buf *out)
{
    buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

/* One counter of every rule. */
static void write_rules(struct admin *admin, const char *name, size_t offset, struct buf *out)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);
    size_t count = set ? set->rule_count : 0;
    struct fault_rule_stats *stats = mem_alloc_array(count, sizeof(*stats));

    if (set)
        fault_engine_stats(admin->context.engine, stats);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s{rule=\"" STR_FMT "\"} %" PRIu64 "\n", name, STR_ARG(stats[i].rule->id),
                   *(const uint64_t *)(const void *)((const char *)&stats[i] + offset));
    mem_free(stats);
}

#define RULE_COUNTER(field)                                                                        \
    static void write_##field(struct admin *admin, const char *name, struct buf *out)              \
    {                                                                                              \
        write_rules(admin, name, offsetof(struct fault_rule_stats, field), out);                   \
    }
RULE_COUNTER(matched)
RULE_COUNTER(reached)
RULE_COUNTER(fired)
RULE_COUNTER(capped)

#define PLAIN_NUMBER(function, value)                                                              \
    static void write_##function(struct admin *admin, const char *name, struct buf *out)           \
    {                                                                                              \
        write_number(name, (uint64_t)(value), out);                                                \
    }
PLAIN_NUMBER(active, fault_engine_active(admin->context.engine))
PLAIN_NUMBER(stopped, fault_engine_stopped(admin->context.engine))
PLAIN_NUMBER(reload_ok, admin->reload.accepted)
PLAIN_NUMBER(reloads, admin->reload.count)
PLAIN_NUMBER(reloads_refused, admin->reload.refused)
PLAIN_NUMBER(journal_bytes, journal_stats(admin->context.journal).bytes)
PLAIN_NUMBER(journal_bytes_max, journal_stats(admin->context.journal).bytes_max)
PLAIN_NUMBER(journal_entries, journal_stats(admin->context.journal).kept)
PLAIN_NUMBER(journal_lost, journal_stats(admin->context.journal).lost)
PLAIN_NUMBER(client_gone, admin->metrics->client_gone)
PLAIN_NUMBER(near_misses, admin->metrics->near_misses)
PLAIN_NUMBER(start, admin->started_wall_ms / 1000)

static struct http_server_stats server_stats(const struct admin *admin)
{
    return admin->context.server ? http_server_stats(admin->context.server)
                                 : (struct http_server_stats){0};
}
PLAIN_NUMBER(connections, server_stats(admin).connections)
PLAIN_NUMBER(calls, server_stats(admin).calls)
PLAIN_NUMBER(accepted, server_stats(admin).accepted)
PLAIN_NUMBER(refused, server_stats(admin).refused)

static void write_build(struct admin *admin, const char *name, struct buf *out)
{
    buf_printf(out, "%s{version=\"%s\"} 1\n", name, admin->context.version);
}

/* clang-format off */
static const struct metric {
    struct metric_about about;
    void (*write)(struct admin *admin, const char *name, struct buf *out);
} metrics_rows[] = {
    {{"fcemu_build_info",                     "gauge",     "version",              "Always 1; names the version that runs."},                                     write_build},
    {{"fcemu_client_gone_total",              "counter",   "",                     "Calls whose client left before it had its answer (499)."},                    write_client_gone},
    {{"fcemu_connections",                    "gauge",     "",                     "Connections that are open now."},                                             write_connections},
    {{"fcemu_connections_accepted_total",     "counter",   "",                     "Connections accepted since the start."},                                      write_accepted},
    {{"fcemu_connections_refused_total",      "counter",   "",                     "Connections closed at once: over a limit, or not HTTP."},                     write_refused},
    {{"fcemu_calls",                          "gauge",     "",                     "Calls that are served or parked now."},                                       write_calls},
    {{"fcemu_fault_capped_total",             "counter",   "rule",                 "Calls that a rule would have struck had guard.max_active not been reached."}, write_capped},
    {{"fcemu_fault_fired_total",              "counter",   "rule",                 "Calls that a rule struck."},                                                  write_fired},
    {{"fcemu_fault_matched_total",            "counter",   "rule",                 "Calls that a rule's match held for."},                                        write_matched},
    {{"fcemu_fault_reached_total",            "counter",   "rule",                 "Of these, calls that no earlier outcome had taken."},                         write_reached},
    {{"fcemu_faults_active",                  "gauge",     "",                     "Calls that a rule holds or changes right now."},                              write_active},
    {{"fcemu_faults_stopped",                 "gauge",     "",                     "1 after stop all, until something is enabled again."},                 write_stopped},
    {{"fcemu_journal_bytes",                  "gauge",     "",                     "Bytes that the entries of the journal take."},                                write_journal_bytes},
    {{"fcemu_journal_bytes_max",              "gauge",     "",                     "Bytes that they may take."},                                                  write_journal_bytes_max},
    {{"fcemu_journal_entries",                "gauge",     "",                     "Calls in the journal."},                                                      write_journal_entries},
    {{"fcemu_journal_lost_total",             "counter",   "",                     "Calls that fell out of the journal since the start or the last reset."},      write_journal_lost},
    {{"fcemu_near_misses_total",              "counter",   "",                     "Calls that look like something else was meant."},                             write_near_misses},
    {{"fcemu_reload_ok",                      "gauge",     "",                     "0 while the rule files on disk are refused."},                                write_reload_ok},
    {{"fcemu_reloads_refused_total",          "counter",   "",                     "Reloads that were refused."},                                                 write_reloads_refused},
    {{"fcemu_reloads_total",                  "counter",   "",                     "Attempts to reload the rule files."},                                         write_reloads},
    {{"fcemu_request_duration_seconds",       "histogram", "",                     "From the head of a request to the end of its answer, injected delays included."}, write_duration},
    {{"fcemu_requests_total",                 "counter",   "operation,api,status", "Calls by operation and status; status 0: no answer was sent."},               write_requests},
    {{"fcemu_retry_gap_seconds",              "histogram", "sdk",                  "From the end of a failed attempt to the start of the next."},                 write_gaps},
    {{"fcemu_start_time_seconds",             "gauge",     "",                     "When the daemon started, in seconds since 1970."},                            write_start},
};
/* clang-format on */

const struct metric_about *metric_about(size_t index)
{
    return index < N_ELEMENTS(metrics_rows) ? &metrics_rows[index].about : NULL;
}

void metrics_text(struct admin *admin, struct buf *out)
{
    const struct metric_about *about;

    for (size_t i = 0; (about = metric_about(i)); i++) {
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", about->name, about->help, about->name,
                   about->type);
        metrics_rows[i].write(admin, about->name, out);
    }
}

void step_metrics(struct admin_call *call)
{
    struct buf body = {0};

    metrics_text(call->admin, &body);
    admin_answer(call, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}
