/* How a report is read, whatever form is made of it. */
#include "base/units.h"
#include "drill/internal.h"

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

void report_each_judged(const cJSON *report, report_judged_fn *each, void *arg)
{
    const cJSON *item;

    each(arg, STR("run"), STR(""), cJSON_GetObjectItemCaseSensitive(report, "ending"));
    cJSON_ArrayForEach (item, report_list(report, "require")) {
        each(arg, report_text(item, "name"), report_text(item, "rule"), item);
    }
    cJSON_ArrayForEach (item, report_list(report, "assertions")) {
        each(arg, report_text(item, "assertion"), STR(""), item);
    }
}
