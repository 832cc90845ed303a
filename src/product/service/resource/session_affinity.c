/*
 * Sessions as calls have them: by a header of the function's choice, by a cookie of ours, or by the
 * id that the function itself gives (MCP). A session that nobody created begins with its first
 * call; one whose id the function gives begins with that, and an id it never gave names none.
 *
 * Source: spec page api-2023-03-30 §6.2, §6.8, §7.12, §9.
 */
#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/run.h"

enum { TTL_S = 21600, IDLE_S = 1800, SHARED = 20, ID_BYTES = 16 };

#define COOKIE "x-fc-session-id"
#define MCP_HEADER "Mcp-Session-Id"

bool session_is_expired(struct work *work, const struct store_row *row, const cJSON *document)
{
    double now = (double)work_now_ms(work);
    double ttl_ms = json_get_double(document, "sessionTTLInSeconds", TTL_S) * MS_PER_S;
    double idle_ms = json_get_double(document, "sessionIdleTimeoutInSeconds", IDLE_S) * MS_PER_S;
    double used_ms = json_get_double(document, "lastUsedMs", (double)row->created_ms);

    return now > (double)row->created_ms + ttl_ms || now > used_ms + idle_ms;
}

static const struct store_row *find(struct work *work, const struct address *at, struct str id)
{
    struct store_key key = work_key(work, "session", at->path, STR(""), id);

    return store_find(work->store, &key);
}

/* ---- which one ---- */

static struct str in_cookie(struct str header)
{
    struct str part;
    struct str name;
    struct str value;

    while (header.len) {
        str_cut(header, ';', &part, &header);
        if (str_cut(str_trim(part), '=', &name, &value) && str_eq(name, STR(COOKIE)))
            return value;
    }
    return STR("");
}

static struct str new_id(struct work *work)
{
    unsigned char raw[ID_BYTES];
    char *text = arena_alloc(work->arena, 2 * ID_BYTES + 1);

    random_bytes(raw, sizeof(raw));
    hex_encode(raw, sizeof(raw), text);
    return str_of(text);
}

/* Until the function says another: it counts from the start. */
static struct str unnamed(struct work *work)
{
    return ARENA_CONCAT(work->arena, STR("mcp "), new_id(work));
}

static struct str asked_id(struct work *work, const struct function_facts *facts,
                           const cJSON *config, const struct invoke_http *http,
                           struct session_use *use)
{
    struct str id = STR("");

    if (str_eq(facts->affinity, STR("HEADER_FIELD"))) {
        id = http_headers_get(&work->call.request->headers,
                              json_get_str(config, "affinityHeaderFieldName"));
    } else if (str_eq(facts->affinity, STR("MCP_STREAMABLE"))) {
        id = work_header(work, MCP_HEADER);
    } else if (str_eq(facts->affinity, STR("MCP_SSE"))) {
        use->of_stream = use->streams = session_sse_begins(config, http);
        id = use->of_stream ? unnamed(work) : session_sse_asked(work);
    } else if (str_eq(facts->affinity, STR("GENERATED_COOKIE"))) {
        id = in_cookie(work_header(work, "Cookie"));
        use->is_cookie = id.len == 0;
        if (use->is_cookie)
            id = new_id(work);
    }
    return id.len ? arena_str(work->arena, id) : STR("");
}

static struct invoke_session session_of(const struct function_facts *facts, const cJSON *config,
                                        struct str id)
{
    uint32_t shared =
        (uint32_t)json_get_uint(config, "sessionConcurrencyPerInstance", UINT32_MAX, SHARED);

    return (struct invoke_session){
        .id = id,
        .per_instance = facts->exclusive ? 1
                        : shared         ? shared
                                         : 1,
        .idle_ms =
            json_get_uint(config, "sessionIdleTimeoutInSeconds", UINT32_MAX, IDLE_S) * MS_PER_S,
    };
}

static cJSON *read_config(const struct function_facts *facts)
{
    struct error err;

    return facts->affinity_config.len ? json_parse(facts->affinity_config, &err) : NULL;
}

/* An id that only the function can give, and has not, or not any more. */
static void forget_what_was_not_given(struct work *work, struct session_use *use)
{
    struct str affinity = use->facts->affinity;

    if (str_eq(affinity, STR("MCP_STREAMABLE")) && !use->is_known) {
        use->learns = true;
        use->session.id = unnamed(work);
    } else if (str_eq(affinity, STR("MCP_SSE")) && !use->of_stream &&
               !invoke_session_is_bound(work->service->invoke, &use->facts->spec,
                                        use->session.id)) {
        use->session.id = STR("");
    }
}

bool session_take(struct work *work, const struct address *at, const struct invoke_http *http,
                  struct session_use *out)
{
    const struct function_facts *facts = function_facts(work, at);
    OWN(json_free) cJSON *config = read_config(facts);
    const struct store_row *row;

    *out = (struct session_use){.session.id = STR("")};
    if (facts->affinity.len == 0 || str_eq(facts->affinity, STR("NONE")))
        return true;
    out->facts = facts;
    out->session = session_of(facts, config, asked_id(work, facts, config, http, out));
    row = out->session.id.len ? find(work, at, out->session.id) : NULL;
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    out->is_known = row && !session_is_expired(work, row, document);
    if (row && !out->is_known)
        session_close(work, at, out->session.id);
    else if (row && str_eq(json_get_str(document, "sessionStatus"), STR("Paused")))
        return answer_invalid(work, "session '" STR_FMT "' is paused", STR_ARG(out->session.id));
    forget_what_was_not_given(work, out);
    return true;
}

