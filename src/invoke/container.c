/*
 * Functions that are images: their container is run by the Docker CLI, which is the program that is
 * held here. The container itself is a child of its engine; the supervisor has it removed when the
 * CLI has ended, however that came.
 *
 * Source: spec page invocation §7.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/id.h"
#include "invoke/batch.h"
#include "invoke/container.h"
#include "invoke/docker.h"
#include "invoke/internal.h"
#include "invoke/registry.h"

enum {
    PIDS_MAX = 1024,
    MILLI = 1000,
    STATUS_ENGINE = 125, /* of the CLI: no container came to be */
    STATUS_NOT_RUN = 126,
    STATUS_NOT_FOUND = 127,
    LINE_BYTES = 128,
    ID_BYTES = 80,
};

#define HOST "host.docker.internal"
#define NAME "fcemu-%s"

bool instance_is_container(const struct instance *instance)
{
    return instance->language == LANGUAGE_CONTAINER;
}

/* ---- what is left is found again ---- */

/* Of this supervisor; another one has another. */
int container_mark(struct invoke *invoke, struct error *err)
{
    int supervisor = supervisor_pid(invoke->supervisor);

    if (invoke->marked == supervisor)
        return 0;
    snprintf(invoke->mark, sizeof(invoke->mark), "%08llx-%016llx",
             (unsigned long long)(clock_wall_ms() / MILLI), (unsigned long long)id_bits());
    if (docker_mark(invoke->folder, invoke->mark, supervisor, err) < 0)
        return -1;
    invoke->marked = supervisor;
    return 0;
}

/* The supervisor was killed. */
void container_lost(struct invoke *invoke)
{
    struct interpreter *docker = NULL;

    if (!invoke->marked)
        return;
    docker = interpreter_find(invoke, STR(CONTAINER_RUNTIME));
    docker_sweep(invoke->worker, docker->path, invoke->mark);
    invoke->marked = 0;
}

/* ---- the command ---- */

/* It is read from descriptor 0, so that no value stands where others can read it. */
int container_variables(struct instance *i, struct error *err)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct texts *env = ARENA_NEW(arena, struct texts);
    OWN(buf_done) struct buf lines = {0};
    int fd;

    env->arena = arena;
    environment_add(i, env);
    for (size_t k = 0; k < env->count; k++)
        buf_printf(&lines, "%s\n", env->items[k]);
    fd = memfd_create("fcemu-container", MFD_CLOEXEC);
    if (fd < 0 || write(fd, lines.ptr, lines.len) != (ssize_t)lines.len) {
        error_errno(err, "keep variables");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static void add_limits(const struct instance *i, struct texts *argv)
{
    texts_add(argv, "--memory=%um", i->spec.memory_mb);
    texts_add(argv, "--memory-swap=%um", i->spec.memory_mb);
    if (i->spec.cpu_milli)
        texts_add(argv, "--cpus=%u.%03u", i->spec.cpu_milli / MILLI, i->spec.cpu_milli % MILLI);
    texts_add(argv, "--pids-limit=%d", PIDS_MAX);
    texts_add(argv, "--security-opt=no-new-privileges");
    texts_add(argv, "--ulimit=fsize=%" PRIu64, (uint64_t)i->spec.disk_mb << 20);
}

static void add_labels(const struct instance *i, struct texts *argv)
{
    const struct invoke_function *f = &i->spec;

    texts_add(argv, "--name=" NAME, i->id);
    texts_add(argv, "--label=" DOCKER_LABEL_DAEMON "=%s", i->invoke->mark);
    texts_add(argv, "--label=" DOCKER_LABEL_INSTANCE "=%s", i->id);
    texts_add(argv, "--label=fcemu.function=" STR_FMT "/" STR_FMT "/" STR_FMT "%s" STR_FMT,
              STR_ARG(f->account), STR_ARG(f->region), STR_ARG(f->service),
              f->service.len ? "/" : "", STR_ARG(f->name));
}

void container_add_exec(const struct instance *i, struct texts *argv, bool in, bool tty)
{
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "exec");
    if (in)
        texts_add(argv, "--interactive");
    if (tty)
        texts_add(argv, "--tty");
    texts_add(argv, NAME, i->id);
}

