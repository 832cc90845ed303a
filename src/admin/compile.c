/* Rule files and the API layer to one rule set. */
#include "admin/compile.h"

#include <inttypes.h>

#include "base/mem.h"
#include "conf/document.h"
#include "conf/node.h"
#include "conf/report.h"

enum { LAYER_TEXTS = 2 };
#define LAYER_NAME "API layer"
#define BODY_NAME "request body"
/* Told apart here, one name to everybody else. */
static const char *const text_names[LAYER_TEXTS] = {LAYER_NAME " in front", LAYER_NAME " behind"};

static void free_compile(void *compile)
{
    compile_done(compile);
}

static const char **copy_names(const char *const *names, size_t count, struct arena *arena)
{
    const char **copy = ARENA_ARRAY(arena, count, const char *);

    for (size_t i = 0; i < count; i++)
        copy[i] = arena_dup(arena, str_of(names[i]));
    return copy;
}

struct compile *compile_new(struct admin *admin, struct arena *arena)
{
    struct compile *compile = ARENA_NEW(arena, struct compile);
    const char *const *files =
        admin->context.fault_files(admin->context.owner, &compile->file_count);

    compile->options = admin->context.grammar;
    compile->files = copy_names(files, compile->file_count, arena);
    arena_on_end(arena, free_compile, compile);
    return compile;
}

void compile_reads_canned(struct compile *compile, const struct admin *admin, struct arena *arena)
{
    const struct admin_context *context = &admin->context;
    const char *const *files;

    if (!context->canned || !context->canned_files)
        return;
    files = context->canned_files(context->owner, &compile->canned_file_count);
    compile->canned_files = copy_names(files, compile->canned_file_count, arena);
    compile->reads_canned = true;
}

void compile_done(struct compile *compile)
{
    fault_ruleset_unref(compile->set);
    fault_ruleset_unref(compile->canned);
    layer_free(compile->layer);
    mem_free(compile->errors);
    mem_free(compile->warnings);
    mem_free(compile->text);
    compile->set = compile->canned = NULL;
    compile->layer = NULL;
    compile->errors = compile->warnings = compile->text = NULL;
}

/* ---- places ---- */

static const char *behind(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 ? path + len : path;
}

/* "rules[3].do.error" is "do.error" to who sent that rule alone. */
static const char *path_in_rule(const char *path)
{
    const char *dot = strchr(path, '.');

    if (behind(path, "rules[") == path)
        return path;
    return dot ? dot + 1 : "";
}

