/* Places and targets that were found lately. */
#include "route/recent.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/own.h"

enum {
    PLACES = 64, /* powers of two */
    TARGETS = 128,
    HOST_BYTES = 128, /* longer texts are found anew each time */
    PATH_BYTES = 192,
    METHOD_BYTES = 8,
};

struct place_slot {
    struct place place; /* its views of the host are views of `text` */
    size_t len;         /* 0 = free */
    char text[HOST_BYTES];
};

struct target_slot {
    struct target target; /* the same, of the path */
    size_t len;
    size_t method_len;
    char method[METHOD_BYTES];
    char text[PATH_BYTES];
};

struct recent {
    const struct place_defaults *defaults;
    struct place_slot places[PLACES];
    struct target_slot targets[TARGETS];
};

static const size_t place_views[] = {
    offsetof(struct place, account),
    offsetof(struct place, region),
    offsetof(struct place, trigger),
    offsetof(struct place, bucket),
};

static const size_t target_views[] = {
    offsetof(struct target, service),  offsetof(struct target, qualifier),
    offsetof(struct target, function), offsetof(struct target, trigger),
    offsetof(struct target, layer),    offsetof(struct target, domain),
    offsetof(struct target, rest),
};

struct recent *recent_new(const struct place_defaults *defaults)
{
    struct recent *recent = mem_alloc(sizeof(*recent));

    recent->defaults = defaults;
    return recent;
}

void recent_free(struct recent *recent)
{
    mem_free(recent);
}

static size_t slot_of(struct str text, size_t slots)
{
    return (size_t)hash_bytes(0, text.ptr, text.len) & (slots - 1);
}

static bool is_view_of(struct str view, struct str text)
{
    return view.ptr >= text.ptr && view.ptr <= text.ptr + text.len;
}

/* What was a view of @from becomes the same view of @to, which has the same bytes. */
static void turn(struct str *view, struct str from, const char *to)
{
    if (is_view_of(*view, from))
        view->ptr = to + (view->ptr - from.ptr);
}

static void turn_all(void *views, const size_t *offsets, size_t count, struct str from,
                     const char *to)
{
    for (size_t i = 0; i < count; i++)
        turn((struct str *)(void *)((char *)views + offsets[i]), from, to);
}

static void turn_target(struct target *target, struct str from, const char *to)
{
    turn_all(target, target_views, N_ELEMENTS(target_views), from, to);
    for (size_t i = 0; i < target->param_count; i++)
        turn(&target->params[i].value, from, to);
}

static void keep_place(struct place_slot *slot, struct str host, struct str account_header,
                       const struct place *found, struct arena *arena)
{
    struct str name = place_host_name(host, arena);

    if (host.len == 0 || host.len > sizeof(slot->text) || name.ptr != host.ptr ||
        name.len != host.len || found->problem || str_is_set(found->suggestion) ||
        (account_header.len && !is_view_of(found->account, host)))
        return;
    memcpy(slot->text, host.ptr, host.len);
    slot->len = host.len;
    slot->place = *found;
    turn_all(&slot->place, place_views, N_ELEMENTS(place_views), host, slot->text);
}

void recent_place(struct recent *recent, struct str host, struct str account_header,
                  struct arena *arena, struct place *out)
{
    struct place_slot *slot = &recent->places[slot_of(host, PLACES)];
    struct str kept = {slot->text, slot->len};

    if (host.len && str_eq(kept, host) &&
        (account_header.len == 0 || is_view_of(slot->place.account, kept))) {
        *out = slot->place;
        turn_all(out, place_views, N_ELEMENTS(place_views), kept, host.ptr);
        return;
    }
    place_find(host, account_header, recent->defaults, arena, out);
    keep_place(slot, host, account_header, out, arena);
}

static void keep_target(struct target_slot *slot, struct str method, struct str path,
                        const struct target *found)
{
    if (path.len > sizeof(slot->text) || method.len > sizeof(slot->method) ||
        found->result != TARGET_FOUND || memchr(path.ptr, '%', path.len))
        return;
    memcpy(slot->text, path.ptr, path.len);
    slot->len = path.len;
    memcpy(slot->method, method.ptr, method.len);
    slot->method_len = method.len;
    slot->target = *found;
    turn_target(&slot->target, path, slot->text);
}

void recent_target(struct recent *recent, struct str method, struct str path,
                   struct str qualifier_query, struct arena *arena, struct target *out)
{
    struct target_slot *slot;
    struct str kept;

    if (path.len == 0 || method.len == 0 || qualifier_query.len) {
        target_find(method, path, qualifier_query, arena, out);
        return;
    }
    slot = &recent->targets[slot_of(path, TARGETS)];
    kept = (struct str){slot->text, slot->len};
    if (str_eq(kept, path) && str_eq((struct str){slot->method, slot->method_len}, method)) {
        *out = slot->target;
        turn_target(out, kept, path.ptr);
        return;
    }
    target_find(method, path, qualifier_query, arena, out);
    keep_target(slot, method, path, out);
}
