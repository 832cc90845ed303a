/*
 * Trials in worker processes. A worker takes every n-th trial, starts a daemon and the command for
 * it, and writes its result as a line into a pipe; the parent sorts the lines and hands them on.
 */
#include "cli/trial.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/client.h"
#include "cli/ends.h"
#include "cli/print.h"
#include "cli/private.h"
#include "cli/progress.h"
#include "conf/scalar.h"
#include "fault/rule.h"

enum { WORKERS_MAX = 64, REQUESTS_MAX = 2000, READ_BYTES = 65536 };

/* ---- in a worker ---- */

static uint64_t timeout_of(const struct cli_args *args)
{
    uint64_t ns = TRIAL_TIMEOUT_S * DURATION_S;
    const char *given = cli_value(args, "timeout");

    if (given)
        scalar_duration(str_of(given), &ns);
    return ns;
}

static cJSON *problem(const char *text)
{
    cJSON *result = json_made(cJSON_CreateObject());

    json_add_str(result, "problem", str_of(text));
    return result;
}

static void add_list(const struct cli_args *args, const char *path, const char *member,
                     const char *name, cJSON *out)
{
    OWN(json_free) cJSON *answer = NULL;

    if (client_ask_json(args, "GET", path, STR_NONE, &answer) == 0 && answer)
        cJSON_AddItemToObject(out, name, cJSON_DetachItemFromObjectCaseSensitive(answer, member));
}

static void add_output(struct stage_result *result, cJSON *out)
{
    struct str text = result->output.len ? buf_str(&result->output) : STR("");
    OWN(buf_done) struct buf clean = {0};

    if (text.len > TRIAL_OUTPUT_BYTES)
        text = str_slice(text, text.len - TRIAL_OUTPUT_BYTES, text.len);
    cli_add_text(&clean, text);
    json_add_str(out, "output", clean.len ? buf_str(&clean) : STR(""));
    buf_done(&result->output);
}

static cJSON *tell(const struct cli_args *args, struct stage_result *result)
{
    cJSON *out = json_made(cJSON_CreateObject());

    cJSON_AddNumberToObject(out, "exit", result->exit);
    cJSON_AddNumberToObject(out, "signal", result->signal);
    cJSON_AddBoolToObject(out, "timed_out", result->timed_out);
    add_output(result, out);
    add_list(args, "/_fcemu/clients", "rows", "clients", out);
    add_list(args, "/_fcemu/requests?limit=2000", "requests", "requests", out);
    return out;
}

static bool write_text(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    bool ok = out && fputs(text, out) >= 0;

    return out && fclose(out) == 0 && ok;
}

static int play(const struct cli_args *args, const char *tape)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    int r =
        client_ask(args, "PUT", "/_fcemu/faults/tape", "application/json", str_of(tape), &answer);

    if (r == 0 && answer.status >= 400) {
        client_print_problem(args, &answer);
        r = EXIT_CODE_USAGE;
    }
    return r;
}

/* Mistakes in files are told in full; an error has room for one line. */
static cJSON *no_daemon(const struct stage *stage, const struct error *err)
{
    OWN(buf_done) struct buf said = {0};

    if (!stage_daemon_ended(stage) || !stage_daemon_said(stage, &said))
        return problem(err->text);
    OWN(mem_free) char *text = mem_printf("the private daemon did not start:\n%s", buf_text(&said));

    return problem(text);
}

static int start(const struct cli_args *args, struct stage *stage, const struct trial *trial,
                 struct arena *arena, struct error *err)
{
    const char *rules =
        trial->rules ? arena_printf(arena, "%s/trial.yaml", stage_folder(stage)) : NULL;

    if (rules && !write_text(rules, trial->rules))
        return error_set(err, ERROR_IO, "write %s: %s", rules, strerror(errno));
    if (private_restart(args, rules, stage, err) < 0)
        return -1;
    if (trial->tape && play(args, trial->tape))
        return error_set(err, ERROR_SYNTAX, "the tape cannot be played");
    return 0;
}

static cJSON *not_started(const struct cli_args *args, const struct stage_result *result,
                          struct arena *arena)
{
    const char *why = stage_why_not_started(result, args->command[0], arena);
    cJSON *out = problem(arena_printf(arena, "%s: %s", args->command[0], why));

    cJSON_AddNumberToObject(out, "not_started", result->not_started);
    return out;
}

static cJSON *run_one(const struct trials *trials, struct stage *stage, size_t number)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct cli_args *args = trials->args;
    struct trial trial = trials->make(trials->arg, number, arena);
    struct stage_result result;
    struct error err = {0};

    if (start(args, stage, &trial, arena, &err) < 0)
        return no_daemon(stage, &err);
    const struct stage_command command = {
        .argv = args->command,
        .env = stage_environment(stage, stage_address(stage), stage_ca_folder(stage), &err),
        .keeps_output = true,
        .quiet = true,
        .timeout_ns = timeout_of(args),
        .until_fd = -1,
    };

    if (!command.env || stage_run(stage, &command, &result, &err) < 0)
        return problem(err.text);
    return result.not_started ? not_started(args, &result, arena) : tell(args, &result);
}

