/*
 * Programs under a supervisor, with and without namespaces: what they see, how they end, and that
 * nothing is left of them. Processes are counted by a mark in their environment.
 */
#include "../loop/fixture.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "supervise/supervise.h"

enum { MEMORY_WANTED = 32 << 20 };

static const enum supervise_isolation modes[] = {SUPERVISE_PROCESS, SUPERVISE_NAMESPACE};

static char room[256];
static char mark[64];
static struct supervisor *supervisor;
static bool namespaces;
static bool over_memory;
static int status;
static char problem[300];
static bool stop_at_gone;
static int got_socket;
static uint64_t data_bytes;

static void on_ready(void *arg, bool yes, const char *text)
{
    (void)arg;
    (void)text;
    namespaces = yes;
    loop_stop(loop);
}

static void on_exited(void *arg, int how, bool memory, const char *text)
{
    (void)arg;
    status = how;
    over_memory = memory;
    snprintf(problem, sizeof(problem), "%s", text ? text : "");
}

static void on_gone(void *arg)
{
    (void)arg;
    if (stop_at_gone)
        loop_stop(loop);
}

static uint16_t got_port;

static void on_socket(void *arg, uint32_t token, int fd, int sys_errno, uint16_t port)
{
    got_port = port;
    (void)arg;
    (void)sys_errno;
    ck_assert_uint_eq(token, 5);
    got_socket = fd;
    loop_stop(loop);
}

static const struct supervised_events events = {
    .exited = on_exited, .gone = on_gone, .socket = on_socket};

static void start_supervisor(enum supervise_isolation isolation)
{
    const struct supervisor_settings settings = {
        .room = room, .isolation = isolation, .ready = on_ready};
    struct error err;

    scratch_folder(room, "room");
    chmod(room, 0755);
    snprintf(mark, sizeof(mark), "FCEMU_TEST_MARK=%ld-%ld", (long)getpid(), random());
    ck_assert_msg(supervisor_new(loop, &settings, &supervisor, &err) == 0, "%s", err.text);
    run();
}

static void end_supervisor(void)
{
    supervisor_free(supervisor);
    rmdir(room);
}

/* This machine may have none; then there is nothing to test. */
static bool has_mode(enum supervise_isolation isolation)
{
    return isolation != SUPERVISE_NAMESPACE || namespaces;
}

static struct supervised *start(const char *script, int out, uint32_t uid)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    const char *env[] = {mark, "PATH=/usr/bin:/bin", NULL};
    const struct supervise_spec spec = {
        .argv = argv,
        .env = env,
        .cwd = "/",
        .in_fd = -1,
        .out_fd = out,
        .err_fd = out,
        .channel_fd = -1,
        .uid = uid,
        .own_network = true,
        .tmp_bytes = 1 << 20,
        .processes = 200,
        .data_bytes = data_bytes,
    };
    struct supervised *program;
    struct error err;

    status = -2;
    over_memory = false;
    stop_at_gone = true;
    ck_assert_msg(supervised_start(supervisor, &spec, &events, NULL, &program, &err) == 0, "%s",
                  err.text);
    return program;
}

static bool is_marked(const char *pid)
{
    char path[64];
    char text[8192];
    ssize_t got;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    got = read(fd, text, sizeof(text) - 1);
    close(fd);
    return got > 0 && memmem(text, (size_t)got, mark, strlen(mark));
}

static size_t count_marked(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    size_t count = 0;

    while ((entry = readdir(proc)))
        count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_marked(entry->d_name);
    closedir(proc);
    return count;
}

/* Until so many are there. */
static void await_marked(size_t count)
{
    size_t seen = count_marked();

    /* Looked at once each time: programs that just start may be missed by the next look. */
    for (int i = 0; i < 4000 && seen != count; i++) {
        usleep(5000);
        seen = count_marked();
    }
    ck_assert_uint_eq(seen, count);
}

/* What the script prints, all of it; the program is gone then. */
static void run_script(const char *script, uint32_t uid, struct buf *out)
{
    char bytes[4096];
    int ends[2];
    ssize_t got;

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    struct supervised *program = start(script, ends[1], uid);

    close(ends[1]);
    run();
    while ((got = read(ends[0], bytes, sizeof(bytes))) > 0)
        buf_add(out, (struct str){bytes, (size_t)got});
    close(ends[0]);
    supervised_free(program);
}

#define EVERY_MODE                                                                                 \
    start_supervisor(modes[_i]);                                                                   \
    if (!has_mode(modes[_i])) {                                                                    \
        end_supervisor();                                                                          \
        return;                                                                                    \
    }

