/* The journal over HTTP: lists, one entry, exports, replay. */

#include <inttypes.h>

#include "admin/parameter.h"
#include "admin/steps.h"
#include "journal/closest.h"
#include "journal/format.h"

enum { LIST_SHORT_MAX = 1000 };

/* Asked beside the filters. */
static bool is_own_key(const struct admin_call *call, struct str key)
{
    const struct admin_parameter *own;

    for (size_t i = 0; (own = admin_parameter_of(call->route, i)); i++) {
        if (str_eq(key, str_of(own->name)))
            return true;
    }
    return false;
}

/* Values of one filter stand in a list, as verify takes them. */
static void add_to_match(cJSON *match, const struct query_pair *pair, struct arena *arena)
{
    const char *key = arena_dup(arena, pair->key);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(match, key);

    if (!list)
        list = cJSON_AddArrayToObject(match, key);
    cJSON_AddItemToArray(list, json_string(pair->value));
}

bool admin_read_query_into(struct admin_call *call, struct journal_query *out, cJSON *match)
{
    struct error err;

    journal_query_init(out);
    for (size_t i = 0; i < call->query.count; i++) {
        const struct query_pair *pair = &call->query.pairs[i];

        if (is_own_key(call, pair->key))
            continue;
        if (journal_query_add(out, pair->key, pair->value, clock_wall_ms(), call->arena, &err) <
            0) {
            admin_problem(call, 400, "%s", err.text);
            return false;
        }
        if (match)
            add_to_match(match, pair, call->arena);
    }
    return true;
}

bool admin_read_query(struct admin_call *call, struct journal_query *out)
{
    return admin_read_query_into(call, out, NULL);
}

bool admin_check_query(struct admin_call *call, const struct journal_query *query,
                       const struct journal_snapshot *snapshot)
{
    struct error err = {0};

    if (journal_query_check(query, snapshot, call->arena, &err) == 0)
        return true;
    admin_problem(call, 400, "%s", err.text);
    return false;
}

bool admin_check_region(struct admin_call *call, struct str region)
{
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);
    struct error err = {0};

    if (journal_word_check_spelling("region", region, snapshot, call->arena, &err) == 0)
        return true;
    admin_problem(call, 400, "%s", err.text);
    return false;
}

/* Exports and long lists are written beside the calls that others wait for. */
void step_requests_begin(struct admin_call *call)
{
    uint64_t limit = 0;

    str_to_uint(admin_query(call, "limit"), UINT64_MAX, &limit);
    call->bulk = limit > LIST_SHORT_MAX || admin_query(call, "format").ptr ||
                 str_eq_nocase(admin_query(call, "detail"), STR("full"));
}

/* Names of rules and functions are anybody's: when nothing fits, what is nearest is told. */
static void add_closest(struct admin_call *call, const struct journal_query *query,
                        const struct journal_snapshot *snapshot, struct buf *body)
{
    struct buf text = {0};

    journal_closest(query, snapshot, call->arena, &text);
    if (text.len) {
        buf_puts(body, ",\"closest\":");
        buf_json_string(body, buf_str(&text));
    }
    buf_done(&text);
}

static void answer_list(struct admin_call *call, const struct journal_query *query,
                        const struct journal_snapshot *snapshot,
                        const struct journal_selection *selection)
{
    enum journal_detail detail =
        str_eq_nocase(admin_query(call, "detail"), STR("full")) ? JOURNAL_FULL : JOURNAL_SHORT;
    struct buf body = {0};

    buf_printf(&body, "{\"matched\":%zu,\"kept\":%zu,\"lost\":%" PRIu64 ",\"requests\":[",
               selection->matched, journal_snapshot_count(snapshot),
               journal_snapshot_lost(snapshot));
    for (size_t i = 0; i < selection->count; i++) {
        if (i)
            buf_add_char(&body, ',');
        journal_entry_json(selection->entries[i], detail, &body);
    }
    buf_add_char(&body, ']');
    if (selection->matched == 0 && query->term_count)
        add_closest(call, query, snapshot, &body);
    buf_add_char(&body, '}');
    admin_json(call, 200, &body);
}

static void answer_ndjson(struct admin_call *call, const struct journal_selection *selection)
{
    struct buf body = {0};

    journal_ndjson(selection, &body);
    admin_answer(call, 200, "application/x-ndjson", &body);
}

static void answer_har(struct admin_call *call, const struct journal_selection *selection)
{
    struct buf body = {0};

    journal_har(selection, call->admin->context.version, &body);
    admin_json(call, 200, &body);
}

void step_requests_work(struct admin_call *call)
{
    struct str format = admin_query(call, "format");
    struct journal_query query;
    struct journal_selection selection;

    if (!admin_read_query(call, &query))
        return;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);

    if (!admin_check_query(call, &query, snapshot))
        return;
    journal_select(&query, snapshot, call->arena, &selection);
    if (!format.ptr || str_eq_nocase(format, STR("json")))
        answer_list(call, &query, snapshot, &selection);
    else if (str_eq_nocase(format, STR("ndjson")))
        answer_ndjson(call, &selection);
    else
        answer_har(call, &selection);
}

static void no_such_request(struct admin_call *call)
{
    admin_problem(call, 404,
                  "no request '" STR_FMT "' in the journal; it may have fallen out of it",
                  STR_ARG(call->params[0]));
}

void step_request_work(struct admin_call *call)
{
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);
    const struct journal_entry *entry = journal_snapshot_find(snapshot, call->params[0]);
    struct observation seen;
    struct buf body = {0};

    if (!entry) {
        no_such_request(call);
        return;
    }
    journal_entry_json(entry, JOURNAL_FULL, &body);
    if (observations_find(call->admin->observations, call->params[0], call->arena, &seen)) {
        body.len--; /* the closing brace */
        buf_puts(&body, ",\"observation\":");
        observation_json(&seen, entry, &body);
        buf_add_char(&body, '}');
    }
    admin_json(call, 200, &body);
}
