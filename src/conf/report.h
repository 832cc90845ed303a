/*
 * conf/report.h - every mistake of a configuration, with its place, all at once
 *
 * `rules.yaml:7:13: error F205: rules[0].priority: what is wrong; what to write instead`, then the
 * line and a caret, as compilers do. At most 50 errors and 50 warnings are kept, the others are
 * counted.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct conf_node;

enum { CONF_ISSUES_MAX = 50 };

enum conf_severity { CONF_ERROR, CONF_WARNING };

struct conf_issue {
    enum conf_severity severity;
    const char *code;                  /* "F102" */
    const char *file;                  /* NULL when no file is to blame */
    uint32_t line, column;             /* from 1; 0 when only the file is known */
    uint32_t alias_line, alias_column; /* where the alias stands that brought this here; or 0 */
    const char *path;                  /* "rules[0].when", or "" */
    const char *message;               /* what is wrong */
    const char *hint;                  /* what to write instead, or NULL */
    struct str excerpt; /* the line as it stands in the file, absent when there is none */
};

struct conf_report {
    struct arena *arena;
    struct conf_issue issues[2 * CONF_ISSUES_MAX];
    size_t count;
    size_t errors, warnings; /* all of them, also those that were not kept */
    bool chinese;            /* CONF_FORMAT_TEXT speaks Chinese */
};

struct conf_report *conf_report_new(void);
void conf_report_free(struct conf_report *report);
DEFINE_OWN(conf_report_free, struct conf_report *);

/*
 * What an issue is about. Its path is that of @path, then `below` behind it; its place that of
 * @at, or of the key of @at.
 */
struct conf_spot {
    const struct conf_node *path;
    const char *below; /* "args", or NULL */
    const struct conf_node *at;
    bool at_key;
};

static inline struct conf_spot conf_at(const struct conf_node *node)
{
    return (struct conf_spot){.path = node, .at = node};
}
/** A key that should not be there: the path of the node, the place of its key. */
static inline struct conf_spot conf_at_key(const struct conf_node *node)
{
    return (struct conf_spot){.path = node, .at = node, .at_key = true};
}
/** A key that its mapping does not know: the path of @map, the place of the key of @node. */
struct conf_spot conf_in_parent(const struct conf_node *node);
/** Something that is missing or deeper in @node: its path and `below`, its place. */
static inline struct conf_spot conf_below(const struct conf_node *node, const char *below)
{
    return (struct conf_spot){.path = node, .below = below, .at = node};
}

/** The text up to the first "; " outside quotes is what is wrong, the rest what to write. */
void conf_error(struct conf_report *report, struct conf_spot spot, const char *code,
                const char *fmt, ...) PRINTF_LIKE(4, 5);
void conf_warn(struct conf_report *report, struct conf_spot spot, const char *code, const char *fmt,
               ...) PRINTF_LIKE(4, 5);
/** An issue of a place and no node. @excerpt_of is the whole text the line is cut from. */
void conf_error_place(struct conf_report *report, const char *file, struct str excerpt_of,
                      uint32_t line, uint32_t column, const char *code, const char *fmt, ...)
    PRINTF_LIKE(7, 8);

/** A value as messages show it, without quotes: printable, at most 60 characters. */
const char *conf_shown(struct conf_report *report, struct str text);

enum conf_format { CONF_FORMAT_TEXT, CONF_FORMAT_JSON, CONF_FORMAT_SARIF, CONF_FORMAT_GITHUB };
/** False when the name is none of text, json, sarif, github. */
bool conf_format_find(struct str name, enum conf_format *out);
/** Append all issues, by file and place. */
void conf_report_print(const struct conf_report *report, enum conf_format format, struct buf *out);
/** The issues as a JSON array of {code, severity, file, line, column, path, message, hint}. */
void conf_report_json(const struct conf_report *report, struct buf *out);
