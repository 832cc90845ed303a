/* Bytes as text and back, and comparing secrets. */
#include "crypto/encode.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(const void *bytes, size_t len, char *out)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++) {
        *out++ = hex_digits[p[i] >> 4];
        *out++ = hex_digits[p[i] & 15];
    }
    *out = '\0';
}

bool hex_decode(struct str text, uint8_t *out)
{
    if (text.len % 2)
        return false;
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_digit_value(text.ptr[i]);
        int low = hex_digit_value(text.ptr[i + 1]);

        if (high < 0 || low < 0)
            return false;
        *out++ = (uint8_t)(high << 4 | low);
    }
    return true;
}

size_t base64_encoded_size(size_t len)
{
    return (len / 3 + (len % 3 != 0)) * 4;
}

void base64_encode(struct str data, char *out)
{
    const uint8_t *p = (const uint8_t *)data.ptr;

    for (size_t i = 0; i < data.len; i += 3) {
        size_t left = data.len - i;
        unsigned word = (unsigned)p[i] << 16;

        if (left > 1)
            word |= (unsigned)p[i + 1] << 8;
        if (left > 2)
            word |= p[i + 2];
        *out++ = base64_digits[word >> 18];
        *out++ = base64_digits[word >> 12 & 63];
        *out++ = left > 1 ? base64_digits[word >> 6 & 63] : '=';
        *out++ = left > 2 ? base64_digits[word & 63] : '=';
    }
    *out = '\0';
}

struct str base64_text(struct str data, struct arena *arena)
{
    size_t len = base64_encoded_size(data.len);
    char *text = arena_alloc(arena, len + 1);

    base64_encode(data, text);
    return (struct str){text, len};
}

size_t base64_decoded_max(size_t text_len)
{
    return text_len / 4 * 3;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* The first @digits (2 to 4) characters of a quantum; the bits that padding leaves over are zero in
   the one canonical spelling. */
static bool decode_quantum(const char *p, size_t digits, uint8_t *out)
{
    unsigned word = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i < digits ? base64_value(p[i]) : 0;

        if (value < 0)
            return false;
        word = word << 6 | (unsigned)value;
    }
    if (word & ((1u << 8 * (4 - digits)) - 1))
        return false;
    for (size_t i = 0; i + 1 < digits; i++)
        out[i] = (uint8_t)(word >> (16 - 8 * i));
    return true;
}

bool base64_decode(struct str text, uint8_t *out, size_t *out_len)
{
    size_t len = 0;

    if (text.len % 4)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        const char *p = text.ptr + i;
        bool last = i + 4 == text.len;
        size_t digits = 4;

        if (last && p[3] == '=')
            digits = p[2] == '=' ? 2 : 3;
        if (!decode_quantum(p, digits, out + len))
            return false;
        len += digits - 1;
    }
    *out_len = len;
    return true;
}

bool secret_equal(struct str a, struct str b)
{
    volatile unsigned char differ = 0;

    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        differ |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    return differ == 0;
}
