/*
 * The last steps of a child before it is the user's program: session, descriptors, limits, user.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervise/internal.h"

enum {
    FAILED_STATUS = 127,
    CHANNEL = 3,
    FIRST_FREE = 4,
    KEPT_HIGH = 500, /* descriptors are moved there first, out of one another's way */
    STANDARD = 3,
    UMASK = 022,
};

static void fail(int report, const char *what) __attribute__((noreturn));

static void fail(int report, const char *what)
{
    struct enter_failure failure = {.sys_errno = errno};

    snprintf(failure.what, sizeof(failure.what), "%s", what);
    if (write(report, &failure, sizeof(failure)) < 0)
        _exit(FAILED_STATUS);
    _exit(FAILED_STATUS);
}

/* False when there is nothing to set. */
static bool may_limit(int resource, uint64_t value, struct rlimit *out)
{
    if (value == 0 || getrlimit((__rlimit_resource_t)resource, out) < 0)
        return false;
    if (out->rlim_max != RLIM_INFINITY && value > out->rlim_max)
        value = out->rlim_max;
    out->rlim_cur = out->rlim_max = value;
    return true;
}

static void limit(int report, int resource, uint64_t value, const char *what)
{
    struct rlimit now;

    if (may_limit(resource, value, &now) && setrlimit((__rlimit_resource_t)resource, &now) < 0)
        fail(report, what);
}

/* 0 to 2, the channel, and the report, which closes by itself when the program starts. */
static int arrange_descriptors(const struct spawn *spawn, int report)
{
    const int from[STANDARD] = {spawn->in, spawn->out, spawn->err};
    int high[STANDARD + 1];
    int channel = spawn->channel < 0 ? -1 : fcntl(spawn->channel, F_DUPFD_CLOEXEC, KEPT_HIGH);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    report = fcntl(report, F_DUPFD_CLOEXEC, KEPT_HIGH);
    for (int i = 0; i < STANDARD; i++)
        high[i] = fcntl(from[i] < 0 ? nothing : from[i], F_DUPFD_CLOEXEC, KEPT_HIGH);
    for (int i = 0; i < STANDARD; i++) {
        if (dup2(high[i], i) < 0)
            fail(report, "arrange descriptors");
    }
    if (channel >= 0 && dup2(channel, CHANNEL) < 0)
        fail(report, "arrange descriptors");
    if (channel < 0)
        close(CHANNEL);
    if (dup3(report, FIRST_FREE, O_CLOEXEC) < 0)
        fail(report, "arrange descriptors");
    close_range(FIRST_FREE + 1, ~0u, 0);
    return FIRST_FREE;
}

static void become(const struct spawn *spawn, int report)
{
    gid_t group = spawn->head.uid;

    if (spawn->head.uid == 0)
        return;
    /* Inside a user namespace the list may not be changed; there it is empty of meaning. */
    if (setgroups(0, NULL) < 0 && errno != EPERM)
        fail(report, "leave groups");
    if (setresgid(group, group, group) < 0)
        fail(report, "change group");
    if (setresuid(group, group, group) < 0)
        fail(report, "change user");
}

void default_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Memory is limited for the program, not for us: a sanitizer that wants some of it meanwhile would
 * end the child, which then looks like a program that ended at once. So nothing stands between. */
static void become_program(const struct spawn *spawn, int report) __attribute__((noreturn));

static void become_program(const struct spawn *spawn, int report)
{
    char *const *argv = (char *const *)(uintptr_t)spawn->argv;
    bool is_path = strchr(argv[0], '/') != NULL;
    struct rlimit memory;
    bool limits = may_limit(RLIMIT_DATA, spawn->head.data_bytes, &memory);

    environ = (char **)(uintptr_t)spawn->env;
    if (limits && setrlimit(RLIMIT_DATA, &memory) < 0)
        fail(report, "limit memory");
    /* Looked for in its own PATH; a path is not, as what is no program would go to a shell. */
    if (is_path)
        execv(argv[0], argv);
    else
        execvp(argv[0], argv);
    fail(report, "run it");
}

void enter_program(const struct spawn *spawn, int report)
{
    setsid();
    default_signals();
    umask(UMASK);
    report = arrange_descriptors(spawn, report);
    limit(report, RLIMIT_NOFILE, spawn->head.descriptors, "limit descriptors");
    limit(report, RLIMIT_FSIZE, spawn->head.file_bytes, "limit files");
    limit(report, RLIMIT_NPROC, spawn->head.processes, "limit processes");
    limit(report, RLIMIT_CORE, 1, "limit core files");
    become(spawn, report);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail(report, "forbid new privileges");
    /* Behind the change of user, which forgets it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (chdir(spawn->cwd) < 0)
        fail(report, "enter its folder");
    if (spawn->tty && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
        fail(report, "take its terminal");
    become_program(spawn, report);
}
