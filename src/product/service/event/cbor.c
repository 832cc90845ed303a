/* Trees as CBOR: the one payload that is no JSON. */
#include <math.h>

#include "product/service/event/internal.h"

enum {
    MAJOR_UINT = 0,
    MAJOR_NEGATIVE = 1,
    MAJOR_TEXT = 3,
    MAJOR_ARRAY = 4,
    MAJOR_MAP = 5,
    MAJOR_SHIFT = 5,
    SIMPLE_FALSE = 0xF4,
    SIMPLE_TRUE = 0xF5,
    SIMPLE_NULL = 0xF6,
    FLOAT_64 = 0xFB,
    LENGTH_INLINE = 24, /* arguments below it stand in the first byte */
};

static const double exact_max = 18446744073709549568.0; /* the last double below 2^64 */

static void add_bytes(struct buf *out, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_add_char(out, (char)(value >> (8 * i)));
}

static void add_head(struct buf *out, int major, uint64_t argument)
{
    int size = 0; /* of the argument behind the first byte: 2^size bytes */

    if (argument < LENGTH_INLINE) {
        buf_add_char(out, (char)((uint64_t)major << MAJOR_SHIFT | argument));
        return;
    }
    while (size < 3 && argument >> (8u << size))
        size++;
    buf_add_char(out, (char)(major << MAJOR_SHIFT | (LENGTH_INLINE + size)));
    add_bytes(out, argument, 1 << size);
}

static void add_text(struct buf *out, const char *text)
{
    add_head(out, MAJOR_TEXT, strlen(text));
    buf_puts(out, text);
}

static void add_number(struct buf *out, double value)
{
    uint64_t bits;

    if (value >= 0 && value <= exact_max && value == floor(value)) {
        add_head(out, MAJOR_UINT, (uint64_t)value);
    } else if (value < 0 && value >= -exact_max && value == floor(value)) {
        add_head(out, MAJOR_NEGATIVE, (uint64_t)-value - 1);
    } else {
        memcpy(&bits, &value, sizeof(bits));
        buf_add_char(out, (char)FLOAT_64);
        add_bytes(out, bits, sizeof(bits));
    }
}

static void add_items(struct buf *out, const cJSON *value)
{
    const cJSON *item;

    add_head(out, cJSON_IsArray(value) ? MAJOR_ARRAY : MAJOR_MAP,
             (uint64_t)cJSON_GetArraySize(value));
    cJSON_ArrayForEach (item, value) {
        if (cJSON_IsObject(value))
            add_text(out, item->string);
        cbor_add(item, out);
    }
}

void cbor_add(const cJSON *value, struct buf *out)
{
    if (cJSON_IsArray(value) || cJSON_IsObject(value))
        add_items(out, value);
    else if (cJSON_IsString(value))
        add_text(out, value->valuestring);
    else if (cJSON_IsNumber(value))
        add_number(out, value->valuedouble);
    else if (cJSON_IsBool(value))
        buf_add_char(out, (char)(cJSON_IsTrue(value) ? SIMPLE_TRUE : SIMPLE_FALSE));
    else
        buf_add_char(out, (char)SIMPLE_NULL);
}
