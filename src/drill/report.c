/* Reports: their forms by name, and how one is read. */
#include "drill/internal.h"

enum { MS_PER_S = 1000 };

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

/* ---- reading ---- */

double report_number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

struct str report_text(const cJSON *object, const char *name)
{
    struct str text = json_get_str(object, name);

    return text.ptr ? text : STR("");
}

const cJSON *report_list(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsArray(item) && item->child ? item : NULL;
}

bool report_is(const cJSON *object, const char *name, const char *text)
{
    return str_eq(report_text(object, name), str_of(text));
}

struct str report_output(const cJSON *workload)
{
    struct str output = report_text(workload, "output");

    if (output.len <= DRILL_OUTPUT_BYTES_MAX)
        return output;
    output = str_slice(output, output.len - DRILL_OUTPUT_BYTES_MAX, output.len);
    while (output.len && ((unsigned char)output.ptr[0] & 0xc0) == 0x80)
        output = str_slice(output, 1, output.len);
    return output;
}

void report_add_time(double ms, struct buf *out)
{
    if (ms < MS_PER_S)
        buf_printf(out, "%.0f ms", ms);
    else
        buf_printf(out, "%.2f s", ms / MS_PER_S);
}
