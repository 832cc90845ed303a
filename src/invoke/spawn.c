/*
 * What an instance is started with: program, environment, folders, limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "invoke/batch.h"
#include "invoke/container.h"
#include "invoke/internal.h"
#include "invoke/registry.h"
#include "invoke/web.h"

enum {
    OWN_MOUNTS = 6,    /* beside what the function mounts */
    FIRST_UID = 61184, /* of those that nobody has an account for */
    UID_COUNT = 4096,
    PROCESSES_MAX = 1024,
    DESCRIPTORS_MAX = 100000,
    HEAP_PERCENT = 90,
    JAVA_HEAP_PERCENT = 80,
    JAVA_OWN_MB = 64,
    PERCENT = 100,
    DATA_FACTOR = 2,
    TMP_MODE = 0700,
    PLACE_MODE = 0755,
};
#define DATA_MORE_BYTES (UINT64_C(512) << 20) /* threads reserve much that they never touch */

/* ---- program ---- */

static void add_python(struct instance *i, struct texts *argv)
{
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "-u");
    if (!i->debugged) /* debugpy may be the user's own */
        texts_add(argv, "-s");
    debug_add(i, argv);
    texts_add(argv, "%s", instance_bootstrap_path(i, "bootstrap.py"));
}

static void add_nodejs(struct instance *i, struct texts *argv)
{
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "--max-old-space-size=%u", i->spec.memory_mb * HEAP_PERCENT / PERCENT);
    texts_add(argv, "--max-http-header-size=16384");
    debug_add(i, argv);
    texts_add(argv, "%s", instance_bootstrap_path(i, "bootstrap.js"));
}

static void add_php(struct instance *i, struct texts *argv)
{
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "-d");
    texts_add(argv, "memory_limit=%uM", i->spec.memory_mb);
    texts_add(argv, "%s", instance_bootstrap_path(i, "bootstrap.php"));
}

/* The machine itself takes some 64 MB beside the heap. */
static uint32_t java_heap_mb(uint32_t memory_mb)
{
    uint32_t rest = memory_mb > 2 * JAVA_OWN_MB ? memory_mb - JAVA_OWN_MB : memory_mb / 2;
    uint32_t part = memory_mb * JAVA_HEAP_PERCENT / PERCENT;

    return part < rest ? part : rest;
}

static void add_java(struct instance *i, struct texts *argv)
{
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "-Xmx%um", java_heap_mb(i->spec.memory_mb));
    texts_add(argv, "-XX:+ExitOnOutOfMemoryError");
    texts_add(argv, "-XX:+UseSerialGC");
    texts_add(argv, "-XX:-UsePerfData");
    texts_add(argv, "-Djava.io.tmpdir=%s", instance_tmp_path(i));
    if (i->bare) /* it goes there when it has code */
        texts_add(argv, "-Duser.dir=%s", instance_code_path(i));
    debug_add(i, argv);
    texts_add(argv, "-jar");
    texts_add(argv, "%s", instance_bootstrap_path(i, "java.jar"));
}

static void add_go(struct instance *i, struct texts *argv)
{
    debug_add(i, argv);
    texts_add(argv, "%s/" STR_FMT, instance_code_path(i), STR_ARG(i->spec.handler));
}

static void add_custom(struct instance *i, struct texts *argv)
{
    if (i->spec.command_count == 0)
        texts_add(argv, "%s/bootstrap", instance_code_path(i));
    for (size_t k = 0; k < i->spec.command_count; k++)
        texts_add(argv, STR_FMT, STR_ARG(i->spec.command[k]));
}

static void (*const programs[LANGUAGE_COUNT])(struct instance *, struct texts *) = {
    [LANGUAGE_PYTHON] = add_python,
    [LANGUAGE_NODEJS] = add_nodejs,
    [LANGUAGE_PHP] = add_php,
    [LANGUAGE_JAVA] = add_java,
    [LANGUAGE_GO] = add_go,
    [LANGUAGE_CUSTOM] = add_custom,
    [LANGUAGE_CONTAINER] = container_add,
};

