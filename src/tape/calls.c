/*
 * How the tape tells calls apart, and how often it has seen each.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"
#include "tape/internal.h"
#include "tape/tape.h"

enum { FIRST_ROOM = 1024 };

struct seen {
    uint64_t call; /* 0 = a free place; open addressing */
    uint64_t times;
};

static const char *const asking_names[ASKING_TIMES] = {
    [ASKED_ON_HEAD] = "head",
    [ASKED_ON_ACCEPT] = "accept",
    [ASKED_ON_HELLO] = "hello",
    [ASKED_BY_NAME] = "name",
    [ASKED_AT_ADDRESS] = "address",
    [ASKED_ON_REQUEST] = "request",
    [ASKED_AUTHENTICATED] = "authenticated",
};

/* The members that make a call what it is, as they are named in a line. */
static const struct {
    const char *name;
    size_t offset;
} identity[] = {
    {"account", offsetof(struct fault_call, account)},
    {"region",  offsetof(struct fault_call, region) },
    {"label",   offsetof(struct fault_call, label)  },
    {"method",  offsetof(struct fault_call, method) },
    {"path",    offsetof(struct fault_call, path)   },
};

static struct str identity_of(const struct fault_call *call, size_t i)
{
    return *(const struct str *)(const void *)((const char *)call + identity[i].offset);
}

static uint64_t call_digest(const struct fault_call *call, enum asking_time time)
{
    uint64_t digest = time;

    for (size_t i = 0; i < N_ELEMENTS(identity); i++) {
        struct str part = identity_of(call, i);

        digest = hash_bytes(digest, part.ptr, part.len);
    }
    return digest | 1;
}

static struct seen *seen_place(struct seen *places, size_t room, uint64_t call)
{
    size_t i = call & (room - 1);

    while (places[i].call && places[i].call != call)
        i = (i + 1) & (room - 1);
    return &places[i];
}

static void seen_grow(struct tape_calls *calls)
{
    size_t room = calls->room ? 2 * calls->room : FIRST_ROOM;
    struct seen *places = mem_alloc_array(room, sizeof(*places));

    for (size_t i = 0; i < calls->room; i++)
        if (calls->places[i].call)
            *seen_place(places, room, calls->places[i].call) = calls->places[i];
    mem_free(calls->places);
    calls->places = places;
    calls->room = room;
}

/* Count the call; 0 when there is no room to tell it from others. */
static uint64_t count_call(struct tape_calls *calls, uint64_t call)
{
    if (2 * calls->count >= calls->room && calls->count < TAPE_CALLS_MAX)
        seen_grow(calls);
    struct seen *place = seen_place(calls->places, calls->room, call);

    if (!place->call) {
        if (calls->count == TAPE_CALLS_MAX)
            return 0;
        place->call = call;
        calls->count++;
    }
    return ++place->times;
}

struct tape_mark tape_calls_count(struct tape_calls *calls, const struct fault_call *call,
                                  enum asking_time time)
{
    uint64_t digest = call_digest(call, time);

    return (struct tape_mark){
        .key = {digest, count_call(calls, digest)},
          .time = time
    };
}

void tape_calls_done(struct tape_calls *calls)
{
    mem_free(calls->places);
    *calls = (struct tape_calls){0};
}

void tape_mark_print(const struct tape_mark *mark, const struct fault_call *call, struct buf *out)
{
    buf_puts(out, "{\"k\":");
    buf_add_char(out, TAPE_HOLE_UINT);
    if (mark->time != ASKED_ON_REQUEST)
        buf_printf(out, ",\"asking\":\"%s\"", asking_names[mark->time]);
    for (size_t i = 0; i < N_ELEMENTS(identity); i++) {
        if (!str_is_set(identity_of(call, i)))
            continue;
        buf_puts(out, ",\"");
        buf_puts(out, identity[i].name);
        buf_puts(out, "\":");
        buf_json_string(out, identity_of(call, i));
    }
}

static bool asking_named(struct str name, enum asking_time *out)
{
    *out = ASKED_ON_REQUEST;
    for (enum asking_time t = 0; str_is_set(name) && t < ASKING_TIMES; t++) {
        if (str_eq(name, str_of(asking_names[t]))) {
            *out = t;
            return true;
        }
    }
    return !str_is_set(name);
}

bool tape_mark_parse(const cJSON *json, struct tape_mark *out)
{
    const cJSON *k = cJSON_GetObjectItemCaseSensitive(json, "k");
    struct fault_call call = {0};

    if (!cJSON_IsNumber(k) || !number_to_uint(k->valuedouble, NUMBER_EXACT, &out->key.k) ||
        out->key.k < 1 || !asking_named(json_get_str(json, "asking"), &out->time))
        return false;
    for (size_t i = 0; i < N_ELEMENTS(identity); i++)
        *(struct str *)(void *)((char *)&call + identity[i].offset) =
            json_get_str(json, identity[i].name);
    out->key.call = call_digest(&call, out->time);
    return true;
}
