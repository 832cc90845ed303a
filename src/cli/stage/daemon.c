/* A daemon of our own: a free port, its own authority and data, told ready by a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/units.h"
#include "cli/stage/internal.h"

enum {
    LOOK_MS = 5,
    READY_S = 60,
    LOG_TAIL_BYTES = 300,
    SAID_BYTES = 16384,
    ARGUMENTS_MAX = 256,
    READY_FILE_BYTES = 4096
};

struct private_daemon {
    struct stage *stage;
    struct supervised *program;
    struct loop_timer look;
    unsigned looks;
    const char *address;
    const char *ready_file, *log_file;
    bool ended, gone, waits;
};

extern char **environ;

/* ---- ready, or ended before ---- */

static bool read_file(const char *path, struct buf *out, size_t most)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    buf_reserve(out, most);
    n = read(fd, out->ptr, most);
    close(fd);
    if (n <= 0)
        return false;
    out->len = (size_t)n;
    out->ptr[out->len] = '\0';
    return true;
}

static bool read_address(struct private_daemon *d)
{
    OWN(buf_done) struct buf text = {0};
    struct error err;

    if (!read_file(d->ready_file, &text, READY_FILE_BYTES))
        return false;
    OWN(json_free) cJSON *ready = json_parse(buf_str(&text), &err);
    const cJSON *first =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(ready, "listeners"), 0);
    const cJSON *port = cJSON_GetObjectItemCaseSensitive(first, "port");

    if (!cJSON_IsNumber(port))
        return false;
    d->address = arena_printf(d->stage->arena, "127.0.0.1:%d", port->valueint);
    return true;
}

static void look(struct loop_timer *timer)
{
    struct private_daemon *d = CONTAINER_OF(timer, struct private_daemon, look);

    if (!read_address(d) && d->looks++ < READY_S * 1000 / LOOK_MS)
        loop_timer_arm(d->stage->loop, timer, LOOK_MS * NS_PER_MS, look);
    else
        loop_stop(d->stage->loop);
}

static void exited(void *arg, int status, bool over_memory, const char *problem)
{
    struct private_daemon *d = arg;

    (void)status;
    (void)over_memory;
    (void)problem;
    d->ended = true;
    if (d->waits)
        loop_stop(d->stage->loop);
}

static void gone(void *arg)
{
    struct private_daemon *d = arg;

    d->gone = true;
    loop_stop(d->stage->loop);
}

static const struct supervised_events events = {.exited = exited, .gone = gone};

/* The first lines of what it said: mistakes in files are told there with their places. */
static int tell_failure(struct private_daemon *d, struct error *err)
{
    OWN(buf_done) struct buf log = {0};

    if (!read_file(d->log_file, &log, LOG_TAIL_BYTES))
        return error_set(err, ERROR_INTERNAL, "the private daemon did not become ready");
    return error_set(err, ERROR_INTERNAL, "the private daemon did not start:\n%s", buf_text(&log));
}

/* ---- starting ---- */

static size_t add_all(const char **argv, size_t count, const char *const *more)
{
    while (*more && count < ARGUMENTS_MAX - 1)
        argv[count++] = *more++;
    return count;
}

/* Settings of the environment are meant for a person's own daemon, not for this one. What it writes
 * lies in our folder. */
static const char *const *own_environment(const struct stage *stage)
{
    struct arena *arena = stage->arena;
    size_t count = 0, kept = 0;

    while (environ[count])
        count++;
    const char **env = ARENA_ARRAY(arena, count + 2, const char *);

    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "FCEMU_", strlen("FCEMU_")) != 0 &&
            strncmp(environ[i], "TMPDIR=", strlen("TMPDIR=")) != 0)
            env[kept++] = environ[i];
    env[kept++] = arena_printf(arena, "TMPDIR=%s", stage->folder);
    env[kept] = NULL;
    return env;
}

static int start_program(struct private_daemon *d, const char *const *arguments, struct error *err)
{
    struct stage *stage = d->stage;
    const char *const own[] = {
        stage_program(),
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--ready-file",
        d->ready_file,
        "--ca-dir",
        stage_ca_folder(stage),
        NULL,
    };
    const char *argv[ARGUMENTS_MAX];
    size_t count = add_all(argv, add_all(argv, 0, own), arguments);
    int log = open(d->log_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int r;

    argv[count] = NULL;
    if (log < 0)
        return error_set(err, ERROR_IO, "write %s: %s", d->log_file, strerror(errno));
    struct supervise_spec spec = {
        .argv = argv,
        .env = own_environment(stage),
        .cwd = ".",
        .in_fd = -1,
        .out_fd = log,
        .err_fd = log,
        .channel_fd = -1,
    };

    r = supervised_start(stage->supervisor, &spec, &events, d, &d->program, err);
    close(log);
    return r;
}

static const char *config_among(const struct stage *stage, const char *const *arguments)
{
    const char *config = NULL;

    for (; arguments && arguments[0]; arguments++)
        if (strcmp(arguments[0], "--config") == 0 && arguments[1])
            config = arena_dup(stage->arena, str_of(arguments[1]));
    return config;
}

int stage_start_daemon(struct stage *stage, const char *const *arguments, struct error *err)
{
    struct private_daemon *d = mem_alloc(sizeof(*d));

    *d = (struct private_daemon){
        .stage = stage,
        .ready_file = arena_printf(stage->arena, "%s/ready.json", stage->folder),
        .log_file = arena_printf(stage->arena, "%s/log", stage->folder),
    };
    unlink(d->ready_file);
    stage->daemon = d;
    stage->config = config_among(stage, arguments);
    if (start_program(d, arguments, err) < 0)
        return -1;
    d->waits = true;
    loop_timer_arm(stage->loop, &d->look, 0, look);
    while (!d->address && !d->ended && !stage->signal && !stage->supervisor_lost &&
           loop_timer_armed(&d->look))
        loop_run(stage->loop);
    d->waits = false;
    loop_timer_cancel(stage->loop, &d->look);
    return d->address ? 0 : tell_failure(d, err);
}

/* ---- the end ---- */

void private_daemon_free(struct private_daemon *d)
{
    if (!d)
        return;
    loop_timer_cancel(d->stage->loop, &d->look);
    supervised_free(d->program);
    mem_free(d);
}

void stage_stop_daemon(struct stage *stage)
{
    struct private_daemon *d = stage->daemon;

    if (!d)
        return;
    supervised_terminate(d->program);
    while (!d->gone && !stage->supervisor_lost)
        loop_run(stage->loop);
    private_daemon_free(d);
    stage->daemon = NULL;
}

const char *stage_address(const struct stage *stage)
{
    return stage->daemon ? stage->daemon->address : NULL;
}

const char *stage_log(const struct stage *stage)
{
    return stage->daemon ? stage->daemon->log_file : NULL;
}

bool stage_daemon_said(const struct stage *stage, struct buf *out)
{
    return stage->daemon && read_file(stage->daemon->log_file, out, SAID_BYTES);
}

bool stage_daemon_ended(const struct stage *stage)
{
    return stage->daemon && stage->daemon->ended;
}

const char *stage_ca_folder(const struct stage *stage)
{
    return arena_printf(stage->arena, "%s/ca", stage->folder);
}
