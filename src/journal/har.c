/* HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/: members that it requires and we cannot
 * know are -1 or empty, as it says. */

#include <inttypes.h>

#include "base/arena.h"
#include "base/query.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "journal/format.h"
#include "journal/names.h"

static void add_pair(struct buf *out, struct str name, struct str value, bool comma)
{
    buf_puts(out, comma ? ",{\"name\":" : "{\"name\":");
    buf_json_string(out, name.ptr ? name : STR(""));
    buf_puts(out, ",\"value\":");
    buf_json_string(out, value.ptr ? value : STR(""));
    buf_add_char(out, '}');
}

/* Captured headers are "Name: value" lines. */
static void add_headers(struct buf *out, struct str lines)
{
    struct str line, rest = lines;
    bool comma = false;

    buf_puts(out, ",\"headers\":[");
    while (rest.len) {
        struct str name, value, tail;

        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value)) {
            add_pair(out, name, str_trim(value), comma);
            comma = true;
        }
        rest = tail;
    }
    buf_add_char(out, ']');
}

static void add_query(struct buf *out, struct str raw, struct arena *arena)
{
    struct query query;

    buf_puts(out, ",\"queryString\":[");
    if (raw.len) {
        query_parse(raw, arena, &query);
        for (size_t i = 0; i < query.count; i++)
            add_pair(out, query.pairs[i].key, query.pairs[i].value, i > 0);
    }
    buf_add_char(out, ']');
}

static struct str header_value(struct str lines, struct str wanted)
{
    struct str line, name, value, rest = lines;

    while (rest.len) {
        struct str tail;

        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value) && str_eq_nocase(name, wanted))
            return str_trim(value);
        rest = tail;
    }
    return STR("");
}

static void add_request(struct buf *out, const struct journal_entry *entry, struct arena *arena)
{
    struct buf url = {0};

    buf_printf(&url, "%s://" STR_FMT STR_FMT "%s" STR_FMT, entry->tls ? "https" : "http",
               STR_ARG(entry->host), STR_ARG(entry->path), entry->query.len ? "?" : "",
               STR_ARG(entry->query));
    buf_puts(out, "\"request\":{\"method\":");
    buf_json_string(out, entry->method.ptr ? entry->method : STR(""));
    buf_puts(out, ",\"url\":");
    buf_json_string(out, buf_str(&url));
    buf_puts(out, ",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[]");
    add_headers(out, entry->request_headers);
    add_query(out, entry->query, arena);
    if (entry->request_body.len) {
        buf_puts(out, ",\"postData\":{\"mimeType\":");
        buf_json_string(out, header_value(entry->request_headers, STR("content-type")));
        buf_puts(out, ",\"params\":[],\"text\":");
        buf_json_string(out, entry->request_body);
        buf_add_char(out, '}');
    }
    buf_printf(out, ",\"headersSize\":-1,\"bodySize\":%" PRIu64 "}", entry->request_bytes);
    buf_done(&url);
}

static void add_content(struct buf *out, const struct journal_entry *entry, struct arena *arena)
{
    struct str body = entry->response_body;

    buf_printf(out, ",\"content\":{\"size\":%" PRIu64 ",\"mimeType\":", entry->response_bytes);
    buf_json_string(out, header_value(entry->response_headers, STR("content-type")));
    if (body.len) {
        bool text = str_is_utf8(body);

        buf_puts(out, ",\"text\":");
        buf_json_string(out, text ? body : base64_text(body, arena));
        if (!text)
            buf_puts(out, ",\"encoding\":\"base64\"");
    }
    buf_add_char(out, '}');
}

static void add_response(struct buf *out, const struct journal_entry *entry, struct arena *arena)
{
    buf_printf(out,
               ",\"response\":{\"status\":%d,\"statusText\":\"\",\"httpVersion\":\"HTTP/1.1\","
               "\"cookies\":[]",
               entry->status);
    add_headers(out, entry->response_headers);
    add_content(out, entry, arena);
    buf_printf(out, ",\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":%" PRIu64 "}",
               entry->response_bytes);
}

static void add_entry(struct buf *out, const struct journal_entry *entry, struct arena *arena)
{
    char time[CLOCK_ISO_BYTES];
    double taken_ms = entry->ended_ns > entry->started_ns
                          ? (double)(entry->ended_ns - entry->started_ns) / NS_PER_MS
                          : 0;

    clock_format_iso(entry->wall_ms, time);
    buf_printf(out, "{\"startedDateTime\":\"%s\",\"time\":%.3f,", time, taken_ms);
    add_request(out, entry, arena);
    add_response(out, entry, arena);
    buf_printf(out,
               ",\"cache\":{},\"timings\":{\"send\":0,\"wait\":%.3f,\"receive\":0},"
               "\"connection\":\"%" PRIu64 "\",\"_fcemu\":",
               taken_ms, entry->connection);
    journal_entry_json(entry, JOURNAL_SHORT, out);
    buf_add_char(out, '}');
}

void journal_har(const struct journal_selection *selection, const char *version, struct buf *out)
{
    OWN(arena_free) struct arena *arena = arena_new();

    buf_puts(out, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"fcemu\",\"version\":");
    buf_json_string(out, str_of(version));
    buf_puts(out, "},\"entries\":[");
    for (size_t i = 0; i < selection->count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_entry(out, selection->entries[i], arena);
        arena_reset(arena);
    }
    buf_puts(out, "]}}");
}