static uint32_t line_count(struct str text)
{
    uint32_t lines = 1;

    for (size_t i = 0; i + 1 < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

/* Name the place as the sender knows it. */
static void place_issue(const struct compile *compile, struct conf_issue *issue,
                        const struct layer_spot *spot)
{
    bool own = spot->line && issue->line >= spot->line &&
               issue->line < spot->line + line_count(compile->own_text);

    if (own) {
        issue->file = BODY_NAME;
        issue->line -= spot->line - 1;
        issue->column = issue->column > spot->indent ? issue->column - spot->indent : 1;
        issue->path = path_in_rule(issue->path);
    } else {
        issue->file = LAYER_NAME;
    }
}

static void place_issues(const struct compile *compile, struct conf_report *report,
                         const struct layer_spot *spots)
{
    for (size_t i = 0; i < report->count; i++) {
        for (size_t t = 0; t < LAYER_TEXTS; t++) {
            if (report->issues[i].file && strcmp(report->issues[i].file, text_names[t]) == 0) {
                place_issue(compile, &report->issues[i], &spots[t]);
                break;
            }
        }
    }
}

/* ---- compiling ---- */

static void add_member(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ",\"%s\":", name);
    buf_json_string(out, value);
}

static void add_issue(const struct conf_issue *issue, struct buf *out)
{
    buf_puts(out, "{\"code\":");
    buf_json_string(out, str_of(issue->code));
    add_member(out, "file", str_of(issue->file));
    buf_printf(out, ",\"line\":%" PRIu32 ",\"column\":%" PRIu32, issue->line, issue->column);
    add_member(out, "path", str_of(issue->path));
    add_member(out, "message", str_of(issue->message));
    add_member(out, "hint", str_of(issue->hint));
    buf_add_char(out, '}');
}

void compile_issues_json(const struct conf_report *report, enum conf_severity severity,
                         struct buf *out)
{
    const char *comma = "";

    buf_add_char(out, '[');
    for (size_t i = 0; i < report->count; i++) {
        if (report->issues[i].severity != severity)
            continue;
        buf_puts(out, comma);
        add_issue(&report->issues[i], out);
        comma = ",";
    }
    buf_add_char(out, ']');
}

static void keep_report(struct compile *compile, const struct conf_report *report)
{
    struct buf errors = {0}, warnings = {0}, text = {0};

    compile_issues_json(report, CONF_ERROR, &errors);
    compile_issues_json(report, CONF_WARNING, &warnings);
    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    compile->errors = buf_take(&errors);
    compile->warnings = buf_take(&warnings);
    compile->text = buf_take(&text);
}

static void read_canned(struct compile *compile, struct conf_report *report)
{
    struct fault_grammar_options options = compile->options;

    if (!compile->reads_canned)
        return;
    options.canned = true;
    compile->canned =
        fault_ruleset_load(compile->canned_files, compile->canned_file_count, &options, report);
    if (compile->canned)
        return;
    fault_ruleset_unref(compile->set);
    compile->set = NULL;
}

void compile_run(struct compile *compile)
{
    struct fault_text texts[LAYER_TEXTS] = {0};
    struct layer_spot spots[LAYER_TEXTS] = {0};
    struct buf front = {0}, behind = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    size_t count = compile->whole.ptr || !layer_is_empty(compile->layer) ? LAYER_TEXTS : 0;

    layer_document(compile->layer, true, compile->own, compile->own_text, &spots[0], &front);
    layer_document(compile->layer, false, compile->own, compile->own_text, &spots[1], &behind);
    texts[0] = (struct fault_text){buf_str(&front), text_names[0], true};
    texts[1] = compile->whole.ptr ? (struct fault_text){compile->whole, BODY_NAME, false}
                                  : (struct fault_text){buf_str(&behind), text_names[1], false};
    compile->set = fault_ruleset_compile(compile->files, compile->file_count, texts, count,
                                         &compile->options, report);
    place_issues(compile, report, spots);
    read_canned(compile, report);
    keep_report(compile, report);
    buf_done(&front);
    buf_done(&behind);
}

void compile_take(struct admin *admin, struct compile *compile)
{
    fault_engine_load(admin->context.engine, compile->set,
                      fault_engine_seed(admin->context.engine));
    if (compile->canned)
        fault_engine_load(admin->context.canned, compile->canned,
                          fault_engine_seed(admin->context.engine));
    layer_free(admin->layer);
    admin->layer = GIVE(compile->layer);
    admin_touch(admin);
}

/* ---- reloading the files ---- */

struct reload {
    struct admin *admin;
    struct arena *arena;
    struct compile *compile;
    uint64_t generation;
    uint64_t number;
};

static void reload_work(void *arg)
{
    struct reload *reload = arg;

    compile_run(reload->compile);
}

static void publish(struct admin *admin, const struct compile *compile)
{
    OWN(buf_done) struct buf json = {0};

    buf_printf(&json, "{\"errors\":%s,\"warnings\":%s}", compile->errors, compile->warnings);
    admin_publish(admin, compile->set ? "reloaded" : "reload_refused", buf_str(&json));
}

static void replace_text(char **slot, const char *text)
{
    mem_free(*slot);
    *slot = mem_dup(text);
}

static void reload_state_set(struct reload_state *state, const char *errors, const char *warnings,
                             const char *text)
{
    replace_text(&state->errors, errors);
    replace_text(&state->warnings, warnings);
    replace_text(&state->text, text);
}

static void remember(struct admin *admin, const struct compile *compile)
{
    struct reload_state *state = &admin->reload;

    state->accepted = compile->set != NULL;
    state->wall_ms = clock_wall_ms();
    state->count++;
    state->refused += !compile->set;
    reload_state_set(state, compile->errors, compile->warnings, compile->text);
}

static void reload_done(void *arg)
{
    struct reload *reload = arg;
    struct admin *admin = reload->admin;
    bool outdated = reload->generation != admin->generation;

    /* The API layer was changed while the files were read: read both again, if there is time. */
    if (!outdated) {
        remember(admin, reload->compile);
        if (reload->compile->set)
            compile_take(admin, reload->compile);
        publish(admin, reload->compile);
        if (admin->context.reloaded)
            admin->context.reloaded(admin->context.owner, reload->compile->set != NULL,
                                    reload->compile->text);
        reload_over(admin, reload->number, fault_engine_ruleset(admin->context.engine));
    }
    arena_free(reload->arena);
    if (outdated && !admin->closed)
        admin_reload_faults(admin);
}

void admin_reload_faults(struct admin *admin)
{
    struct arena *arena = arena_new();
    struct reload *reload = ARENA_NEW(arena, struct reload);

    *reload = (struct reload){admin, arena, compile_new(admin, arena), admin->generation,
                              ++admin->reload.begun};
    reload->compile->layer = layer_copy(admin->layer);
    compile_reads_canned(reload->compile, admin, arena);
    worker_submit(admin->worker, reload_work, reload_done, reload);
}
