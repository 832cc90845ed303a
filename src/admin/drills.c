/* Drills over HTTP: what there is, starting a run, following it, its report. */
#include "admin/drills.h"

#include <inttypes.h>

#include "admin/steps.h"
#include "base/distance.h"
#include "conf/scalar.h"

enum { OUTPUT_BYTES_MAX = 1 << 20 };

/* ---- what runs need of the control side ---- */

static struct coverage *copy_coverage(void *owner)
{
    return coverage_copy(((struct admin *)owner)->coverage);
}

static void rules_changed(void *owner)
{
    admin_touch(owner);
}

static void clock_moved(void *owner)
{
    struct admin *admin = owner;

    if (admin->context.clock_moved)
        admin->context.clock_moved(admin->context.owner);
}

static void publish(void *owner, struct str json)
{
    admin_publish(owner, "drill", json);
}

struct drill_runs *drills_new(struct admin *admin)
{
    const struct drill_host host = {
        .loop = admin->context.loop,
        .clock = admin->context.clock,
        .journal = admin->context.journal,
        .engine = admin->context.engine,
        .worker = admin->worker,
        .observations = admin->observations,
        .version = admin->context.version,
        .owner = admin,
        .coverage = copy_coverage,
        .rules_changed = rules_changed,
        .clock_moved = clock_moved,
        .publish = publish,
    };

    return drill_runs_new(&host);
}

void admin_clock_moved(struct admin *admin)
{
    clock_moved(admin);
    drill_runs_clock_moved(admin->drills);
}

void admin_faults_halted(struct admin *admin, const char *why)
{
    if (admin) /* a guard may strike before there is a control side */
        drill_runs_halted(admin->drills, why);
}

/* ---- definitions ---- */

static const struct fault_ruleset *rules_of(const struct admin_call *call)
{
    return fault_engine_ruleset(call->admin->context.engine);
}

void step_drills_get(struct admin_call *call)
{
    size_t count;
    const struct drill_plan *plans = drill_plans(rules_of(call), &count);
    struct buf body = {0};

    buf_puts(&body, "{\"drills\":[");
    for (size_t i = 0; i < count; i++) {
        buf_puts(&body, i ? "," : "");
        buf_add(&body, plans[i].definition);
    }
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}

static const struct drill_plan *find_plan(struct admin_call *call)
{
    size_t count;
    const struct drill_plan *plans = drill_plans(rules_of(call), &count);
    const struct drill_plan *plan = drill_plan_find(rules_of(call), call->params[0]);
    struct nearest nearest = {.wanted = call->params[0]};

    if (plan)
        return plan;
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, plans[i].id);
    admin_not_found(call, "drill", &nearest);
    return NULL;
}

void step_drill_get(struct admin_call *call)
{
    const struct drill_plan *plan = find_plan(call);
    struct buf body = {0};

    if (!plan)
        return;
    buf_add(&body, plan->definition);
    admin_json(call, 200, &body);
}

/* ---- starting ---- */

static bool read_seed(struct admin_call *call, const cJSON *item, struct drill_options *out)
{
    out->has_seed = item != NULL;
    if (!item || admin_read_seed(item, &out->seed))
        return true;
    admin_problem(call, 422, "seed: expected 0 to 18446744073709551615, or \"random\"");
    return false;
}

static bool read_timeout(struct admin_call *call, const cJSON *item, struct drill_options *out)
{
    struct str text = cJSON_IsString(item) ? str_of(item->valuestring) : STR_NONE;

    if (!item ||
        (text.ptr && scalar_duration(text, &out->timeout_ns) == SCALAR_OK && out->timeout_ns > 0))
        return true;
    admin_problem(call, 422, "timeout: expected a duration such as 3m");
    return false;
}

static bool read_command(struct admin_call *call, const cJSON *item, struct drill_options *out)
{
    if (item && !cJSON_IsString(item)) {
        admin_problem(call, 422, "workload: expected the command as a text");
        return false;
    }
    out->has_workload = item != NULL;
    out->command = item ? str_of(item->valuestring) : STR_NONE;
    return true;
}

static bool read_attached(struct admin_call *call, const cJSON *item, struct drill_options *out)
{
    if (item && !cJSON_IsBool(item)) {
        admin_problem(call, 422, "attached: expected true or false");
        return false;
    }
    out->attached = cJSON_IsTrue(item);
    return true;
}

static const struct {
    const char *name;
    bool (*read)(struct admin_call *call, const cJSON *item, struct drill_options *out);
} run_members[] = {
    {"seed",     read_seed    },
    {"timeout",  read_timeout },
    {"workload", read_command },
    {"attached", read_attached},
};

static bool is_run_member(const char *name, struct nearest *nearest)
{
    for (size_t i = 0; i < N_ELEMENTS(run_members); i++) {
        if (strcmp(run_members[i].name, name) == 0)
            return true;
        nearest_offer(nearest, str_of(run_members[i].name));
    }
    return false;
}

