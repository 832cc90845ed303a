/* What running a drill and reading its report share. */
#include "cli/drill_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