static void write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
}

static void hand_over(int fd, size_t number, const cJSON *result)
{
    OWN(buf_done) struct buf line = {0};

    buf_printf(&line, "%zu ", number);
    json_print(result, false, &line);
    buf_add_char(&line, '\n');
    write_all(fd, buf_str(&line));
}

static void work(const struct trials *trials, unsigned worker, unsigned workers, int fd)
{
    OWN(stage_free) struct stage *stage = NULL;
    struct error err = {0};

    if (stage_new(&stage, &err) < 0) {
        fprintf(stderr, "fcemu %s: %s\n", trials->args->verb->name, err.text);
        return;
    }
    for (size_t i = worker; i < trials->count && !stage_signal(stage); i += workers) {
        OWN(json_free) cJSON *result = run_one(trials, stage, i);

        if (!stage_signal(stage))
            hand_over(fd, i, result);
    }
}

/* ---- the parent ---- */

struct worker {
    pid_t pid;
    int fd;
    struct buf bytes;
};

struct watch {
    const struct trials *trials;
    struct worker workers[WORKERS_MAX];
    unsigned count;
    cJSON **results; /* those that wait for an earlier one */
    size_t next;
    bool over;
    int failed; /* exit code of what ended them all; 0 = nothing did */
};

static bool spawn(struct watch *watch, unsigned index)
{
    struct worker *worker = &watch->workers[index];
    int lines[2];

    if (pipe(lines) < 0)
        return false;
    fflush(stdout);
    fflush(stderr);
    ends_hold(true);
    worker->pid = fork();
    if (worker->pid == 0) {
        for (unsigned i = 0; i < index; i++)
            close(watch->workers[i].fd);
        close(lines[0]);
        ends_forget();
        work(watch->trials, index, watch->count, lines[1]);
        _exit(0);
    }
    ends_hold(false);
    close(lines[1]);
    worker->fd = lines[0];
    return worker->pid > 0;
}

/* True when none of the others could be run either. */
static bool tell_problem(struct watch *watch, const cJSON *result)
{
    struct str text = json_get_str(result, "problem");
    int not_started = (int)json_get_double(result, "not_started", 0);

    if (!text.ptr)
        return false;
    progress_clear();
    fprintf(stderr, "fcemu %s: " STR_FMT "%s", watch->trials->args->verb->name, STR_ARG(text),
            str_ends(text, STR("\n")) ? "" : "\n");
    if (!not_started && watch->next > 0)
        return false;
    watch->failed = not_started ? not_started : EXIT_CODE_UNREACHABLE;
    return true;
}

static void hand_on(struct watch *watch)
{
    while (!watch->over && watch->next < watch->trials->count && watch->results[watch->next]) {
        cJSON *result = watch->results[watch->next];

        watch->results[watch->next] = NULL;
        watch->over = tell_problem(watch, result);
        if (watch->over)
            json_free(result);
        else
            watch->over = !watch->trials->take(watch->trials->arg, watch->next++, result);
    }
}

static void take_line(struct watch *watch, struct str line)
{
    struct str number, text;
    struct error err;
    uint64_t index;

    if (!str_cut(line, ' ', &number, &text) ||
        str_to_uint(number, watch->trials->count - 1, &index) != NUMBER_OK)
        return;
    json_free(watch->results[index]);
    watch->results[index] = json_parse(text, &err);
    if (!watch->results[index])
        watch->results[index] = problem(err.text);
    hand_on(watch);
}

/* False at the end of its lines. */
static bool read_from(struct watch *watch, struct worker *worker)
{
    struct str line, rest;
    ssize_t n;

    buf_reserve(&worker->bytes, READ_BYTES);
    n = read(worker->fd, worker->bytes.ptr + worker->bytes.len, READ_BYTES);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    worker->bytes.len += (size_t)n;
    while (str_cut(buf_str(&worker->bytes), '\n', &line, &rest)) {
        take_line(watch, line);
        memmove(worker->bytes.ptr, rest.ptr, rest.len);
        worker->bytes.len = rest.len;
    }
    return true;
}

static void listen(struct watch *watch)
{
    for (;;) {
        struct pollfd fds[WORKERS_MAX + 1];
        unsigned open = 0;

        for (unsigned i = 0; i < watch->count; i++)
            fds[i] = (struct pollfd){.fd = watch->workers[i].fd, .events = POLLIN};
        fds[watch->count] = (struct pollfd){.fd = ends_fd(), .events = POLLIN};
        if (ends_heard() || watch->over || (poll(fds, watch->count + 1, -1) < 0 && errno != EINTR))
            return;
        for (unsigned i = 0; i < watch->count; i++) {
            if (watch->workers[i].fd >= 0 && fds[i].revents &&
                !read_from(watch, &watch->workers[i])) {
                close(watch->workers[i].fd);
                watch->workers[i].fd = -1;
            }
            open += watch->workers[i].fd >= 0;
        }
        if (!open)
            return;
    }
}

