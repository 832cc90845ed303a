/*
 * catalog/fc_error.c - looking errors up, where they apply, and their messages
 */
#include "catalog/fc_error.h"

#include "base/glob.h"
#include "base/own.h"

static const char *const retry_names[] = {
    [RETRY_NEVER] = "never",
    [RETRY_AFTER_CHANGE] = "after change",
    [RETRY_ONCE_RESIGNED] = "once, signed anew",
    [RETRY_IN_ORDER] = "yes, one after another",
    [RETRY_BACKOFF] = "yes, with back-off",
    [RETRY_IF_IDEMPOTENT] = "yes, if idempotent",
};

static const char *const evidence_names[] = {
    [EVIDENCE_2020_08_27] = "documented 2020-08-27",
    [EVIDENCE_LATER] = "documented later",
    [EVIDENCE_CLIENT] = "seen in client code",
    [EVIDENCE_CHOICE] = "emulator choice",
};

/* A table is walked: most rows are told off by their first letter. */
static bool is_named(const char *name, struct str wanted)
{
    return wanted.len > 0 && name[0] == wanted.ptr[0] &&
           strncmp(name, wanted.ptr, wanted.len) == 0 && name[wanted.len] == '\0';
}

const struct fc_error *fc_error_find(struct str code)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++)
        if (is_named(table[i].code, code))
            return &table[i];
    return NULL;
}

const struct fc_error_lookalike *fc_error_lookalike_find(struct str name)
{
    size_t count;
    const struct fc_error_lookalike *table = fc_error_lookalike_table(&count);

    for (size_t i = 0; i < count; i++)
        if (is_named(table[i].name, name))
            return &table[i];
    return NULL;
}

int fc_error_status(const struct fc_error *error, enum api_version api)
{
    bool later = api == API_2021 || api == API_2023;

    return later && error->status_later ? error->status_later : error->status;
}

static bool any_glob_matches(const char *globs, const char *name)
{
    struct str rest = str_of(globs);
    struct str glob;

    while (str_is_set(rest)) {
        str_cut(rest, ' ', &glob, &rest);
        if (glob.len > 0 && glob_match(glob, str_of(name)))
            return true;
    }
    return false;
}

/* "/services/{service.qualifier}" has the parameters service and qualifier. */
static bool path_has_param(struct str path, struct str param)
{
    struct str inside;
    struct str name;
    struct str second;

    while (str_cut(path, '{', &name, &path)) {
        str_cut(path, '}', &inside, &path);
        str_cut(inside, '.', &name, &second);
        if (str_eq(name, param) || str_eq(second, param))
            return true;
    }
    return false;
}

static bool path_has_any_param(const char *path, const char *params)
{
    struct str rest = str_of(params);
    struct str param;

    while (str_is_set(rest)) {
        str_cut(rest, ' ', &param, &rest);
        if (path_has_param(str_of(path), param))
            return true;
    }
    return false;
}

bool fc_error_applies(const struct fc_error *error, const struct operation *op)
{
    if (!(error->apis & (1u << op->api)))
        return false;
    return (error->classes & op->classes) || path_has_any_param(op->path, error->params) ||
           any_glob_matches(error->operations, op->name);
}

static const char *message_of(const struct fc_error *error, enum api_version api)
{
    return api == API_2023 && error->message_2023 ? error->message_2023 : error->message;
}

/* Read a "%s" or "%2$s" at @at. Returns behind it, or NULL when there is none; *next counts on. */
static const char *read_slot(const char *at, size_t *next, size_t *out_arg)
{
    if (at[0] == '%' && at[1] == 's') {
        *out_arg = (*next)++;
        return at + 2;
    }
    if (at[0] == '%' && at[1] >= '1' && at[1] <= '9' && at[2] == '$' && at[3] == 's') {
        *out_arg = (size_t)(at[1] - '1');
        return at + 4;
    }
    return NULL;
}

size_t fc_error_arg_count(const struct fc_error *error, enum api_version api)
{
    size_t next = 0;
    size_t most = 0;
    size_t arg;

    for (const char *at = message_of(error, api); *at != '\0'; at++)
        if (read_slot(at, &next, &arg) && arg + 1 > most)
            most = arg + 1;
    return most;
}

size_t fc_error_arg_required(const struct fc_error *error)
{
    size_t required = 0;

    for (size_t i = 0; i < FC_ERROR_ARGS_MAX; i++)
        if (error->args[i] && !error->sample[i])
            required = i + 1;
    return required;
}

void fc_error_message(const struct fc_error *error, enum api_version api, const struct str *args,
                      size_t arg_count, struct buf *out)
{
    const char *at = message_of(error, api);
    size_t next = 0;
    size_t arg;

    while (*at != '\0') {
        const char *behind = read_slot(at, &next, &arg);

        if (!behind) {
            const char *end = strchrnul(at + 1, '%');

            buf_add(out, (struct str){at, (size_t)(end - at)});
            at = end;
            continue;
        }
        if (arg < arg_count)
            buf_add(out, args[arg]);
        else if (arg < FC_ERROR_ARGS_MAX && error->sample[arg])
            buf_puts(out, error->sample[arg]);
        at = behind;
    }
}

const char *fc_retry_name(enum fc_retry retry)
{
    return (unsigned)retry < N_ELEMENTS(retry_names) ? retry_names[retry] : "";
}

const char *fc_evidence_name(enum fc_evidence evidence)
{
    return (unsigned)evidence < N_ELEMENTS(evidence_names) ? evidence_names[evidence] : "";
}