/* A command without a slash is looked for as a shell would. */
static bool find_command(struct instance *i, struct texts *argv)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"};
    const char *name = argv->items[0];

    if (strchr(name, '/'))
        return true;
    for (size_t k = 0; k < N_ELEMENTS(folders); k++) {
        const char *path = arena_printf(i->arena, "%s/%s", folders[k], name);

        if (access(path, X_OK) == 0) {
            argv->items[0] = path;
            return true;
        }
    }
    return false;
}

/* ---- folders ---- */

static size_t add_mounts(struct instance *i, struct supervise_mount *mounts)
{
    size_t count = 0;
    const char *prefix = i->interpreter ? i->interpreter->prefix : "/usr";

    mounts[count++] =
        (struct supervise_mount){.from = i->code ? code_folder(i->code) : NULL, .to = "/code"};
    mounts[count++] =
        (struct supervise_mount){.from = i->layers ? code_folder(i->layers) : NULL, .to = "/opt"};
    mounts[count++] = (struct supervise_mount){
        .from = arena_printf(i->arena, "%s/bootstrap", i->invoke->folder), .to = "/var/fcemu"};
    /* Below /usr it is there already. */
    if (!str_starts(str_of(prefix), STR("/usr")) && strcmp(prefix, "/") != 0)
        mounts[count++] = (struct supervise_mount){.from = prefix, .to = prefix};
    if (debug_mount(i, &mounts[count]))
        count++;
    return count + mounts_add(i, mounts + count);
}

static int make_tmp(struct instance *i, uint32_t uid, struct error *err)
{
    struct invoke *invoke = i->invoke;

    if (invoke->namespaces || instance_is_container(i))
        return 0;
    i->tmp = mem_printf("%s/tmp-%llu", invoke->folder, (unsigned long long)invoke->next_tmp++);
    if (mkdir(i->tmp, TMP_MODE) < 0)
        return error_errno(err, "make '%s'", i->tmp);
    if (uid && chown(i->tmp, uid, uid) < 0)
        return error_errno(err, "give '%s' to user %u", i->tmp, uid);
    return 0;
}

/* ---- port ---- */

/* In a network of its own every program may have the port it wants. */
static uint16_t free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return 0;
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) < 0)
        at.sin_port = 0;
    close(fd);
    return ntohs(at.sin_port);
}

static void choose_port(struct instance *i)
{
    i->own_network =
        i->invoke->namespaces && (i->own_network || i->invoke->settings.no_network ||
                                  (i->language == LANGUAGE_CUSTOM && i->function->hard_wired));
    if (i->language == LANGUAGE_CUSTOM)
        i->port = i->own_network ? i->spec.port : free_port();
    if (instance_is_container(i)) {
        i->own_network = false;
        i->port = free_port(); /* of this machine: it leads to the container's */
    }
}

/* ---- all of it ---- */

static uint32_t choose_user(struct instance *i)
{
    if (instance_is_container(i))
        return 0; /* the CLI is ours; who runs in there is the image's affair */
    return geteuid() == 0 ? FIRST_UID + (uint32_t)(i->invoke->next_user++ % UID_COUNT) : 0;
}

/* Of its own from its start on. */
static void make_keys(struct instance *i)
{
    i->credentials[0] = NULL;
    instance_fresh_key(i);
}

static const struct supervised_events program_events = {
    .exited = instance_on_exited,
    .settled = instance_on_settled,
    .socket = instance_on_socket,
    .exec_ended = exec_on_ended,
};

static int watch_log(struct instance *i, struct error *err)
{
    i->log_watch =
        loop_watch_start(i->invoke->loop, i->log_fd, LOOP_READABLE, instance_on_log, i, err);
    return i->log_watch ? 0 : -1;
}

static int open_log(struct instance *i, int *out_end, struct error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_errno(err, "make a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    i->log_fd = ends[0];
    *out_end = ends[1];
    return i->bare ? 0 : watch_log(i, err); /* what one in reserve prints stays in the pipe */
}

static int open_channel(struct instance *i, int *out_end, struct error *err)
{
    int pair[2];

    *out_end = -1;
    if (!language_has_bootstrap(i->language))
        return 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, "make a socket");
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    *out_end = pair[1];
    i->channel = channel_open(i->invoke->loop, pair[0],
                              i->bare ? &reserve_channel_events : &call_channel_events, i, err);
    return i->channel ? 0 : -1;
}