START_TEST(test_status_and_output_come_back)
{
    OWN(buf_done) struct buf out = {0};

    EVERY_MODE
    run_script("echo hello; echo oops >&2; exit 3", 0, &out);
    ck_assert_str_eq(buf_text(&out), "hello\noops\n");
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 3);
    end_supervisor();
}
END_TEST

START_TEST(test_what_cannot_run_says_why)
{
    const char *argv[] = {"/nowhere/program", NULL};
    const struct supervise_spec spec = {.argv = argv,
                                        .env = argv + 1,
                                        .cwd = "/",
                                        .in_fd = -1,
                                        .out_fd = -1,
                                        .err_fd = -1,
                                        .channel_fd = -1,
                                        .tmp_bytes = 4096};
    struct supervised *program;
    struct error err;

    EVERY_MODE
    stop_at_gone = true;
    ck_assert_int_eq(supervised_start(supervisor, &spec, &events, NULL, &program, &err), 0);
    run();
    ck_assert_int_eq(status, -1);
    ck_assert_str_eq(problem, "run it: No such file or directory");
    supervised_free(program);
    end_supervisor();
}
END_TEST

/* Amid the steps of a child that becomes a program: wants memory as a sanitizer does, and ends the
 * child where there is none. */
int chdir(const char *path)
{
    void *more =
        mmap(NULL, MEMORY_WANTED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (more == MAP_FAILED)
        _exit(66);
    munmap(more, MEMORY_WANTED);
    return (int)syscall(SYS_chdir, path);
}

START_TEST(test_memory_is_limited_for_the_program_alone)
{
    OWN(buf_done) struct buf out = {0};

    EVERY_MODE
    data_bytes = MEMORY_WANTED / 2;
    run_script("ulimit -d", 0, &out);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_str_eq(buf_text(&out), "16384\n");
    end_supervisor();
}
END_TEST

START_TEST(test_only_its_own_descriptors_are_open)
{
    OWN(buf_done) struct buf out = {0};

    EVERY_MODE
    run_script("ls /proc/$$/fd; true", 0, &out);
    ck_assert_str_eq(buf_text(&out), "0\n1\n2\n");
    end_supervisor();
}
END_TEST

START_TEST(test_no_new_privileges_and_another_user)
{
    OWN(buf_done) struct buf out = {0};
    uint32_t uid = getuid() == 0 ? 61200 : 0;
    char want[100];

    EVERY_MODE
    run_script("grep -E 'NoNewPrivs|CapEff' /proc/self/status; id -u; id -g", uid, &out);
    snprintf(want, sizeof(want), "CapEff:\t0000000000000000\nNoNewPrivs:\t1\n%u\n%u\n",
             uid ? uid : getuid(), uid ? uid : getgid());
    ck_assert_str_eq(buf_text(&out), want);
    end_supervisor();
}
END_TEST

START_TEST(test_namespaces_show_the_system_and_nothing_else)
{
    OWN(buf_done) struct buf out = {0};

    start_supervisor(SUPERVISE_NAMESPACE);
    if (namespaces) {
        run_script("ls -d /home /root /var /tmp/* 2>/dev/null; touch /usr/x /x /etc/x 2>/dev/null;"
                   "ls -d /usr/x /x /etc/x 2>/dev/null; touch /tmp/mine && ls /tmp;"
                   "ls /proc >/tmp/seen; grep -c '^[0-9]' /tmp/seen",
                   getuid() == 0 ? 61200 : 0, &out);
        /* Keeper, shell, ls. */
        ck_assert_str_eq(buf_text(&out), "mine\n3\n");
    }
    end_supervisor();
}
END_TEST

#define FAMILY "setsid sh -c 'setsid sleep 1000 & sleep 1001' & setsid sleep 1002 & "
enum { FAMILY_SIZE = 5 };

START_TEST(test_kill_ends_the_whole_tree)
{
    EVERY_MODE
    struct supervised *program = start(FAMILY "exec sleep 1003", -1, 0);

    await_marked(FAMILY_SIZE);
    supervised_kill(program);
    run();
    ck_assert(WIFSIGNALED(status));
    ck_assert_uint_eq(count_marked(), 0);
    supervised_free(program);
    end_supervisor();
}
END_TEST

START_TEST(test_nothing_outlives_a_program_that_ends)
{
    OWN(buf_done) struct buf out = {0};

    EVERY_MODE
    run_script(FAMILY "true", 0, &out);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_eq(count_marked(), 0);
    end_supervisor();
}
END_TEST

START_TEST(test_nothing_outlives_the_end_of_the_supervisor)
{
    EVERY_MODE
    for (int i = 0; i < 5; i++)
        start("trap '' TERM;" FAMILY "exec sleep 1003", -1, 0);
    await_marked((size_t)5 * FAMILY_SIZE);
    end_supervisor();
    ck_assert_uint_eq(count_marked(), 0);
}
END_TEST

static pid_t find_process(const char *name, pid_t parent)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while (!found && (entry = readdir(proc))) {
        char path[300];
        char text[300] = "";
        char want[64];
        int above;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        file = fopen(path, "r");
        if (!file)
            continue;
        if (!fgets(text, sizeof(text), file))
            text[0] = '\0';
        fclose(file);
        snprintf(want, sizeof(want), "(%s)", name);
        char *at = strstr(text, want);

        if (at && sscanf(at + strlen(want), " %*c %d", &above) == 1 &&
            (parent == 0 || above == parent))
            found = (pid_t)atoi(entry->d_name);
    }
    closedir(proc);
    return found;
}

