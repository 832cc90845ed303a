/*
 * The Docker CLI of this machine: found, its engine asked for, and what earlier daemons have left
 * in it removed. All of it on the worker.
 *
 * A daemon that starts containers writes its mark beside its folder's other files, and the
 * supervisor takes that folder away when its containers are gone. A mark whose supervisor is gone
 * tells of containers that nobody removes any more.
 */
#include "invoke/docker.h"

#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "base/units.h"
#include "invoke/internal.h"
#include "loop/worker.h"

enum {
    ANSWER_BYTES = 4096,
    ANSWER_MS = 30000, /* an engine may be far away, or busy */
    PATH_BYTES = 4096,
    STARTED_FIELD = 20, /* of /proc/PID/stat, behind the name in parentheses */
    MARK_MODE = 0600,
};

#define MARK INVOKE_CONTAINERS

/* ---- run on the worker ---- */

/* False when it took too long. */
static bool read_until_end(int fd, char *answer, size_t size)
{
    uint64_t until = clock_monotonic_ns() + ANSWER_MS * NS_PER_MS;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t len = 0;

    while (clock_monotonic_ns() < until && poll(&wait, 1, ANSWER_MS) == 1) {
        char rest[ANSWER_BYTES];
        bool room = len < size - 1;
        ssize_t got = read(fd, room ? answer + len : rest, room ? size - 1 - len : sizeof(rest));

        if (got <= 0)
            return true;
        len += room ? (size_t)got : 0;
        answer[len] = '\0';
    }
    return false;
}

static void cut_end(char *answer)
{
    size_t len = strlen(answer);

    while (len && (answer[len - 1] == '\n' || answer[len - 1] == ' '))
        answer[--len] = '\0';
}

