/* The local certificate authority, and what it may sign for. */
#include "daemon/authority.h"

#include <unistd.h>

#include "base/mem.h"
#include "route/place.h"

enum { NAMES_MAX = 128, HOST_BYTES = 256 };

struct naming {
    struct arena *arena;
    const char *names[NAMES_MAX];
    size_t count;
};

static void add(struct naming *naming, struct str name)
{
    if (naming->count < NAMES_MAX)
        naming->names[naming->count++] = arena_dup(naming->arena, name);
}

static bool is_machine_name(struct str name)
{
    char own[HOST_BYTES] = "";

    gethostname(own, sizeof(own) - 1);
    return str_eq_nocase(name, str_of(own));
}

/* A name of control_hosts as a subtree: "*.x" is all below x. Other globs name nothing; nor does
 * the name of the machine, which for a container is another one each time. */
static void add_own(struct naming *naming, struct str name)
{
    if (str_starts(name, STR("*.")))
        name = str_slice(name, 2, name.len);
    for (size_t i = 0; i < name.len; i++)
        if (strchr("*?[@", name.ptr[i]))
            return;
    if (!is_machine_name(name))
        add(naming, name);
}

int authority_open_for(const struct settings *settings, const char *folder, struct ca **out,
                       struct error *err)
{
    static const char *const loopback[] = {"localhost", "127.0.0.0/8", "::1"};
    OWN(arena_free) struct arena *arena = arena_new();
    struct naming naming = {.arena = arena};

    for (size_t i = 0; i < N_ELEMENTS(loopback); i++)
        add(&naming, str_of(loopback[i]));
    for (size_t i = 0; str_is_set(place_zone(i)); i++)
        add(&naming, place_zone(i));
    for (size_t i = 0; i < settings->control_hosts.count; i++)
        add_own(&naming, settings->control_hosts.items[i]);
    for (size_t i = 0; i < settings->ca_domains.count; i++)
        add(&naming, settings->ca_domains.items[i]);
    return ca_open(folder, &(struct ca_scope){naming.names, naming.count}, out, err);
}
