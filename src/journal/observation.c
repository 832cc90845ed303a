/* What the client says it saw, put beside what was sent. */
#include "journal/observation.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"
#include "journal/journal.h"

enum { TEXT_FIELDS = 5 };

struct observations {
    pthread_mutex_t lock;
    struct observation *items; /* a ring; texts are heap copies */
    size_t count, next;
};

static struct str *text_of(struct observation *item, size_t index)
{
    struct str *texts[TEXT_FIELDS] = {&item->request_id, &item->outcome, &item->exception,
                                      &item->code, &item->message};

    return texts[index];
}

static struct observation item_copy(const struct observation *item, struct arena *arena)
{
    struct observation copy = *item;

    for (size_t i = 0; i < TEXT_FIELDS; i++) {
        struct str *text = text_of(&copy, i);
        struct str cut = str_slice(*text, 0, OBSERVATION_TEXT_MAX);

        *text = arena ? arena_str(arena, cut)
                      : (struct str){mem_dup_len(cut.ptr ? cut.ptr : "", cut.len), cut.len};
    }
    return copy;
}

static void item_done(struct observation *item)
{
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        mem_free((char *)(uintptr_t)text_of(item, i)->ptr);
}

struct observations *observations_new(void)
{
    struct observations *list = mem_alloc(sizeof(*list));

    pthread_mutex_init(&list->lock, NULL);
    return list;
}

static void forget_all(struct observations *list)
{
    for (size_t i = 0; i < list->count; i++)
        item_done(&list->items[i]);
    list->count = list->next = 0;
}

void observations_free(struct observations *list)
{
    if (!list)
        return;
    forget_all(list);
    pthread_mutex_destroy(&list->lock);
    mem_free(list->items);
    mem_free(list);
}

void observations_clear(struct observations *list)
{
    pthread_mutex_lock(&list->lock);
    forget_all(list);
    pthread_mutex_unlock(&list->lock);
}

static struct observation *find(struct observations *list, struct str request_id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq_nocase(list->items[i].request_id, request_id))
            return &list->items[i];
    }
    return NULL;
}

/* Where the next one goes. */
static struct observation *slot(struct observations *list, struct str request_id)
{
    struct observation *same = find(list, request_id);

    if (same) {
        item_done(same);
        return same;
    }
    if (list->count < OBSERVATIONS_MAX) {
        list->items = mem_grow(list->items, list->count + 1, sizeof(*list->items));
        return &list->items[list->count++];
    }
    struct observation *oldest = &list->items[list->next];

    list->next = (list->next + 1) % OBSERVATIONS_MAX;
    item_done(oldest);
    return oldest;
}

void observations_add(struct observations *list, const struct observation *observation)
{
    struct observation copy = item_copy(observation, NULL);

    pthread_mutex_lock(&list->lock);
    *slot(list, observation->request_id) = copy;
    pthread_mutex_unlock(&list->lock);
}

bool observations_find(struct observations *list, struct str request_id, struct arena *arena,
                       struct observation *out)
{
    pthread_mutex_lock(&list->lock);
    struct observation *found = find(list, request_id);

    if (found)
        *out = item_copy(found, arena);
    pthread_mutex_unlock(&list->lock);
    return found != NULL;
}

size_t observations_all(struct observations *list, struct arena *arena, struct observation **out)
{
    pthread_mutex_lock(&list->lock);
    size_t count = list->count;

    *out = ARENA_ARRAY(arena, count, struct observation);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = item_copy(&list->items[(list->next + i) % count], arena);
    pthread_mutex_unlock(&list->lock);
    return count;
}

struct str observation_verdict(const struct observation *seen, const struct journal_entry *sent,
                               struct arena *arena)
{
    size_t at;
    bool saw_error = seen->exception.len || seen->code.len || str_eq(seen->outcome, STR("error"));

    if (!sent)
        return STR_NONE;
    bool sent_error = chain_failed(sent->status, sent->outcome, sent->damaged);

    if (sent_error && !saw_error && str_eq(seen->outcome, STR("ok")))
        return arena_strf(arena, "error swallowed: " STR_FMT " was reported as ok",
                          STR_ARG(sent->code.len ? sent->code : sent->outcome_kind));
    if (!sent_error && saw_error)
        return arena_strf(arena, "error from nowhere: %d was sent, " STR_FMT " was seen",
                          sent->status,
                          STR_ARG(seen->exception.len ? seen->exception : seen->code));
    if (!sent->code.len || !saw_error || str_eq(seen->code, sent->code) ||
        str_find(seen->exception, sent->code, &at) || str_find(seen->message, sent->code, &at))
        return STR_NONE;
    return arena_strf(arena, "code lost: " STR_FMT " → " STR_FMT, STR_ARG(sent->code),
                      STR_ARG(seen->exception.len ? seen->exception : seen->code));
}

static void add_text(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ",\"%s\":", name);
    buf_json_string(out, value.len ? value : STR_NONE);
}

void observation_json(const struct observation *seen, const struct journal_entry *sent,
                      struct buf *out)
{
    char time[CLOCK_ISO_BYTES];
    OWN(arena_free) struct arena *arena = arena_new();

    clock_format_iso(seen->wall_ms, time);
    buf_printf(out, "{\"time\":\"%s\",\"request_id\":", time);
    buf_json_string(out, seen->request_id);
    add_text(out, "outcome", seen->outcome);
    add_text(out, "exception", seen->exception);
    add_text(out, "code", seen->code);
    add_text(out, "message", seen->message);
    if (seen->attempts)
        buf_printf(out, ",\"attempts\":%" PRIu32, seen->attempts);
    if (sent) {
        buf_printf(out, ",\"sent\":{\"status\":%d", sent->status);
        add_text(out, "code", sent->code);
        add_text(out, "kind", sent->outcome_kind);
        add_text(out, "rule", sent->rule);
        buf_add_char(out, '}');
    }
    add_text(out, "verdict", observation_verdict(seen, sent, arena));
    buf_add_char(out, '}');
}
