/*
 * conf/report_print.c - the issues as people, CI services and code hosts read them
 */
#include <stdlib.h>

#include "base/columns.h"
#include "conf/chinese.h"
#include "conf/report.h"

enum {
    EXCERPT_COLUMNS = 110, /* of a longer line only a window around the place is shown */
    EXCERPT_BEFORE = 60,
};

static int by_place(const void *a, const void *b)
{
    const struct conf_issue *const *x = a;
    const struct conf_issue *const *y = b;
    int order = strcmp((*x)->file ? (*x)->file : "", (*y)->file ? (*y)->file : "");

    if (order == 0)
        order = ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
    if (order == 0)
        order = ((*x)->column > (*y)->column) - ((*x)->column < (*y)->column);
    return order ? order : (*x > *y) - (*x < *y);
}

static size_t sorted_issues(const struct conf_report *report, const struct conf_issue **out)
{
    for (size_t i = 0; i < report->count; i++)
        out[i] = &report->issues[i];
    qsort(out, report->count, sizeof(*out), by_place);
    return report->count;
}

static const char *severity_name(enum conf_severity severity)
{
    return severity == CONF_ERROR ? "error" : "warning";
}

/* The line and a caret below the column, of long lines the part around it. */
static void print_excerpt(const struct conf_issue *issue, struct buf *out)
{
    OWN(buf_done) struct buf caret = {0};
    uint32_t skip = issue->column > EXCERPT_BEFORE + 10 ? issue->column - EXCERPT_BEFORE : 0;
    uint32_t column = 0;
    size_t len;

    if (!str_is_set(issue->excerpt) || issue->column == 0)
        return;
    buf_puts(out, skip ? "  …" : "  ");
    buf_puts(&caret, skip ? "   " : "  ");
    for (size_t i = 0; i < issue->excerpt.len; i += len) {
        uint32_t point = columns_character(issue->excerpt, i, &len);

        if (++column <= skip)
            continue;
        if (column > skip + EXCERPT_COLUMNS) {
            buf_puts(out, "…");
            break;
        }
        if (point < 0x20 && point != '\t')
            buf_add_char(out, ' ');
        else
            buf_add(out, str_slice(issue->excerpt, i, i + len));
        if (column < issue->column)
            buf_puts(&caret, point == '\t' ? "\t" : columns_of_character(point) == 2 ? "  " : " ");
    }
    buf_printf(out, "\n%s^\n", buf_text(&caret));
}

/* "rules[0].when: what; hint (by the alias at 3:4)" */
static void print_message(const struct conf_issue *issue, struct buf *out)
{
    buf_printf(out, "%s%s%s", issue->path, issue->path[0] ? ": " : "", issue->message);
    if (issue->hint)
        buf_printf(out, "; %s", issue->hint);
    if (issue->alias_line)
        buf_printf(out, " (used by the alias at %u:%u)", issue->alias_line, issue->alias_column);
}

/* The same issue with its words in Chinese. */
static struct conf_issue in_chinese(const struct conf_issue *issue, struct arena *arena)
{
    struct conf_issue copy = *issue;

    copy.message = conf_chinese(str_of(issue->message), arena).ptr;
    if (issue->hint)
        copy.hint = conf_chinese(str_of(issue->hint), arena).ptr;
    return copy;
}

static void print_text(const struct conf_report *report, const struct conf_issue *issue,
                       struct buf *out)
{
    static const char *const severities[] = {[CONF_ERROR] = "错误", [CONF_WARNING] = "警告"};
    struct conf_issue spoken = report->chinese ? in_chinese(issue, report->arena) : *issue;

    if (issue->file)
        buf_printf(out, "%s:", issue->file);
    if (issue->line)
        buf_printf(out, "%u:%u:", issue->line, issue->column);
    buf_printf(out, "%s%s %s: ", issue->file ? " " : "",
               report->chinese ? severities[issue->severity] : severity_name(issue->severity),
               issue->code);
    print_message(&spoken, out);
    buf_add_char(out, '\n');
    print_excerpt(issue, out);
}

