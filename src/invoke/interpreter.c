/*
 * The interpreters of this machine: found once for each name of a runtime, with their real path,
 * their version and the folder they are installed in.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "invoke/bootstrap.h"
#include "invoke/docker.h"
#include "invoke/internal.h"
#include "loop/worker.h"

enum {
    ANSWER_BYTES = 4096,
    ANSWER_MS = 10000,
    PATH_BYTES = 4096,
    ASK_MAX = 3,
    ARGS_MAX = ASK_MAX + 2
};

/* How an interpreter tells its real path, its version and its folder, a line each. "@" stands for
 * the folder of the bootstraps. */
struct language_row {
    const char *bootstrap; /* NULL: none of ours, or none in this build */
    const char *program;
    bool versioned; /* python3.10 may be there beside python3 */
    const char *ask[ASK_MAX];
    const char *package; /* of Debian */
};

/* Its modules lie there compiled from now on. */
#define COMPILE_PYTHON                                                                             \
    "from importlib.machinery import SourceFileLoader\n"                                           \
    "sys.dont_write_bytecode = False\n"                                                            \
    "for name in 'fcemu_runtime', 'python/sitecustomize':\n"                                       \
    "    SourceFileLoader(name, '%s/%s.py' % (sys.argv[1], name)).get_code(name)\n"

static const struct language_row languages[LANGUAGE_COUNT] = {
    [LANGUAGE_PYTHON] = {"bootstrap.py",
                         "python3",               true,
                         {"-c",
                          "import sys, os\n"
                          "print(os.path.realpath(sys.executable))\n"
                          "print('.'.join(map(str, sys.version_info[:3])))\n"
                          "print(sys.base_prefix, flush=True)\n" COMPILE_PYTHON,
                          "@"},
                         "python3"                                                                                  },
    [LANGUAGE_NODEJS] = {"bootstrap.js",
                         "node",                  false,
                         {"-e", "const path = require('path');"
                                "console.log(process.execPath);"
                                "console.log(process.versions.node);"
                                "console.log(path.dirname(path.dirname(process.execPath)))"},
                         "nodejs"                                                                                   },
    [LANGUAGE_PHP] = {"bootstrap.php",
                         "php",                   true,
                         {"-n", "-r",
                       "echo realpath(PHP_BINARY), \"\n\", PHP_MAJOR_VERSION, '.', "
                       "PHP_MINOR_VERSION, '.', PHP_RELEASE_VERSION, \"\n\", "
                       "dirname(dirname(realpath(PHP_BINARY))), \"\n\";"},
                         "php-cli"                                                                                  },
    [LANGUAGE_JAVA] =
        {"java.jar",      "java", false, {"-jar", "@/java.jar", "--tell"},    "default-jre-headless"},
};

bool language_is_program(enum runtime_language language)
{
    return language == LANGUAGE_CUSTOM || language == LANGUAGE_GO;
}

bool language_has_bootstrap(enum runtime_language language)
{
    return languages[language].program != NULL;
}

/* That of Java is there only when the build had a compiler. */
static bool is_built(enum runtime_language language)
{
    for (size_t i = 0; i < bootstrap_count; i++) {
        if (strcmp(bootstraps[i].name, languages[language].bootstrap) == 0)
            return true;
    }
    return false;
}

/* ---- asking (on the worker) ---- */

static size_t read_answer(int fd, char *answer, size_t size)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t len = 0;

    while (len < size - 1 && poll(&wait, 1, ANSWER_MS) == 1) {
        ssize_t got = read(fd, answer + len, size - 1 - len);

        if (got <= 0)
            break;
        len += (size_t)got;
    }
    answer[len] = '\0';
    return len;
}

static void set_arguments(const struct interpreter *found, const char *path, struct arena *arena,
                          char **argv)
{
    const struct language_row *row = &languages[found->language];
    size_t count = 0;

    argv[count++] = arena_dup(arena, str_of(path));
    for (size_t i = 0; i < ASK_MAX && row->ask[i]; i++)
        argv[count++] = row->ask[i][0] == '@' ? arena_printf(arena, "%s/bootstrap%s",
                                                             found->invoke->folder, row->ask[i] + 1)
                                              : arena_dup(arena, str_of(row->ask[i]));
    argv[count] = NULL;
}

