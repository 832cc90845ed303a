/* Functions under a debugger: which they are, and what their instance is started with. */
#include "invoke/debug.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "invoke/internal.h"

#define ADDRESS "127.0.0.1"
#define DELVE "dlv"
#define MOUNTED "/var/dlv" /* where it is with namespaces */

/* What a language is debugged with. In `attach`, %u is the port. */
static const struct debugger {
    const char *name;
    const char *attach;
} debuggers[LANGUAGE_COUNT] = {
    [LANGUAGE_PYTHON] = {"debugpy",
                         "debugpy at " ADDRESS ":%u; in VS Code: {\"type\": \"debugpy\", "
                         "\"request\": \"attach\", \"connect\": {\"host\": \"" ADDRESS
                         "\", \"port\": %u}}"                      },
    [LANGUAGE_NODEJS] = {"inspector", "node inspect " ADDRESS ":%u"},
    [LANGUAGE_JAVA] = {"jdwp",      "jdb -attach " ADDRESS ":%u" },
    [LANGUAGE_GO] = {"delve",     "dlv connect " ADDRESS ":%u" },
};

struct debugged {
    struct debugged *next, *prev;
    struct arena *arena;
    struct invoke_debug is;
    struct instance *instance; /* that has the debugger now; NULL: none */
    const char *program;       /* of a debugger that is one; NULL: it is not found */
};

/* ---- which functions ---- */

static bool is_same(const struct invoke_debug *is, struct str account, struct str region,
                    struct str service, struct str name)
{
    return str_eq(is->name, name) && str_eq(is->service, service) && str_eq(is->region, region) &&
           str_eq(is->account, account);
}

static struct debugged *find(const struct invoke *invoke, struct str account, struct str region,
                             struct str service, struct str name)
{
    struct debugged *d;

    DL_FOREACH(invoke->debugged, d)
    {
        if (is_same(&d->is, account, region, service, name))
            return d;
    }
    return NULL;
}

/* What runs was started in the other way. */
static void drain(struct invoke *invoke, const struct invoke_debug *is)
{
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (is_same(is, function->spec.account, function->spec.region, function->spec.service,
                    function->spec.name))
            function_drain(function);
    }
}

static void forget(struct invoke *invoke, struct debugged *d)
{
    if (d->instance)
        d->instance->debugged = NULL;
    DL_DELETE(invoke->debugged, d);
    arena_free(d->arena);
    mem_free(d);
}

void debug_free_all(struct invoke *invoke)
{
    while (invoke->debugged)
        forget(invoke, invoke->debugged);
}

/* ---- ports ---- */

/* @port, or a free one; 0 when it is taken. */
static uint16_t try_port(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) < 0)
        at.sin_port = 0;
    close(fd);
    return ntohs(at.sin_port);
}

/* ---- switched ---- */

static int check(const struct invoke *invoke, const struct invoke_debug *debug,
                 const struct debugger **out, struct error *err)
{
    const struct runtime_name *runtime = runtime_name_find(debug->runtime);
    enum runtime_language language = runtime ? runtime->language : LANGUAGE_CUSTOM;

    *out = &debuggers[language];
    if (language == LANGUAGE_CUSTOM || language == LANGUAGE_CONTAINER)
        return error_set(err, ERROR_USAGE,
                         "a custom runtime starts its program itself: start its debugger there");
    if (!(*out)->name)
        return error_set(err, ERROR_USAGE, "there is no debugger for %s here",
                         runtime_language_name(language));
    if (invoke->settings.no_network)
        return error_set(err, ERROR_USAGE,
                         "invoke.network is none: nothing outside could attach to it");
    return 0;
}

/* In PATH, or where Go installs programs. */
static const char *find_delve(struct arena *arena)
{
    const char *home = getenv("HOME");
    const char *path = getenv("PATH");
    struct str rest = str_of(arena_printf(arena, "%s:%s/go/bin:/usr/local/bin:/usr/bin",
                                          path ? path : "", home ? home : "/root"));
    struct str folder;

    while (str_is_set(rest)) {
        const char *program;

        str_cut(rest, ':', &folder, &rest);
        program = arena_printf(arena, STR_FMT "/" DELVE, STR_ARG(folder));
        if (folder.len && access(program, X_OK) == 0)
            return program;
    }
    return NULL;
}

static struct debugged *keep(struct invoke *invoke, const struct invoke_debug *debug, uint16_t port)
{
    struct debugged *d = mem_alloc(sizeof(*d));

