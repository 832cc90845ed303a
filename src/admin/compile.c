#include "admin/compile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "admin/events.h"
#include "base/mem.h"
#include "conf/node.h"
#include "conf/report.h"

enum { NAME_BYTES = 32 };

/* A document that the grammar can open by name. */
struct memory_file {
    int fd; /* -1 = none */
    char name[NAME_BYTES];
};

static void free_compile(void *compile)
{
    compile_done(compile);
}

struct compile *compile_new(struct admin *admin, struct arena *arena)
{
    struct compile *compile = ARENA_NEW(arena, struct compile);
    const char *const *files =
        admin->context.fault_files(admin->context.owner, &compile->file_count);

    compile->options = admin->context.grammar;
    compile->files = ARENA_ARRAY(arena, compile->file_count, const char *);
    for (size_t i = 0; i < compile->file_count; i++)
        compile->files[i] = arena_dup(arena, str_of(files[i]));
    arena_on_end(arena, free_compile, compile);
    return compile;
}

void compile_done(struct compile *compile)
{
    fault_ruleset_unref(compile->set);
    layer_free(compile->layer);
    mem_free(compile->frame);
    mem_free(compile->errors);
    mem_free(compile->warnings);
    mem_free(compile->text);
    compile->set = NULL;
    compile->layer = NULL;
    compile->frame = compile->errors = compile->warnings = compile->text = NULL;
}

/* ---- memory files ---- */

static int memory_file_open(struct memory_file *file, struct str text, struct error *err)
{
    size_t done = 0;

    file->fd = memfd_create("fcemu-api-layer", MFD_CLOEXEC);
    if (file->fd < 0)
        return error_errno(err, "make a file in memory");
    while (done < text.len) {
        ssize_t n = write(file->fd, text.ptr + done, text.len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "write a file in memory");
        done += (size_t)n;
    }
    snprintf(file->name, sizeof(file->name), "/proc/self/fd/%d", file->fd);
    return 0;
}

static void memory_file_close(struct memory_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
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

    issue->file = "API layer";
    if (compile->whole.ptr) {
        issue->file = "request body";
    } else if (own) {
        issue->file = "request body";
        issue->line -= spot->line - 1;
        issue->column = issue->column > spot->indent ? issue->column - spot->indent : 1;
        issue->path = path_in_rule(issue->path);
    }
}

static void place_issues(const struct compile *compile, struct conf_report *report,
                         const struct memory_file *files, const struct layer_spot *spots)
{
    for (size_t i = 0; i < report->count; i++) {
        for (int f = 0; f < 2; f++) {
            if (report->issues[i].file && files[f].fd >= 0 &&
                strcmp(report->issues[i].file, files[f].name) == 0) {
                place_issue(compile, &report->issues[i], &spots[f]);
                break;
            }
        }
    }
}

/* ---- compiling ---- */

static int write_layer(const struct compile *compile, struct memory_file *files,
                       struct layer_spot *spots, struct error *err)
{
    for (int behind_files = 0; behind_files < 2; behind_files++) {
        OWN(buf_done) struct buf text = {0};

        if (behind_files && compile->whole.ptr)
            buf_add(&text, compile->whole);
        else
            layer_document(compile->layer, !behind_files, compile->own, compile->own_text,
                           &spots[behind_files], &text);
        if (memory_file_open(&files[behind_files], buf_str(&text), err) < 0)
            return -1;
    }
    return 0;
}

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

static void load(struct compile *compile, const struct memory_file *files,
                 struct conf_report *report)
{
    size_t count = 0;
    const char **paths = mem_alloc_array(compile->file_count + 2, sizeof(const char *));

    if (files[0].fd >= 0)
        paths[count++] = files[0].name;
    for (size_t i = 0; i < compile->file_count; i++)
        paths[count++] = compile->files[i];
    if (files[1].fd >= 0)
        paths[count++] = files[1].name;
    compile->set = fault_ruleset_load(paths, count, &compile->options, report);
    mem_free(paths);
}

