/* The form for a terminal: the verdict first, then what led to it. */
#include "drill/internal.h"

struct style {
    const char *verdict, *mark, *colour;
};

static const struct style styles[] = {
    {"pass",         "ok",   "\033[32m"},
    {"fail",         "FAIL", "\033[31m"},
    {"vacuous",      "VOID", "\033[33m"},
    {"inconclusive", "LOST", "\033[33m"},
};

static void add_mark(const cJSON *judged, bool colour, struct buf *out)
{
    const char *mark = "STOP", *start = "\033[31m";

    for (size_t i = 0; i < N_ELEMENTS(styles); i++) {
        if (!report_is(judged, "verdict", styles[i].verdict))
            continue;
        mark = styles[i].mark;
        start = styles[i].colour;
    }
    buf_printf(out, "%s%-4s%s", colour ? start : "", mark, colour ? "\033[0m" : "");
}

struct printing {
    struct buf *out;
    bool colour;
};

static void add_judged(void *arg, struct str name, struct str rule, const cJSON *judged)
{
    const struct printing *p = arg;
    struct buf *out = p->out;
    const cJSON *calls = report_list(judged, "calls");
    const cJSON *call;

    buf_puts(out, "  ");
    add_mark(judged, p->colour, out);
    buf_puts(out, "  ");
    buf_add(out, name);
    if (rule.len)
        buf_add_char(out, ' ');
    buf_add(out, rule);
    if (report_text(judged, "text").len) {
        buf_puts(out, ": ");
        buf_add(out, report_text(judged, "text"));
    }
    buf_add_char(out, '\n');
    if (!calls || report_is(judged, "verdict", "pass"))
        return;
    buf_puts(out, "          calls:");
    cJSON_ArrayForEach (call, calls) {
        buf_add_char(out, ' ');
        buf_add(out, str_of(cJSON_GetStringValue(call)));
    }
    buf_add_char(out, '\n');
}

static void add_head(const cJSON *report, bool colour, struct buf *out)
{
    buf_puts(out, "drill ");
    buf_add(out, report_text(report, "drill"));
    buf_puts(out, ", seed ");
    buf_add(out, report_text(report, "seed"));
    buf_puts(out, ": ");
    add_mark(report, colour, out);
    buf_puts(out, "  ");
    buf_add(out, report_text(report, "verdict"));
    buf_puts(out, " (exit ");
    buf_printf(out, "%.0f), %.0f calls in ", report_number(report, "exit"),
               report_number(cJSON_GetObjectItemCaseSensitive(report, "calls"), "total"));
    report_add_time(report_number(report, "duration_ms"), out);
    buf_add_char(out, '\n');
}

static void add_steps(const cJSON *report, struct buf *out)
{
    const cJSON *step;

    cJSON_ArrayForEach (step, report_list(report, "steps")) {
        buf_printf(out, "  %2.0f. ", report_number(step, "number"));
        buf_add(out, report_text(step, "when"));
        if (report_text(step, "does").len) {
            buf_puts(out, ": ");
            buf_add(out, report_text(step, "does"));
        }
        if (report_is(step, "state", "done")) {
            buf_puts(out, " (at ");
            report_add_time(report_number(step, "at_ms"), out);
            buf_puts(out, ")\n");
        } else {
            buf_puts(out, " (");
            buf_add(out, report_text(step, "state"));
            buf_puts(out, ")\n");
        }
    }
}

void report_print_text(const cJSON *report, bool colour, struct buf *out)
{
    struct printing printing = {out, colour};

    add_head(report, colour, out);
    add_steps(report, out);
    report_each_judged(report, add_judged, &printing);
}