static int start_with(struct instance *i, struct texts *argv, struct texts *env, uint32_t uid,
                      struct error *err)
{
    struct supervise_mount *mounts =
        ARENA_ARRAY(i->arena, OWN_MOUNTS + i->spec.mount_count, struct supervise_mount);
    struct supervise_spec spec = {
        .argv = argv->items,
        .env = env->items,
        .cwd = i->bare ? "/" : instance_code_path(i),
        .in_fd = -1,
        .out_fd = -1,
        .err_fd = -1,
        .channel_fd = -1,
        .uid = uid,
        .own_network = i->own_network,
        .listen_port = i->api ? runtime_api_port(i->api) : 0,
        .store = i->bare ? i->invoke->folder : NULL,
        .mounts = mounts,
        .mount_count = add_mounts(i, mounts),
        .tmp_bytes = (uint64_t)i->spec.disk_mb << 20,
        .processes = PROCESSES_MAX,
        .descriptors = DESCRIPTORS_MAX,
    };
    int r;

    /* Its folder is on the machine's disk: a single file at least stays within its limit. */
    if (i->tmp)
        spec.file_bytes = spec.tmp_bytes;
    if (i->language == LANGUAGE_PYTHON || i->language == LANGUAGE_PHP || i->language == LANGUAGE_GO)
        spec.data_bytes = DATA_FACTOR * ((uint64_t)i->spec.memory_mb << 20) + DATA_MORE_BYTES;
    r = open_log(i, &spec.out_fd, err);
    spec.err_fd = spec.out_fd;
    if (r == 0)
        r = open_channel(i, &spec.channel_fd, err);
    if (r == 0)
        r = supervised_start(i->invoke->supervisor, &spec,
                             i->bare ? &reserve_program_events : &program_events, i, &i->program,
                             err);
    if (r == 0 && !i->bare)
        instance_watch(i);
    if (spec.out_fd >= 0)
        close(spec.out_fd);
    if (spec.channel_fd >= 0)
        close(spec.channel_fd);
    return r;
}

static int make_place(struct instance *i, struct error *err)
{
    struct invoke *invoke = i->invoke;

    if (invoke->namespaces)
        return 0;
    i->place = mem_printf("%s/place-%llu", invoke->folder, (unsigned long long)invoke->next_tmp++);
    if (mkdir(i->place, PLACE_MODE) < 0)
        return error_errno(err, "make '%s'", i->place);
    return 0;
}

int instance_spawn_bare(struct instance *i, struct error *err)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct texts *argv = ARENA_NEW(arena, struct texts);
    struct texts *env = ARENA_NEW(arena, struct texts);
    uint32_t uid = choose_user(i);

    argv->arena = env->arena = arena;
    if (make_tmp(i, uid, err) < 0 || make_place(i, err) < 0)
        return -1;
    choose_port(i);
    programs[i->language](i, argv);
    environment_add_presets(i, env);
    return start_with(i, argv, env, uid, err);
}

/* ---- one that waited in reserve ---- */

/* It has to be told all that its own start would have told it. */
static void load_late(struct instance *i)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct texts *env = ARENA_NEW(arena, struct texts);
    struct str load;

    env->arena = arena;
    environment_add(i, env);
    load = load_frame(i, instance_code_path(i), env, arena);
    channel_send(i->channel, 'L', 0, &load, 1);
}

void instance_on_settled(void *arg, int sys_errno)
{
    struct instance *instance = arg;

    if (sys_errno == 0)
        load_late(instance);
    else
        instance_on_exited(instance, -1, false, strerror(sys_errno));
}

/* Without namespaces it has links. */
static int link_folder(const struct instance *i, const char *name, const struct code *code,
                       struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", i->place, name);

    if (code && symlink(code_folder(code), path) < 0)
        return error_errno(err, "link '%s'", path);
    return 0;
}