/* GitHub's workflow commands want '%', line ends, and in properties ':' and ',' encoded. */
static void add_github(struct str text, bool property, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            buf_printf(out, "%%%02X", (unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static void print_github(const struct conf_issue *issue, struct buf *out)
{
    OWN(buf_done) struct buf message = {0};

    print_message(issue, &message);
    buf_printf(out, "::%s ", severity_name(issue->severity));
    if (issue->file) {
        buf_puts(out, "file=");
        add_github(str_of(issue->file), true, out);
        buf_puts(out, ",");
    }
    if (issue->line)
        buf_printf(out, "line=%u,col=%u,", issue->line, issue->column);
    buf_printf(out, "title=%s::", issue->code);
    add_github(buf_str(&message), false, out);
    buf_add_char(out, '\n');
}

static void add_member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "\"%s\":", name);
    buf_json_string(out, str_of(value));
}

void conf_report_json(const struct conf_report *report, struct buf *out)
{
    const struct conf_issue *issues[2 * CONF_ISSUES_MAX];
    size_t n = sorted_issues(report, issues);

    buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i ? ",{" : "{");
        add_member(out, "severity", severity_name(issues[i]->severity));
        buf_add_char(out, ',');
        add_member(out, "code", issues[i]->code);
        buf_add_char(out, ',');
        add_member(out, "file", issues[i]->file);
        buf_printf(out, ",\"line\":%u,\"column\":%u,", issues[i]->line, issues[i]->column);
        add_member(out, "path", issues[i]->path);
        buf_add_char(out, ',');
        add_member(out, "message", issues[i]->message);
        buf_add_char(out, ',');
        add_member(out, "hint", issues[i]->hint);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void print_sarif_result(const struct conf_issue *issue, struct buf *out)
{
    OWN(buf_done) struct buf message = {0};

    print_message(issue, &message);
    buf_puts(out, "{");
    add_member(out, "ruleId", issue->code);
    buf_add_char(out, ',');
    add_member(out, "level", severity_name(issue->severity));
    buf_puts(out, ",\"message\":{");
    add_member(out, "text", buf_text(&message));
    buf_puts(out, "},\"locations\":[");
    if (issue->file) {
        buf_puts(out, "{\"physicalLocation\":{\"artifactLocation\":{");
        add_member(out, "uri", issue->file);
        buf_puts(out, "}");
        if (issue->line)
            buf_printf(out, ",\"region\":{\"startLine\":%u,\"startColumn\":%u}", issue->line,
                       issue->column);
        buf_puts(out, "}}");
    }
    buf_puts(out, "]}");
}

/* Source: SARIF 2.1.0, OASIS standard of 2020-03-27. */
static void print_sarif(const struct conf_issue *const *issues, size_t n, struct buf *out)
{
    buf_puts(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                  "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"fcemu\"}},"
                  "\"columnKind\":\"unicodeCodePoints\",\"results\":[");
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_char(out, ',');
        print_sarif_result(issues[i], out);
    }
    buf_puts(out, "]}]}\n");
}

static void print_rest(const struct conf_report *report, struct buf *out)
{
    if (report->errors > CONF_ISSUES_MAX)
        buf_printf(out, "and %zu more errors\n", report->errors - CONF_ISSUES_MAX);
    if (report->warnings > CONF_ISSUES_MAX)
        buf_printf(out, "and %zu more warnings\n", report->warnings - CONF_ISSUES_MAX);
}

bool conf_format_find(struct str name, enum conf_format *out)
{
    static const char *const names[] = {"text", "json", "sarif", "github"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (str_eq(name, str_of(names[i]))) {
            *out = (enum conf_format)i;
            return true;
        }
    }
    return false;
}

void conf_report_print(const struct conf_report *report, enum conf_format format, struct buf *out)
{
    const struct conf_issue *issues[2 * CONF_ISSUES_MAX];
    size_t n = sorted_issues(report, issues);

    switch (format) {
    case CONF_FORMAT_TEXT:
    case CONF_FORMAT_GITHUB:
        for (size_t i = 0; i < n; i++) {
            if (format == CONF_FORMAT_TEXT)
                print_text(report, issues[i], out);
            else
                print_github(issues[i], out);
        }
        print_rest(report, out);
        return;
    case CONF_FORMAT_JSON:
        conf_report_json(report, out);
        buf_add_char(out, '\n');
        return;
    case CONF_FORMAT_SARIF:
        print_sarif(issues, n, out);
        return;
    }
}
