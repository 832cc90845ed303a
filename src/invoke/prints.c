/*
 * What an instance prints and how its calls end, line by line into the logs of its function.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "invoke/internal.h"
#include "logs/failure.h"
#include "logs/logs.h"

static void add(struct instance *instance, enum logs_kind kind, struct str request_id,
                struct str text)
{
    const struct invoke_function *spec = &instance->spec;
    const struct logs_owner owner = {
        .account = spec->account,
        .region = spec->region,
        .service = spec->service,
        .function = spec->name,
        .project = spec->log_project,
        .store = spec->log_store,
    };

    if (instance->invoke->settings.logs)
        logs_add(instance->invoke->settings.logs, &owner,
                 &(struct logs_line){.wall_ms = clock_wall_ms(),
                                     .kind = kind,
                                     .version = spec->version,
                                     .request_id = request_id,
                                     .instance = str_of(instance->id),
                                     .text = text});
}

/* ---- what it prints ---- */

/* Of several calls at once it is the one whose id the line names. */
static struct str find_request(const struct instance *instance, struct str line)
{
    const struct invoke_call *call;
    size_t at;

    if (instance->call_count == 1)
        return instance->calls->request.request_id;
    DL_FOREACH(instance->calls, call)
    {
        if (call->phase != CALL_WAITING && call->request.request_id.len &&
            str_find(line, call->request.request_id, &at))
            return call->request.request_id;
    }
    return STR("");
}

static void add_line(struct instance *instance, struct str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    add(instance, LOGS_LINE, find_request(instance, line), line);
}

/* The end of a line may come with the next bytes. */
static void keep_rest(struct instance *instance, struct str rest)
{
    buf_add(&instance->print, rest);
    if (instance->print.len >= LOGS_TEXT_BYTES_MAX)
        prints_flush(instance);
}

void prints_take(struct instance *instance, struct str bytes)
{
    struct str line;

    if (!instance->invoke->settings.logs)
        return;
    while (str_cut(bytes, '\n', &line, &bytes)) {
        if (!instance->print.len) {
            add_line(instance, line);
            continue;
        }
        buf_add(&instance->print, line);
        add_line(instance, buf_str(&instance->print));
        buf_clear(&instance->print);
    }
    if (line.len)
        keep_rest(instance, line);
}

void prints_flush(struct instance *instance)
{
    if (!instance->print.len)
        return;
    add_line(instance, buf_str(&instance->print));
    buf_clear(&instance->print);
}

/* ---- what happens to its calls ---- */

void prints_note(struct invoke_call *call, bool begins, struct str text)
{
    prints_flush(call->instance);
    add(call->instance, begins ? LOGS_START : LOGS_END, call->request.request_id, text);
}

void prints_error(struct invoke_call *call, const struct invoke_result *result)
{
    OWN(buf_done) struct buf text = {0};

    if (result->outcome == INVOKE_ANSWERED || !call->invoke->settings.logs)
        return;
    prints_flush(call->instance);
    if (result->outcome == INVOKE_REFUSED)
        buf_printf(&text, "%s: " STR_FMT, result->code, STR_ARG(result->message));
    else if (result->body.len)
        logs_failure_text(result->body, &text);
    add(call->instance, LOGS_ERROR, call->request.request_id, buf_str(&text));
}
