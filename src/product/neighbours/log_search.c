/*
 * GetLogs and GetHistograms over what functions print: those of the functions whose logConfig names
 * the project and the logstore.
 *
 * A query is words, which all must occur, `not` in front of one, and "field: word"; what else the
 * service knows (or, parentheses, analysis behind '|') is refused. The second of `to` counts, as
 * tools ask for now and mean what was printed just before.
 *
 * Source: Log Service 0.6.0, "GetLogs", "GetLogsV2", "GetHistograms"; fields as Function Compute
 * writes them and its tools read them.
 */
#include <inttypes.h>

#include "base/units.h"
#include "logs/logs.h"
#include "product/neighbours/internal.h"
#include "product/neighbours/log_query.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    FIELDS = 8,
    LINES_DEFAULT = 100,
    LINES_MAX = 100,
    BARS_MAX = 60,
    SCANNED_MAX = 200000,
};

struct search {
    struct neighbours_pending *p;
    uint64_t from_s, to_s;
    uint64_t offset, lines;
    bool newest_first;
    struct str topic; /* "" : any */
    struct log_query query;
    struct logs_found *found; /* oldest first */
    size_t count;
};

/* ---- a line as a log ---- */

static struct str topic_of(const struct logs_found *found, struct arena *arena)
{
    const struct logs_owner *owner = found->owner;

    if (owner->service.len)
        return owner->service;
    return ARENA_CONCAT(arena, STR("FCLogs:"), owner->function);
}

static void fields_of(const struct logs_found *found, struct arena *arena,
                      struct log_field out[FIELDS])
{
    const struct log_field fields[FIELDS] = {
        {"__time__",                       arena_strf(arena,         "%" PRIu64, found->line.wall_ms / MS_PER_S)},
        {"__topic__", topic_of(found,                         arena)},
        {"functionName",                  found->owner->function           },
        {"instanceID",                   found->line.instance   },
        {"message",                     found->line.text      },
        {"requestId",                        found->line.request_id           },
        {"serviceName",                      found->owner->service},
        {"versionId",                    found->line.version },
    };

    memcpy(out, fields, sizeof(fields));
}

static cJSON *line_json(const struct logs_found *found, struct arena *arena)
{
    cJSON *json = cJSON_CreateObject();
    struct log_field fields[FIELDS];

    fields_of(found, arena, fields);
    json_add_str(json, "__source__", STR(""));
    for (size_t i = 0; i < FIELDS; i++)
        json_add_str(json, fields[i].name, fields[i].value);
    return json;
}

static bool refuse_query(struct search *s, const char *what)
{
    pending_refuse(s->p, STATUS_BAD_REQUEST, "ParameterInvalid",
                   "fcemu does not emulate %s in a query: it looks for words that all occur, 'not' "
                   "in front of one, and 'field: word'.",
                   what);
    return false;
}

static bool read_query(struct search *s, struct str text)
{
    const char *what = log_query_read(text, &s->query);

    return !what || refuse_query(s, what);
}

static bool fits(const struct search *s, const struct logs_found *found)
{
    struct log_field fields[FIELDS];

    if (s->topic.len && !str_eq(s->topic, topic_of(found, s->p->arena)))
        return false;
    if (!s->query.count)
        return true;
    fields_of(found, s->p->arena, fields);
    return log_query_fits(&s->query, fields, FIELDS);
}

/* ---- what is asked ---- */

/* GetLogs has its parameters in the query, GetLogsV2 in a body. */
static struct str param(const struct search *s, const cJSON *body, const char *name)
{
    const cJSON *value = body ? json_get(body, name) : NULL;
    struct str text = query_get(&s->p->query, str_of(name));

    if (cJSON_IsString(value))
        return arena_str(s->p->arena, str_of(value->valuestring));
    if (cJSON_IsNumber(value))
        return arena_strf(s->p->arena, "%.0f", value->valuedouble);
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? STR("true") : STR("false");
    return str_is_set(text) ? text : STR("");
}

static bool number_param(struct search *s, const cJSON *body, const char *name, uint64_t fallback,
                         uint64_t *out)
{
    struct str text = param(s, body, name);

    *out = fallback;
    if (!text.len || str_to_uint(text, UINT32_MAX, out) == NUMBER_OK)
        return true;
    pending_refuse(s->p, STATUS_BAD_REQUEST, "ParameterInvalid",
                   "%s '" STR_FMT "' is not a whole number.", name, STR_ARG(text));
    return false;
}

