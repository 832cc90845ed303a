/* Markdown for the summary page of a CI run; it is cut, and says so, before such a page would
 * refuse it. */
#include "drill/internal.h"

enum { TAIL_BYTES = 4 << 10 }; /* of the workload's output */

/* A cell of a table holds no line break and no bar; nothing in it is markup. */
static void add_cell(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '\n' || c == '\r')
            buf_add_char(out, ' ');
        else if (strchr("|\\`*_<>[]", c))
            buf_printf(out, "\\%c", c);
        else
            buf_add_char(out, c);
    }
}

static void add_row(void *arg, struct str name, struct str rule, const cJSON *judged)
{
    struct buf *out = arg;

    buf_puts(out, "| ");
    add_cell(out, name);
    if (rule.len)
        buf_add_char(out, ' ');
    add_cell(out, rule);
    buf_puts(out, " | ");
    add_cell(out, report_text(judged, "verdict"));
    buf_puts(out, " | ");
    add_cell(out, report_text(judged, "text"));
    buf_puts(out, " |\n");
}

static void add_rules(const cJSON *report, struct buf *out)
{
    const cJSON *rule;

    if (!report_list(report, "rules"))
        return;
    buf_puts(out, "\n| rule | matched | fired | capped |\n|---|---:|---:|---:|\n");
    cJSON_ArrayForEach (rule, report_list(report, "rules")) {
        buf_puts(out, "| ");
        add_cell(out, report_text(rule, "id"));
        buf_printf(out, " | %.0f | %.0f | %.0f |\n", report_number(rule, "matched"),
                   report_number(rule, "fired"), report_number(rule, "capped"));
    }
}

/* Indented: no fence that the output itself could close. */
static void add_output(const cJSON *report, struct buf *out)
{
    struct str output = report_output(cJSON_GetObjectItemCaseSensitive(report, "workload"));
    struct str line, tail;

    if (output.len > TAIL_BYTES)
        output = str_slice(output, output.len - TAIL_BYTES, output.len);
    if (!output.len)
        return;
    buf_puts(out, "\nThe end of the workload's output:\n\n");
    while (output.len) {
        if (!str_cut(output, '\n', &line, &tail))
            tail = STR_NONE;
        buf_puts(out, "    ");
        buf_add(out, line);
        buf_add_char(out, '\n');
        output = tail;
    }
}

static void cut(struct buf *out)
{
    static const char word[] = "\n\n*Cut here: the whole report is in its JSON and HTML forms.*\n";
    size_t at = DRILL_MARKDOWN_BYTES_MAX - sizeof(word);

    while (at && ((unsigned char)out->ptr[at] & 0xc0) == 0x80)
        at--;
    out->len = at;
    buf_puts(out, word);
}

void report_print_markdown(const cJSON *report, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};

    buf_puts(&text, "## Drill ");
    add_cell(&text, report_text(report, "drill"));
    buf_puts(&text, ": ");
    add_cell(&text, report_text(report, "verdict"));
    buf_puts(&text, "\n\nSeed ");
    add_cell(&text, report_text(report, "seed"));
    buf_printf(&text, ", %.0f calls in ",
               report_number(cJSON_GetObjectItemCaseSensitive(report, "calls"), "total"));
    report_add_time(report_number(report, "duration_ms"), &text);
    buf_puts(&text, ".\n\n");
    buf_puts(&text, "| what | verdict | why |\n|---|---|---|\n");
    report_each_judged(report, add_row, &text);
    add_rules(report, &text);
    add_output(report, &text);
    if (text.len > DRILL_MARKDOWN_BYTES_MAX)
        cut(&text);
    buf_add(out, buf_str(&text));
}