/* 0: it said so. Else @answer has its last words, with nothing behind them. */
static int run(const char *path, const char *const argv[], char *answer, size_t size)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    int status = -1;
    pid_t pid;
    int r;

    answer[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    r = posix_spawn(&pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (r == 0) {
        if (!read_until_end(ends[0], answer, size))
            kill(pid, SIGKILL);
        cut_end(answer);
        waitpid(pid, &status, 0);
    }
    close(ends[0]);
    return r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* ---- found ---- */

char *docker_path(const char *set)
{
    struct str rest = str_of(getenv("PATH"));
    struct str folder;

    if (set)
        return mem_dup(set);
    if (!str_is_set(rest))
        rest = STR("/usr/local/bin:/usr/bin:/bin");
    while (str_is_set(rest)) {
        char *path;

        str_cut(rest, ':', &folder, &rest);
        path = mem_printf(STR_FMT "/docker", STR_ARG(folder));
        if (access(path, X_OK) == 0)
            return path;
        mem_free(path);
    }
    return NULL;
}

/* The last line says what is wrong; before it may stand what the client itself is. */
static const char *last_line(const char *answer)
{
    const char *line = strrchr(answer, '\n');

    return line ? line + 1 : answer;
}

char *docker_look(const char *path, char **out_problem)
{
    const char *const argv[] = {path, "version", "--format", "{{.Server.Version}}", NULL};
    char answer[ANSWER_BYTES];

    if (!path)
        *out_problem = mem_printf(
            "functions in containers need the Docker CLI, and 'docker' is not on this machine: "
            "install the Debian package 'docker.io', or name a program that takes the same "
            "commands in the setting runtimes (runtimes: {custom-container: /path/to/docker})");
    else if (run(path, argv, answer, sizeof(answer)) < 0)
        *out_problem = mem_printf(
            "functions in containers need an engine, and '%s' reaches none (%.300s): start it "
            "(systemctl start docker), or set DOCKER_HOST where fcemu is started",
            path, last_line(answer));
    else
        return mem_dup(last_line(answer));
    return NULL;
}

/* ---- the mark ---- */

/* When a process was started; 0 when there is none of that number, or one that nobody has reaped.
 */
static uint64_t started_at(int pid)
{
    char path[64];
    char line[ANSWER_BYTES];
    struct str rest;
    struct str field;
    int64_t at = 0;
    int fd;
    ssize_t got;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    got = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
    if (fd >= 0)
        close(fd);
    if (got <= 0 || !str_cut_last((struct str){line, (size_t)got}, ')', &field, &rest))
        return 0;
    for (int i = 0; i < STARTED_FIELD; i++) {
        str_cut(str_trim(rest), ' ', &field, &rest);
        if (i == 0 && !str_eq(field, STR("R")) && !str_eq(field, STR("S")) &&
            !str_eq(field, STR("D")) && !str_eq_nocase(field, STR("T")))
            return 0;
    }
    return str_to_int(field, 0, INT64_MAX, &at) == NUMBER_OK ? (uint64_t)at : 0;
}

int docker_mark(const char *folder, const char *id, int supervisor, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/" MARK, folder);
    OWN(mem_free)
    char *text = mem_printf("%s %d %" PRIu64 "\n", id, supervisor, started_at(supervisor));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MARK_MODE);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok ? 0 : error_errno(err, "write '%s'", path);
}

struct mark {
    char id[64];
    int supervisor;
    uint64_t started;
};

/* One that we wrote ourselves: what it names is removed. */
static bool read_mark(const char *path, struct mark *out)
{
    struct stat info;
    FILE *file = fopen(path, "re");
    bool ok;

    if (!file)
        return false;
    ok = fstat(fileno(file), &info) == 0 && info.st_uid == geteuid() && S_ISREG(info.st_mode) &&
         /* NOLINTNEXTLINE(cert-err34-c): a number that is none belongs to no process */
         fscanf(file, "%63[0-9a-z-] %d %" SCNu64, out->id, &out->supervisor, &out->started) == 3;
    fclose(file);
    return ok;
}

/* ---- removed ---- */

static const char remove_all[] =
    "ids=$(\"$1\" ps --all --quiet --no-trunc --filter \"label=" DOCKER_LABEL_DAEMON
    "=$2\") || exit 1\n"
    "[ -z \"$ids\" ] || exec \"$1\" rm --force --volumes $ids\n";

static bool remove_of(const char *docker, const char *id)
{
    const char *const argv[] = {"/bin/sh", "-c", remove_all, "fcemu", docker, id, NULL};
    char answer[ANSWER_BYTES];

    if (run(argv[0], argv, answer, sizeof(answer)) == 0)
        return true;
    log_warn("containers left", "daemon=%s problem=\"%.300s\"", id, last_line(answer));
    return false;
}

struct sweep {
    char *docker; /* NULL: looked for when it is needed */
    char *id;     /* NULL: those of lost supervisors */
};

static void sweep_mark(struct sweep *sweep, const char *path)
{
    struct mark mark;

    if (!read_mark(path, &mark) || (mark.started && started_at(mark.supervisor) == mark.started))
        return;
    if (!sweep->docker)
        sweep->docker = docker_path(NULL);
    if (sweep->docker && remove_of(sweep->docker, mark.id)) {
        OWN(mem_free) char *folder = mem_dup_len(path, strlen(path) - strlen("/" MARK));

        log_info("containers of a lost supervisor removed", "daemon=%s", mark.id);
        folder_remove(folder);
    }
}

static void sweep_work(void *arg)
{
    struct sweep *sweep = arg;
    OWN(mem_free) char *pattern = mem_printf("%s/" INVOKE_FOLDER "*/" MARK, scratch_base());
    glob_t found;

    if (sweep->id) {
        remove_of(sweep->docker, sweep->id);
        return;
    }
    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        sweep_mark(sweep, found.gl_pathv[i]);
    globfree(&found);
}

static void sweep_done(void *arg)
{
    struct sweep *sweep = arg;

    mem_free(sweep->docker);
    mem_free(sweep->id);
    mem_free(sweep);
}

void docker_sweep(struct worker *worker, const char *docker, const char *id)
{
    struct sweep *sweep = mem_alloc(sizeof(*sweep));

    sweep->docker = docker ? mem_dup(docker) : NULL;
    sweep->id = id ? mem_dup(id) : NULL;
    worker_submit(worker, sweep_work, sweep_done, sweep);
}
