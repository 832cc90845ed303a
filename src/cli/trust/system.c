/*
 * The system's store, as Debian and Fedora have it: a folder for the administrator's certificates,
 * and a tool that makes of it what programs read.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/folder.h"
#include "cli/trust/held.h"
#include "cli/trust/internal.h"
#include "crypto/ca.h"

enum { FOLDER_MODE = 0755 };

struct system_kind {
    const char *folder;
    const char *suffix; /* its tool passes over other files */
    const char *tool;
    const char *words[2]; /* for it, when something came */
    const char *fresh[2]; /* when something went */
    const char *links;    /* where it leaves a link to each, called *.pem; NULL: nowhere */
};

static const struct system_kind kinds[] = {
    {"/usr/local/share/ca-certificates",
     ".crt",                                     "update-ca-certificates",
     {NULL},
     {"--fresh"},
     "/etc/ssl/certs"                                                                                    },
    {"/etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust",        {"extract"}, {"extract"}, NULL},
};

static void find(struct arena *arena, struct trust_stores *out)
{
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        const char *tool = tool_find_system(kinds[i].tool, arena);

        if (!tool)
            continue;
        trust_add(out, (struct trust_store){.kind = &trust_system,
                                            .path = kinds[i].folder,
                                            .tool = tool,
                                            .more = &kinds[i],
                                            .arena = arena});
        return;
    }
}

static const struct system_kind *kind_of(const struct trust_store *store)
{
    return store->more;
}

static const char *file_of(const struct trust_store *store, struct str name)
{
    return arena_printf(store->arena, "%s/" STR_FMT "%s", store->path, STR_ARG(name),
                        kind_of(store)->suffix);
}

/* A tool that failed, or was never run, leaves it lying there. */
static bool is_read(const struct trust_store *store, struct str name)
{
    const char *bundle = ca_system_bundle();
    struct held_text text;

    return bundle && held_read(file_of(store, name), store->arena, &text) &&
           held_by(bundle, &text) == HELD;
}

static int list(const struct trust_store *store, struct str prefix, struct trust_entries *out,
                struct error *err)
{
    DIR *folder = opendir(store->path);
    struct str suffix = str_of(kind_of(store)->suffix);
    struct dirent *entry;

    if (!folder)
        return errno == ENOENT ? 0 : error_errno(err, "read '%s'", store->path);
    while ((entry = readdir(folder))) {
        struct str name = str_of(entry->d_name);

        if (!str_starts(name, prefix) || !str_ends(name, suffix))
            continue;
        name = str_slice(name, 0, name.len - suffix.len);
        trust_entry_add(out, name, !is_read(store, name), store->arena);
    }
    closedir(folder);
    return 0;
}

static int run(const struct trust_store *store, const char *const words[2], struct error *err)
{
    const char *const all[] = {words[0], NULL};

    return trust_tool(store, all, NULL, err);
}

/* What the tool could not take goes again, so that the next run of it does not either. */
static int put(const struct trust_store *store, struct str name, const char *certificate,
               struct error *err)
{
    const char *file = file_of(store, name);

    if (folder_make(store->path, FOLDER_MODE) < 0)
        return error_errno(err, "make folder '%s'", store->path);
    if (ca_copy(certificate, file, err) < 0)
        return -1;
    if (run(store, kind_of(store)->words, err) == 0)
        return 0;
    unlink(file);
    return -1;
}

/* The hook of Debian's Java is told what came, and not what went. */
static int drop(const struct trust_store *store, struct str name, struct error *err)
{
    const char *file = file_of(store, name);
    const char *aside =
        arena_printf(store->arena, "%s/." STR_FMT ".going", store->path, STR_ARG(name));

    if (rename(file, aside) < 0)
        return error_errno(err, "remove '%s'", file);
    if (run(store, kind_of(store)->fresh, err) < 0) {
        rename(aside, file);
        return -1;
    }
    unlink(aside);
    return kind_of(store)->links
               ? java_forget_hooked(arena_printf(store->arena, STR_FMT ".pem", STR_ARG(name)),
                                    store->arena, err)
               : 0;
}

const struct trust_kind trust_system = {
    .name = "system",
    .lacking = "neither update-ca-certificates nor update-ca-trust is here",
    .find = find,
    .list = list,
    .put = put,
    .drop = drop,
};
