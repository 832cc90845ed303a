/*
 * The environment of a program: what the service says of the function, keys, and what the machine
 * needs; and where the program finds its folders.
 */
#include <stdio.h>

#include "base/mem.h"
#include "invoke/container.h"
#include "invoke/internal.h"
#include "invoke/web.h"

/* ---- texts ---- */

void texts_add(struct texts *texts, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;

    if (texts->count + 1 >= TEXTS_MAX)
        return;
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    texts->items[texts->count++] = arena_dup(texts->arena, buf_str(&text));
    buf_done(&text);
}

/* ---- where things are for the program ---- */

const char *instance_code_path(const struct instance *i)
{
    if (i->invoke->namespaces || instance_is_container(i))
        return "/code";
    return i->place ? arena_printf(i->arena, "%s/code", i->place) : code_folder(i->code);
}

const char *instance_layer_path(const struct instance *i)
{
    if (!i->invoke->namespaces && i->place)
        return arena_printf(i->arena, "%s/opt", i->place);
    if (i->invoke->namespaces || !i->layers)
        return "/opt";
    return code_folder(i->layers);
}

const char *instance_tmp_path(const struct instance *i)
{
    return i->tmp ? i->tmp : "/tmp";
}

const char *instance_bootstrap_path(const struct instance *i, const char *file)
{
    if (i->invoke->namespaces)
        return arena_printf(i->arena, "/var/fcemu/%s", file);
    return arena_printf(i->arena, "%s/bootstrap/%s", i->invoke->folder, file);
}

/* ---- environment ---- */