START_TEST(test_nothing_outlives_a_killed_supervisor)
{
    EVERY_MODE
    start(FAMILY "exec sleep 1003", -1, 0);
    await_marked(FAMILY_SIZE);
    kill(find_process("fcemu-superv", getpid()), SIGKILL);
    run();
    ck_assert_uint_eq(count_marked(), 0);
    end_supervisor();
}
END_TEST

START_TEST(test_nothing_outlives_a_killed_keeper)
{
    EVERY_MODE
    start(FAMILY "exec sleep 1003", -1, 0);
    await_marked(FAMILY_SIZE);
    kill(find_process("fcemu-keeper", find_process("fcemu-superv", getpid())), SIGKILL);
    run();
    ck_assert_int_eq(status, -1);
    await_marked(0);
    end_supervisor();
}
END_TEST

/* The daemon of this test is a child, killed in the middle. */
START_TEST(test_nothing_outlives_a_killed_daemon)
{
    pid_t daemon;

    start_supervisor(modes[_i]);
    end_supervisor();
    if (!has_mode(modes[_i]))
        return;
    daemon = fork();
    if (daemon == 0) {
        const struct supervisor_settings settings = {
            .room = "/tmp", .isolation = modes[_i], .ready = on_ready};
        struct error err;

        if (supervisor_new(loop, &settings, &supervisor, &err) < 0)
            _exit(1);
        loop_run(loop);
        for (int i = 0; i < 4; i++)
            start("trap '' TERM;" FAMILY "exec sleep 1003", -1, 0);
        loop_run(loop);
        _exit(0);
    }
    await_marked((size_t)4 * FAMILY_SIZE);
    kill(daemon, SIGKILL);
    waitpid(daemon, NULL, 0);
    await_marked(0);
}
END_TEST

START_TEST(test_terminate_asks_the_program)
{
    int ends[2];
    char byte;

    EVERY_MODE
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    struct supervised *program =
        start("trap 'exit 7' TERM; echo; while :; do sleep 0.01; done", ends[1], 0);

    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    supervised_terminate(program);
    run();
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    close(ends[0]);
    supervised_free(program);
    end_supervisor();
}
END_TEST

START_TEST(test_too_much_memory_ends_the_tree)
{
    EVERY_MODE
    struct supervised *program = start("sh -c 'x=$(head -c 60000000 /dev/zero | tr \"\\0\" x);"
                                       "sleep 1000' & sleep 1001",
                                       -1, 0);

    supervised_watch(program, 30 << 20);
    run();
    ck_assert(over_memory);
    ck_assert_uint_gt(supervised_peak_bytes(program), 30 << 20);
    ck_assert_uint_eq(count_marked(), 0);
    supervised_free(program);
    end_supervisor();
}
END_TEST

START_TEST(test_below_the_limit_nothing_happens_and_the_peak_is_known)
{
    EVERY_MODE
    struct supervised *program =
        start("x=$(head -c 10000000 /dev/zero | tr '\\0' x); sleep 0.2; exit 0", -1, 0);

    supervised_watch(program, 60 << 20);
    run();
    ck_assert(!over_memory);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_gt(supervised_peak_bytes(program), 10000000);
    ck_assert_uint_lt(supervised_peak_bytes(program), 60 << 20);
    supervised_free(program);
    end_supervisor();
}
END_TEST

START_TEST(test_the_peak_is_known_of_what_ends_before_anybody_looks)
{
    EVERY_MODE
    struct supervised *program = start("exit 0", -1, 0);

    run();
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_gt(supervised_peak_bytes(program), 0);
    supervised_free(program);
    end_supervisor();
}
END_TEST

