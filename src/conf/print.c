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

/* Bytes of a character that YAML 1.1 takes for a line end, or does not take as it is; 0: neither.
 * What is below U+0080 is JSON's to escape, but for U+007F. */
static size_t escaped_bytes(const unsigned char *c, size_t left, unsigned *out_character)
{
    static const struct {
        unsigned first, last;
    } escaped[] = {
        {0x7F,   0x9F  },
        {0x2028, 0x2029},
        {0xFEFF, 0xFEFF},
        {0xFFFE, 0xFFFF},
    };
    size_t bytes = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;

    if (bytes > 3 || bytes > left)
        return 0;
    *out_character = bytes == 1   ? c[0]
                     : bytes == 2 ? (c[0] & 0x1FU) << 6 | (c[1] & 0x3FU)
                                  : (c[0] & 0x0FU) << 12 | (c[1] & 0x3FU) << 6 | (c[2] & 0x3FU);
    for (size_t i = 0; i < N_ELEMENTS(escaped); i++)
        if (*out_character >= escaped[i].first && *out_character <= escaped[i].last)
            return bytes;
    return 0;
}

void conf_add_json(struct str json, struct buf *out)
{
    for (size_t i = 0; i < json.len; i++) {
        unsigned character = 0;
        size_t bytes = escaped_bytes((const unsigned char *)json.ptr + i, json.len - i, &character);

        if (!bytes) {
            buf_add_char(out, json.ptr[i]);
            continue;
        }
        buf_printf(out, "\\u%04x", character);
        i += bytes - 1;
    }
}

static void print_quoted(struct str text, struct buf *out)
{
    OWN(buf_done) struct buf json = {0};

    buf_json_string(&json, text);
    conf_add_json(buf_str(&json), out);
}

void conf_print_scalar(struct str text, bool plain, struct buf *out)
{
    if ((plain && (means_something(text) || is_safe_plain(text))) ||
        (is_safe_plain(text) && !means_something(text)))
        buf_add(out, text.len ? text : STR("null"));
    else
        print_quoted(text, out);
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