static bool is_reserved(struct str name)
{
    static const struct str names[] = {
        STR_INIT("ALIBABA_CLOUD_ACCESS_KEY_ID"),
        STR_INIT("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        STR_INIT("ALIBABA_CLOUD_SECURITY_TOKEN"),
        STR_INIT("accessKeyID"),
        STR_INIT("accessKeySecret"),
        STR_INIT("securityToken"),
    };

    if (str_starts(name, STR("FC_")))
        return true;
    for (size_t k = 0; k < N_ELEMENTS(names); k++) {
        if (str_eq(name, names[k]))
            return true;
    }
    return false;
}

static bool sets(const struct instance *i, struct str name)
{
    for (size_t k = 0; k < i->spec.environment_count; k++) {
        if (str_eq(i->spec.environment[k].name, name))
            return true;
    }
    return false;
}

static void add_service_variables(struct instance *i, struct texts *env)
{
    const struct invoke_function *f = &i->spec;

    texts_add(env, "FC_FUNC_CODE_PATH=%s", instance_code_path(i));
    texts_add(env, "FC_ACCOUNT_ID=" STR_FMT, STR_ARG(f->account));
    texts_add(env, "FC_REGION=" STR_FMT, STR_ARG(f->region));
    texts_add(env, "FC_FUNCTION_NAME=" STR_FMT, STR_ARG(f->name));
    texts_add(env, "FC_FUNCTION_HANDLER=" STR_FMT, STR_ARG(f->handler));
    texts_add(env, "FC_FUNCTION_MEMORY_SIZE=%u", f->memory_mb);
    texts_add(env, "FC_SERVICE_NAME=" STR_FMT, STR_ARG(f->service));
    texts_add(env, "FC_QUALIFIER=" STR_FMT, STR_ARG(f->qualifier));
    texts_add(env, "FC_VER_ID=" STR_FMT, STR_ARG(f->version));
    texts_add(env, "FC_FUNCTION_VERSION=" STR_FMT, STR_ARG(f->version));
    texts_add(env, "FC_INSTANCE_ID=%s", i->id);
    if (i->interpreter && !instance_is_container(i))
        texts_add(env, "FC_RUNTIME_VERSION=%s", i->interpreter->version);
    if (i->api)
        texts_add(env, "FC_RUNTIME_API=127.0.0.1:%u", runtime_api_port(i->api));
    if (i->language == LANGUAGE_CUSTOM || instance_is_container(i)) {
        unsigned port = instance_is_container(i) ? i->spec.port : i->port;

        texts_add(env, "FC_SERVER_PORT=%u", port);
        texts_add(env, "FC_CUSTOM_LISTEN_PORT=%u", port);
    }
}

static void add_keys(struct instance *i, struct texts *env)
{
    const char *id = i->credentials[0];
    const char *secret = i->credentials[1];
    const char *token = i->credentials[2];

    texts_add(env, "ALIBABA_CLOUD_ACCESS_KEY_ID=%s", id);
    texts_add(env, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s", secret);
    texts_add(env, "ALIBABA_CLOUD_SECURITY_TOKEN=%s", token);
    texts_add(env, "accessKeyID=%s", id);
    texts_add(env, "accessKeySecret=%s", secret);
    texts_add(env, "securityToken=%s", token);
}

/* Variables of the machine that a program needs; the function's own win. */
static void add_preset(struct instance *i, struct texts *env, const char *name, const char *fmt,
                       ...) PRINTF_LIKE(4, 5);

static void add_preset(struct instance *i, struct texts *env, const char *name, const char *fmt,
                       ...)
{
    struct buf value = {0};
    va_list args;

    if (sets(i, str_of(name)))
        return;
    va_start(args, fmt);
    buf_vprintf(&value, fmt, args);
    va_end(args);
    texts_add(env, "%s=%s", name, buf_text(&value));
    buf_done(&value);
}

static struct str daemon_address(struct instance *i)
{
    const struct invoke_settings *settings = &i->invoke->settings;
    struct str at = settings->address ? settings->address(settings->owner, i->arena) : STR_NONE;
    struct str host;
    struct str port;

    if (!instance_is_container(i) || !str_cut_last(at, ':', &host, &port))
        return at;
    return arena_strf(i->arena, "%s:" STR_FMT, container_host(), STR_ARG(port));
}

/* Python and Node.js need none: a proxy is asked for every name, and some clients repeat what
 * failed behind one. Java would say in the log that it has read such a variable. */
static bool wants_proxy(const struct instance *i)
{
    return i->invoke->settings.proxies &&
           (i->language == LANGUAGE_GO || i->language == LANGUAGE_PHP ||
            i->language == LANGUAGE_CUSTOM);
}

static void add_proxy(struct instance *i, struct texts *env, struct str at)
{
    static const char *const names[] = {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"};

    for (size_t k = 0; k < N_ELEMENTS(names); k++)
        add_preset(i, env, names[k], "http://" STR_FMT, STR_ARG(at));
    add_preset(i, env, "NO_PROXY", "localhost,127.0.0.1,::1");
    add_preset(i, env, "no_proxy", "localhost,127.0.0.1,::1");
}

/* Clients inside come back here: those of Python and Node.js by the names of the service, which a
 * module leads. */
static void add_way_here(struct instance *i, struct texts *env)
{
    struct str at = daemon_address(i);
    const char *bundle = instance_bootstrap_path(i, "ca-bundle.pem");

    if (at.len == 0)
        return;
    add_preset(i, env, "FCEMU_ADDRESS", STR_FMT, STR_ARG(at));
    if (wants_proxy(i))
        add_proxy(i, env, at);
    add_preset(i, env, "SSL_CERT_FILE", "%s", bundle);
    add_preset(i, env, "REQUESTS_CA_BUNDLE", "%s", bundle);
    add_preset(i, env, "CURL_CA_BUNDLE", "%s", bundle);
    add_preset(i, env, "NODE_EXTRA_CA_CERTS", "%s", instance_bootstrap_path(i, "ca.pem"));
    add_preset(i, env, "NODE_OPTIONS", "--require=%s", instance_bootstrap_path(i, "names.cjs"));
}

/* An endpoint for any client, which says region and account. */
static void add_endpoint(struct instance *i, struct texts *env)
{
    struct str at = daemon_address(i);

    if (at.len)
        add_preset(i, env, "FCEMU_ENDPOINT", "http://" STR_FMT "/@" STR_FMT "/" STR_FMT,
                   STR_ARG(at), STR_ARG(i->spec.region), STR_ARG(i->spec.account));
}

void environment_add_presets(struct instance *i, struct texts *env)
{
    const char *code = instance_code_path(i);
    const char *opt = instance_layer_path(i);
    const char *own = i->interpreter ? i->interpreter->prefix : "/usr/local";

    add_preset(i, env, "PATH",
               "%s/bin:%s/bin:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin", opt,
               own);
    add_preset(i, env, "LD_LIBRARY_PATH", "%s:%s/lib:%s/lib", code, code, opt);
    add_preset(i, env, "HOME", "%s", instance_tmp_path(i));
    add_preset(i, env, "LANG", "C.UTF-8");
    if (i->tmp)
        add_preset(i, env, "TMPDIR", "%s", i->tmp);
    if (i->language == LANGUAGE_NODEJS)
        add_preset(i, env, "NODE_PATH", "%s/nodejs/node_modules:/usr/local/lib/node_modules", opt);
    /* Compiled modules of the interpreter stay where they are; those of the user cannot be written,
       as his code cannot. */
    if (i->language == LANGUAGE_PYTHON)
        add_preset(i, env, "PYTHONPATH", "%s:%s/python", instance_bootstrap_path(i, "python"), opt);
    if (i->language == LANGUAGE_JAVA)
        add_preset(i, env, "CLASSPATH", "%s/java/lib/*", opt);
    if (i->language == LANGUAGE_PHP)
        add_preset(i, env, "PHP_INI_SCAN_DIR", ":%s/php", opt);
    add_way_here(i, env);
}

void environment_add(struct instance *i, struct texts *env)
{
    add_service_variables(i, env);
    add_keys(i, env);
    add_endpoint(i, env);
    if (i->spec.mount_count)
        add_preset(i, env, "FCEMU_MOUNT_ROOT", "%s", i->links ? i->links : "");
    if (!instance_is_container(i))
        environment_add_presets(i, env); /* what an image has of these is its own */
    for (size_t k = 0; k < i->spec.environment_count; k++) {
        const struct invoke_pair *pair = &i->spec.environment[k];

        if (!is_reserved(pair->name))
            texts_add(env, STR_FMT "=" STR_FMT, STR_ARG(pair->name), STR_ARG(pair->value));
    }
}

/* What an interpreter reads when it starts cannot come later. */
bool environment_may_come_later(const struct instance *i)
{
    static const struct str early[] = {
        STR_INIT("LD_"),   STR_INIT("PYTHON"),  STR_INIT("NODE_"),   STR_INIT("JAVA_"),
        STR_INIT("JDK_"),  STR_INIT("_JAVA"),   STR_INIT("PHP"),     STR_INIT("MALLOC_"),
        STR_INIT("LANG"),  STR_INIT("LC_"),     STR_INIT("TZ"),      STR_INIT("GLIBC"),
        STR_INIT("UV_"),   STR_INIT("SSL_"),    STR_INIT("OPENSSL"), STR_INIT("CLASSPATH"),
        STR_INIT("GCONV"), STR_INIT("LOCPATH"),
    };

    for (size_t k = 0; k < i->spec.environment_count; k++) {
        for (size_t n = 0; n < N_ELEMENTS(early); n++) {
            if (str_starts(i->spec.environment[k].name, early[n]))
                return false;
        }
    }
    if (i->spec.mount_count)
        return false;
    /* A layer may bring settings of PHP. */
    return i->language != LANGUAGE_PHP || !i->spec.layer_count;
}
