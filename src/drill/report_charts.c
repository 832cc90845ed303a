/*
 * The charts of the HTML form: calls over time in lanes by what became of them, and the gaps of
 * retries. Each has its table. A lane has a place and a shape of its own, so that colour only
 * helps.
 */
#include <math.h>

#include "drill/internal.h"

enum {
    WIDTH = 960,
    LEFT = 110, /* room for the names of lanes */
    RIGHT = 20,
    LANE = 34,
    TOP = 14,
    AXIS = 26,
    TICKS = 6,
    CHAINS_MAX = 40,
    GAP_HEIGHT = 180,
    GAPS_MAX = 60,
    RADIUS = 4,
};

/* In the order they are drawn, from the top. */
static const struct lane {
    const char *name, *colour;
    char shape; /* o circle, x cross, ^ triangle, d diamond */
} lanes[] = {
    {"answered",  "--good", 'o'},
    {"refused",   "--odd",  'd'},
    {"failed",    "--bad",  'x'},
    {"no answer", "--call", '^'},
};

enum {
    LANE_ANSWERED,
    LANE_REFUSED,
    LANE_FAILED,
    LANE_NONE,
    STATUS_CLIENT = 400,
    STATUS_LEFT = 499,
    STATUS_SERVER = 500
};

static size_t lane_of(const cJSON *call)
{
    double status = report_number(call, "status");

    if (status == 0 || status == STATUS_LEFT || report_text(call, "cut").len)
        return LANE_NONE;
    if (status >= STATUS_SERVER)
        return LANE_FAILED;
    return status >= STATUS_CLIENT ? LANE_REFUSED : LANE_ANSWERED;
}

static void add_mark(const struct lane *lane, double x, double y, bool struck, struct buf *out)
{
    const char *fill = struck ? "none" : "currentColor";

    buf_printf(out, "<g style=\"color:var(%s)\" stroke=\"currentColor\" fill=\"%s\">", lane->colour,
               fill);
    if (lane->shape == 'o')
        buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y, RADIUS);
    else if (lane->shape == 'd')
        buf_printf(out, "<path d=\"M%.1f %.1fl5 5-5 5-5-5z\"/>", x, y - RADIUS - 1);
    else if (lane->shape == '^')
        buf_printf(out, "<path d=\"M%.1f %.1fl5 9h-10z\"/>", x, y - RADIUS - 1);
    else
        buf_printf(out, "<path stroke-width=\"2\" d=\"M%.1f %.1fl8 8m0-8l-8 8\"/>", x - RADIUS,
                   y - RADIUS);
    if (struck && lane->shape == 'x')
        buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y, RADIUS + 4);
    buf_puts(out, "</g>");
}

static double place_of(double ms, double span_ms)
{
    return LEFT + ms / span_ms * (WIDTH - LEFT - RIGHT);
}

static void add_axis(double span_ms, double y, struct buf *out)
{
    for (int i = 0; i <= TICKS; i++) {
        double ms = span_ms * i / TICKS;

        buf_printf(out,
                   "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.1f\" stroke=\"var(--line)\"/>",
                   place_of(ms, span_ms), place_of(ms, span_ms), TOP, y);
        buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", place_of(ms, span_ms),
                   y + 16, i == TICKS ? "end" : "middle");
        report_add_time(ms, out);
        buf_puts(out, "</text>");
    }
}

static void add_steps(const cJSON *report, double span_ms, double y, struct buf *out)
{
    const cJSON *step;

    cJSON_ArrayForEach (step, report_list(report, "steps")) {
        if (!report_is(step, "state", "done"))
            continue;
        double x = place_of(fmin(report_number(step, "at_ms"), span_ms), span_ms);

        buf_printf(out,
                   "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.1f\" stroke=\"var(--ink)\" "
                   "stroke-dasharray=\"3 3\"/><text x=\"%.1f\" y=\"11\">%.0f</text>",
                   x, x, TOP, y, x + 2, report_number(step, "number"));
    }
}

static void add_call_chart(const cJSON *report, const cJSON *timeline, struct buf *out)
{
    double span_ms = fmax(report_number(report, "duration_ms"), 1);
    const size_t lane_count = N_ELEMENTS(lanes);
    double bottom = TOP + LANE * (double)lane_count;
    const cJSON *call;

    buf_printf(out,
               "<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"Calls over time, by what "
               "became of them\">",
               WIDTH, bottom + AXIS);
    add_axis(span_ms, bottom, out);
    for (size_t i = 0; i < N_ELEMENTS(lanes); i++)
        buf_printf(out, "<text x=\"6\" y=\"%.0f\">%s</text>", TOP + LANE * ((double)i + 0.5) + 4,
                   lanes[i].name);
    add_steps(report, span_ms, bottom, out);
    cJSON_ArrayForEach (call, timeline) {
        size_t lane = lane_of(call);

        add_mark(&lanes[lane], place_of(fmin(report_number(call, "at_ms"), span_ms), span_ms),
                 TOP + LANE * ((double)lane + 0.5), report_text(call, "rule").len > 0, out);
    }
    buf_puts(out, "</svg>\n<p>Hollow, or with a ring: a rule struck. Dashed lines: the steps by "
                  "number.</p>\n");
}

static void add_cell(const cJSON *call, const char *name, struct buf *out)
{
    buf_puts(out, "<td>");
    markup_add(out, report_text(call, name));
}

