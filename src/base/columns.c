/* Characters of UTF-8 and the columns they fill. */
#include "base/columns.h"

#include "base/own.h"

uint32_t columns_character(struct str text, size_t at, size_t *out_len)
{
    unsigned char c = (unsigned char)text.ptr[at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t character = len == 1 ? c : c & (0x7Fu >> len);

    for (size_t i = 1; i < len && at + i < text.len; i++)
        character = character << 6 | ((unsigned char)text.ptr[at + i] & 0x3Fu);
    *out_len = at + len > text.len ? text.len - at : len;
    return character;
}

unsigned columns_of_character(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {
        {0x1100,  0x115F },
        {0x2E80,  0xA4CF },
        {0xAC00,  0xD7A3 },
        {0xF900,  0xFAFF },
        {0xFE30,  0xFE6F },
        {0xFF00,  0xFF60 },
        {0xFFE0,  0xFFE6 },
        {0x1F300, 0x1FAFF},
        {0x20000, 0x3FFFD},
    };

    for (size_t i = 0; i < N_ELEMENTS(wide); i++)
        if (character >= wide[i].first && character <= wide[i].last)
            return 2;
    return 1;
}

size_t columns_of(struct str text)
{
    size_t columns = 0;
    size_t len;

    for (size_t i = 0; i < text.len; i += len)
        columns += columns_of_character(columns_character(text, i, &len));
    return columns;
}

struct str columns_cut(struct str text, size_t columns)
{
    size_t used = 0;
    size_t len;

    for (size_t i = 0; i < text.len; i += len) {
        used += columns_of_character(columns_character(text, i, &len));
        if (used > columns)
            return str_slice(text, 0, i);
    }
    return text;
}
