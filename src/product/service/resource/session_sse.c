/*
 * Sessions of the Model Context Protocol over server-sent events: one begins with a stream, whose
 * first event says where its messages go, and its id with it; it lasts as long as the stream.
 *
 * Source: spec page api-2023-03-30 §6.2; the protocol's revision of 2024-11-05, "HTTP with SSE".
 */
#include "base/mem.h"
#include "base/query.h"
#include "product/service/resource/run.h"

enum { SEEN_MAX = 8192 }; /* of a stream: the event is its first */

static const char *const id_names[] = {"sessionId", "session_id"};

struct str session_sse_asked(struct work *work)
{
    for (size_t i = 0; i < N_ELEMENTS(id_names); i++) {
        struct str id = work_query(work, id_names[i]);

        if (id.len)
            return id;
    }
    return STR("");
}

bool session_sse_begins(const cJSON *config, const struct invoke_http *http)
{
    struct str path = json_get_str(config, "sseEndpointPath");

    return http && str_eq(http->method, STR("GET")) &&
           str_eq(http->path, path.len ? path : STR("/sse"));
}

/* "/messages?session_id=…", or a whole URL. */
static struct str id_in(struct work *work, struct str url)
{
    struct str path;
    struct str text;
    struct query query = {0};

    if (!str_cut(str_trim(url), '?', &path, &text))
        return STR("");
    query_parse(text, work->arena, &query);
    for (size_t i = 0; i < query.count; i++) {
        for (size_t k = 0; k < N_ELEMENTS(id_names); k++) {
            if (str_eq(query.pairs[i].key, str_of(id_names[k])))
                return query.pairs[i].value;
        }
    }
    return STR("");
}

static bool next_line(struct str *rest, struct str *out)
{
    struct str tail;

    if (!str_cut(*rest, '\n', out, &tail))
        return false;
    *rest = str_is_set(tail) ? tail : STR("");
    if (str_ends(*out, STR("\r")))
        *out = str_slice(*out, 0, out->len - 1);
    return true;
}

/* Only lines that are whole count. */
static struct str find_id(struct work *work, struct str seen)
{
    bool of_endpoint = false;
    struct str line;

    while (next_line(&seen, &line)) {
        if (line.len == 0)
            of_endpoint = false;
        else if (str_starts(line, STR("event:")))
            of_endpoint =
                str_eq(str_trim(str_slice(line, strlen("event:"), line.len)), STR("endpoint"));
        else if (of_endpoint && str_starts(line, STR("data:")))
            return id_in(work, str_slice(line, strlen("data:"), line.len));
    }
    return STR("");
}

static void free_seen(void *arg)
{
    buf_done(arg);
}

struct str session_sse_hear(struct work *work, struct session_use *use, struct str bytes)
{
    struct str id;

    if (!use->seen) {
        use->seen = ARENA_NEW(work->arena, struct buf);
        arena_on_end(work->arena, free_seen, use->seen);
    }
    buf_add(use->seen, bytes);
    id = find_id(work, buf_str(use->seen));
    id = id.len ? arena_str(work->arena, id) : STR("");
    if (id.len || use->seen->len > SEEN_MAX) {
        use->streams = false;
        buf_done(use->seen);
    }
    return id;
}
