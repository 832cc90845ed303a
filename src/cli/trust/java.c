/* Java's cacerts: of JAVA_HOME, and of the keytool that PATH has. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/trust/internal.h"

static const char PASSWORD[] = "changeit"; /* of every cacerts, and no secret */
static const char HOOKED[] = "debian:";    /* before what Debian's hook puts there */

/* Where a Java keeps it: since 9, and in the JRE of a JDK 8. */
static const char *const places[] = {"lib/security/cacerts", "jre/lib/security/cacerts"};

static void add(const char *path, const char *tool, struct arena *arena, struct trust_stores *out)
{
    OWN(mem_free) char *real = realpath(path, NULL);

    if (!real)
        return;
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->items[i].path, real) == 0)
            return;
    trust_add(out, (struct trust_store){.kind = &trust_java,
                                        .path = arena_dup(arena, str_of(real)),
                                        .tool = tool,
                                        .arena = arena});
}

/* @tool is HOME/bin/keytool of a Java, or of the JRE within one. */
static void add_java(const char *tool, struct arena *arena, struct trust_stores *out)
{
    OWN(mem_free) char *real = tool ? realpath(tool, NULL) : NULL;
    struct str home;
    struct str rest;

    if (!real || !str_cut_last(str_of(real), '/', &home, &rest) ||
        !str_cut_last(home, '/', &home, &rest))
        return;
    for (size_t i = 0; i < N_ELEMENTS(places); i++)
        add(arena_printf(arena, STR_FMT "/%s", STR_ARG(home), places[i]), tool, arena, out);
}

static void find(struct arena *arena, struct trust_stores *out)
{
    const char *home = getenv("JAVA_HOME");

    if (home && *home)
        add_java(arena_printf(arena, "%s/bin/keytool", home), arena, out);
    add_java(tool_find("keytool", arena), arena, out);
}

static int find_at(const char *path, struct arena *arena, struct trust_stores *out,
                   struct error *err)
{
    const char *tool = tool_find("keytool", arena);

    if (!tool)
        return error_set(err, ERROR_USAGE, "there is no keytool here (a Java runtime)");
    if (access(path, R_OK) < 0)
        return error_errno(err, "read '%s'", path);
    add(path, tool, arena, out);
    return 0;
}

static int list(const struct trust_store *store, struct str prefix, struct trust_entries *out,
                struct error *err)
{
    const char *const words[] = {"-list", "-keystore", store->path, "-storepass", PASSWORD, NULL};

    return trust_list(store, words, prefix, out, err);
}

static int put(const struct trust_store *store, struct str name, const char *certificate,
               struct error *err)
{
    const char *const words[] = {
        "-importcert", "-noprompt", "-keystore", store->path,
        "-storepass",  PASSWORD,    "-alias",    arena_dup(store->arena, name),
        "-file",       certificate, NULL};

    return trust_tool(store, words, NULL, err);
}

static int drop(const struct trust_store *store, struct str name, struct error *err)
{
    const char *const words[] = {"-delete",
                                 "-keystore",
                                 store->path,
                                 "-storepass",
                                 PASSWORD,
                                 "-alias",
                                 arena_dup(store->arena, name),
                                 NULL};

    return trust_tool(store, words, NULL, err);
}

int java_forget_hooked(const char *file, struct arena *arena, struct error *err)
{
    struct str alias = arena_strf(arena, "%s%s", HOOKED, file);
    struct trust_stores *stores = ARENA_NEW(arena, struct trust_stores);

    find(arena, stores);
    for (size_t i = 0; i < stores->count; i++) {
        struct trust_entries *entries = ARENA_NEW(arena, struct trust_entries);

        if (list(&stores->items[i], alias, entries, err) < 0 ||
            (entries->count && drop(&stores->items[i], alias, err) < 0))
            return -1;
    }
    return 0;
}

const struct trust_kind trust_java = {
    .name = "java",
    .lacking = "no keytool, neither of JAVA_HOME nor on PATH",
    .find = find,
    .find_at = find_at,
    .list = list,
    .put = put,
    .drop = drop,
};
