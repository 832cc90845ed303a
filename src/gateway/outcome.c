/*
 * outcome: what is answered instead of the operation's own answer, and whether anything is.
 */
#include "base/units.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

static void add_retry_after(struct exchange *x, const struct fault_action *action)
{
    uint64_t seconds = (action->retry_after_ns + NS_PER_S - 1) / NS_PER_S;
    char date[CLOCK_RFC1123_BYTES];
    struct str value;

    if (!action->has_retry_after)
        return;
    if (action->retry_after_date) {
        clock_format_rfc1123(x->wall_ms + seconds * MS_PER_S, date);
        value = arena_str(x->arena, str_of(date));
    } else {
        value = arena_strf(x->arena, "%llu", (unsigned long long)seconds);
    }
    http_headers_add(&x->reply.http.headers, x->arena, STR("Retry-After"), value);
}

static void answer_error(struct exchange *x, const struct fault_action *action)
{
    struct str args[FC_ERROR_ARGS_MAX];
    size_t n = action->arg_count < FC_ERROR_ARGS_MAX ? action->arg_count : FC_ERROR_ARGS_MAX;
    struct str message = action->message;

    if (str_is_set(action->request_id)) {
        x->request_id = fault_expand(action->request_id, &x->facts, x->wall_ms, x->arena);
        x->facts.request_id = x->request_id;
    }
    for (size_t i = 0; i < n; i++)
        args[i] = fault_expand(action->args[i], &x->facts, x->wall_ms, x->arena);
    if (str_is_set(message))
        message = fault_expand(message, &x->facts, x->wall_ms, x->arena);
    reply_error(x, action->error, args, n, message, action->status, action->keys);
    for (size_t i = 0; i < action->answer_header_count; i++)
        reply_edit_header(x, &action->answer_headers[i]);
    add_retry_after(x, action);
}

static void answer_respond(struct exchange *x, const struct fault_action *action)
{
    x->reply = (struct reply){.of_user = true};
    x->reply.http.status = action->status;
    x->reply.http.body = action->body_is_template
                             ? fault_expand(action->body, &x->facts, x->wall_ms, x->arena)
                             : action->body;
    for (size_t i = 0; i < action->answer_header_count; i++)
        reply_edit_header(x, &action->answer_headers[i]);
    reply_common_headers(x, &x->reply);
    x->answered = true;
}

struct str stale_key(struct exchange *x, bool of_operation)
{
    if (of_operation)
        return arena_strf(x->arena, "o " STR_FMT " " STR_FMT " %s", STR_ARG(x->facts.account),
                          STR_ARG(x->facts.region), x->facts.op ? x->facts.op->name : "");
    return arena_strf(x->arena, "c " STR_FMT " " STR_FMT STR_FMT "?" STR_FMT,
                      STR_ARG(x->facts.method), STR_ARG(x->facts.host), STR_ARG(x->facts.path),
                      STR_ARG(x->facts.query));
}

static void nothing_to_repeat(struct exchange *x)
{
    x->near_miss = arena_strf(
        x->arena, "rule '" STR_FMT "' repeats an earlier answer, and there is none to repeat yet",
        STR_ARG(x->decision.outcome_rule->id));
    reply_error(x, fc_error_find(STR("InternalServerError")), NULL, 0,
                arena_strf(x->arena, "fcemu: " STR_FMT, STR_ARG(x->near_miss)), 0, KEYS_DEFAULT);
}

/* In an error body the id stands, too. */
static struct str replace_all(struct str text, struct str old, struct str new, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    size_t at;

    if (!old.len || !str_find(text, old, &at))
        return text;
    do {
        buf_add(&out, str_slice(text, 0, at));
        buf_add(&out, new);
        text = str_slice(text, at + old.len, text.len);
    } while (str_find(text, old, &at));
    buf_add(&out, text);
    return arena_str(arena, buf_str(&out));
}

/* What is repeated is the answer, not the call: it has an id of its own. */
static void name_this_call(struct exchange *x)
{
    static const struct str names[] = {STR_INIT("X-Fc-Request-Id"), STR_INIT("X-Acs-Request-Id")};
    struct http_response *http = &x->reply.http;
    struct str old = http_headers_get(&http->headers, names[0]);

    http->body = replace_all(http->body, old, x->request_id, x->arena);
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (str_is_set(http_headers_get(&http->headers, names[i])))
            http_headers_set(&http->headers, x->arena, names[i], x->request_id);
}

static void answer_stale(struct exchange *x, const struct fault_action *action)
{
    struct http_response earlier;

    if (!stale_find(&x->gateway->stale, stale_key(x, action->stale_of_operation), action->stale_age,
                    x->arena, &earlier)) {
        nothing_to_repeat(x);
        return;
    }
    x->reply = (struct reply){.http = earlier, .of_user = true};
    name_this_call(x);
    x->answered = true;
}

/* An error in the form of the product that the call is for. */
static void answer_product_error(struct exchange *x, const struct fault_action *action)
{
    const struct product_error *error = product_error_find(x->facts.product, action->code);
    struct neighbours_call call = neighbour_call(x);

    call.instead.code = action->code;
    call.instead.status = action->status ? action->status : error ? error->status : 500;
    call.instead.message = str_is_set(action->message)
                               ? fault_expand(action->message, &x->facts, x->wall_ms, x->arena)
                               : str_of(error ? error->message : "");
    neighbour_refuse(x, &call);
    for (size_t i = 0; i < action->answer_header_count; i++)
        reply_edit_header(x, &action->answer_headers[i]);
    add_retry_after(x, action);
}

static void answer_error_of(struct exchange *x, const struct fault_action *action)
{
    (x->facts.product == PRODUCT_FC ? answer_error : answer_product_error)(x, action);
}

static void end_without_answer(struct exchange *x, const struct fault_sending *sending)
{
    x->delivery.form = sending->what == SENDS_BYTES ? DELIVERY_RAW : DELIVERY_NOTHING;
    x->delivery.raw = sending->bytes;
    x->delivery.end = sending->end == THEN_RESET ? DELIVERY_RESET : DELIVERY_CLOSE;
}

bool outcome_reply(struct exchange *x, const struct fault_decision *decision)
{
    const struct fault_sending sending = fault_action_sends(decision->outcome);

    switch (sending.what) {
    case SENDS_OPERATION:
        return false;
    case SENDS_ERROR:
        answer_error_of(x, decision->outcome);
        break;
    case SENDS_ANSWER:
        answer_respond(x, decision->outcome);
        break;
    case SENDS_EARLIER:
        answer_stale(x, decision->outcome);
        break;
    case SENDS_BYTES:
    case SENDS_NOTHING:
        end_without_answer(x, &sending);
        break;
    }
    return true;
}

enum next station_outcome(struct exchange *x)
{
    if (x->answered && fault_action_ends_call(x->decision.outcome)) {
        x->own = x->reply;
        x->reply = (struct reply){0};
        x->answered = false;
    }
    if (fault_action_ends_call(x->decision.outcome))
        x->delivery = (struct delivery){0}; /* a canned answer's */
    outcome_reply(x, &x->decision);
    if (!x->answered && x->delivery.form == DELIVERY_ANSWER)
        reply_error(x, fc_error_find(STR("InternalServerError")), NULL, 0, STR_NONE, 0,
                    KEYS_DEFAULT);
    return NEXT_STATION;
}
