/* Text in XML and HTML: nothing that a reader could take for markup, nothing that XML 1.0 forbids.
 */
#include "drill/internal.h"

static const struct {
    char mark;
    const char *entity;
} entities[] = {
    {'&',  "&amp;" },
    {'<',  "&lt;"  },
    {'>',  "&gt;"  },
    {'"',  "&quot;"},
    {'\'', "&#39;" },
};

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Length of the character at the front of @text, 0 when it is broken. */
static size_t character_length(struct str text)
{
    unsigned char lead = (unsigned char)text.ptr[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    return len <= text.len && str_is_utf8(str_slice(text, 0, len)) ? len : 0;
}

static bool is_allowed(struct str character)
{
    unsigned char c = (unsigned char)character.ptr[0];

    if (character.len == 1)
        return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r';
    /* U+FFFE and U+FFFF */
    return !(character.len == 3 && c == 0xef && (unsigned char)character.ptr[1] == 0xbf &&
             (unsigned char)character.ptr[2] >= 0xbe);
}

static const char *entity_of(char c)
{
    for (size_t i = 0; i < N_ELEMENTS(entities); i++)
        if (entities[i].mark == c)
            return entities[i].entity;
    return NULL;
}

void markup_add(struct buf *out, struct str text)
{
    while (text.len) {
        size_t len = character_length(text);
        struct str character = str_slice(text, 0, len ? len : 1);
        const char *entity = len == 1 ? entity_of(text.ptr[0]) : NULL;

        if (entity)
            buf_puts(out, entity);
        else if (len && is_allowed(character))
            buf_add(out, character);
        else
            buf_puts(out, REPLACEMENT);
        text = str_slice(text, character.len, text.len);
    }
}
