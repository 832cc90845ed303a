/* Reports: their forms by name. */
#include "drill/internal.h"

static const struct {
    const char *name, *content_type;
} formats[] = {
    [DRILL_FORMAT_TEXT] = {"text",     "text/plain; charset=utf-8"   },
    [DRILL_FORMAT_JSON] = {"json",     "application/json"            },
    [DRILL_FORMAT_JUNIT] = {"junit",    "application/xml"             },
    [DRILL_FORMAT_MARKDOWN] = {"markdown", "text/markdown; charset=utf-8"},
    [DRILL_FORMAT_HTML] = {"html",     "text/html; charset=utf-8"    },
};

bool drill_format_find(struct str name, enum drill_format *out)
{
    for (size_t i = 0; i < N_ELEMENTS(formats); i++) {
        if (!str_eq(name, str_of(formats[i].name)))
            continue;
        *out = (enum drill_format)i;
        return true;
    }
    return false;
}

const char *drill_format_content_type(enum drill_format format)
{
    return formats[format].content_type;
}

void drill_report_print(const cJSON *report, enum drill_format format, bool colour, struct buf *out)
{
    switch (format) {
    case DRILL_FORMAT_TEXT:
        report_print_text(report, colour, out);
        return;
    case DRILL_FORMAT_JSON:
        json_print(report, true, out);
        buf_add_char(out, '\n');
        return;
    case DRILL_FORMAT_JUNIT:
        report_print_junit(report, out);
        return;
    case DRILL_FORMAT_MARKDOWN:
        report_print_markdown(report, out);
        return;
    case DRILL_FORMAT_HTML:
        report_print_html(report, out);
        return;
    }
}
