/*
 * What an instance needs before its program can be started: the supervisor, an interpreter, its
 * code, and a program in that code where there is no interpreter.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "invoke/batch.h"
#include "invoke/container.h"
#include "invoke/internal.h"

/* 0: there; 1: coming; -1: never, and the instance is gone. */
static int prepare_supervisor(struct instance *instance)
{
    struct error err;
    int r = invoke_supervisor(instance->invoke, &err);

    if (r < 0)
        instance_refuse(instance, "CAExited", err.text);
    return r;
}

/* Why no container is even tried; NULL: one is. */
static const char *container_problem(const struct instance *instance)
{
    if (!instance_is_container(instance))
        return NULL;
    if (instance->invoke->settings.no_network)
        return "The function either cannot be started or exited: invoke.network is none, "
               "and a container without a network cannot be called";
    return batch_problem(instance);
}

static int prepare_interpreter(struct instance *instance)
{
    const char *problem = container_problem(instance);

    if (problem) {
        instance_refuse(instance, "CAExited", problem);
        return -1;
    }
    if (!instance->interpreter)
        instance->interpreter = interpreter_find(instance->invoke, instance_is_container(instance)
                                                                       ? STR(CONTAINER_RUNTIME)
                                                                       : instance->spec.runtime);
    if (!instance->interpreter || instance->interpreter->state == INTERPRETER_READY)
        return 0;
    if (instance->interpreter->state == INTERPRETER_COMING)
        return 1;
    instance_refuse(instance, "CAExited", instance->interpreter->shown);
    return -1;
}

static struct code *take_code(struct instance *instance)
{
    OWN(mem_free)
    char *key =
        mem_printf(STR_FMT "%s", STR_ARG(instance->spec.blob), instance->spec.blob.len ? " " : "");

    return code_take(instance->invoke, key);
}

/* The last of the list is unpacked first, so that the first one wins. */
static struct code *take_layers(struct instance *instance)
{
    OWN(buf_done) struct buf key = {0};

    for (size_t i = instance->spec.layer_count; i-- > 0;)
        buf_printf(&key, STR_FMT " ", STR_ARG(instance->spec.layers[i]));
    return code_take(instance->invoke, buf_text(&key));
}

static int is_unpacked(struct instance *instance, const struct code *code)
{
    char text[sizeof(instance->problem)];

    if (code_state(code) != CODE_FAILED)
        return code_state(code) == CODE_COMING;
    snprintf(text, sizeof(text), "the code cannot be unpacked: %s", code_problem(code));
    instance_refuse(instance, "CAExited", text);
    return -1;
}

static int prepare_code(struct instance *instance)
{
    int r;

    if (instance_is_container(instance))
        return instance_is_batch(instance) && !instance->calls; /* the event is not there yet */
    if (!instance->code)
        instance->code = take_code(instance);
    if (!instance->layers && instance->spec.layer_count)
        instance->layers = take_layers(instance);
    r = is_unpacked(instance, instance->code);
    if (r != 0 || !instance->layers)
        return r;
    return is_unpacked(instance, instance->layers);
}

/* What is started has to be there: `bootstrap`, or the Go program that is the handler. */
static int prepare_program(struct instance *instance)
{
    struct str file = instance->language == LANGUAGE_GO ? instance->spec.handler : STR("bootstrap");
    OWN(mem_free) char *path = NULL;
    char text[sizeof(instance->problem)];
    struct stat info;

    if (!language_is_program(instance->language) || instance->spec.command_count)
        return 0;
    path = mem_printf("%s/" STR_FMT, code_folder(instance->code), STR_ARG(file));
    if (stat(path, &info) < 0) {
        snprintf(text, sizeof(text),
                 "The function cannot be started. File /code/" STR_FMT " does not exist.",
                 STR_ARG(file));
        instance_refuse(instance, "CAFileNotFound", text);
        return -1;
    }
    if (S_ISREG(info.st_mode) && (info.st_mode & S_IXUSR))
        return 0;
    snprintf(text, sizeof(text),
             "The function cannot be started. Permission denied (code: 13) to execute "
             "/code/" STR_FMT ": give it mode 755 or 777 in the package.",
             STR_ARG(file));
    instance_refuse(instance, "CAFilePermission", text);
    return -1;
}

bool instance_is_prepared(struct instance *instance)
{
    static int (*const steps[])(struct instance *) = {prepare_supervisor, prepare_interpreter,
                                                      prepare_code, prepare_program};

    for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
        if (steps[i](instance) != 0)
            return false;
    }
    return true;
}
