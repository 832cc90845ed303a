/*
 * One request of the journal again, through the front door: a connection to a listener of ours, so
 * that the replayed call passes every station and gets an entry of its own. What was not kept
 * cannot be sent: signatures and tokens are left out, and a body that was cut is refused.
 */
#include <inttypes.h>

#include "admin/loopback.h"
#include "admin/steps.h"

#define WAIT_NS 1500000000ull /* every control answer is there within 2 s */

/* ---- the request ---- */

static bool is_hidden(struct str value)
{
    return str_ends(value, STR("***"));
}

static void add_query(struct str query, struct buf *out)
{
    struct str pair, tail, rest = query;
    char sign = '?';

    while (rest.len) {
        if (!str_cut(rest, '&', &pair, &tail))
            tail = STR_NONE;
        if (!is_hidden(pair)) {
            buf_add_char(out, sign);
            buf_add(out, pair);
            sign = '&';
        }
        rest = tail;
    }
}

static bool is_ours_to_set(struct str name)
{
    static const struct str names[] = {
        STR_INIT("host"),           STR_INIT("connection"),
        STR_INIT("content-length"), STR_INIT("transfer-encoding"),
        STR_INIT("expect"),
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (str_eq_nocase(name, names[i]))
            return true;
    }
    return false;
}

static void add_headers(struct str lines, struct buf *out)
{
    struct str line, name, value, tail, rest = lines;

    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value) && !is_ours_to_set(name) && !is_hidden(value)) {
            buf_add(out, line);
            buf_puts(out, "\r\n");
        }
        rest = tail;
    }
}

static void write_request(const struct journal_entry *entry, struct buf *out)
{
    buf_add(out, entry->method);
    buf_add_char(out, ' ');
    buf_add(out, entry->path);
    add_query(entry->query, out);
    buf_printf(out, " HTTP/1.1\r\nHost: " STR_FMT "\r\nConnection: close\r\n",
               STR_ARG(entry->host));
    add_headers(entry->request_headers, out);
    buf_printf(out, "X-Fcemu-Replay-Of: " STR_FMT "\r\nContent-Length: %zu\r\n\r\n",
               STR_ARG(entry->request_id), entry->request_body.len);
    buf_add(out, entry->request_body);
}

/* ---- the answer ---- */

/* An answer that broke off is an answer, too: 0 is the status of none. */
static void tell(struct admin_call *call, const struct loopback_answer *answer)
{
    struct buf body = {0};

    if (answer->problem) {
        admin_problem(call, answer->problem,
                      answer->problem == 422 ? "the request was sent again, but " STR_FMT : STR_FMT,
                      STR_ARG(answer->why));
        return;
    }
    buf_printf(&body, "{\"status\":%d,\"request_id\":", answer->status);
    buf_json_string(&body, loopback_header(answer->head, STR("X-Fc-Request-Id")));
    buf_puts(&body, ",\"fault\":");
    buf_json_string(&body, loopback_header(answer->head, STR("X-Fcemu-Fault")));
    buf_puts(&body, ",\"body\":");
    buf_json_string(&body, answer->body);
    buf_add_char(&body, '}');
    admin_json(call, 200, &body);
}

static void send_again(struct admin_call *call, const struct journal_entry *entry)
{
    struct buf request = {0};

    write_request(entry, &request);
    loopback_send(call, &request, WAIT_NS, tell);
}

void step_replay_begin(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(context->journal);
    const struct journal_entry *entry = journal_snapshot_find(snapshot, call->params[0]);

    if (!entry)
        admin_problem(call, 404, "no request '" STR_FMT "' in the journal",
                      STR_ARG(call->params[0]));
    else if (!journal_body_is_whole(entry))
        admin_problem(call, 422,
                      "the body of this request was not kept whole; raise "
                      "journal.bodies above %" PRIu64 " bytes",
                      entry->request_bytes);
    else
        send_again(call, entry);
}
