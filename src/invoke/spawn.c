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
#include "crypto/id.h"
#include "invoke/internal.h"

enum {
    TEXTS_MAX = 400,
    MOUNTS_MAX = 6,
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
};
#define DATA_MORE_BYTES (UINT64_C(512) << 20) /* threads reserve much that they never touch */

struct texts {
    struct arena *arena;
    const char *items[TEXTS_MAX];
    size_t count;
};

static void add(struct texts *texts, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add(struct texts *texts, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;

    if (texts->count + 1 >= TEXTS_MAX)
        return;
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    texts->items[texts->count++] = arena_dup(texts->arena, buf_str(&text));
    buf_done(&text);
}

/* ---- where things are for the program ---- */

static const char *code_path(const struct instance *i)
{
    return i->invoke->namespaces ? "/code" : code_folder(i->code);
}

static const char *layer_path(const struct instance *i)
{
    if (i->invoke->namespaces || !i->layers)
        return "/opt";
    return code_folder(i->layers);
}

static const char *tmp_path(const struct instance *i)
{
    return i->tmp ? i->tmp : "/tmp";
}

static const char *bootstrap_path(struct instance *i, const char *file)
{
    if (i->invoke->namespaces)
        return arena_printf(i->arena, "/var/fcemu/%s", file);
    return arena_printf(i->arena, "%s/bootstrap/%s", i->invoke->folder, file);
}

/* ---- environment ---- */

static bool is_reserved(struct str name)
{
    static const struct str names[] = {
        STR_INIT("ALIBABA_CLOUD_ACCESS_KEY_ID"),
        STR_INIT("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        STR_INIT("ALIBABA_CLOUD_SECURITY_TOKEN"),
        STR_INIT("accessKeyID"),
        STR_INIT("accessKeySecret"),
        STR_INIT("securityToken"),
    };

    if (str_starts(name, STR("FC_")))
        return true;
    for (size_t k = 0; k < N_ELEMENTS(names); k++) {
        if (str_eq(name, names[k]))
            return true;
    }
    return false;
}

static bool sets(const struct instance *i, struct str name)
{
    for (size_t k = 0; k < i->spec.environment_count; k++) {
        if (str_eq(i->spec.environment[k].name, name))
            return true;
    }
    return false;
}

static void add_service_variables(struct instance *i, struct texts *env)
{
    const struct invoke_function *f = &i->spec;

    add(env, "FC_FUNC_CODE_PATH=%s", code_path(i));
    add(env, "FC_ACCOUNT_ID=" STR_FMT, STR_ARG(f->account));
    add(env, "FC_REGION=" STR_FMT, STR_ARG(f->region));
    add(env, "FC_FUNCTION_NAME=" STR_FMT, STR_ARG(f->name));
    add(env, "FC_FUNCTION_HANDLER=" STR_FMT, STR_ARG(f->handler));
    add(env, "FC_FUNCTION_MEMORY_SIZE=%u", f->memory_mb);
    add(env, "FC_SERVICE_NAME=" STR_FMT, STR_ARG(f->service));
    add(env, "FC_QUALIFIER=" STR_FMT, STR_ARG(f->qualifier));
    add(env, "FC_VER_ID=" STR_FMT, STR_ARG(f->version));
    add(env, "FC_FUNCTION_VERSION=" STR_FMT, STR_ARG(f->version));
    add(env, "FC_INSTANCE_ID=%s", i->id);
    if (i->interpreter)
        add(env, "FC_RUNTIME_VERSION=%s", i->interpreter->version);
    if (i->api)
        add(env, "FC_RUNTIME_API=127.0.0.1:%u", runtime_api_port(i->api));
    if (i->language == LANGUAGE_CUSTOM) {
        add(env, "FC_SERVER_PORT=%u", i->port);
        add(env, "FC_CUSTOM_LISTEN_PORT=%u", i->port);
    }
}

static void add_keys(struct instance *i, struct texts *env)
{
    const char *id = i->credentials[0];
    const char *secret = i->credentials[1];
    const char *token = i->credentials[2];

    add(env, "ALIBABA_CLOUD_ACCESS_KEY_ID=%s", id);
    add(env, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s", secret);
    add(env, "ALIBABA_CLOUD_SECURITY_TOKEN=%s", token);
    add(env, "accessKeyID=%s", id);
    add(env, "accessKeySecret=%s", secret);
    add(env, "securityToken=%s", token);
}

/* Variables of the machine that a program needs; the function's own win. */
static void add_preset(struct instance *i, struct texts *env, const char *name, const char *fmt,
                       ...) PRINTF_LIKE(4, 5);

static void add_preset(struct instance *i, struct texts *env, const char *name, const char *fmt,
                       ...)
{
    struct buf value = {0};
    va_list args;

    if (sets(i, str_of(name)))
        return;
    va_start(args, fmt);
    buf_vprintf(&value, fmt, args);
    va_end(args);
    add(env, "%s=%s", name, buf_text(&value));
    buf_done(&value);
}

static void add_presets(struct instance *i, struct texts *env)
{
    const char *code = code_path(i);
    const char *opt = layer_path(i);
    const char *own = i->interpreter ? i->interpreter->prefix : "/usr/local";

    add_preset(i, env, "PATH",
               "%s/bin:%s/bin:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin", opt,
               own);
    add_preset(i, env, "LD_LIBRARY_PATH", "%s:%s/lib:%s/lib", code, code, opt);
    add_preset(i, env, "HOME", "%s", tmp_path(i));
    add_preset(i, env, "LANG", "C.UTF-8");
    if (i->tmp)
        add_preset(i, env, "TMPDIR", "%s", i->tmp);
    if (i->language == LANGUAGE_NODEJS)
        add_preset(i, env, "NODE_PATH", "%s/nodejs/node_modules:/usr/local/lib/node_modules", opt);
    /* Compiled modules of the interpreter stay where they are; those of the user cannot be written,
       as his code cannot. */
    if (i->language == LANGUAGE_PYTHON)
        add_preset(i, env, "PYTHONPATH", "%s/python", opt);
    if (i->language == LANGUAGE_JAVA)
        add_preset(i, env, "CLASSPATH", "%s/java/lib/*", opt);
    if (i->language == LANGUAGE_PHP)
        add_preset(i, env, "PHP_INI_SCAN_DIR", ":%s/php", opt);
}

static void add_environment(struct instance *i, struct texts *env)
{
    add_service_variables(i, env);
    add_keys(i, env);
    add_presets(i, env);
    for (size_t k = 0; k < i->spec.environment_count; k++) {
        const struct invoke_pair *pair = &i->spec.environment[k];

        if (!is_reserved(pair->name))
            add(env, STR_FMT "=" STR_FMT, STR_ARG(pair->name), STR_ARG(pair->value));
    }
}

/* ---- program ---- */

static void add_python(struct instance *i, struct texts *argv)
{
    add(argv, "%s", i->interpreter->path);
    add(argv, "-u");
    add(argv, "-s");
    add(argv, "%s", bootstrap_path(i, "bootstrap.py"));
}

static void add_nodejs(struct instance *i, struct texts *argv)
{
    add(argv, "%s", i->interpreter->path);
    add(argv, "--max-old-space-size=%u", i->spec.memory_mb * HEAP_PERCENT / PERCENT);
    add(argv, "--max-http-header-size=16384");
    add(argv, "%s", bootstrap_path(i, "bootstrap.js"));
}

static void add_php(struct instance *i, struct texts *argv)
{
    add(argv, "%s", i->interpreter->path);
    add(argv, "-d");
    add(argv, "memory_limit=%uM", i->spec.memory_mb);
    add(argv, "%s", bootstrap_path(i, "bootstrap.php"));
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
    add(argv, "%s", i->interpreter->path);
    add(argv, "-Xmx%um", java_heap_mb(i->spec.memory_mb));
    add(argv, "-XX:+ExitOnOutOfMemoryError");
    add(argv, "-XX:+UseSerialGC");
    add(argv, "-XX:-UsePerfData");
    add(argv, "-Djava.io.tmpdir=%s", tmp_path(i));
    add(argv, "-jar");
    add(argv, "%s", bootstrap_path(i, "java.jar"));
}

static void add_go(struct instance *i, struct texts *argv)
{
    add(argv, "%s/" STR_FMT, code_path(i), STR_ARG(i->spec.handler));
}

static void add_custom(struct instance *i, struct texts *argv)
{
    if (i->spec.command_count == 0)
        add(argv, "%s/bootstrap", code_path(i));
    for (size_t k = 0; k < i->spec.command_count; k++)
        add(argv, STR_FMT, STR_ARG(i->spec.command[k]));
}

static void (*const programs[LANGUAGE_COUNT])(struct instance *, struct texts *) = {
    [LANGUAGE_PYTHON] = add_python, [LANGUAGE_NODEJS] = add_nodejs, [LANGUAGE_PHP] = add_php,
    [LANGUAGE_JAVA] = add_java,     [LANGUAGE_GO] = add_go,         [LANGUAGE_CUSTOM] = add_custom,
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

    mounts[count++] = (struct supervise_mount){.from = code_folder(i->code), .to = "/code"};
    mounts[count++] =
        (struct supervise_mount){.from = i->layers ? code_folder(i->layers) : NULL, .to = "/opt"};
    if (language_has_bootstrap(i->language))
        mounts[count++] = (struct supervise_mount){
            .from = arena_printf(i->arena, "%s/bootstrap", i->invoke->folder), .to = "/var/fcemu"};
    /* Below /usr it is there already. */
    if (!str_starts(str_of(prefix), STR("/usr")) && strcmp(prefix, "/") != 0)
        mounts[count++] = (struct supervise_mount){.from = prefix, .to = prefix};
    return count;
}

static int make_tmp(struct instance *i, uint32_t uid, struct error *err)
{
    struct invoke *invoke = i->invoke;

    if (invoke->namespaces)
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
}

/* ---- all of it ---- */

static uint32_t choose_user(struct instance *i)
{
    return geteuid() == 0 ? FIRST_UID + (uint32_t)(i->invoke->next_user++ % UID_COUNT) : 0;
}

static void make_keys(struct instance *i)
{
    i->credentials[0] = arena_printf(i->arena, "STS.%016llx", (unsigned long long)id_bits());
    i->credentials[1] = arena_printf(i->arena, "%016llx%016llx", (unsigned long long)id_bits(),
                                     (unsigned long long)id_bits());
    i->credentials[2] = arena_printf(i->arena, "CAIS%016llx%016llx", (unsigned long long)id_bits(),
                                     (unsigned long long)id_bits());
}

static int start(struct instance *i, const struct supervise_spec *spec, struct error *err)
{
    static const struct supervised_events events = {.exited = instance_on_exited,
                                                    .socket = instance_on_socket};

    return supervised_start(i->invoke->supervisor, spec, &events, i, &i->program, err);
}

static int open_log(struct instance *i, int *out_end, struct error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_errno(err, "make a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    i->log_fd = ends[0];
    *out_end = ends[1];
    i->log_watch =
        loop_watch_start(i->invoke->loop, i->log_fd, LOOP_READABLE, instance_on_log, i, err);
    return i->log_watch ? 0 : -1;
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
    i->channel = channel_open(i->invoke->loop, pair[0], &call_channel_events, i, err);
    return i->channel ? 0 : -1;
}

static int start_with(struct instance *i, struct texts *argv, struct texts *env, uint32_t uid,
                      struct error *err)
{
    struct supervise_mount mounts[MOUNTS_MAX];
    struct supervise_spec spec = {
        .argv = argv->items,
        .env = env->items,
        .cwd = code_path(i),
        .in_fd = -1,
        .out_fd = -1,
        .err_fd = -1,
        .channel_fd = -1,
        .uid = uid,
        .own_network = i->own_network,
        .listen_port = i->api ? runtime_api_port(i->api) : 0,
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
        r = start(i, &spec, err);
    if (spec.out_fd >= 0)
        close(spec.out_fd);
    if (spec.channel_fd >= 0)
        close(spec.channel_fd);
    return r;
}

int instance_spawn(struct instance *i, struct error *err)
{
    struct arena *arena = arena_new();
    struct texts *argv = ARENA_NEW(arena, struct texts);
    struct texts *env = ARENA_NEW(arena, struct texts);
    uint32_t uid = choose_user(i);
    int r = make_tmp(i, uid, err);

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
    add_environment(i, env);
    if (r == 0 && !find_command(i, argv))
        r = error_set(err, ERROR_IO,
                      "The function either cannot be started or exited: command '%s' "
                      "is not found",
                      argv->items[0]);
    if (r == 0)
        r = start_with(i, argv, env, uid, err);
    if (r == 0 && i->channel) {
        struct str load = load_frame(i, code_path(i), arena);

        channel_send(i->channel, 'L', 0, &load, 1);
    }
    arena_free(arena);
    return r;
}