static char *id_file(const struct instance *i)
{
    return mem_printf("%s/%s.container", i->invoke->folder, i->id);
}

/* The image's own entry point and command, unless the function names others. */
static void add_image(const struct instance *i, struct texts *argv)
{
    size_t next = 0;

    if (i->spec.entrypoint_count)
        texts_add(argv, "--entrypoint=" STR_FMT, STR_ARG(i->spec.command[next]));
    next = i->spec.entrypoint_count ? 1 : 0;
    texts_add(argv, STR_FMT, STR_ARG(i->spec.image));
    for (; next < i->spec.command_count; next++)
        texts_add(argv, STR_FMT, STR_ARG(i->spec.command[next]));
}

void container_add(struct instance *i, struct texts *argv)
{
    OWN(mem_free) char *id = id_file(i);

    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "run");
    texts_add(argv, "--rm");
    add_labels(i, argv);
    texts_add(argv, "--cidfile=%s", id);
    if (!i->spec.runs_to_end)
        texts_add(argv, "--publish=127.0.0.1:%u:%u", i->port, i->spec.port);
    texts_add(argv, "--add-host=" HOST ":host-gateway");
    texts_add(argv, "--env-file=/dev/stdin");
    batch_add(i, argv);
    mounts_add_volumes(i, argv);
    add_limits(i, argv);
    add_image(i, argv);
}

/* The CLI may be killed before the engine has done what it asked for: what is not there yet may
 * come. Keys of a registry are gone by then, and with them the settings that held them. */
static const char undo_text[] =
    "if [ -n \"$3\" ]; then export DOCKER_CONFIG=\"$3\"; else unset DOCKER_CONFIG; fi\n"
    "for n in 1 2 3; do\n"
    "  id=$(\"$1\" ps --all --quiet --no-trunc --filter \"label=" DOCKER_LABEL_INSTANCE "=$2\")\n"
    "  [ -n \"$id\" ] && exec \"$1\" rm --force --volumes $id\n"
    "  sleep 1\n"
    "done\n";

void container_add_undo(struct instance *i, struct texts *argv)
{
    const char *own = getenv("DOCKER_CONFIG");

    texts_add(argv, "/bin/sh");
    texts_add(argv, "-c");
    texts_add(argv, "%s", undo_text);
    texts_add(argv, "fcemu-undo");
    texts_add(argv, "%s", i->interpreter->path);
    texts_add(argv, "%s", i->id);
    texts_add(argv, "%s", own ? own : "");
}

/* The CLI is a tool of whoever runs the daemon: his engine, and his keys for registries where the
 * function brings none. */
void container_add_own_environment(const struct instance *i, struct texts *env)
{
    for (size_t k = 0; environ[k]; k++) {
        struct str variable = str_of(environ[k]);

        if (!str_starts(variable, STR("FCEMU_")) && !registry_sets(i, variable))
            texts_add(env, STR_FMT, STR_ARG(variable));
    }
    registry_add(i, env);
}

const char *container_host(void)
{
    return HOST;
}

/* ---- its end ---- */

bool container_was_not_run(int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    return code >= STATUS_ENGINE && code <= STATUS_NOT_FOUND;
}

void container_exit_text(const struct instance *i, int status, char *text, size_t size)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    if (code == STATUS_ENGINE)
        snprintf(text, size,
                 "docker starts no container of image '" STR_FMT "' (try 'docker pull " STR_FMT
                 "'; for a private registry, %s)",
                 STR_ARG(i->spec.image), STR_ARG(i->spec.image),
                 registry_is_set(i) ? "check registryConfig"
                                    : "registryConfig, or 'docker login' as the user of fcemu");
    else if (code == STATUS_NOT_RUN || code == STATUS_NOT_FOUND)
        snprintf(text, size, "image '" STR_FMT "' has no such program, or it cannot be run",
                 STR_ARG(i->spec.image));
    else if (WIFSIGNALED(status))
        snprintf(text, size, "killed by signal %d", WTERMSIG(status));
    else
        snprintf(text, size, "exit status %d", code);
}

