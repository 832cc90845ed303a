#include "product/service/frame/work.h"

#include <stdarg.h>
#include <stdlib.h>

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

static void refuse_with(struct work *work, const struct fc_error *error, struct str message)
{
    if (answer_is_refusal(work))
        return;
    work->answer = (struct service_answer){
        .status = fc_error_status(error, work->api),
        .error = error,
        .message = message,
    };
}

void answer_refuse(struct work *work, const char *code, struct str a, struct str b, struct str c)
{
    const struct fc_error *error = error_row(code);
    const struct str args[] = {a, b, c};
    struct buf text = {0};
    size_t count = 0;

    while (count < N_ELEMENTS(args) && str_is_set(args[count]))
        count++;
    fc_error_message(error, work->api, args, count, &text);
    refuse_with(work, error, arena_str(work->arena, buf_str(&text)));
    buf_done(&text);
}

void answer_refuse_text(struct work *work, const char *code, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    refuse_with(work, error_row(code), arena_str(work->arena, buf_str(&text)));
    buf_done(&text);
}

void answer_invalid(struct work *work, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    refuse_with(work, error_row("InvalidArgument"), arena_str(work->arena, buf_str(&text)));
    buf_done(&text);
}

void answer_refusal(struct work *work)
{
    refuse_with(work, error_row("InvalidArgument"),
                arena_str(work->arena, buf_str(&work->refusal.text)));
}

bool answer_is_refusal(const struct work *work)
{
    return work->answer.error != NULL;
}
