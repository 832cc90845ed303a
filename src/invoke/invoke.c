/*
 * The room itself: its folder, its worker, the supervisor when somebody needs it; calls in.
 */
#include "invoke/invoke.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "catalog/runtime.h"
#include "invoke/bootstrap.h"
#include "invoke/container.h"
#include "invoke/docker.h"
#include "invoke/internal.h"
#include "invoke/unpack.h"
#include "loop/worker.h"

enum { PASSABLE = 0711, READABLE = 0755, FILE_MODE = 0644 };

/* ---- its folder ---- */

static int write_file(const char *path, struct str text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);

    if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len) {
        error_errno(err, "write '%s'", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    fchmod(fd, FILE_MODE);
    close(fd);
    return 0;
}

static int write_in(const char *folder, const char *name, struct str text, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);

    return write_file(path, text, err);
}

/* Python takes a module of this name by itself, from a folder in its path. */
static const char *file_name(const struct bootstrap *file)
{
    return strcmp(file->name, "names.py") == 0 ? "python/sitecustomize.py" : file->name;
}

static int write_bootstraps(struct invoke *invoke, struct error *err)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(mem_free) char *folder = mem_printf("%s/bootstrap", invoke->folder);
    OWN(mem_free) char *python = mem_printf("%s/python", folder);

    if (mkdir(folder, READABLE) < 0 || mkdir(python, READABLE) < 0)
        return error_errno(err, "make '%s'", python);
    for (size_t i = 0; i < bootstrap_count; i++) {
        if (write_in(folder, file_name(&bootstraps[i]), lead_module(&bootstraps[i], arena), err) <
            0)
            return -1;
    }
    if (write_in(folder, "ca-bundle.pem", lead_bundle(invoke, arena), err) < 0)
        return -1;
    return write_in(folder, "ca.pem",
                    invoke->settings.authority.len ? invoke->settings.authority : STR(""), err);
}

/* Others may pass through it to what an instance of another user needs, and not look around. */
static int make_folder(struct invoke *invoke, struct error *err)
{
    OWN(mem_free) char *path = scratch_new(INVOKE_FOLDER, &invoke->folder_fd);

    if (!path || chmod(path, PASSABLE) < 0)
        return error_errno(err, "make a folder in '%s'", scratch_base());
    invoke->folder = GIVE(path);
    invoke->room = mem_printf("%s/room", invoke->folder);
    if (mkdir(invoke->room, READABLE) < 0)
        return error_errno(err, "make '%s'", invoke->room);
    return write_bootstraps(invoke, err);
}

void invoke_remove_left_behind(void)
{
    scratch_sweep(INVOKE_FOLDER, SCRATCH_MARKER, INVOKE_CONTAINERS);
}

static void remove_work(void *arg)
{
    folder_remove(arg);
}

static void remove_done(void *arg)
{
    mem_free(arg);
}

void invoke_remove_folder(struct invoke *invoke, char *path)
{
    worker_submit(invoke->worker, remove_work, remove_done, path);
}

/* ---- the supervisor ---- */

/* Who may reach an interpreter depends on how instances are kept apart. */
static void look_for_expected(struct invoke *invoke)
{
    size_t count;
    const struct runtime_name *names = runtime_name_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (invoke->expected >> i & 1)
            interpreter_find(invoke, str_of(names[i].name));
    }
    invoke->expected = 0;
}

static void on_ready(void *arg, bool namespaces, const char *problem)
{
    struct invoke *invoke = arg;

    invoke->namespaces = namespaces;
    invoke->supervisor_ready = true;
    invoke->tried = true;
    if (problem)
        log_info("functions run", "isolation=process problem=\"%s\"", problem);
    else
        log_info("functions run", "isolation=%s", namespaces ? "namespace" : "process");
    look_for_expected(invoke);
    invoke_prepare_on(invoke);
}

