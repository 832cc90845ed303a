/* What running a drill and reading its report share. */
#include "cli/drill_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"

bool drill_is_file(const char *name)
{
    struct str text = str_of(name);

    return str_ends(text, STR(".yaml")) || str_ends(text, STR(".yml")) ||
           str_ends(text, STR(".json")) || strchr(name, '/') || strcmp(name, "-") == 0 ||
           access(name, R_OK) == 0;
}

bool drill_read_format(const struct cli_args *args, enum drill_format *out)
{
    const char *format = cli_value(args, "format");

    *out = cli_has(args, "json") ? DRILL_FORMAT_JSON : DRILL_FORMAT_TEXT;
    if (!format || drill_format_find(str_of(format), out))
        return true;
    cli_usage(args, "'--format %s' is not one of text, json, junit, markdown, html", format);
    return false;
}

void drill_print_report(const cJSON *report, enum drill_format format)
{
    OWN(buf_done) struct buf text = {0};

    drill_report_print(report, format, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), &text);
    fwrite(text.ptr, 1, text.len, stdout);
}

/* ---- files of --report ---- */

static bool format_of_file(const char *file, enum drill_format *out)
{
    static const struct {
        struct str ending;
        enum drill_format format;
    } endings[] = {
        {STR_INIT(".json"), DRILL_FORMAT_JSON    },
        {STR_INIT(".xml"),  DRILL_FORMAT_JUNIT   },
        {STR_INIT(".md"),   DRILL_FORMAT_MARKDOWN},
        {STR_INIT(".html"), DRILL_FORMAT_HTML    },
        {STR_INIT(".txt"),  DRILL_FORMAT_TEXT    },
    };

    for (size_t i = 0; i < N_ELEMENTS(endings); i++) {
        if (!str_ends(str_of(file), endings[i].ending))
            continue;
        *out = endings[i].format;
        return true;
    }
    return false;
}

int drill_reports_look(const struct cli_args *args)
{
    size_t at = 0;
    const char *file;
    enum drill_format format;

    while ((file = cli_next_value(args, "report", &at)))
        if (!format_of_file(file, &format))
            return cli_usage(args, "--report %s: ends with none of .json, .xml, .md, .html, .txt",
                             file);
    return output_look(args, "report");
}

int drill_reports_begin(const struct cli_args *args, const char *drill)
{
    size_t at = 0;
    const char *file;

    while ((file = cli_next_value(args, "report", &at))) {
        OWN(buf_done) struct buf text = {0};
        enum drill_format format = DRILL_FORMAT_JSON;

        if (!output_is_kept(file))
            continue;
        format_of_file(file, &format);
        if (format == DRILL_FORMAT_JUNIT)
            drill_report_stub(str_of(drill), &text);
        int r = output_write(args, "report", file, buf_str(&text));

        if (r)
            return r;
    }
    return 0;
}

int drill_reports_write(const struct cli_args *args, const cJSON *report)
{
    size_t at = 0;
    const char *file;
    int first = 0;

    while ((file = cli_next_value(args, "report", &at))) {
        OWN(buf_done) struct buf text = {0};
        enum drill_format format = DRILL_FORMAT_JSON;

        format_of_file(file, &format);
        drill_report_print(report, format, false, &text);
        int r = output_write(args, "report", file, buf_str(&text));

        first = first ? first : r;
    }
    return first;
}
