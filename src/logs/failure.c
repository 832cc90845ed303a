/* The error of a function: what is wrong, then the trace of its language. */
#include "logs/failure.h"

#include "base/json.h"

/* A frame of a trace: a text, or the parts of one. */
static void add_frame(const cJSON *frame, struct buf *out)
{
    const cJSON *part;
    const char *comma = "";

    buf_puts(out, "\n  ");
    if (cJSON_IsString(frame))
        buf_puts(out, frame->valuestring);
    cJSON_ArrayForEach (part, frame) {
        if (!cJSON_IsString(part) || !part->valuestring[0])
            continue;
        buf_printf(out, "%s%s", comma, part->valuestring);
        comma = ", ";
    }
}

void logs_failure_text(struct str body, struct buf *out)
{
    struct error err;
    OWN(json_free) cJSON *error = json_parse(body, &err);
    struct str message = error ? json_get_str(error, "errorMessage") : STR_NONE;
    struct str type = error ? json_get_str(error, "errorType") : STR_NONE;
    const cJSON *frame;

    if (!str_is_set(message)) {
        buf_add(out, body);
        return;
    }
    if (type.len)
        buf_printf(out, STR_FMT ": ", STR_ARG(type));
    buf_add(out, message);
    cJSON_ArrayForEach (frame, json_get(error, "stackTrace"))
        add_frame(frame, out);
}