static void add_call_table(const cJSON *timeline, double left_out, struct buf *out)
{
    const cJSON *call;

    buf_puts(out,
             "<div class=\"scroll\" tabindex=\"0\"><table><tr><th class=\"n\">At<th "
             "class=\"n\">Took<th>Operation"
             "<th>Function<th>Region<th class=\"n\">Status<th>Code<th>Ended by<th>Rule<th>By the "
             "transport<th>Call</tr>\n");
    cJSON_ArrayForEach (call, timeline) {
        buf_puts(out, "<tr><td class=\"n\">");
        report_add_time(report_number(call, "at_ms"), out);
        buf_puts(out, "<td class=\"n\">");
        report_add_time(report_number(call, "took_ms"), out);
        add_cell(call, "operation", out);
        add_cell(call, "function", out);
        add_cell(call, "region", out);
        buf_printf(out, "<td class=\"n\">%.0f", report_number(call, "status"));
        add_cell(call, "code", out);
        add_cell(call, "cut", out);
        add_cell(call, "rule", out);
        buf_puts(out, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call, "by_transport"))
                          ? "<td>yes"
                          : "<td>");
        add_cell(call, "request_id", out);
        buf_puts(out, "</tr>\n");
    }
    buf_puts(out, "</table></div>\n");
    if (left_out > 0)
        buf_printf(
            out, "<p>%.0f further calls are left out here; the verdict is over all of them.</p>\n",
            left_out);
}

/* ---- gaps of retries ---- */

static double longest_gap(const cJSON *chains)
{
    const cJSON *chain, *gap;
    double longest = 1;

    cJSON_ArrayForEach (chain, chains) {
        cJSON_ArrayForEach (gap, report_list(chain, "gaps_ms")) {
            longest = fmax(longest, gap->valuedouble);
        }
    }
    return longest;
}

/* The gap before each retry, by the retry's number; a dot each, for there may be one only. */
static void add_gap_line(const cJSON *gaps, double longest, struct buf *out)
{
    OWN(buf_done) struct buf dots = {0};
    const cJSON *gap;
    int number = 0;

    buf_puts(out, "<polyline fill=\"none\" stroke=\"var(--call)\" points=\"");
    cJSON_ArrayForEach (gap, gaps) {
        double y = GAP_HEIGHT - gap->valuedouble / longest * (GAP_HEIGHT - TOP);
        int x = LEFT + number * 80;

        if (number++ == GAPS_MAX)
            break;
        buf_printf(out, "%d,%.1f ", x, y);
        buf_printf(&dots, "<circle cx=\"%d\" cy=\"%.1f\" r=\"3\" fill=\"var(--call)\"/>", x, y);
    }
    buf_puts(out, "\"/>");
    buf_puts(out, buf_text(&dots));
}

static void add_gap_chart(const cJSON *chains, struct buf *out)
{
    double longest = longest_gap(chains);
    const cJSON *chain;
    int drawn = 0;

    buf_printf(out,
               "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"The wait before each retry\">",
               WIDTH, GAP_HEIGHT + AXIS);
    buf_printf(out, "<text x=\"6\" y=\"%d\">", TOP + 4);
    report_add_time(longest, out);
    buf_printf(out, "</text><text x=\"6\" y=\"%d\">0 ms</text>", GAP_HEIGHT);
    cJSON_ArrayForEach (chain, chains) {
        if (drawn++ == CHAINS_MAX)
            break;
        add_gap_line(report_list(chain, "gaps_ms"), longest, out);
    }
    for (int i = 0; i * 80 < WIDTH - LEFT; i++)
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">retry %d</text>",
                   LEFT + i * 80, GAP_HEIGHT + 18, i + 1);
    buf_puts(out, "</svg>\n");
}

static void add_gap_table(const cJSON *chains, struct buf *out)
{
    const cJSON *chain, *gap;

    buf_puts(
        out,
        "<div class=\"scroll\" tabindex=\"0\"><table><tr><th class=\"n\">Chain<th "
        "class=\"n\">Attempts<th class=\"n\">Of them by the transport<th>Ended<th>Gaps</tr>\n");
    cJSON_ArrayForEach (chain, chains) {
        const char *comma = "";

        buf_printf(out, "<tr><td class=\"n\">%.0f<td class=\"n\">%.0f<td class=\"n\">%.0f",
                   report_number(chain, "chain"), report_number(chain, "attempts"),
                   report_number(chain, "transport_repeats"));
        add_cell(chain, "ended", out);
        buf_puts(out, "<td>");
        cJSON_ArrayForEach (gap, report_list(chain, "gaps_ms")) {
            buf_puts(out, comma);
            report_add_time(gap->valuedouble, out);
            comma = ", ";
        }
        buf_puts(out, "</tr>\n");
    }
    buf_puts(out, "</table></div>\n");
}

void report_print_charts(const cJSON *report, struct buf *out)
{
    const cJSON *timeline = report_list(report, "timeline");
    const cJSON *chains = report_list(report, "chains");

    if (timeline) {
        buf_puts(out, "<h2>Calls</h2>\n");
        add_call_chart(report, timeline, out);
        add_call_table(timeline, report_number(report, "timeline_left_out"), out);
    }
    if (chains) {
        buf_puts(out, "<h2>Retries</h2>\n");
        add_gap_chart(chains, out);
        add_gap_table(chains, out);
    }
}
