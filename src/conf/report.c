/* Every mistake of a configuration, with its place, all at once. */
#include "conf/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "conf/node.h"

enum { SHOWN_CHARACTERS_MAX = 60 };

struct conf_report *conf_report_new(void)
{
    struct conf_report *report = mem_alloc(sizeof(*report));

    report->arena = arena_new();
    return report;
}

void conf_report_free(struct conf_report *report)
{
    if (!report)
        return;
    arena_free(report->arena);
    mem_free(report);
}

struct conf_spot conf_in_parent(const struct conf_node *node)
{
    return (struct conf_spot){.path = node->parent, .at = node, .at_key = true};
}

/* Cut "what; hint" in two. The hint starts behind the first "; " that is not between quotes. */
static void split_hint(char *text, const char **out_hint)
{
    bool quoted = false;

    *out_hint = NULL;
    for (char *p = text; *p; p++) {
        bool opens = *p == '\'' && (p == text || p[-1] == ' ' || p[-1] == '(' || p[-1] == '[');

        if (*p == '\'')
            quoted = quoted ? p[1] != '\0' && !strchr(" ;,:?)]", p[1]) : opens;
        if (!quoted && p[0] == ';' && p[1] == ' ') {
            *p = '\0';
            *out_hint = p + 2;
            return;
        }
    }
}

static struct str line_of(struct str text, uint32_t line)
{
    struct str head = STR_NONE;
    struct str tail = text;

    if (line == 0 || !str_is_set(text))
        return STR_NONE;
    for (uint32_t i = 0; i < line; i++) {
        if (!str_is_set(tail))
            return STR_NONE;
        str_cut(tail, '\n', &head, &tail);
    }
    if (head.len && head.ptr[head.len - 1] == '\r')
        head.len--;
    return head;
}

/* Count one issue; NULL when there are enough of them already. */
static struct conf_issue *issue_new(struct conf_report *report, enum conf_severity severity)
{
    size_t *counter = severity == CONF_ERROR ? &report->errors : &report->warnings;

    if (++*counter > CONF_ISSUES_MAX)
        return NULL;
    struct conf_issue *issue = &report->issues[report->count++];

    *issue = (struct conf_issue){.severity = severity, .path = ""};
    return issue;
}

static void set_message(struct conf_report *report, struct conf_issue *issue, const char *code,
                        const char *fmt, va_list args)
{
    OWN(buf_done) struct buf text = {0};
    char *kept;

    buf_vprintf(&text, fmt, args);
    kept = arena_dup(report->arena, buf_str(&text));
    issue->code = code;
    issue->message = kept;
    split_hint(kept, &issue->hint);
}

static void set_spot(struct conf_report *report, struct conf_issue *issue, struct conf_spot spot)
{
    OWN(buf_done) struct buf path = {0};
    const struct conf_node *at = spot.at;

    if (spot.path)
        conf_path(spot.path, &path);
    if (spot.below)
        buf_printf(&path, "%s%s", path.len ? "." : "", spot.below);
    issue->path = arena_dup(report->arena, buf_str(&path));
    if (!at)
        return;
    issue->file = arena_dup(report->arena, str_of(at->source->name));
    issue->line = spot.at_key ? at->key_line : at->line;
    issue->column = spot.at_key ? at->key_column : at->column;
    /* The key that leads to an alias stands where the alias does. */
    if (!spot.at_key || !at->parent || at->parent->alias_line) {
        issue->alias_line = at->alias_line;
        issue->alias_column = at->alias_column;
    }
    issue->excerpt = arena_str(report->arena, line_of(at->source->text, issue->line));
}

static void report_spot(struct conf_report *report, enum conf_severity severity,
                        struct conf_spot spot, const char *code, const char *fmt, va_list args)
{
    struct conf_issue *issue = issue_new(report, severity);

    if (!issue)
        return;
    set_message(report, issue, code, fmt, args);
    set_spot(report, issue, spot);
}

void conf_error(struct conf_report *report, struct conf_spot spot, const char *code,
                const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report_spot(report, CONF_ERROR, spot, code, fmt, args);
    va_end(args);
}

void conf_warn(struct conf_report *report, struct conf_spot spot, const char *code, const char *fmt,
               ...)
{
    va_list args;

    va_start(args, fmt);
    report_spot(report, CONF_WARNING, spot, code, fmt, args);
    va_end(args);
}

void conf_error_place(struct conf_report *report, const char *file, struct str excerpt_of,
                      uint32_t line, uint32_t column, const char *code, const char *fmt, ...)
{
    struct conf_issue *issue = issue_new(report, CONF_ERROR);
    va_list args;

    if (!issue)
        return;
    va_start(args, fmt);
    set_message(report, issue, code, fmt, args);
    va_end(args);
    issue->file = file ? arena_dup(report->arena, str_of(file)) : NULL;
    issue->line = line;
    issue->column = column;
    if (str_is_utf8(line_of(excerpt_of, line)))
        issue->excerpt = arena_str(report->arena, line_of(excerpt_of, line));
}

const char *conf_shown(struct conf_report *report, struct str text)
{
    OWN(buf_done) struct buf out = {0};
    size_t characters = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if ((c & 0xC0) != 0x80 && ++characters > SHOWN_CHARACTERS_MAX) {
            buf_puts(&out, "…");
            break;
        }
        if (c == '\n')
            buf_puts(&out, "\\n");
        else if (c < 0x20 || c == 0x7F)
            buf_printf(&out, "\\x%02x", c);
        else
            buf_add_char(&out, (char)c);
    }
    return arena_dup(report->arena, buf_str(&out));
}
