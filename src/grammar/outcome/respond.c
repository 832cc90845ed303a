/*
 * grammar/outcome/respond.c - `respond`: an answer of the rule's own
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static bool take_answer_headers(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    action->answer_headers =
        ARENA_ARRAY(d->arena, grammar_headers_room(node), struct fault_header_edit);
    return grammar_headers(d, node, EDIT_SET, action->answer_headers, &action->answer_header_count);
}

static bool take_body(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    if (!conf_want_text(d, node))
        return false;
    action->body = arena_str(d->arena, node->text);
    action->body_is_template = true;
    grammar_template_check(d, node, node->text);
    return true;
}

static bool take_body_base64(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return fault_take_base64(d, node, &((struct fault_action *)out)->body);
}

/* 0, or an errno; EFBIG above the limit. */
static int read_all(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;
    int failed = 0;

    if (fd < 0)
        return errno;
    while (n > 0 && out->len <= FAULT_BODY_FILE_BYTES_MAX) {
        buf_reserve(out, 65536);
        n = read(fd, out->ptr + out->len, 65536);
        if (n > 0)
            out->len += (size_t)n;
    }
    if (n < 0)
        failed = errno;
    else if (out->len > FAULT_BODY_FILE_BYTES_MAX)
        failed = EFBIG;
    close(fd);
    return failed;
}

/* It is watched like the files of the rules. */
static void note_file(struct grammar *g, struct str path)
{
    struct grammar_body *body = ARENA_NEW(g->decoder.arena, struct grammar_body);

    *body = (struct grammar_body){.next = g->bodies, .path = arena_dup(g->decoder.arena, path)};
    g->bodies = body;
    g->body_count++;
}

static bool take_body_file(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    OWN(buf_done) struct buf content = {0};
    struct fault_action *action = out;
    int failed;

    if (!conf_want_text(d, node))
        return false;
    if (!grammar_in_file(grammar_of(d), node)) {
        conf_error(d->report, conf_at(node), "F107",
                   "files are not read from here; write 'body' or 'body_base64'");
        return false;
    }
    struct str path = conf_resolve_path(d, node, node->text);

    note_file(grammar_of(d), path);
    failed = read_all(path.ptr, &content);
    if (failed) {
        conf_error(d->report, conf_at(node), "F107", "cannot read '%s': %s", conf_value(d, node),
                   strerror(failed));
        return false;
    }
    action->body = arena_str(d->arena, buf_str(&content));
    action->body_is_template = str_is_utf8(action->body);
    if (action->body_is_template)
        grammar_template_check(d, node, action->body);
    return true;
}

/* clang-format off */
static const struct conf_field respond_fields[] = {
    {.name = "status",
     .type = FIELD_INT,
     .offset = AT(status),
     .min = 200,
     .max = 599,
     .help = "status of the answer",
     .assumed = "200"},
    {.name = "headers",
     .type = FIELD_CUSTOM,
     .take = take_answer_headers,
     .help = "header name: value, or a list of values",
     .shape = &shape_map},
    {.name = "body",
     .type = FIELD_CUSTOM,
     .take = take_body,
     .help = "text with templates such as {{function}}, {{request_id}}, {{now+20m}}, {{body}}, "
             "{{body/name}}",
     .shape = &shape_scalar},
    {.name = "body_file",
     .type = FIELD_CUSTOM,
     .take = take_body_file,
     .help = "file that holds the body, relative to this one",
     .shape = &shape_text},
    {.name = "body_base64",
     .type = FIELD_CUSTOM,
     .take = take_body_base64,
     .help = "the body's bytes as base64",
     .shape = &shape_base64},
};
/* clang-format on */

static void check_respond(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    conf_exclusive(d, node, (const char *const[]){"body", "body_file", "body_base64", NULL});
}

const struct conf_table fault_respond_table = {
    .name = "respond",
    .help = "Answer this instead.",
    CONF_TABLE_OF(respond_fields),
    .check = check_respond,
    .checks_keys = true,
};

bool grammar_take_respond(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->status = 200;
    conf_decode(d, field->table, node, action);
    return true;
}