static bool ask(const struct interpreter *found, const char *path, char *answer, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    char *argv[ARGS_MAX];
    posix_spawn_file_actions_t actions;
    int ends[2];
    int status = -1;
    pid_t pid;
    int r;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    set_arguments(found, path, arena, argv);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    r = posix_spawn(&pid, path, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (r == 0) {
        read_answer(ends[0], answer, size);
        kill(pid, SIGKILL); /* it has said what it had to, or never will */
        waitpid(pid, &status, 0);
    }
    close(ends[0]);
    return r == 0;
}

/* Another user must reach it where there are no namespaces: every folder above lets him through. */
static bool is_open_to_all(const char *path)
{
    char part[PATH_BYTES];
    struct stat info;

    snprintf(part, sizeof(part), "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (stat(part, &info) < 0 || !(info.st_mode & S_IXOTH))
            return false;
        *slash = '/';
    }
    return stat(part, &info) == 0 && (info.st_mode & S_IXOTH);
}

static bool take_answer(struct interpreter *found, char *answer)
{
    struct str lines[3];
    struct str rest = str_of(answer);

    for (size_t i = 0; i < N_ELEMENTS(lines); i++)
        str_cut(rest, '\n', &lines[i], &rest);
    if (lines[0].len == 0 || lines[1].len == 0 || lines[2].len == 0)
        return false;
    found->path = mem_dup_len(lines[0].ptr, lines[0].len);
    found->version = mem_dup_len(lines[1].ptr, lines[1].len);
    found->prefix = mem_dup_len(lines[2].ptr, lines[2].len);
    return true;
}

static bool try_path(struct interpreter *found, const char *path)
{
    char answer[ANSWER_BYTES];

    if (access(path, X_OK) < 0 || !ask(found, path, answer, sizeof(answer)) ||
        !take_answer(found, answer))
        return false;
    if (geteuid() != 0 || found->invoke->namespaces || is_open_to_all(found->path))
        return true;
    mem_free(GIVE(found->path));
    mem_free(GIVE(found->version));
    mem_free(GIVE(found->prefix));
    return false;
}

static bool try_name(struct interpreter *found, const char *name)
{
    struct str rest = str_of(getenv("PATH"));
    struct str folder;
    char path[PATH_BYTES];

    if (!str_is_set(rest))
        rest = STR("/usr/local/bin:/usr/bin:/bin");
    while (str_is_set(rest)) {
        str_cut(rest, ':', &folder, &rest);
        snprintf(path, sizeof(path), STR_FMT "/%s", STR_ARG(folder), name);
        if (try_path(found, path))
            return true;
    }
    snprintf(path, sizeof(path), "/usr/bin/%s", name);
    return try_path(found, path);
}

/* What the settings say about a runtime is not second-guessed: it runs, or the call says why not.
 */
static const char *program_of_settings(const struct interpreter *found)
{
    const struct invoke_settings *settings = &found->invoke->settings;

    for (size_t i = 0; i < settings->runtime_count; i++) {
        if (strcmp(settings->runtimes[i].name, found->runtime) == 0)
            return settings->runtimes[i].program;
    }
    return NULL;
}

static char *missing_text(const struct interpreter *found, const char *set)
{
    const char *language = runtime_language_name(found->language);

    if (set)
        return mem_printf("'%s', which the setting runtimes names for %s, does not answer as %s%s",
                          set, found->runtime, language,
                          geteuid() == 0 ? ", or other users cannot reach it" : "");
    return mem_printf(
        "%s is not on this machine: install the Debian package '%s', name its program "
        "in the setting runtimes (runtimes: {%s: /path/to/%s}), or bring it in a "
        "custom runtime",
        language, languages[found->language].package, found->runtime,
        languages[found->language].program);
}

static void look_for_docker(struct interpreter *found)
{
    char *path = docker_path(program_of_settings(found));
    char *problem = NULL;

    found->version = docker_look(path, &problem);
    if (found->version) {
        found->path = path;
        found->shown = mem_printf("Docker %s", found->version);
        return;
    }
    found->shown = problem;
    mem_free(path);
}

static void look_for_language(struct interpreter *found)
{
    const struct language_row *row = &languages[found->language];
    const char *set = program_of_settings(found);
    bool there =
        set ? try_path(found, set)
            : (row->versioned && try_name(found, found->runtime)) || try_name(found, row->program);

    found->shown = there
                       ? mem_printf("%s %s", runtime_language_name(found->language), found->version)
                       : missing_text(found, set);
}

static void look(void *arg)
{
    struct interpreter *found = arg;

    if (found->language == LANGUAGE_CONTAINER)
        look_for_docker(found);
    else
        look_for_language(found);
}

/* ---- on the loop ---- */

/* "3.10" of "3.10.4". */
static bool is_version(const struct interpreter *found)
{
    const struct runtime_name *name = runtime_name_find(str_of(found->runtime));
    struct str wanted = str_of(name->version);
    struct str have = str_of(found->version);

    return str_starts(have, wanted) && (have.len == wanted.len || have.ptr[wanted.len] == '.');
}

static void look_done(void *arg)
{
    struct interpreter *found = arg;

    found->state = found->path ? INTERPRETER_READY : INTERPRETER_MISSING;
    if (!found->path)
        log_warn("runtime missing", "runtime=%s problem=\"%s\"", found->runtime, found->shown);
    else if (found->language != LANGUAGE_CONTAINER && !is_version(found))
        log_warn("runtime of another version", "runtime=%s version=%s path=%s", found->runtime,
                 found->version, found->path);
    invoke_prepare_on(found->invoke);
}

/* Why nothing on this machine would help; NULL when something may. */
static char *never_text(const struct interpreter *found)
{
    const char *language = runtime_language_name(found->language);

    if (found->language == LANGUAGE_CONTAINER)
        return NULL;
    if (!language_has_bootstrap(found->language))
        return mem_printf(
            "runtime '%s' does not run here: fcemu has no bootstrap for %s, so neither "
            "the package 'dotnet-runtime' nor the setting runtimes helps; publish the "
            "program self-contained and bring it in a custom runtime "
            "(custom.debian12), or give the function a canned answer",
            found->runtime, language);
    if (!is_built(found->language))
        return mem_printf("runtime '%s' does not run here: this fcemu was built without a compiler "
                          "for %s; build it where the Debian package 'default-jdk-headless' is "
                          "(the setting runtimes does not help), or bring the program in a custom "
                          "runtime",
                          found->runtime, language);
    return NULL;
}

/* An engine may have been started since. Instances that hold it are told by then. */
static struct interpreter *look_again(struct interpreter *found)
{
    if (found->language == LANGUAGE_CONTAINER && found->state == INTERPRETER_MISSING) {
        mem_free(GIVE(found->shown));
        found->state = INTERPRETER_COMING;
        worker_submit(found->invoke->worker, look, look_done, found);
    }
    return found;
}

struct interpreter *interpreter_find(struct invoke *invoke, struct str runtime)
{
    const struct runtime_name *name = runtime_name_find(runtime);
    struct interpreter *found;

    if (!name || language_is_program(name->language))
        return NULL;
    HASH_FIND(hh, invoke->interpreters, name->name, strlen(name->name), found);
    if (found)
        return look_again(found);
    found = mem_alloc(sizeof(*found));
    found->invoke = invoke;
    found->language = name->language;
    found->runtime = mem_dup(name->name);
    HASH_ADD_KEYPTR(hh, invoke->interpreters, found->runtime, strlen(found->runtime), found);
    found->shown = never_text(found);
    if (found->shown)
        found->state = INTERPRETER_MISSING;
    else
        worker_submit(invoke->worker, look, look_done, found);
    return found;
}

void interpreter_free_all(struct invoke *invoke)
{
    struct interpreter *found;
    struct interpreter *next;

    HASH_ITER(hh, invoke->interpreters, found, next)
    {
        HASH_DEL(invoke->interpreters, found);
        mem_free(found->runtime);
        mem_free(found->path);
        mem_free(found->prefix);
        mem_free(found->version);
        mem_free(found->shown);
        mem_free(found);
    }
}
