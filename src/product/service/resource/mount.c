/*
 * What functions mount: file systems and buckets, of their service in the older generations; where
 * they may be, and what stands for them.
 *
 * Source: spec pages api-2016-08-15 §6.2.1, api-2023-03-30 §6.1, limits §3.
 */
#include "product/service/resource/run.h"

/* What a program needs, and what is somebody else's there. */
static const char *const taken[] = {
    "/bin", "/boot", "/code", "/dev",  "/etc", "/lib", "/lib32", "/lib64",     "/libx32",
    "/opt", "/proc", "/run",  "/sbin", "/sys", "/tmp", "/usr",   "/var/fcemu",
};

static bool is_at_or_below(struct str dir, struct str of)
{
    return str_starts(dir, of) && (dir.len == of.len || dir.ptr[of.len] == '/');
}

static bool is_free(struct str dir)
{
    for (size_t i = 0; i < N_ELEMENTS(taken); i++) {
        if (is_at_or_below(dir, str_of(taken[i])))
            return false;
    }
    return true;
}

static bool is_path(struct str dir)
{
    struct str part;
    struct str rest;

    if (dir.len < 2 || dir.ptr[0] != '/' || str_has_control(dir) || str_find(dir, STR(":"), NULL))
        return false;
    rest = str_slice(dir, 1, dir.len);
    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        if (str_eq(part, STR(".")) || str_eq(part, STR("..")) || (part.len == 0 && rest.len))
            return false;
    }
    return true;
}

static struct str cut_slash(struct str dir)
{
    return dir.len > 1 && str_ends(dir, STR("/")) ? str_slice(dir, 0, dir.len - 1) : dir;
}

enum { MOUNTS_MAX = 64 };

struct seen {
    struct str dirs[MOUNTS_MAX];
    size_t count;
};

static bool check_dir(struct work *work, struct str dir, struct seen *seen)
{
    struct str bare = cut_slash(dir);

    if (dir.len == 0)
        return answer_missing(work, "MountDir");
    if (!is_path(dir) || !is_free(bare))
        return answer_wrong(work, "MountDir", "an absolute path that is not of the system", dir);
    for (size_t i = 0; i < seen->count; i++) {
        if (str_eq(seen->dirs[i], bare))
            return answer_wrong(work, "MountDir", "each path once", dir);
    }
    if (seen->count < MOUNTS_MAX)
        seen->dirs[seen->count++] = bare;
    return true;
}

bool mounts_check(struct work *work, const cJSON *document)
{
    static const char *const configs[] = {"nasConfig", "ossMountConfig"};
    struct seen seen = {.count = 0};

    for (size_t i = 0; i < N_ELEMENTS(configs); i++) {
        const cJSON *mount;

        cJSON_ArrayForEach (mount, json_get(json_get(document, configs[i]), "mountPoints")) {
            if (!check_dir(work, json_get_str(mount, "mountDir"), &seen))
                return false;
        }
    }
    return true;
}

/* ---- for those who run it ---- */

static struct str source_of(struct arena *arena, const cJSON *mount, bool oss)
{
    struct str path = json_get_str(mount, "bucketPath");

    if (!oss)
        return arena_str(arena, json_get_str(mount, "serverAddr"));
    return ARENA_CONCAT(arena, STR("oss://"), json_get_str(mount, "bucketName"),
                        path.len && path.ptr[0] != '/' ? STR("/") : STR(""),
                        path.len ? path : STR(""));
}

static size_t add_mounts(struct arena *arena, const cJSON *config, bool oss,
                         struct invoke_mount *out)
{
    const cJSON *mount;
    size_t count = 0;

    cJSON_ArrayForEach (mount, json_get(config, "mountPoints")) {
        struct str dir = cut_slash(json_get_str(mount, "mountDir"));

        if (dir.len < 2)
            continue;
        if (out)
            out[count] =
                (struct invoke_mount){.source = source_of(arena, mount, oss),
                                      .to = arena_str(arena, dir),
                                      .read_only = cJSON_IsTrue(json_get(mount, "readOnly"))};
        count++;
    }
    return count;
}

/* Others than before: instances that have the old ones drain. */
static uint64_t mark_of(const struct invoke_mount *mounts, size_t count)
{
    enum { PRIME = 1099511628 };
    uint64_t mark = 0;

    for (size_t i = 0; i < count; i++) {
        const struct str texts[] = {mounts[i].source, mounts[i].to};

        for (size_t k = 0; k < N_ELEMENTS(texts); k++) {
            for (size_t n = 0; n < texts[k].len; n++)
                mark = (mark ^ (unsigned char)texts[k].ptr[n]) * PRIME + 1;
        }
        mark = mark * 2 + mounts[i].read_only;
    }
    return mark << 1;
}

void mounts_read(struct arena *arena, const cJSON *function, const cJSON *service,
                 struct invoke_function *out)
{
    const cJSON *of =
        service && !json_get(function, "nasConfig") && !json_get(function, "ossMountConfig")
            ? service
            : function;
    const cJSON *nas = json_get(of, "nasConfig");
    const cJSON *oss = json_get(of, "ossMountConfig");
    size_t most = add_mounts(arena, nas, false, NULL) + add_mounts(arena, oss, true, NULL);
    struct invoke_mount *mounts = most ? ARENA_ARRAY(arena, most, struct invoke_mount) : NULL;

    if (!most)
        return;
    out->mount_count = add_mounts(arena, nas, false, mounts);
    out->mount_count += add_mounts(arena, oss, true, mounts + out->mount_count);
    out->mounts = mounts;
    out->revision += mark_of(mounts, most);
}
