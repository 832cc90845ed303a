/* Trees as XML, the way the products write it. */
#include "product/neighbours/internal.h"

static void add_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '&')
            buf_puts(out, "&amp;");
        else if (c == '<')
            buf_puts(out, "&lt;");
        else if (c == '>')
            buf_puts(out, "&gt;");
        else if (c < ' ')
            buf_printf(out, "&#%u;", c); /* XML 1.0 forbids most of them; OSS writes them so */
        else
            buf_add_char(out, (char)c);
    }
}

static void add_text(const cJSON *value, struct buf *out)
{
    if (cJSON_IsString(value))
        add_escaped(out, str_of(value->valuestring));
    else
        json_print(value, false, out);
}

void tree_xml(const cJSON *tree, const char *name, struct buf *out)
{
    const cJSON *child;

    if (cJSON_IsArray(tree)) {
        cJSON_ArrayForEach (child, tree) {
            tree_xml(child, name, out);
        }
        return;
    }
    buf_printf(out, "<%s>", name);
    if (cJSON_IsObject(tree)) {
        cJSON_ArrayForEach (child, tree) {
            tree_xml(child, child->string, out);
        }
    } else if (!cJSON_IsNull(tree)) {
        add_text(tree, out);
    }
    buf_printf(out, "</%s>", name);
}
