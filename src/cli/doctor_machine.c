/* What this machine has for functions, clients and containers. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor.h"

static const struct program {
    const char *name;
    const char *flag; /* makes it tell its version */
    const char *needed_by;
    const char *install;
} programs[] = {
    {"python3", "--version", "functions of the Python runtimes do not run without it",
     "sudo apt install python3"             },
    {"node",    "--version", "functions of the Node.js runtimes do not run without it",
     "sudo apt install nodejs"              },
    {"php",     "--version", "functions of the PHP runtime do not run without it",
     "sudo apt install php-cli"             },
    {"java",    "-version",  "functions of the Java runtimes do not run without it",
     "sudo apt install default-jre-headless"},
    {"go",      "version",   "Go functions are not built without it; built ones run",
     "sudo apt install golang-go"           },
};

static void check_program(struct doctor *doctor, const struct program *program)
{
    const char *path = doctor_find_program(doctor, program->name);

    if (!path) {
        doctor_say(doctor, "interpreters", FINDING_NOTE, program->needed_by, program->install,
                   "%s is not in PATH", program->name);
        return;
    }
    struct str version = doctor_ask_program(doctor, path, program->flag);

    if (version.len)
        doctor_say(doctor, "interpreters", FINDING_OK, NULL, NULL, "%s: " STR_FMT, path,
                   STR_ARG(version));
    else
        doctor_say(doctor, "interpreters", FINDING_WRONG, program->needed_by, program->install,
                   "%s does not tell its version: '%s %s' fails", path, program->name,
                   program->flag);
}

void doctor_check_programs(struct doctor *doctor)
{
    for (size_t i = 0; i < N_ELEMENTS(programs); i++)
        check_program(doctor, &programs[i]);
}

/* ---- Docker ---- */

/* 0, or an errno. */
static int try_socket(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd;
    int r;

    if (strlen(path) >= sizeof(to.sun_path))
        return ENAMETOOLONG;
    memcpy(to.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    r = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
    close(fd);
    return r;
}

void doctor_check_docker(struct doctor *doctor)
{
    static const char scheme[] = "unix://";
    static const char why[] = "the image and the compose stack need it; nothing else does";
    const char *named = doctor_variable("DOCKER_HOST");
    const char *host = named ? named : "unix:///var/run/docker.sock";
    bool installed = doctor_find_program(doctor, "docker") != NULL;

    if (!str_starts(str_of(host), STR("unix://"))) {
        doctor_say(doctor, "docker", FINDING_NOTE, "it was not asked, as it may be elsewhere",
                   "docker version", "DOCKER_HOST names %s", host);
        return;
    }
    int r = try_socket(host + strlen(scheme));

    if (r == 0)
        doctor_say(doctor, "docker", FINDING_OK, NULL, NULL, "an engine listens at %s", host);
    else if (named)
        doctor_say(doctor, "docker", FINDING_WRONG, "docker commands go there and fail",
                   "unset DOCKER_HOST", "DOCKER_HOST names %s, where no engine answers: %s", host,
                   strerror(r));
    else if (r == EACCES)
        doctor_say(doctor, "docker", FINDING_NOTE, why, "sudo usermod -aG docker \"$USER\"",
                   "the engine does not let this user in");
    else
        doctor_say(doctor, "docker", FINDING_NOTE, why,
                   installed ? "sudo systemctl start docker" : "sudo apt install docker.io",
                   installed ? "docker is here, but no engine runs" : "docker is not here");
}

/* ---- isolation ---- */

/* In a process that ends at once. 0, or an errno. */
static int try_namespaces(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET) < 0
                  ? errno & 0xff
                  : 0);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static const char SHARED[] = "functions run as plain processes and see the files of this machine";

static bool daemon_has_none(const struct doctor *doctor)
{
    return str_eq(json_get_str(json_get(doctor->health, "functions"), "isolation"), STR("process"));
}

void doctor_check_isolation(struct doctor *doctor)
{
    const char *wanted = doctor_variable("FCEMU_INVOKE_ISOLATION");
    bool demanded = wanted && strcmp(wanted, "namespace") == 0;
    int r = try_namespaces();

    if (r == 0 && daemon_has_none(doctor))
        doctor_say(doctor, "isolation", FINDING_NOTE, SHARED,
                   "fcemu serve --invoke-isolation namespace",
                   "namespaces are possible here, but the daemon runs without");
    else if (r == 0)
        doctor_say(doctor, "isolation", FINDING_OK, NULL, NULL,
                   "namespaces are possible: functions can be kept apart");
    else
        doctor_say(
            doctor, "isolation", demanded ? FINDING_WRONG : FINDING_NOTE,
            demanded ? "FCEMU_INVOKE_ISOLATION demands them: functions do not run" : SHARED,
            "sudo sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1 "
            "kernel.apparmor_restrict_unprivileged_userns=0",
            "user namespaces are not possible: %s", strerror(r));
}