/* ---- kept ---- */

static cJSON *begun(const struct function_facts *facts, const struct address *at, struct str id)
{
    cJSON *document = cJSON_CreateObject();
    OWN(json_free) cJSON *config = read_config(facts);

    json_add_str(document, "sessionId", id);
    cJSON_AddStringToObject(document, "sessionStatus", "Active");
    cJSON_AddNumberToObject(document, "sessionTTLInSeconds",
                            json_get_double(config, "sessionTTLInSeconds", TTL_S));
    cJSON_AddNumberToObject(document, "sessionIdleTimeoutInSeconds",
                            json_get_double(config, "sessionIdleTimeoutInSeconds", IDLE_S));
    json_add_str(document, "sessionAffinityType", facts->affinity);
    json_add_str(document, "qualifier",
                 is_latest(at->qualifier) ? STR(QUALIFIER_LATEST) : at->qualifier);
    return document;
}

static void put(struct work *work, const struct address *at, const struct function_facts *facts,
                struct str id, struct str instance)
{
    const struct store_row *row = find(work, at, id);
    cJSON *kept = row ? row_document(row) : NULL;
    bool goes_on = row && !session_is_expired(work, row, kept);
    OWN(json_free) cJSON *document = goes_on ? GIVE(kept) : begun(facts, at, id);
    struct store_key key = work_key(work, "session", at->path, STR(""), id);
    uint64_t now = work_now_ms(work);
    uint64_t created = goes_on ? row->created_ms : now;
    struct store_batch *batch = store_begin(work->store);

    json_free(kept);
    json_set(document, "containerId", json_string(instance));
    json_set(document, "lastUsedMs", cJSON_CreateNumber((double)now));
    row_put(batch, &key, document, (struct store_value){.created_ms = created, .modified_ms = now});
    store_commit(batch, NULL, NULL);
}

/* The one that the function names takes the place of the one that counted until now. */
static void learn(struct work *work, const struct address *at, struct session_use *use,
                  const struct invoke_result *result)
{
    struct str given = http_headers_get(&result->headers, STR(MCP_HEADER));
    struct str until_now = use->session.id;

    use->learns = false;
    use->session.id = given.len ? arena_str(work->arena, given) : STR("");
    if (given.len)
        invoke_session_bind(work->service->invoke, &use->facts->spec, &use->session,
                            result->instance_id);
    session_close(work, at, until_now);
}

void session_used(struct work *work, const struct address *at, struct session_use *use,
                  const struct invoke_result *result)
{
    if (result->instance_id.len == 0)
        return;
    if (use->learns)
        learn(work, at, use, result);
    if (use->session.id.len && !(use->is_known && !find(work, at, use->session.id))) {
        put(work, at, use->facts, use->session.id, result->instance_id);
        use->is_known = true;
    }
    if (use->is_cookie)
        http_headers_add(
            &work->answer.headers, work->arena, STR("Set-Cookie"),
            ARENA_CONCAT(work->arena, STR(COOKIE "="), use->session.id, STR("; Path=/; HttpOnly")));
    use->is_cookie = false;
}

/* ---- sessions of streams ---- */

void session_heard(struct work *work, const struct address *at, struct session_use *use,
                   struct str bytes, struct str instance)
{
    struct str id = session_sse_hear(work, use, bytes);

    if (id.len == 0)
        return;
    session_close(work, at, use->session.id);
    use->session.id = id;
    invoke_session_bind(work->service->invoke, &use->facts->spec, &use->session, instance);
    put(work, at, use->facts, use->session.id, instance);
}

void session_over(struct work *work, const struct address *at, const struct session_use *use)
{
    struct store_key key = work_key(work, "session", at->path, STR(""), use->session.id);
    struct store_batch *batch;

    if (!use->of_stream && !use->learns)
        return;
    session_close(work, at, use->session.id);
    if (!store_find(work->store, &key))
        return;
    batch = store_begin(work->store);
    store_remove(batch, &key);
    store_commit(batch, NULL, NULL);
}

/* ---- by the API ---- */

bool session_open(struct work *work, const struct address *at, struct str id, struct str *out)
{
    const struct function_facts *facts = function_facts(work, at);
    OWN(json_free) cJSON *config = read_config(facts);
    struct invoke_session session = session_of(facts, config, id);
    OWN(mem_free) char *message = NULL;
    const char *code = NULL;
    const char *instance;

    *out = STR_NONE;
    if (!work->service->invoke || !function_has_code(at->function_row))
        return true;
    instance = invoke_session_open(work->service->invoke, &facts->spec, &session, &code, &message);
    if (!instance)
        return answer_refuse_text(work, code, "%s", message);
    *out = arena_str(work->arena, str_of(instance));
    return true;
}

void session_close(struct work *work, const struct address *at, struct str id)
{
    if (work->service->invoke)
        invoke_session_close(work->service->invoke, &function_facts(work, at)->spec, id);
}
