/*
 * Keys of the registry that a container's image is pulled from: for the CLI, in a folder of
 * settings that goes with the instance. What else the user of the daemon has set for the CLI stays
 * so, his own keys excepted.
 *
 * The file is that of `docker login`, which other tools read, too.
 */
#include "invoke/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/json.h"
#include "base/mem.h"
#include "crypto/encode.h"

enum {
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
    SETTINGS_BYTES = 1 << 20,
};

#define HUB "https://index.docker.io/v1/"

static char *folder_of(const struct instance *i)
{
    return mem_printf("%s/%s.registry", i->invoke->folder, i->id);
}

bool registry_is_set(const struct instance *i)
{
    return i->spec.registry_user.len > 0;
}

/* The part before the first slash names a registry when it can be a host, else it is a user's of
 * Docker Hub. */
struct str registry_host(struct str image)
{
    struct str host;
    struct str rest;
    size_t at;

    if (!str_cut(image, '/', &host, &rest))
        return STR(HUB);
    return str_find(host, STR("."), &at) || str_find(host, STR(":"), &at) ||
                   str_eq(host, STR("localhost"))
               ? host
               : STR(HUB);
}

/* ---- what is set already ---- */

static char *own_folder(void)
{
    const char *set = getenv("DOCKER_CONFIG");
    const char *home = getenv("HOME");

    return set && *set ? mem_dup(set) : mem_printf("%s/.docker", home ? home : "");
}

/* An object in any case. */
static cJSON *own_settings(const char *folder)
{
    OWN(mem_free) char *path = mem_printf("%s/config.json", folder);
    OWN(mem_free) char *text = mem_alloc(SETTINGS_BYTES);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? 0 : read(fd, text, SETTINGS_BYTES);
    struct error ignored;
    OWN(json_free)
    cJSON *settings = got > 0 ? json_parse((struct str){text, (size_t)got}, &ignored) : NULL;

    if (fd >= 0)
        close(fd);
    return cJSON_IsObject(settings) ? GIVE(settings) : json_made(cJSON_CreateObject());
}

/* ---- what is written ---- */

static struct str settings_text(const struct instance *i, const char *own, struct buf *out)
{
    static const char *const dropped[] = {"auths", "credsStore", "credHelpers"};
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(json_free) cJSON *settings = own_settings(own);
    struct str pair = arena_strf(arena, STR_FMT ":" STR_FMT, STR_ARG(i->spec.registry_user),
                                 STR_ARG(i->spec.registry_password));
    const char *host = arena_dup(arena, registry_host(i->spec.image));
    cJSON *auths;

    for (size_t k = 0; k < N_ELEMENTS(dropped); k++)
        cJSON_DeleteItemFromObjectCaseSensitive(settings, dropped[k]);
    auths = cJSON_AddObjectToObject(settings, "auths");
    json_add_str(cJSON_AddObjectToObject(auths, host), "auth", base64_text(pair, arena));
    if (strcmp(host, HUB) == 0) /* as podman calls it */
        json_add_str(cJSON_AddObjectToObject(auths, "docker.io"), "auth", base64_text(pair, arena));
    json_print(settings, false, out);
    return buf_str(out);
}

static int write_settings(const char *folder, struct str text, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/config.json", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    bool ok = fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len;

    if (fd >= 0)
        close(fd);
    return ok ? 0 : error_errno(err, "write '%s'", path);
}

/* Where the engine is may be said by a context, whose description is kept beside the settings. */
static void link_contexts(const char *folder, const char *own)
{
    OWN(mem_free) char *from = mem_printf("%s/contexts", own);
    OWN(mem_free) char *to = mem_printf("%s/contexts", folder);

    if (symlink(from, to) < 0)
        return; /* then it is told by the CLI */
}

int registry_make(const struct instance *i, struct error *err)
{
    OWN(mem_free) char *folder = folder_of(i);
    OWN(mem_free) char *own = own_folder();
    OWN(buf_done) struct buf text = {0};

    if (!registry_is_set(i))
        return 0;
    if (mkdir(folder, FOLDER_MODE) < 0 && errno != EEXIST)
        return error_errno(err, "make '%s'", folder);
    link_contexts(folder, own);
    return write_settings(folder, settings_text(i, own, &text), err);
}

void registry_add(const struct instance *i, struct texts *env)
{
    OWN(mem_free) char *folder = folder_of(i);

    if (!registry_is_set(i))
        return;
    texts_add(env, "DOCKER_CONFIG=%s", folder);
    texts_add(env, "REGISTRY_AUTH_FILE=%s/config.json", folder);
}

bool registry_sets(const struct instance *i, struct str variable)
{
    return registry_is_set(i) && (str_starts(variable, STR("DOCKER_CONFIG=")) ||
                                  str_starts(variable, STR("REGISTRY_AUTH_FILE=")));
}

void registry_forget(const struct instance *i)
{
    OWN(mem_free) char *folder = NULL;

    if (!registry_is_set(i))
        return;
    folder = folder_of(i);
    folder_remove(folder);
}