static bool read_options(struct admin_call *call, struct drill_options *out)
{
    if (call->document && !cJSON_IsObject(call->document)) {
        admin_problem(call, 422, "expected an object with seed, timeout, workload, attached");
        return false;
    }
    for (const cJSON *item = call->document ? call->document->child : NULL; item;
         item = item->next) {
        struct nearest nearest = {.wanted = str_of(item->string)};

        if (is_run_member(item->string, &nearest))
            continue;
        admin_problem(call, 400, "unknown member '%s'%s" STR_FMT "%s", item->string,
                      nearest.best.ptr ? "; did you mean '" : "", STR_ARG(nearest.best),
                      nearest.best.ptr ? "'?" : "");
        return false;
    }
    for (size_t i = 0; i < N_ELEMENTS(run_members); i++)
        if (!run_members[i].read(
                call, cJSON_GetObjectItemCaseSensitive(call->document, run_members[i].name), out))
            return false;
    return true;
}

static void answer_run(struct admin_call *call, int status, const struct drill_run *run)
{
    struct buf body = {0};

    drill_run_json(run, &body);
    admin_json(call, status, &body);
    admin_header(call, "Location",
                 arena_strf(call->arena, "/_fcemu/drills/runs/%" PRIu64, drill_run_number(run)));
}

void step_drill_run(struct admin_call *call)
{
    struct admin *admin = call->admin;
    const struct drill_plan *plan = find_plan(call);
    struct drill_options options = {0};
    struct drill_run *run;
    int r;

    if (!plan || !read_options(call, &options))
        return;
    r = drill_runs_start(admin->drills, fault_engine_ruleset(admin->context.engine), plan, &options,
                         &run);
    if (r) {
        admin_problem(call, 409, "drill '" STR_FMT "' is running as run %" PRIu64 "; %s",
                      STR_ARG(drill_run_plan_id(run)), drill_run_number(run),
                      r == DRILL_BUSY ? "one at a time, unless their guards name different accounts"
                                      : "beside it there is only its seed");
        return;
    }
    admin_touch(admin);
    answer_run(call, 202, run);
}

/* ---- following ---- */

struct listing {
    struct buf *out;
    const char *comma;
};

static void list_run(void *arg, struct drill_run *run)
{
    struct listing *listing = arg;

    buf_puts(listing->out, listing->comma);
    drill_run_json(run, listing->out);
    listing->comma = ",";
}

void step_runs_get(struct admin_call *call)
{
    struct buf body = {0};
    struct listing listing = {.out = &body, .comma = ""};

    buf_puts(&body, "{\"runs\":[");
    drill_runs_each(call->admin->drills, list_run, &listing);
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}

static struct drill_run *find_run(struct admin_call *call, struct str name)
{
    uint64_t number;
    struct drill_run *run = str_to_uint(name, UINT64_MAX, &number) == NUMBER_OK
                                ? drill_runs_find(call->admin->drills, number)
                                : NULL;

    if (!run)
        admin_problem(call, 404, "no run '" STR_FMT "'; the last %d are kept", STR_ARG(name),
                      DRILL_REPORTS_KEPT);
    return run;
}

void step_run_get(struct admin_call *call)
{
    struct drill_run *run = find_run(call, call->params[0]);

    if (run)
        answer_run(call, 200, run);
}

void step_run_delete(struct admin_call *call)
{
    struct drill_run *run = find_run(call, call->params[0]);

    if (!run)
        return;
    drill_run_stop(run, DRILL_INTERRUPTED, "it was stopped over the control side");
    answer_run(call, 200, run);
}

/* ---- the report ---- */

/* A call that waits for a report. */
struct report_wait {
    struct drill_waiter waiter;
    struct admin_call *call;
    struct drill_run *run;
    enum drill_format format;
    bool attached;
};

static void give_report(struct admin_call *call, const struct drill_run *run,
                        enum drill_format format)
{
    struct error err;
    OWN(json_free) cJSON *report = json_parse_within(drill_run_report(run), SIZE_MAX, &err);
    struct buf body = {0};

    drill_report_print(report, format, false, &body);
    admin_answer(call, 200, drill_format_content_type(format), &body);
}

static void let_go(struct report_wait *wait)
{
    if (wait->attached)
        drill_run_detach(wait->run);
    wait->attached = false;
}

static void report_is_there(struct drill_waiter *waiter)
{
    struct report_wait *wait = CONTAINER_OF(waiter, struct report_wait, waiter);
    bool parked = wait->call->parked;

    give_report(wait->call, wait->run, wait->format);
    let_go(wait);
    if (parked)
        admin_call_resume(wait->call);
}

static void stop_waiting(struct admin_call *call)
{
    struct report_wait *wait = call->state;

    drill_run_unwait(wait->run, &wait->waiter);
    let_go(wait);
}