static bool read_search(struct search *s)
{
    bool posted = str_eq(s->p->call.request->method, STR("POST"));
    struct error err;
    OWN(json_free) cJSON *body = posted ? json_parse(s->p->call.request->body, &err) : NULL;

    if (posted && !cJSON_IsObject(body)) {
        pending_refuse(s->p, STATUS_BAD_REQUEST, "PostBodyInvalid",
                       "The body is not valid json object.");
        return false;
    }
    if (!number_param(s, body, "from", 0, &s->from_s) ||
        !number_param(s, body, "to", clock_wall_ms() / MS_PER_S, &s->to_s) ||
        !number_param(s, body, "offset", 0, &s->offset) ||
        !number_param(s, body, "line", LINES_DEFAULT, &s->lines))
        return false;
    s->lines = s->lines > LINES_MAX ? LINES_MAX : s->lines;
    s->newest_first = str_eq_nocase(param(s, body, "reverse"), STR("true"));
    s->topic = param(s, body, "topic");
    return read_query(s, param(s, body, "query"));
}

/* ---- found ---- */

static void run(struct search *s)
{
    struct neighbours_pending *p = s->p;
    const struct logs_filter filter = {
        .region = p->call.place->region,
        .project = p->bucket,
        .store = p->name,
        .from_ms = s->from_s * MS_PER_S,
        .to_ms = (s->to_s + 1) * MS_PER_S,
    };
    size_t all = p->neighbours->logs
                     ? logs_select(p->neighbours->logs, &filter, SCANNED_MAX, p->arena, &s->found)
                     : 0;

    for (size_t i = 0; i < all; i++) {
        if (fits(s, &s->found[i]))
            s->found[s->count++] = s->found[i];
    }
}

static bool search(struct search *s, struct neighbours_pending *p)
{
    *s = (struct search){.p = p};
    if (!log_need_store(p) || !read_search(s))
        return false;
    run(s);
    return true;
}

static cJSON *page_of(const struct search *s)
{
    cJSON *lines = cJSON_CreateArray();

    for (uint64_t i = s->offset; i < s->count && i < s->offset + s->lines; i++)
        cJSON_AddItemToArray(
            lines, line_json(&s->found[s->newest_first ? s->count - 1 - i : i], s->p->arena));
    return lines;
}

static void add_progress(struct neighbours_pending *p, size_t count)
{
    pending_header(p, "x-log-progress", STR("Complete"));
    pending_header(p, "x-log-count", arena_strf(p->arena, "%zu", count));
    pending_header(p, "x-log-has-sql", STR("false"));
}

void log_get_logs(struct neighbours_pending *p)
{
    struct search s;
    cJSON *lines;
    size_t count;

    if (!search(&s, p))
        return;
    lines = page_of(&s);
    count = (size_t)cJSON_GetArraySize(lines);
    if (str_eq(p->call.request->method, STR("POST"))) {
        cJSON *tree = cJSON_CreateObject();
        cJSON *meta = cJSON_AddObjectToObject(tree, "meta");

        json_add_str(meta, "progress", STR("Complete"));
        json_add_uint(meta, "count", count);
        cJSON_AddBoolToObject(meta, "hasSQL", false);
        cJSON_AddItemToObject(tree, "data", lines);
        lines = tree;
    }
    pending_json(p, STATUS_OK, lines);
    add_progress(p, count);
}

static void add_bar(const struct search *s, cJSON *bars, uint64_t from_s, uint64_t to_s)
{
    cJSON *bar = cJSON_CreateObject();
    uint64_t count = 0;

    for (size_t i = 0; i < s->count; i++) {
        uint64_t at = s->found[i].line.wall_ms / MS_PER_S;

        count += at >= from_s && (at < to_s || (to_s == s->to_s && at == to_s));
    }
    json_add_uint(bar, "from", from_s);
    json_add_uint(bar, "to", to_s);
    json_add_uint(bar, "count", count);
    json_add_str(bar, "progress", STR("Complete"));
    cJSON_AddItemToArray(bars, bar);
}

void log_get_histograms(struct neighbours_pending *p)
{
    struct search s;
    cJSON *bars;
    uint64_t step;

    if (!search(&s, p))
        return;
    if (s.to_s <= s.from_s) {
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidTimeRange", "Request time range is invalid");
        return;
    }
    bars = cJSON_CreateArray();
    step = (s.to_s - s.from_s + BARS_MAX - 1) / BARS_MAX;
    for (uint64_t at = s.from_s; at < s.to_s; at += step)
        add_bar(&s, bars, at, at + step < s.to_s ? at + step : s.to_s);
    pending_json(p, STATUS_OK, bars);
    add_progress(p, s.count);
}