static void end_workers(struct watch *watch)
{
    for (unsigned i = 0; i < watch->count; i++) {
        struct worker *worker = &watch->workers[i];

        if (worker->pid <= 0)
            continue;
        do
            if (ends_heard() || watch->over)
                kill(worker->pid, SIGTERM);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR);
        if (worker->fd >= 0)
            close(worker->fd);
        buf_done(&worker->bytes);
    }
}

static int cannot_hear(const struct trials *trials)
{
    fprintf(stderr, "fcemu %s: cannot make a pipe: %s\n", trials->args->verb->name,
            strerror(errno));
    return EXIT_CODE_UNREACHABLE;
}

int trials_run(const struct trials *trials)
{
    struct watch watch = {.trials = trials, .count = trials->parallel ? trials->parallel : 1};
    struct ends ends;
    bool complete;

    if (watch.count > WORKERS_MAX)
        watch.count = WORKERS_MAX;
    if (watch.count > trials->count)
        watch.count = (unsigned)trials->count;
    if (trials->count == 0)
        return 0;
    if (ends_hear(&ends) < 0)
        return cannot_hear(trials);
    watch.results = mem_alloc_array(trials->count, sizeof(*watch.results));
    for (unsigned i = 0; i < watch.count; i++)
        if (!spawn(&watch, i))
            watch.over = true;
    listen(&watch);
    end_workers(&watch);
    ends_leave(&ends);
    complete = watch.over || watch.next == trials->count;
    for (size_t i = 0; i < trials->count; i++)
        json_free(watch.results[i]);
    mem_free(watch.results);
    if (ends_heard())
        return EXIT_CODE_INTERRUPTED;
    if (watch.failed)
        return watch.failed;
    if (!complete)
        fprintf(stderr, "fcemu %s: a worker ended before its trials were over\n",
                trials->args->verb->name);
    return complete ? 0 : EXIT_CODE_UNREACHABLE;
}

/* ---- results ---- */

bool trial_timed_out(const cJSON *result)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "timed_out"));
}

bool trial_passed(const cJSON *result)
{
    return !cJSON_HasObjectItem(result, "problem") && !trial_timed_out(result) &&
           json_get_double(result, "signal", 0) == 0 && json_get_double(result, "exit", 0) == 0;
}

void trial_ending(const cJSON *result, struct buf *out)
{
    if (cJSON_HasObjectItem(result, "problem"))
        buf_puts(out, "not run");
    else if (trial_timed_out(result))
        buf_puts(out, "time-out");
    else if (json_get_double(result, "signal", 0) > 0)
        buf_printf(out, "signal %.0f", json_get_double(result, "signal", 0));
    else
        buf_printf(out, "exit %.0f", json_get_double(result, "exit", 0));
}

/* Of an entry of the journal: does it tell of an address that was closed, and not of who came? */
static bool closes_address(const cJSON *request)
{
    struct str kind = json_get_str(request, "kind");

    return !str_is_set(json_get_str(request, "method")) &&
           (str_eq(kind, fault_outcome_name(OUTCOME_REFUSE)) ||
            str_eq(kind, fault_outcome_name(OUTCOME_UNANSWERED)));
}

static size_t count(const cJSON *result, const char *rule, bool closes)
{
    const cJSON *request;
    size_t found = 0;

    cJSON_ArrayForEach (request, cJSON_GetObjectItemCaseSensitive(result, "requests")) {
        found += str_eq(json_get_str(request, "rule"), str_of(rule)) &&
                 closes_address(request) == closes;
    }
    return found;
}

size_t trial_struck(const cJSON *result, const char *rule)
{
    return count(result, rule, false);
}

size_t trial_closed(const cJSON *result, const char *rule)
{
    return count(result, rule, true);
}

bool cli_trial_options(const struct cli_args *args, unsigned *out_parallel)
{
    const char *parallel = cli_value(args, "parallel"), *timeout = cli_value(args, "timeout");
    uint64_t number = 1, ns;

    if (parallel &&
        (str_to_uint(str_of(parallel), WORKERS_MAX, &number) != NUMBER_OK || number == 0)) {
        cli_usage(args, "'--parallel %s' is not a number from 1 to %d", parallel, WORKERS_MAX);
        return false;
    }
    if (timeout && (scalar_duration(str_of(timeout), &ns) != SCALAR_OK || ns == 0)) {
        cli_usage(args, "'--timeout %s' is not a duration such as 30s", timeout);
        return false;
    }
    *out_parallel = parallel ? (unsigned)number : 1;
    return true;
}