START_TEST(test_nobody_listens_where_nobody_does)
{
    EVERY_MODE
    struct supervised *program = start("exec sleep 1000", -1, 0);

    supervised_connect(program, 5, 1, 20);
    run();
    ck_assert_int_eq(got_socket, -1);
    ck_assert_uint_eq(got_port, 0);
    supervised_free(program);
    end_supervisor();
}
END_TEST

/* The program listens at another port than the one that is asked for; there it answers. */
START_TEST(test_sockets_are_made_where_the_program_lives)
{
    static const char script[] = "exec /usr/bin/python3 -c 'import socket, time; s = "
                                 "socket.create_server((\"127.0.0.1\", 0)); c = s.accept()[0];"
                                 "c.sendall(c.recv(1)); time.sleep(1000)'";

    EVERY_MODE
    struct supervised *program = start(script, -1, 0);
    char byte = 0;

    supervised_connect(program, 5, 1, 10000);
    run();
    ck_assert_int_eq(got_socket, -1);
    ck_assert_uint_gt(got_port, 1);
    supervised_connect(program, 5, got_port, 10000);
    run();
    ck_assert_int_ge(got_socket, 0);
    ck_assert_int_eq(write(got_socket, "x", 1), 1);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = got_socket, .events = POLLIN}, 1, 60000), 1);
    ck_assert_int_eq(read(got_socket, &byte, 1), 1);
    ck_assert_int_eq(byte, 'x');
    close(got_socket);
    supervised_free(program);
    end_supervisor();
}
END_TEST

/* It opens a port that nobody means before the one that it may serve at instead. */
START_TEST(test_of_other_ports_one_counts)
{
    static const char script[] =
        "exec /usr/bin/python3 -c 'import os, socket, time;"
        "a, b = [socket.create_server((\"127.0.0.1\", 0)) for _ in range(2)];"
        "os.write(1, b.getsockname()[1].to_bytes(2, \"little\")); time.sleep(1000)'";
    uint16_t port = 0;

    EVERY_MODE
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    struct supervised *program = start(script, ends[1], 0);

    ck_assert_int_eq(read(ends[0], &port, sizeof(port)), sizeof(port));
    supervised_connect_either(program, 5, 1, 2, 200); /* neither of them */
    run();
    ck_assert_int_eq(got_socket, -1);
    ck_assert_uint_eq(got_port, 0);
    supervised_connect_either(program, 5, 1, port, 60000);
    run();
    ck_assert_int_eq(got_socket, -1);
    ck_assert_uint_eq(got_port, port);
    close(ends[0]);
    close(ends[1]);
    supervised_free(program);
    end_supervisor();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("supervise/supervise");
    TCase *tc = tcase_create("programs");
    int count = N_ELEMENTS(modes);

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_status_and_output_come_back, 0, count);
    tcase_add_loop_test(tc, test_what_cannot_run_says_why, 0, count);
    tcase_add_loop_test(tc, test_memory_is_limited_for_the_program_alone, 0, count);
    tcase_add_loop_test(tc, test_only_its_own_descriptors_are_open, 0, count);
    tcase_add_loop_test(tc, test_no_new_privileges_and_another_user, 0, count);
    tcase_add_test(tc, test_namespaces_show_the_system_and_nothing_else);
    tcase_add_loop_test(tc, test_kill_ends_the_whole_tree, 0, count);
    tcase_add_loop_test(tc, test_nothing_outlives_a_program_that_ends, 0, count);
    tcase_add_loop_test(tc, test_nothing_outlives_the_end_of_the_supervisor, 0, count);
    tcase_add_loop_test(tc, test_nothing_outlives_a_killed_supervisor, 0, count);
    tcase_add_loop_test(tc, test_nothing_outlives_a_killed_keeper, 0, count);
    tcase_add_loop_test(tc, test_nothing_outlives_a_killed_daemon, 0, count);
    tcase_add_loop_test(tc, test_terminate_asks_the_program, 0, count);
    tcase_add_loop_test(tc, test_too_much_memory_ends_the_tree, 0, count);
    tcase_add_loop_test(tc, test_below_the_limit_nothing_happens_and_the_peak_is_known, 0, count);
    tcase_add_loop_test(tc, test_of_other_ports_one_counts, 0, count);
    tcase_add_loop_test(tc, test_the_peak_is_known_of_what_ends_before_anybody_looks, 0, count);
    tcase_add_loop_test(tc, test_sockets_are_made_where_the_program_lives, 0, count);
    tcase_add_loop_test(tc, test_nobody_listens_where_nobody_does, 0, count);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
