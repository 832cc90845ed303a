/*
 * conf/yaml.c - libyaml's events to nodes; the only file that includes yaml.h
 */
#include <stdlib.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "conf/internal.h"
#include "conf/report.h"

enum { ANCHORS_MAX = 1000 };

struct anchor {
    struct anchor *next;
    struct str name;
    struct conf_node *node;
};

struct frame {
    struct conf_node *node;
    struct conf_node **tail;
    bool wants_value; /* of a map: the key is known */
    struct str key;
    uint32_t key_line, key_column;
};

struct reader {
    struct arena *arena;
    struct conf_report *report;
    const struct conf_source *source;
    struct conf_node *top;
    unsigned documents;
    struct frame frames[CONF_DEPTH_MAX];
    size_t depth;
    size_t nodes;
    struct anchor *anchors;
    size_t anchor_count;
};

static const struct {
    const char *problem; /* of libyaml 0.2.5 */
    const char *text;
} wordings[] = {
    {"mapping values are not allowed in this context",
     "a ':' cannot stand here; quote the text, or check the indentation"                                            },
    {"found a tab character that violates indentation",
     "found a tab where indentation must be spaces"                                                                 },
    {"did not find expected key",
     "expected a key as deep as the keys above; check the indentation"                                              },
    {"did not find expected '-' indicator",
     "expected '-' as in the lines above; check the indentation"                                                    },
    {"did not find expected alphabetic or numeric character",
     "'*' and '&' start an alias or an anchor here; put a glob in quotes"                                           },
    {"could not find expected ':'",                           "expected ':' behind a key"                           },
    {"did not find expected <document start>",
     "expected the end of the file; check the indentation"                                                          },
    {"found unexpected end of stream",                        "the file ends inside a quoted text; close the quotes"},
    {"control characters are not allowed",
     "a control character stands here; write it in double quotes as \"\\x01\""                                      },
};

static const char *reworded(const char *problem)
{
    for (size_t i = 0; i < N_ELEMENTS(wordings); i++)
        if (strcmp(problem, wordings[i].problem) == 0)
            return wordings[i].text;
    return problem;
}

/* The line that starts `line` lines behind the beginning, and what follows it. */
static struct str text_from(struct str text, size_t line)
{
    struct str head;
    struct str tail = text;

    for (size_t i = 0; i < line && str_is_set(tail); i++)
        str_cut(tail, '\n', &head, &tail);
    return tail;
}

static int complain(struct reader *r, uint32_t line, uint32_t column, const char *code,
                    const char *what)
{
    conf_error_place(r->report, r->source->name, r->source->text, line, column, code, "%s", what);
    return -1;
}

static size_t len_without_blanks(struct str text)
{
    while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text.len--;
    return text.len;
}

/* Nothing but blanks follows: what is missing is missing behind the last that is there. */
static bool is_at_end(const struct reader *r, const yaml_mark_t *mark, uint32_t *line,
                      uint32_t *column)
{
    size_t len = len_without_blanks(r->source->text);

    if (len_without_blanks(text_from(r->source->text, mark->line)))
        return false;
    conf_text_place(r->source->text, len, line, column);
    return true;
}

static int complain_syntax(struct reader *r, const yaml_parser_t *parser)
{
    const yaml_mark_t *mark = &parser->problem_mark;
    const char *text = reworded(parser->problem ? parser->problem : "not YAML");
    uint32_t line = (uint32_t)mark->line + 1;
    uint32_t column = (uint32_t)mark->column + 1;

    if (parser->error == YAML_READER_ERROR) {
        conf_text_place(r->source->text, parser->problem_offset, &line, &column);
    } else if (is_at_end(r, mark, &line, &column)) {
        if (parser->context && strstr(parser->context, "flow"))
            text = "the file ends inside brackets; close them";
    } else if (mark->column < 1024) {
        struct str rest = text_from(r->source->text, mark->line);
        size_t i = 0;

        while (i < rest.len && (rest.ptr[i] == ' '))
            i++;
        if (i < rest.len && rest.ptr[i] == '\t' && mark->column <= i + 1)
            text = "found a tab where indentation must be spaces";
    }
    return complain(r, line, column, "F100", text);
}

static struct conf_node *node_new(struct reader *r, enum conf_kind kind, const yaml_mark_t *mark)
{
    struct conf_node *node = ARENA_NEW(r->arena, struct conf_node);

    node->kind = kind;
    node->line = (uint32_t)mark->line + 1;
    node->column = (uint32_t)mark->column + 1;
    node->source = r->source;
    return node;
}

static struct frame *frame_top(struct reader *r)
{
    return r->depth ? &r->frames[r->depth - 1] : NULL;
}