/* Its programs were told to have ended, and so were their instances. The next call has another. */
static void forget_supervisor(struct loop_timer *timer)
{
    struct invoke *invoke = CONTAINER_OF(timer, struct invoke, forget_due);

    supervisor_free(GIVE(invoke->supervisor));
    invoke->supervisor_ready = false;
    invoke_prepare_on(invoke);
}

static void on_lost(void *arg)
{
    struct invoke *invoke = arg;

    log_warn("supervisor lost", NULL);
    container_lost(invoke);
    loop_timer_arm(invoke->loop, &invoke->forget_due, 0, forget_supervisor);
}

static int start(struct invoke *invoke, struct error *err)
{
    struct supervisor_settings settings = {
        .program = invoke->settings.program,
        .isolation = invoke->settings.isolation,
        .ready = on_ready,
        .lost = on_lost,
        .arg = invoke,
    };

    if (!invoke->folder && make_folder(invoke, err) < 0)
        return -1;
    settings.room = invoke->room;
    settings.leftover = invoke->folder;
    return supervisor_new(invoke->loop, &settings, &invoke->supervisor, err);
}

int invoke_supervisor(struct invoke *invoke, struct error *err)
{
    if (invoke->supervisor_ready)
        return 0;
    if (invoke->supervisor)
        return 1;
    return start(invoke, err) < 0 ? -1 : 1;
}

void invoke_expect(struct invoke *invoke, struct str runtime)
{
    const struct runtime_name *name = runtime_name_find(runtime);
    const struct runtime_name *names = runtime_name_table(&(size_t){0});
    struct error err;

    if (!name || invoke->ending)
        return;
    invoke->expected |= UINT64_C(1) << (name - names);
    if (invoke_supervisor(invoke, &err) == 0)
        look_for_expected(invoke); /* what goes wrong is told to the call that meets it */
}

/* ---- preparation goes on ---- */

/* An instance may end, and others with it, while one is looked at: each round starts anew until all
 * have been. */
static struct instance *find_unlooked(struct invoke *invoke)
{
    struct function *function;
    struct function *next;
    struct instance *instance;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        DL_FOREACH(function->instances, instance)
        {
            if (instance->state == INSTANCE_PREPARING && instance->round != invoke->round)
                return instance;
        }
    }
    return NULL;
}

static void prepare_all(struct loop_timer *timer)
{
    struct invoke *invoke = CONTAINER_OF(timer, struct invoke, prepare_due);
    struct instance *instance;

    invoke->round++;
    while ((instance = find_unlooked(invoke))) {
        instance->round = invoke->round;
        instance_prepare(instance);
    }
}

void invoke_prepare_on(struct invoke *invoke)
{
    if (!invoke->ending && !loop_timer_armed(&invoke->prepare_due))
        loop_timer_arm(invoke->loop, &invoke->prepare_due, 0, prepare_all);
}

/* ---- calls ---- */

static void on_refusal(struct loop_timer *timer)
{
    struct invoke_call *call = CONTAINER_OF(timer, struct invoke_call, refusal);

    call->done(call->arg, &call->refused);
    mem_free(call->message);
    mem_free(call);
}

struct invoke_call *invoke_begin(struct invoke *invoke, const struct invoke_function *spec,
                                 const struct invoke_request *request,
                                 void (*done)(void *arg, const struct invoke_result *result),
                                 void *arg)
{
    struct function *function = function_take(invoke, spec);
    struct invoke_call *call = mem_alloc(sizeof(*call));
    bool starts = inside_wants_start(request);
    struct instance *instance =
        request->session
            ? session_find_room(function, request->session, &call->refused.code, &call->message)
            : (starts ? function_find_new_room : function_find_room)(function, &call->refused.code,
                                                                     &call->message);
    bool is_new = instance && instance->state == INSTANCE_PREPARING && !instance->calls;

    call->invoke = invoke;
    call->request = *request;
    call->done = done;
    call->arg = arg;
    if (!instance) {
        call->refused.outcome = INVOKE_REFUSED;
        call->refused.message = str_of(call->message);
        function_let_go(function);
        loop_timer_arm(invoke->loop, &call->refusal, 0, on_refusal);
        return call;
    }
    call->instance = instance;
    inside_prepare(call, is_new);
    instance_take(instance, call);
    /* What it needs may be there already; the caller hears of nothing before this returns. */
    if (instance->state == INSTANCE_PREPARING)
        invoke_prepare_on(invoke);
    return call;
}

