/* An error of a function: what is wrong, then the trace of its language. */
#include "cli/failure.h"

#include "base/json.h"
#include "cli/print.h"

void failure_lines(struct str text, bool colour, struct buf *out)
{
    struct str first;
    struct str rest;

    str_cut(text, '\n', &first, &rest);
    buf_puts(out, colour ? CLI_BOLD_RED : "");
    cli_add_text(out, first);
    buf_puts(out, colour ? CLI_PLAIN : "");
    if (!str_is_set(rest))
        return;
    buf_printf(out, "\n%s", colour ? CLI_RED : "");
    cli_add_text(out, rest);
    buf_puts(out, colour ? CLI_PLAIN : "");
}

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

static void add_error(const cJSON *error, struct buf *out)
{
    struct str type = json_get_str(error, "errorType");
    const cJSON *frame;

    if (type.len)
        buf_printf(out, STR_FMT ": ", STR_ARG(type));
    buf_add(out, json_get_str(error, "errorMessage"));
    cJSON_ArrayForEach (frame, json_get(error, "stackTrace"))
        add_frame(frame, out);
}

void failure_text(struct str body, bool colour, struct buf *out)
{
    struct error err;
    OWN(json_free) cJSON *error = json_parse(body, &err);
    OWN(buf_done) struct buf text = {0};

    if (error && str_is_set(json_get_str(error, "errorMessage")))
        add_error(error, &text);
    else
        buf_add(&text, body);
    failure_lines(buf_str(&text), colour, out);
    buf_add_char(out, '\n');
}