static int settle(struct instance *i, struct error *err)
{
    struct supervise_mount mounts[OWN_MOUNTS];
    size_t count = 0;

    supervised_adopt(i->program, &program_events, i);
    channel_adopt(i->channel, &call_channel_events, i);
    instance_watch(i);
    make_keys(i);
    if (watch_log(i, err) < 0)
        return -1;
    if (!i->invoke->namespaces) {
        if (link_folder(i, "code", i->code, err) < 0 || link_folder(i, "opt", i->layers, err) < 0)
            return -1;
        load_late(i);
        return 0;
    }
    mounts[count++] = (struct supervise_mount){.from = code_folder(i->code), .to = "/code"};
    if (i->layers)
        mounts[count++] = (struct supervise_mount){.from = code_folder(i->layers), .to = "/opt"};
    supervised_settle(i->program, mounts, count);
    return 0;
}

/* ---- containers ---- */

/* The CLI runs as we do: no folders, users and limits of a function are for it. */
static int spawn_container(struct instance *i, struct error *err)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct texts *argv = ARENA_NEW(arena, struct texts);
    struct texts *env = ARENA_NEW(arena, struct texts);
    struct texts *undo = ARENA_NEW(arena, struct texts);
    struct supervise_spec spec = {.cwd = "/", .err_fd = -1, .channel_fd = -1, .plain = true};
    int r;

    argv->arena = env->arena = undo->arena = arena;
    choose_port(i);
    make_keys(i);
    if (container_mark(i->invoke, err) < 0 || mounts_make(i, err) < 0 || registry_make(i, err) < 0)
        return -1;
    if (!instance_is_batch(i))
        i->web = web_new(i);
    container_add_own_environment(i, env);
    batch_add_event(i, env);
    container_add(i, argv);
    container_add_undo(i, undo);
    spec.argv = argv->items;
    spec.env = env->items;
    spec.undo = undo->items;
    spec.in_fd = container_variables(i, err);
    if (spec.in_fd < 0)
        return -1;
    r = open_log(i, &spec.out_fd, err);
    spec.err_fd = spec.out_fd;
    if (r == 0)
        r = supervised_start(i->invoke->supervisor, &spec, &program_events, i, &i->program, err);
    close(spec.in_fd);
    if (spec.out_fd > 0)
        close(spec.out_fd);
    return r;
}

/* ---- all of it ---- */

static int spawn_own(struct instance *i, struct error *err)
{
    struct arena *arena = arena_new();
    struct texts *argv = ARENA_NEW(arena, struct texts);
    struct texts *env = ARENA_NEW(arena, struct texts);
    uint32_t uid = choose_user(i);
    int r = make_tmp(i, uid, err);

    if (r == 0)
        r = mounts_make(i, err);
    if (r == 0)
        r = mounts_link(i, err);
    argv->arena = env->arena = arena;
    choose_port(i);
    make_keys(i);
    if (i->language == LANGUAGE_CUSTOM)
        i->web = web_new(i);
    if (r == 0 && i->language == LANGUAGE_GO) {
        i->api = runtime_api_new(i, err);
        r = i->api ? 0 : -1;
    }
    programs[i->language](i, argv);
    environment_add(i, env);
    if (r == 0 && !find_command(i, argv))
        r = error_set(err, ERROR_IO,
                      "The function either cannot be started or exited: command '%s' "
                      "is not found",
                      argv->items[0]);
    if (r == 0)
        r = start_with(i, argv, env, uid, err);
    if (r == 0 && i->channel) {
        struct str load = load_frame(i, instance_code_path(i), NULL, arena);

        channel_send(i->channel, 'L', 0, &load, 1);
    }
    arena_free(arena);
    return r;
}

int instance_spawn(struct instance *i, struct error *err)
{
    if (debug_begin(i))
        return spawn_own(i, err);
    if (instance_is_container(i))
        return spawn_container(i, err);
    return i->interpreter && reserve_take(i) ? settle(i, err) : spawn_own(i, err);
}
