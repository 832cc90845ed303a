/*
 * NSS databases, which Firefox, Chromium and Thunderbird read: one a profile, and one of the user.
 */
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/trust/internal.h"

/* Below the home; snaps and flatpaks have homes of their own. */
static const char *const places[] = {
    ".pki/nssdb",
    "snap/chromium/current/.pki/nssdb",
    ".mozilla/firefox/*",
    "snap/firefox/common/.mozilla/firefox/*",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/*",
    ".thunderbird/*",
};

static bool is_database(const char *path, struct arena *arena)
{
    return access(arena_printf(arena, "%s/cert9.db", path), F_OK) == 0;
}

static void add(const char *path, const char *tool, struct arena *arena, struct trust_stores *out)
{
    OWN(mem_free) char *real = realpath(path, NULL);

    trust_add(out, (struct trust_store){.kind = &trust_nss,
                                        .path = arena_dup(arena, str_of(real ? real : path)),
                                        .tool = tool,
                                        .arena = arena});
}

static void find(struct arena *arena, struct trust_stores *out)
{
    const char *home = getenv("HOME");
    const char *tool = tool_find("certutil", arena);

    for (size_t i = 0; home && tool && i < N_ELEMENTS(places); i++) {
        glob_t found;

        if (glob(arena_printf(arena, "%s/%s", home, places[i]), 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                if (is_database(found.gl_pathv[k], arena))
                    add(found.gl_pathv[k], tool, arena, out);
        globfree(&found);
    }
}

static int find_at(const char *path, struct arena *arena, struct trust_stores *out,
                   struct error *err)
{
    const char *tool = tool_find("certutil", arena);

    if (!tool)
        return error_set(err, ERROR_USAGE, "there is no certutil here (libnss3-tools)");
    if (!is_database(path, arena))
        return error_set(err, ERROR_USAGE, "'%s' has no cert9.db: it is no NSS database", path);
    add(path, tool, arena, out);
    return 0;
}

static const char *database(const struct trust_store *store)
{
    return arena_printf(store->arena, "sql:%s", store->path);
}

static int list(const struct trust_store *store, struct str prefix, struct trust_entries *out,
                struct error *err)
{
    const char *const words[] = {"-L", "-d", database(store), NULL};

    return trust_list(store, words, prefix, out, err);
}

/* "C": an authority for servers' certificates, and for nothing else. */
static int put(const struct trust_store *store, struct str name, const char *certificate,
               struct error *err)
{
    const char *const words[] = {
        "-A", "-d", database(store), "-n", arena_dup(store->arena, name), "-t", "C,,",
        "-a", "-i", certificate,     NULL};

    return trust_tool(store, words, NULL, err);
}

static int drop(const struct trust_store *store, struct str name, struct error *err)
{
    const char *const words[] = {"-D", "-d", database(store), "-n", arena_dup(store->arena, name),
                                 NULL};

    return trust_tool(store, words, NULL, err);
}

const struct trust_kind trust_nss = {
    .name = "nss",
    .lacking = "no certutil (libnss3-tools), or no database of a browser below the home",
    .find = find,
    .find_at = find_at,
    .list = list,
    .put = put,
    .drop = drop,
};