    d->arena = arena_new();
    d->is = *debug;
    d->is.account = arena_str(d->arena, debug->account);
    d->is.region = arena_str(d->arena, debug->region);
    d->is.service = arena_str(d->arena, debug->service);
    d->is.name = arena_str(d->arena, debug->name);
    d->is.runtime = arena_str(d->arena, debug->runtime);
    d->is.port = port;
    d->program = find_delve(d->arena);
    DL_APPEND(invoke->debugged, d);
    return d;
}

int invoke_debug_start(struct invoke *invoke, const struct invoke_debug *debug, struct arena *arena,
                       struct invoke_debugged *out, struct error *err)
{
    const struct debugger *debugger;
    struct debugged *before =
        find(invoke, debug->account, debug->region, debug->service, debug->name);
    uint16_t port;

    if (check(invoke, debug, &debugger, err) < 0)
        return -1;
    if (before)
        forget(invoke, before);
    drain(invoke, debug);
    port = try_port(debug->port);
    if (!port)
        return error_set(err, ERROR_USAGE, "port %u is taken", debug->port);
    keep(invoke, debug, port);
    *out = (struct invoke_debugged){
        .debugger = debugger->name,
        .attach = strstr(debugger->attach, "%u}")
                      ? arena_printf(arena, debugger->attach, port, port)
                      : arena_printf(arena, debugger->attach, port),
        .port = port,
    };
    return 0;
}

bool invoke_debug_stop(struct invoke *invoke, const struct invoke_debug *debug)
{
    struct debugged *d = find(invoke, debug->account, debug->region, debug->service, debug->name);

    if (!d)
        return false;
    drain(invoke, debug);
    forget(invoke, d);
    return true;
}

/* ---- an instance ---- */

bool debug_begin(struct instance *instance)
{
    const struct invoke_function *spec = &instance->spec;
    struct debugged *d =
        find(instance->invoke, spec->account, spec->region, spec->service, spec->name);

    if (!d || (d->instance && d->instance != instance))
        return false;
    d->instance = instance;
    instance->debugged = d;
    return true;
}

void debug_end(struct instance *instance)
{
    if (instance->debugged)
        instance->debugged->instance = NULL;
    instance->debugged = NULL;
}

static void add_python(const struct invoke_debug *is, struct texts *argv)
{
    texts_add(argv, "-Xfrozen_modules=off");
    texts_add(argv, "-m");
    texts_add(argv, "debugpy");
    texts_add(argv, "--listen");
    texts_add(argv, ADDRESS ":%u", is->port);
    if (is->wait)
        texts_add(argv, "--wait-for-client");
}

static void add_nodejs(const struct invoke_debug *is, struct texts *argv)
{
    texts_add(argv, "--inspect%s=" ADDRESS ":%u", is->wait ? "-brk" : "", is->port);
}

static void add_java(const struct invoke_debug *is, struct texts *argv)
{
    texts_add(argv, "-agentlib:jdwp=transport=dt_socket,server=y,suspend=%s,address=" ADDRESS ":%u",
              is->wait ? "y" : "n", is->port);
}

/* The program itself comes behind. */
static void add_delve(const struct invoke_debug *is, struct texts *argv)
{
    texts_add(argv, "--headless");
    texts_add(argv, "--listen=" ADDRESS ":%u", is->port);
    texts_add(argv, "--api-version=2");
    texts_add(argv, "--accept-multiclient");
    texts_add(argv, "--check-go-version=false");
    if (geteuid() == 0) /* the function is another user's process, and who attaches is not */
        texts_add(argv, "--only-same-user=false");
    texts_add(argv, "exec");
    if (!is->wait)
        texts_add(argv, "--continue");
}

bool debug_mount(const struct instance *instance, struct supervise_mount *out)
{
    if (!instance->debugged || instance->language != LANGUAGE_GO || !instance->debugged->program)
        return false;
    *out = (struct supervise_mount){.from = instance->debugged->program, .to = MOUNTED};
    return true;
}

/* "dlv" is said to be missing when it is. */
static const char *delve_of(const struct instance *instance)
{
    const char *program = instance->debugged->program;

    if (!program)
        return DELVE;
    return instance->invoke->namespaces ? MOUNTED : program;
}

void debug_add(const struct instance *instance, struct texts *argv)
{
    static void (*const adders[LANGUAGE_COUNT])(const struct invoke_debug *, struct texts *) = {
        [LANGUAGE_PYTHON] = add_python,
        [LANGUAGE_NODEJS] = add_nodejs,
        [LANGUAGE_JAVA] = add_java,
        [LANGUAGE_GO] = add_delve,
    };

    if (instance->debugged && instance->language == LANGUAGE_GO)
        texts_add(argv, "%s", delve_of(instance));
    if (instance->debugged && adders[instance->language])
        adders[instance->language](&instance->debugged->is, argv);
}
