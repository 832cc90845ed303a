/* Answers of the service: documents, refusals, errors. */
#include "product/service/frame/work.h"

#include <stdarg.h>
#include <stdlib.h>

enum {
    REFUSAL_ARGS = 3,
    ACTUAL_BYTES = 256, /* of what was sent, quoted in a refusal */
};

void answer_text(struct work *work, struct str json)
{
    work->answer.status = 200;
    work->answer.body = json;
    http_headers_set(&work->answer.headers, work->arena, STR("Content-Type"),
                     STR("application/json"));
}

void answer_json(struct work *work, cJSON *json)
{
    struct buf text = {0};

    json_print(json, false, &text);
    answer_text(work, arena_str(work->arena, buf_str(&text)));
    buf_done(&text);
    cJSON_Delete(json);
}

void answer_none(struct work *work)
{
    work->answer.status = 204;
    work->answer.body = STR_NONE;
}

void answer_done(struct work *work)
{
    if (work->call.target->op->success == 204)
        answer_none(work);
    else
        answer_text(work, STR("{}"));
}

void answer_etag(struct work *work, const struct store_row *row)
{
    http_headers_set(&work->answer.headers, work->arena, STR("Etag"),
                     arena_str(work->arena, str_of(row->etag)));
}

/* Every code used here has a row; a test sees to it. */
static const struct fc_error *error_row(const char *code)
{
    const struct fc_error *error = fc_error_find(str_of(code));

    return error ? error : fc_error_find(STR("InternalServerError"));
}

static bool refuse_with(struct work *work, const struct fc_error *error, struct buf *text)
{
    if (!answer_is_refusal(work))
        work->answer = (struct service_answer){
            .status = fc_error_status(error, work->api),
            .error = error,
            .message = arena_str(work->arena, buf_str(text)),
        };
    buf_done(text);
    return false;
}

bool answer_refuse_args(struct work *work, const char *code, const struct str *args)
{
    const struct fc_error *error = error_row(code);
    struct buf text = {0};
    size_t count = 0;

    while (count < REFUSAL_ARGS && str_is_set(args[count]))
        count++;
    fc_error_message(error, work->api, args, count, &text);
    return refuse_with(work, error, &text);
}

static bool refuse_vprintf(struct work *work, const char *code, const char *fmt, va_list args)
{
    struct buf text = {0};

    buf_vprintf(&text, fmt, args);
    return refuse_with(work, error_row(code), &text);
}

bool answer_refuse_text(struct work *work, const char *code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    refuse_vprintf(work, code, fmt, args);
    va_end(args);
    return false;
}

bool answer_invalid(struct work *work, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    refuse_vprintf(work, "InvalidArgument", fmt, args);
    va_end(args);
    return false;
}

bool answer_wrong(struct work *work, const char *title, const char *allowed, struct str actual)
{
    return answer_invalid(work,
                          "%s is set to an invalid value (allowed: %s, actual: '" STR_FMT "')",
                          title, allowed, STR_ARG(str_slice(actual, 0, ACTUAL_BYTES)));
}

bool answer_choice(struct work *work, const char *title, const char *choices, struct str text)
{
    return text.len == 0 || field_is_choice(choices, text) ||
           answer_wrong(work, title, choices, text);
}

bool answer_missing(struct work *work, const char *title)
{
    return answer_invalid(work, "%s is required but not provided", title);
}

bool answer_refusal(struct work *work)
{
    return answer_invalid(work, "%s", buf_text(&work->refusal.text));
}

bool answer_is_refusal(const struct work *work)
{
    return work->answer.error != NULL;
}
