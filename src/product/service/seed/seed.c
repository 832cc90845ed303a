/* Services, functions and the rest that exist from the start, out of YAML. */
#include "product/service/seed/seed.h"

#include <glob.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "conf/report.h"
#include "product/neighbours/state.h"
#include "product/service/seed/seed_read.h"
#include "product/service/service.h"
#include "store/store.h"

struct seeds {
    struct arena *arena;
    struct seed_steps steps;
};

static bool is_glob(struct str path)
{
    return path.len && (memchr(path.ptr, '*', path.len) || memchr(path.ptr, '?', path.len) ||
                        memchr(path.ptr, '[', path.len));
}

static void read_path(struct seeds *seeds, struct str path, const struct seed_place *place,
                      struct conf_report *report)
{
    OWN(mem_free) char *name = mem_dup_len(path.ptr, path.len);
    glob_t found;

    if (!is_glob(path)) {
        seed_read_file(seeds->arena, name, place, &seeds->steps, report);
        return;
    }
    if (glob(name, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        seed_read_file(seeds->arena, found.gl_pathv[i], place, &seeds->steps, report);
    globfree(&found);
}

struct seeds *seeds_load(const struct str *paths, size_t count, const struct seed_place *place,
                         struct conf_report *report)
{
    struct seeds *seeds = mem_alloc(sizeof(*seeds));
    size_t before = report->errors;

    seeds->arena = arena_new();
    seeds->steps.end = &seeds->steps.first;
    for (size_t i = 0; i < count; i++)
        read_path(seeds, paths[i], place, report);
    if (report->errors == before)
        return seeds;
    seeds_free(seeds);
    return NULL;
}

void seeds_free(struct seeds *seeds)
{
    if (!seeds)
        return;
    arena_free(seeds->arena);
    mem_free(seeds);
}

size_t seeds_count(const struct seeds *seeds)
{
    return seeds->steps.count;
}

void seeds_each_folder(const struct seeds *seeds,
                       void (*each)(void *arg, const struct seed_step *step), void *arg)
{
    for (const struct seed_step *step = seeds->steps.first; step; step = step->next) {
        if (step->pack && step->update)
            each(arg, step);
    }
}

/* ---- applying ---- */

struct sowing {
    struct service *service;
    struct store *store;
    struct str account;
    const struct seed_step *step; /* the next one, or the one under way */
    bool probing;
    bool sending;        /* an answer that comes now comes at once */
    struct arena *arena; /* of the call under way */
    struct http_request request;
    struct target target;
    struct query query;
    struct service_call call;
    int status; /* of its answer; 0 while it is awaited */
    char *message;
    size_t applied;
    void (*done)(void *arg, const char *problem);
    void *arg;
};

static void answered(void *arg, const struct service_answer *answer);
static void sow(struct sowing *sowing);

static void end_call(struct sowing *sowing)
{
    arena_free(sowing->arena);
    sowing->arena = NULL;
    mem_free(sowing->message);
    sowing->message = NULL;
}

static void end_sowing(struct sowing *sowing, const char *problem)
{
    if (!problem && sowing->applied)
        log_info("seeds applied", "calls=%zu", sowing->applied);
    sowing->done(sowing->arg, problem);
    mem_free(sowing);
}

/* True when the answer is there at once. */
static bool send_call(struct sowing *sowing, const char *method, const char *path, struct str body)
{
    struct str place;
    struct str query;

    sowing->arena = arena_new();
    sowing->status = 0;
    if (!str_cut(str_of(path), '?', &place, &query))
        query = STR("");
    sowing->request = (struct http_request){.method = str_of(method),
                                            .path = place,
                                            .query = query,
                                            .body = body,
                                            .body_complete = true};
    query_parse(query, sowing->arena, &sowing->query);
    target_find(str_of(method), place, STR_NONE, sowing->arena, &sowing->target);
    sowing->call = (struct service_call){
        .arena = sowing->arena,
        .request = &sowing->request,
        .target = &sowing->target,
        .query = &sowing->query,
        .account = sowing->account,
        .region = sowing->step->region,
        .store = sowing->store,
        .request_id = STR("seed"),
    };
    if (sowing->target.result != TARGET_FOUND) {
        sowing->status = 400;
        sowing->message = mem_printf("'%s' is no path of the API", path);
        return true;
    }
    sowing->sending = true;
    bool at_once = !service_perform(sowing->service, &sowing->call, answered, sowing);

    sowing->sending = false;
    return at_once;
}

/* ---- Log Service, which has no calls here ---- */

static bool make_log(struct sowing *sowing)
{
    const struct seed_step *step = sowing->step;
    struct neighbours_log log = {
        .account = str_is_set(sowing->account) ? sowing->account : STR(""),
        .region = step->region,
        .project = step->log_project,
        .logstore = str_eq(step->log_name, step->log_project) && strcmp(step->path, "/") == 0
                        ? STR("")
                        : step->log_name,
        .now_ms = clock_wall_ms(),
    };
    struct store_batch *batch;
    struct error err;

    if (neighbours_log_exists(sowing->store, &log))
        return false;
    OWN(json_free) cJSON *body = json_parse(step->body, &err);

    batch = store_begin(sowing->store);
    neighbours_log_create(batch, &log, body);
    store_commit(batch, NULL, NULL);
    return true;
}

static void sow_log(struct sowing *sowing)
{
    sowing->applied += make_log(sowing);
    sowing->step = sowing->step->next;
    sowing->probing = sowing->step && sowing->step->probe;
}

/* Behind what exists already, everything below it is passed over. */
static const struct seed_step *behind(const struct seed_step *step)
{
    const struct seed_step *next = step->next;

    while (next && next->depth > step->depth)
        next = next->next;
    return next;
}

static bool fail(struct sowing *sowing)
{
    const struct seed_step *step = sowing->step;
    OWN(mem_free)
    char *problem = mem_printf("%s:%u:%u: %s: %s", step->file, step->line, step->column, step->name,
                               sowing->message ? sowing->message : "refused");

    end_call(sowing);
    end_sowing(sowing, problem);
    return false;
}

/* False when the sowing has ended. */
static bool heed_answer(struct sowing *sowing)
{
    bool good = sowing->status < 300;

    if (sowing->probing) {
        sowing->probing = false;
        if (good)
            sowing->step = sowing->step->shared ? sowing->step->next : behind(sowing->step);
        else if (sowing->status != 404)
            return fail(sowing);
    } else if (good) {
        sowing->applied++;
        sowing->step = sowing->step->next;
    } else {
        return fail(sowing);
    }
    if (good)
        sowing->probing = sowing->step && sowing->step->probe;
    end_call(sowing);
    return true;
}

/* Calls that are answered at once are a loop here, not a recursion. */
static void sow(struct sowing *sowing)
{
    while (sowing->step) {
        const struct seed_step *step = sowing->step;

        if (step->log) {
            sow_log(sowing);
            continue;
        }
        bool at_once = sowing->probing ? send_call(sowing, "GET", step->probe, STR_NONE)
                                       : send_call(sowing, step->method, step->path, step->body);

        if (!at_once)
            return; /* answered() goes on */
        if (!heed_answer(sowing))
            return;
    }
    end_sowing(sowing, NULL);
}

static void answered(void *arg, const struct service_answer *answer)
{
    struct sowing *sowing = (struct sowing *)arg;

    sowing->status = answer->status;
    if (answer->error)
        sowing->message = mem_printf("%s: " STR_FMT, answer->error->code, STR_ARG(answer->message));
    if (!sowing->sending && heed_answer(sowing))
        sow(sowing);
}

void seeds_apply(struct seeds *seeds, struct service *service, struct store *store,
                 struct str account, void (*done)(void *arg, const char *problem), void *arg)
{
    struct sowing *sowing = mem_alloc(sizeof(*sowing));

    *sowing = (struct sowing){
        .service = service,
        .store = store,
        .account = account,
        .step = seeds->steps.first,
        .done = done,
        .arg = arg,
    };
    sowing->probing = sowing->step && sowing->step->probe;
    sow(sowing);
}