static void waiter_left(struct admin_call *call)
{
    stop_waiting(call);
    admin_problem(call, 499, "the client has left");
    admin_call_resume(call);
}

static bool is_true(struct admin_call *call, const char *name)
{
    return str_eq_nocase(admin_query(call, name), STR("true"));
}

static bool read_format(struct admin_call *call, enum drill_format *out)
{
    struct str format = admin_query(call, "format");

    *out = DRILL_FORMAT_JSON;
    if (!format.ptr || drill_format_find(format, out))
        return true;
    admin_problem(call, 400,
                  "format: '" STR_FMT "' is not one of text, json, junit, markdown, html",
                  STR_ARG(format));
    return false;
}

void step_run_report(struct admin_call *call)
{
    struct drill_run *run = find_run(call, call->params[0]);
    struct report_wait *wait;
    enum drill_format format;

    if (!run || !read_format(call, &format))
        return;
    if (!drill_run_is_over(run) && !is_true(call, "wait")) {
        admin_problem(call, 409,
                      "run %" PRIu64 " is not over; ask with ?wait=true, or follow "
                      "/_fcemu/events",
                      drill_run_number(run));
        return;
    }
    wait = ARENA_NEW(call->arena, struct report_wait);
    *wait = (struct report_wait){.call = call, .run = run, .format = format};
    call->state = wait;
    call->left = waiter_left;
    if (!drill_run_is_over(run)) {
        wait->attached = is_true(call, "attached");
        if (wait->attached)
            drill_run_attach(run);
        admin_call_park(call, stop_waiting);
    }
    drill_run_wait(run, &wait->waiter, report_is_there);
}

/* ---- compared ---- */

static cJSON *report_of(struct admin_call *call, const struct drill_run *run)
{
    struct error err;

    if (drill_run_is_over(run))
        return json_parse_within(drill_run_report(run), SIZE_MAX, &err);
    admin_problem(call, 409, "run %" PRIu64 " is not over", drill_run_number(run));
    return NULL;
}

static void give_differences(struct admin_call *call, const cJSON *from, const cJSON *to)
{
    OWN(buf_done) struct buf lines = {0};
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "differences");

    drill_report_diff(from, to, &lines);
    admin_add_lines(list, buf_str(&lines));
    admin_tree(call, 200, answer);
}

void step_run_diff(struct admin_call *call)
{
    struct str other = admin_query(call, "from");
    struct drill_run *to = find_run(call, call->params[0]);
    struct drill_run *from = NULL;

    if (!to)
        return;
    if (!str_is_set(other))
        admin_problem(call, 400, "from: name the run to compare with, such as ?from=1");
    else
        from = find_run(call, other);
    OWN(json_free) cJSON *before = from ? report_of(call, from) : NULL;
    OWN(json_free) cJSON *after = before ? report_of(call, to) : NULL;

    if (after)
        give_differences(call, before, after);
}

void step_report_schema(struct admin_call *call)
{
    struct buf body = {0};

    drill_report_schema(&body);
    admin_answer(call, 200, "application/schema+json", &body);
}

/* ---- the workload ---- */

static bool read_exit(struct admin_call *call, struct drill_workload *out)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(call->document, "exit");
    const cJSON *signal = cJSON_GetObjectItemCaseSensitive(call->document, "signal");
    bool has_code = cJSON_IsNumber(code) && code->valuedouble >= 0 && code->valuedouble <= 255;
    bool has_signal =
        cJSON_IsNumber(signal) && signal->valuedouble >= 1 && signal->valuedouble <= 64;

    if (has_code == has_signal) {
        admin_problem(call, 422, "send either exit, from 0 to 255, or signal, from 1 to 64");
        return false;
    }
    out->exit = has_code ? (int)code->valuedouble : -1;
    out->signal = has_signal ? (int)signal->valuedouble : 0;
    return true;
}

void step_run_workload(struct admin_call *call)
{
    struct drill_run *run = find_run(call, call->params[0]);
    const cJSON *lost = cJSON_GetObjectItemCaseSensitive(call->document, "output_lost_bytes");
    struct drill_workload workload = {
        .output = json_get_str(call->document, "output"),
        .failed_to_start =
            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->document, "failed_to_start")),
    };

    if (!run || !read_exit(call, &workload))
        return;
    if (workload.output.len > OUTPUT_BYTES_MAX) {
        admin_problem(call, 413, "output: more than %d bytes; send its end", OUTPUT_BYTES_MAX);
        return;
    }
    if (cJSON_IsNumber(lost) && lost->valuedouble > 0 && lost->valuedouble < 9e15)
        workload.output_lost_bytes = (uint64_t)lost->valuedouble;
    if (!drill_run_workload_ended(run, &workload)) {
        admin_problem(call, 409, "run %" PRIu64 " waits for no workload", drill_run_number(run));
        return;
    }
    answer_run(call, 200, run);
}