/* ---- made and ended ---- */

int invoke_new(struct loop *loop, const struct invoke_settings *settings, struct invoke **out,
               struct error *err)
{
    struct invoke *invoke = mem_alloc(sizeof(*invoke));

    invoke->loop = loop;
    invoke->settings = *settings;
    invoke->folder_fd = -1;
    if (worker_new(loop, "invoke", &invoke->worker, err) < 0) {
        mem_free(invoke);
        return -1;
    }
    docker_sweep(invoke->worker, NULL, NULL);
    *out = invoke;
    return 0;
}

static void drop_calls(struct instance *instance)
{
    while (instance->calls) {
        struct invoke_call *call = instance->calls;

        loop_timer_cancel(call->invoke->loop, &call->timer);
        DL_DELETE(instance->calls, call);
        mem_free(call);
    }
}

static void end_instances(struct invoke *invoke)
{
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        struct instance *instance;
        struct instance *after;

        function->held++;
        DL_FOREACH_SAFE(function->instances, instance, after)
        {
            drop_calls(instance);
            instance_free(instance);
        }
        function->held--;
        function->target = 0;
        function_let_go(function);
    }
}

void invoke_free(struct invoke *invoke)
{
    if (!invoke)
        return;
    invoke->ending = true;
    wind_stop(invoke);
    loop_timer_cancel(invoke->loop, &invoke->forget_due);
    loop_timer_cancel(invoke->loop, &invoke->prepare_due);
    loop_timer_cancel(invoke->loop, &invoke->fill_due);
    end_instances(invoke);
    reserve_free_all(invoke);
    debug_free_all(invoke);
    supervisor_free(invoke->supervisor);
    worker_free(invoke->worker);
    interpreter_free_all(invoke);
    code_free_all(invoke);
    if (invoke->folder)
        folder_remove(invoke->folder);
    if (invoke->folder_fd >= 0)
        close(invoke->folder_fd);
    mem_free(invoke->folder);
    mem_free(invoke->room);
    buf_done(&invoke->meta);
    mem_free(invoke);
}

/* ---- what runs ---- */

void invoke_each(struct invoke *invoke, void (*fn)(void *arg, const struct invoke_instance *seen),
                 void *arg)
{
    struct function *function;
    struct function *next;
    struct instance *instance;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        DL_FOREACH(function->instances, instance)
        {
            const struct invoke_function *spec = &instance->spec;

            fn(arg, &(struct invoke_instance){
                        .id = str_of(instance->id),
                        .account = spec->account,
                        .region = spec->region,
                        .service = spec->service,
                        .function = spec->name,
                        .version = spec->version,
                        .qualifier = spec->qualifier,
                        .ran = str_of(instance_ran(instance)),
                        .created_wall_ms = instance->created_wall_ms,
                        .calls = instance->call_count,
                        .served = instance->served,
                        .draining = instance->draining || instance->state >= INSTANCE_ENDING,
                        .starting = instance->state < INSTANCE_SERVING,
                        .provisioned = instance->provisioned,
                    });
        }
    }
}

size_t invoke_reserve(const struct invoke *invoke)
{
    return invoke->reserve_count;
}

const char *invoke_isolation(const struct invoke *invoke)
{
    if (!invoke->tried)
        return "not tried yet";
    return invoke->namespaces ? "namespace" : "process";
}

bool invoke_holds_socket(const struct invoke *invoke, uint32_t inode)
{
    return inode && supervisor_holds_socket(invoke->supervisor, inode);
}
