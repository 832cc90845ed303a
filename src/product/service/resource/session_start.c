/*
 * Sessions that were kept longer than what they are about: the stream of one of MCP_SSE ends with
 * the daemon, and nothing but that stream could make it again.
 */
#include "base/mem.h"
#include "product/service/resource/run.h"

struct ended {
    const struct store_row **rows;
    size_t count, room;
};

static bool is_of_stream(const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return str_eq(json_get_str(document, "sessionAffinityType"), STR("MCP_SSE")) &&
           !str_eq(json_get_str(document, "sessionStatus"), STR("Paused"));
}

static void count(void *arg, const struct store_row *row)
{
    struct ended *ended = arg;

    (void)row;
    ended->room++;
}

static void collect(void *arg, const struct store_row *row)
{
    struct ended *ended = arg;

    if (is_of_stream(row))
        ended->rows[ended->count++] = row;
}

void session_end_streams(struct store *store)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct ended ended = {0};
    struct store_batch *batch;

    store_each(store, STR("session"), count, &ended);
    ended.rows = ARENA_ARRAY(arena, ended.room, const struct store_row *);
    store_each(store, STR("session"), collect, &ended);
    if (!ended.count)
        return;
    batch = store_begin(store);
    while (ended.count--)
        store_remove(batch, &ended.rows[ended.count]->key);
    store_commit(batch, NULL, NULL);
}
