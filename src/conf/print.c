/*
 * conf/print.c - a tree back to YAML
 */
#include "base/buf.h"
#include "conf/node.h"

/* True when a plain scalar of this text would be read as a text again, wherever it stands. */
static bool is_safe_plain(struct str s)
{
    static const char first[] = "-?:,[]{}#&*!|>'\"%@` ";

    if (s.len == 0 || strchr(first, s.ptr[0]) || s.ptr[s.len - 1] == ' ' ||
        s.ptr[s.len - 1] == ':' || str_eq(s, STR("<<")))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c < 0x20 || c >= 0x7F || strchr(",[]{}", c))
            return false;
        if ((c == ':' && s.ptr[i + 1 < s.len ? i + 1 : i] == ' ') ||
            (c == '#' && i > 0 && s.ptr[i - 1] == ' '))
            return false;
    }
    return true;
}

/* True when the text, unquoted, would be a null, a boolean or a number. */
static bool means_something(struct str text)
{
    struct conf_node node = {.kind = CONF_SCALAR, .plain = true, .text = text};
    double number;
    bool truth;

    return conf_is_null(&node) || conf_is_bool(&node, &truth) || conf_is_number(&node, &number);
}

void conf_print_scalar(struct str text, bool plain, struct buf *out)
{
    if ((plain && (means_something(text) || is_safe_plain(text))) ||
        (is_safe_plain(text) && !means_something(text)))
        buf_add(out, text.len ? text : STR("null"));
    else
        buf_json_string(out, text);
}

static void add_blanks(unsigned n, struct buf *out)
{
    for (unsigned i = 0; i < n; i++)
        buf_add_char(out, ' ');
}

static void print_value(const struct conf_node *node, unsigned indent, struct buf *out);

/* Children of a list or a map; the first line is already indented. */
static void print_children(const struct conf_node *node, unsigned indent, const char *skip,
                           struct buf *out)
{
    bool first = true;

    CONF_EACH (child, node) {
        if (skip && node->kind == CONF_MAP && str_eq(child->key, str_of(skip)))
            continue;
        if (!first)
            add_blanks(indent, out);
        first = false;
        if (node->kind == CONF_MAP) {
            conf_print_scalar(child->key, false, out);
            buf_puts(out, ":");
        } else {
            buf_puts(out, "-");
        }
        print_value(child, indent, out);
    }
}

/* What follows "key:" or "-", to the end of the line or over several. */
static void print_value(const struct conf_node *node, unsigned indent, struct buf *out)
{
    bool in_list = node->parent && node->parent->kind == CONF_LIST;

    if (node->kind == CONF_SCALAR) {
        buf_add_char(out, ' ');
        conf_print_scalar(node->text, node->plain, out);
        buf_add_char(out, '\n');
    } else if (!node->first) {
        buf_puts(out, node->kind == CONF_MAP ? " {}\n" : " []\n");
    } else if (in_list) {
        buf_add_char(out, ' ');
        print_children(node, indent + 2, NULL, out);
    } else {
        buf_add_char(out, '\n');
        add_blanks(indent + 2, out);
        print_children(node, indent + 2, NULL, out);
    }
}

void conf_print(const struct conf_node *node, unsigned indent, const char *skip, struct buf *out)
{
    add_blanks(indent, out);
    if (node->kind == CONF_SCALAR) {
        conf_print_scalar(node->text, node->plain, out);
        buf_add_char(out, '\n');
    } else if (!node->first) {
        buf_puts(out, node->kind == CONF_MAP ? "{}\n" : "[]\n");
    } else {
        print_children(node, indent, skip, out);
    }
}

void conf_print_member(const struct conf_node *child, unsigned indent, struct buf *out)
{
    add_blanks(indent, out);
    conf_print_scalar(child->key, false, out);
    buf_puts(out, ":");
    print_value(child, indent, out);
}