/* Hang a finished or just opened node into the tree. */
static void attach(struct reader *r, struct conf_node *node)
{
    struct frame *frame = frame_top(r);

    if (!frame) {
        r->top = node;
        return;
    }
    node->parent = frame->node;
    node->index = frame->node->count++;
    if (frame->node->kind == CONF_MAP) {
        node->key = frame->key;
        node->key_line = frame->key_line;
        node->key_column = frame->key_column;
        frame->wants_value = false;
    }
    *frame->tail = node;
    frame->tail = &node->next;
}

static int count_node(struct reader *r, const yaml_event_t *event)
{
    if (++r->nodes <= CONF_NODES_MAX)
        return 0;
    return complain(r, (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                    "F106", "more than 250000 values, aliases counted each time they are used");
}

static int remember_anchor(struct reader *r, const yaml_char_t *name, struct conf_node *node)
{
    struct anchor *anchor;

    if (!name)
        return 0;
    if (++r->anchor_count > ANCHORS_MAX)
        return complain(r, node->line, node->column, "F106", "more than 1000 anchors");
    anchor = ARENA_NEW(r->arena, struct anchor);
    anchor->name = arena_str(r->arena, str_of((const char *)name));
    anchor->node = node;
    anchor->next = r->anchors;
    r->anchors = anchor;
    return 0;
}

static void refuse_tag(struct reader *r, const yaml_char_t *tag, const yaml_event_t *event)
{
    static const char core[] = "tag:yaml.org,2002:";
    const char *text = (const char *)tag;
    bool is_core;

    if (!tag)
        return;
    is_core = strncmp(text, core, sizeof(core) - 1) == 0;
    conf_error_place(r->report, r->source->name, r->source->text,
                     (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                     "F105", "tags such as '%s%s' are not supported; leave the tag out",
                     is_core ? "!!" : "",
                     conf_shown(r->report, str_of(is_core ? text + sizeof(core) - 1 : text)));
}

static int take_key(struct reader *r, struct frame *frame, const yaml_event_t *event)
{
    frame->key = arena_str(
        r->arena, (struct str){(const char *)event->data.scalar.value, event->data.scalar.length});
    frame->key_line = (uint32_t)event->start_mark.line + 1;
    frame->key_column = (uint32_t)event->start_mark.column + 1;
    frame->wants_value = true;
    if (str_eq(frame->key, STR("<<")) && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        complain(r, frame->key_line, frame->key_column, "F105",
                 "merge keys are not supported; repeat the keys or use a group");
    return 0;
}

static bool expects_key(struct reader *r)
{
    struct frame *frame = frame_top(r);

    return frame && frame->node->kind == CONF_MAP && !frame->wants_value;
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct conf_node *node;

    refuse_tag(r, event->data.scalar.tag, event);
    node = node_new(r, CONF_SCALAR, &event->start_mark);
    node->text = arena_str(
        r->arena, (struct str){(const char *)event->data.scalar.value, event->data.scalar.length});
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (remember_anchor(r, event->data.scalar.anchor, node) < 0)
        return -1;
    if (expects_key(r))
        return take_key(r, frame_top(r), event);
    attach(r, node);
    return 0;
}

static int on_open(struct reader *r, const yaml_event_t *event, enum conf_kind kind)
{
    bool is_map = kind == CONF_MAP;
    struct conf_node *node;

    if (expects_key(r))
        return complain(r, (uint32_t)event->start_mark.line + 1,
                        (uint32_t)event->start_mark.column + 1, "F103",
                        "a key must be a text; quote it if it starts with a bracket");
    if (r->depth == CONF_DEPTH_MAX)
        return complain(r, (uint32_t)event->start_mark.line + 1,
                        (uint32_t)event->start_mark.column + 1, "F106", "nesting deeper than 32");
    refuse_tag(r, is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag, event);
    node = node_new(r, kind, &event->start_mark);
    attach(r, node);
    r->frames[r->depth++] = (struct frame){.node = node, .tail = &node->first};
    return remember_anchor(
        r, is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
}

static int by_key_then_place(const void *a, const void *b)
{
    const struct conf_node *const *x = a;
    const struct conf_node *const *y = b;
    int order = str_compare((*x)->key, (*y)->key);

    return order ? order : ((*x)->index > (*y)->index) - ((*x)->index < (*y)->index);
}

static void report_duplicates(struct reader *r, const struct conf_node *map)
{
    const struct conf_node **sorted = mem_alloc_array(map->count + 1, sizeof(*sorted));
    const struct conf_node *first = NULL;
    size_t n = 0;

    CONF_EACH (child, map)
        sorted[n++] = child;
    qsort(sorted, n, sizeof(*sorted), by_key_then_place);
    for (size_t i = 0; i < n; i++) {
        if (!first || !str_eq(first->key, sorted[i]->key))
            first = sorted[i];
        else
            conf_error(r->report, conf_in_parent(sorted[i]), "F101",
                       "key '%s' is given twice; first at %u:%u", conf_shown(r->report, first->key),
                       first->key_line, first->key_column);
    }
    mem_free(sorted);
}

static bool is_open(struct reader *r, const struct conf_node *node)
{
    for (size_t i = 0; i < r->depth; i++)
        if (r->frames[i].node == node)
            return true;
    return false;
}

/* A deep copy for an alias, so that each node knows its one parent. NULL when it is too much. */
static struct conf_node *copy_tree(struct reader *r, const struct conf_node *from,
                                   const yaml_event_t *event, size_t depth)
{
    struct conf_node *node;
    struct conf_node **tail;

    if (count_node(r, event) < 0)
        return NULL;
    if (from->kind != CONF_SCALAR && depth >= CONF_DEPTH_MAX) {
        complain(r, (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                 "F106", "nesting deeper than 32");
        return NULL;
    }
    node = ARENA_NEW(r->arena, struct conf_node);
    *node = *from;
    node->alias_line = (uint32_t)event->start_mark.line + 1;
    node->alias_column = (uint32_t)event->start_mark.column + 1;
    node->next = NULL;
    tail = &node->first;
    CONF_EACH (child, from) {
        *tail = copy_tree(r, child, event, depth + 1);
        if (!*tail)
            return NULL;
        (*tail)->parent = node;
        tail = &(*tail)->next;
    }
    return node;
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
    struct str name = str_of((const char *)event->data.alias.anchor);
    uint32_t line = (uint32_t)event->start_mark.line + 1;
    uint32_t column = (uint32_t)event->start_mark.column + 1;
    struct anchor *anchor = r->anchors;
    struct conf_node *copy;

    while (anchor && !str_eq(anchor->name, name))
        anchor = anchor->next;
    if (expects_key(r))
        return complain(r, line, column, "F103", "a key must be a text, not an alias");
    if (!anchor || is_open(r, anchor->node))
        return complain(
            r, line, column, "F100",
            anchor ? "an alias inside its own anchor would never end"
                   : "this alias has no anchor; put a glob that starts with '*' in quotes");
    copy = copy_tree(r, anchor->node, event, r->depth);
    if (!copy)
        return -1;
    copy->key = STR_NONE;
    attach(r, copy);
    return 0;
}

static int on_document(struct reader *r, const yaml_event_t *event)
{
    if (++r->documents == 1)
        return 0;
    return complain(r, (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                    "F100", "a second document starts here; only one is read");
}

static int on_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return count_node(r, event) < 0 ? -1 : on_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return count_node(r, event) < 0 ? -1 : on_open(r, event, CONF_LIST);
    case YAML_MAPPING_START_EVENT:
        return count_node(r, event) < 0 ? -1 : on_open(r, event, CONF_MAP);
    case YAML_MAPPING_END_EVENT:
        report_duplicates(r, r->frames[--r->depth].node);
        return 0;
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return on_alias(r, event);
    case YAML_DOCUMENT_START_EVENT:
        return on_document(r, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return 0;
    }
    return 0;
}

static int read_events(struct reader *r)
{
    yaml_parser_t parser;
    bool done = false;
    int result = 0;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)r->source->text.ptr,
                                 r->source->text.len);
    while (!done && result == 0) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            result = complain_syntax(r, &parser);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        result = on_event(r, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return result;
}

struct conf_node *conf_parse(struct arena *arena, struct str text, const char *name,
                             struct conf_report *report)
{
    struct conf_source *source = ARENA_NEW(arena, struct conf_source);
    OWN(mem_free) char *memory = mem_alloc(sizeof(struct reader));
    struct reader *r = (struct reader *)(void *)memory;

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text, 3, text.len);
    source->name = arena_dup(arena, str_of(name));
    source->text = text;
    *r = (struct reader){.arena = arena, .report = report, .source = source};
    if (!conf_text_check(source, report))
        return NULL;
    char *kept = arena_dup(arena, text);

    source->text = (struct str){kept, text.len};
    conf_text_from_json(kept, &source->text.len);
    if (read_events(r) < 0)
        return NULL;
    if (!r->top) {
        r->top = conf_scalar(arena, STR(""), name);
        r->top->source = source;
        r->top->line = 1;
        r->top->column = 1;
    }
    return r->top;
}