void container_forget(const struct instance *i)
{
    OWN(mem_free) char *id = NULL;

    if (!instance_is_container(i) || !i->invoke->folder)
        return;
    registry_forget(i);
    id = id_file(i);
    unlink(id);
}

/* ---- what its group tells, where the engine is this machine's ---- */

/* Where engines keep the groups of containers, by their version and that of the kernel's groups. */
static const struct {
    const char *before, *behind, *memory;
} groups[] = {
    {"/sys/fs/cgroup/system.slice/docker-",        ".scope/", "memory.current"       },
    {"/sys/fs/cgroup/docker/",                     "/",       "memory.current"       },
    {"/sys/fs/cgroup/memory/docker/",              "/",       "memory.usage_in_bytes"},
    {"/sys/fs/cgroup/memory/system.slice/docker-", ".scope/", "memory.usage_in_bytes"},
};

static uint64_t read_number(const char *path)
{
    char line[LINE_BYTES];
    struct str text;
    struct str rest;
    int64_t number = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof(line));

    if (fd >= 0)
        close(fd);
    if (got <= 0)
        return 0;
    str_cut((struct str){line, (size_t)got}, '\n', &text, &rest);
    return str_to_int(text, 0, INT64_MAX, &number) == NUMBER_OK ? (uint64_t)number : 0;
}

static bool read_id(const struct instance *i, char *id, size_t size)
{
    OWN(mem_free) char *file = id_file(i);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, id, size - 1);

    if (fd >= 0)
        close(fd);
    id[got > 0 ? got : 0] = '\0';
    return got > 0;
}

bool container_is_named(const struct instance *i)
{
    char id[ID_BYTES];

    return read_id(i, id, sizeof(id));
}

/* The first line of a file of its group that is a number; 0: there is none. */
static uint64_t ask_group(const struct instance *i, bool memory)
{
    char id[ID_BYTES];
    uint64_t number = 0;

    if (!read_id(i, id, sizeof(id)))
        return 0;
    for (size_t k = 0; k < N_ELEMENTS(groups) && !number; k++) {
        char path[2 * LINE_BYTES];

        snprintf(path, sizeof(path), "%s%s%s%s", groups[k].before, id, groups[k].behind,
                 memory ? groups[k].memory : "cgroup.procs");
        number = read_number(path);
    }
    return number;
}

uint64_t container_memory(const struct instance *i)
{
    return ask_group(i, true);
}

/* A row of the kernel's table of sockets: "0: 00000000:2328 00000000:0000 0A …". */
static bool is_listener(const char *line, unsigned port)
{
    enum { LISTENS = 0x0a };
    unsigned at;
    unsigned state;

    /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
    return sscanf(line, " %*u: %*32[0-9A-F]:%x %*32[0-9A-F]:%*x %x", &at, &state) == 2 &&
           at == port && state == LISTENS;
}

static enum container_port look_for_listener(uint64_t pid, const char *table, unsigned port)
{
    char path[LINE_BYTES];
    char line[2 * LINE_BYTES];
    enum container_port found = CONTAINER_PORT_CLOSED;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%llu/net/%s", (unsigned long long)pid, table);
    file = fopen(path, "re");
    if (!file)
        return CONTAINER_PORT_UNKNOWN;
    while (found == CONTAINER_PORT_CLOSED && fgets(line, sizeof(line), file))
        found = is_listener(line, port) ? CONTAINER_PORT_OPEN : CONTAINER_PORT_CLOSED;
    fclose(file);
    return found;
}

enum container_port container_port(const struct instance *i)
{
    uint64_t pid = ask_group(i, false);
    enum container_port found;

    if (pid == 0)
        return CONTAINER_PORT_UNKNOWN;
    found = look_for_listener(pid, "tcp", i->spec.port);
    return found == CONTAINER_PORT_CLOSED ? look_for_listener(pid, "tcp6", i->spec.port) : found;
}
