/*
 * One HTML file that needs nothing else: no script, no address. A table stands beside each chart,
 * and no meaning is in colour alone, so that it reads the same printed, in the dark, and by a
 * screen reader.
 */
#include "drill/internal.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; img-src data:\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n"
    "<style>\n"
    ":root{--paper:#fff;--ink:#1c2126;--line:#c9d1d9;--soft:#f3f5f7;--good:#0b6e4f;--bad:#b3261e;--"
    "odd:#8a5a00;--call:#33658a}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6eaee;--line:#3d4650;--soft:#"
    "1f252b;--good:#5fd3a5;"
    "--bad:#ff8a80;--odd:#ffc866;--call:#8ec5ea}}\n"
    "body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;margin:2rem "
    "auto;max-width:64rem;padding:0 1rem}\n"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}\n"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid "
    "var(--line);padding:.3rem .5rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:"
    "tabular-nums}\n"
    ".v{font-weight:600;white-space:nowrap}.pass{color:var(--good)}.fail{color:var(--bad)}.other{"
    "color:var(--odd)}\n"
    "pre{background:var(--soft);padding:.75rem;overflow:auto;max-height:24rem}svg{width:100%;"
    "height:auto;background:var(--soft)}\n"
    "svg text{fill:var(--ink);font:12px "
    "system-ui,sans-serif}.scroll{overflow:auto;max-height:24rem;font-size:.875rem}.scroll "
    "td,.scroll th{white-space:nowrap;overflow-wrap:normal}\n"
    "</style>\n";

static void add_verdict(const cJSON *judged, struct buf *out)
{
    static const struct {
        const char *verdict, *sign, *class;
    } signs[] = {
        {"pass", "\xe2\x9c\x93", "pass"},
        {"fail", "\xe2\x9c\x97", "fail"},
    };
    const char *sign = "!", *class = "other";

    for (size_t i = 0; i < N_ELEMENTS(signs); i++) {
        if (!report_is(judged, "verdict", signs[i].verdict))
            continue;
        sign = signs[i].sign;
        class = signs[i].class;
    }
    buf_printf(out, "<span class=\"v %s\">%s ", class, sign);
    markup_add(out, report_text(judged, "verdict"));
    buf_puts(out, "</span>");
}

static void add_row(void *arg, struct str name, struct str rule, const cJSON *judged)
{
    struct buf *out = arg;
    const cJSON *call;

    buf_puts(out, "<tr><td>");
    markup_add(out, name);
    if (rule.len)
        buf_add_char(out, ' ');
    markup_add(out, rule);
    buf_puts(out, "<td>");
    add_verdict(judged, out);
    buf_puts(out, "<td>");
    markup_add(out, report_text(judged, "text"));
    cJSON_ArrayForEach (call, report_list(judged, "calls")) {
        buf_puts(out, "<br><code>");
        markup_add(out, str_of(cJSON_GetStringValue(call)));
        buf_puts(out, "</code>");
    }
    buf_puts(out, "</tr>\n");
}

static void add_steps(const cJSON *report, struct buf *out)
{
    const cJSON *step;

    if (!report_list(report, "steps"))
        return;
    buf_puts(out, "<h2>Steps</h2>\n<table><tr><th class=\"n\">No<th>When<th>What<th>State<th "
                  "class=\"n\">At</tr>\n");
    cJSON_ArrayForEach (step, report_list(report, "steps")) {
        buf_printf(out, "<tr><td class=\"n\">%.0f<td>", report_number(step, "number"));
        markup_add(out, report_text(step, "when"));
        buf_puts(out, "<td>");
        markup_add(out, report_text(step, "does"));
        buf_puts(out, "<td>");
        markup_add(out, report_text(step, "state"));
        buf_puts(out, "<td class=\"n\">");
        if (report_is(step, "state", "done"))
            report_add_time(report_number(step, "at_ms"), out);
        buf_puts(out, "</tr>\n");
    }
    buf_puts(out, "</table>\n");
}

static void add_rules(const cJSON *report, struct buf *out)
{
    const cJSON *rule;

    if (!report_list(report, "rules"))
        return;
    buf_puts(out,
             "<h2>Rules</h2>\n<table><tr><th>Rule<th class=\"n\">Matched<th class=\"n\">Reached<th "
             "class=\"n\">Fired<th class=\"n\">Capped</tr>\n");
    cJSON_ArrayForEach (rule, report_list(report, "rules")) {
        buf_puts(out, "<tr><td>");
        markup_add(out, report_text(rule, "id"));
        buf_printf(out,
                   "<td class=\"n\">%.0f<td class=\"n\">%.0f<td class=\"n\">%.0f<td "
                   "class=\"n\">%.0f</tr>\n",
                   report_number(rule, "matched"), report_number(rule, "reached"),
                   report_number(rule, "fired"), report_number(rule, "capped"));
    }
    buf_puts(out, "</table>\n");
}

static void add_output(const cJSON *report, struct buf *out)
{
    const cJSON *workload = cJSON_GetObjectItemCaseSensitive(report, "workload");

    if (!cJSON_IsObject(workload))
        return;
    buf_puts(out, "<h2>Workload</h2>\n<p><code>");
    markup_add(out, report_text(workload, "command"));
    buf_puts(out, "</code></p>\n<pre tabindex=\"0\">");
    markup_add(out, report_output(workload));
    buf_puts(out, "</pre>\n");
}

void report_print_html(const cJSON *report, struct buf *out)
{
    buf_puts(out, head);
    buf_puts(out, "<title>Drill ");
    markup_add(out, report_text(report, "drill"));
    buf_puts(out, ": ");
    markup_add(out, report_text(report, "verdict"));
    buf_puts(out, "</title>\n<main>\n<h1>Drill ");
    markup_add(out, report_text(report, "drill"));
    buf_puts(out, ": ");
    add_verdict(report, out);
    buf_puts(out, "</h1>\n<p>");
    markup_add(out, report_text(report, "description"));
    buf_puts(out, "</p>\n<p>Seed ");
    markup_add(out, report_text(report, "seed"));
    buf_printf(out, ", %.0f calls in ",
               report_number(cJSON_GetObjectItemCaseSensitive(report, "calls"), "total"));
    report_add_time(report_number(report, "duration_ms"), out);
    buf_puts(out, ", begun ");
    markup_add(out, report_text(report, "started"));
    buf_puts(out, "</p>\n");
    buf_puts(out, "<h2>What was judged</h2>\n<table><tr><th>What<th>Verdict<th>Why</tr>\n");
    report_each_judged(report, add_row, out);
    buf_puts(out, "</table>\n");
    report_print_charts(report, out);
    add_steps(report, out);
    add_rules(report, out);
    add_output(report, out);
    buf_puts(out, "</main>\n</html>\n");
}