void compile_run(struct compile *compile)
{
    struct memory_file files[2] = {{.fd = -1}, {.fd = -1}};
    struct layer_spot spots[2] = {0};
    struct error err = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    bool empty = !compile->whole.ptr && layer_is_empty(compile->layer);

    if (!empty && write_layer(compile, files, spots, &err) < 0)
        conf_error_place(report, NULL, STR_NONE, 0, 0, "F107", "%s", err.text);
    else
        load(compile, files, report);
    place_issues(compile, report, files, spots);
    keep_report(compile, report);
    if (compile->set) {
        struct buf frame = {0};

        compile_frame(compile->set, &frame);
        compile->frame = buf_take(&frame);
    }
    memory_file_close(&files[0]);
    memory_file_close(&files[1]);
}

void compile_take(struct admin *admin, struct compile *compile)
{
    fault_engine_load(admin->context.engine, compile->set,
                      fault_engine_seed(admin->context.engine));
    layer_free(admin->layer);
    admin->layer = GIVE(compile->layer);
    mem_free(admin->frame);
    admin->frame = GIVE(compile->frame);
    admin_touch(admin);
}

/* ---- everything but rules ---- */

static void frame_section(const struct conf_node *const *tops, size_t count, const char *name,
                          struct buf *out)
{
    bool begun = false;

    for (size_t i = 0; i < count; i++) {
        const struct conf_node *section = conf_get(tops[i], name);

        if (!section || (begun && section->kind == CONF_SCALAR))
            continue;
        if (!begun)
            buf_printf(out, "%s:%s", name, section->kind == CONF_SCALAR ? " " : "\n");
        begun = true;
        if (section->kind == CONF_SCALAR) {
            conf_print_scalar(section->text, section->plain, out);
            buf_add_char(out, '\n');
        } else {
            conf_print(section, 2, NULL, out);
        }
    }
}

void compile_frame(const struct fault_ruleset *set, struct buf *out)
{
    static const char *const sections[] = {"seed",   "defaults",  "guard",
                                           "groups", "latencies", "drills"};
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    const struct conf_node **tops =
        ARENA_ARRAY(arena, set->file_count, const struct conf_node *);
    size_t count = 0;

    for (size_t i = 0; i < set->file_count; i++) {
        tops[count] = conf_read(arena, set->files[i].file, report);
        count += tops[count] != NULL;
    }
    for (size_t i = 0; i < N_ELEMENTS(sections); i++)
        frame_section(tops, count, sections[i], out);
}

/* ---- reloading the files ---- */

struct reload {
    struct admin *admin;
    struct arena *arena;
    struct compile *compile;
    uint64_t generation;
};

static void reload_work(void *arg)
{
    struct reload *reload = arg;

    compile_run(reload->compile);
}

static void publish(struct admin *admin, const struct compile *compile)
{
    OWN(buf_done) struct buf json = {0};

    if (!admin_has_listeners(admin))
        return;
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

    /* The API layer was changed while the files were read: read both again. */
    if (!outdated) {
        remember(admin, reload->compile);
        publish(admin, reload->compile);
        if (admin->context.reloaded)
            admin->context.reloaded(admin->context.owner, reload->compile->set != NULL,
                                    reload->compile->text);
        if (reload->compile->set)
            compile_take(admin, reload->compile);
    }
    arena_free(reload->arena);
    if (outdated)
        admin_reload_faults(admin);
}

void admin_reload_faults(struct admin *admin)
{
    struct arena *arena = arena_new();
    struct reload *reload = ARENA_NEW(arena, struct reload);

    *reload = (struct reload){admin, arena, compile_new(admin, arena), admin->generation};
    reload->compile->layer = layer_copy(admin->layer);
    worker_submit(admin->worker, reload_work, reload_done, reload);
}
