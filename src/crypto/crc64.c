/*
 * CRC-64/XZ eight bytes at a time: table k holds the checksum of a byte that k zero bytes follow,
 * so that eight look-ups replace eight dependent steps.
 */
#include <pthread.h>

#include "crypto/digest.h"

static const uint64_t POLYNOMIAL = UINT64_C(0xC96C5795D7870F42); /* ECMA-182, reflected */

static uint64_t tables[8][256];
static pthread_once_t tables_made = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;

        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (unsigned k = 1; k < 8; k++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = tables[k - 1][byte];

            tables[k][byte] = before >> 8 ^ tables[0][before & 0xFF];
        }
}

static uint64_t read_le(const unsigned char *p)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)p[i] << 8 * i;
    return word;
}

uint64_t crc64_add(uint64_t crc, struct str data)
{
    const unsigned char *p = (const unsigned char *)data.ptr;
    size_t left = data.len;

    pthread_once(&tables_made, make_tables);
    crc = ~crc;
    for (; left >= 8; p += 8, left -= 8) {
        uint64_t word = crc ^ read_le(p);

        crc = 0;
        for (unsigned i = 0; i < 8; i++)
            crc ^= tables[7 - i][word >> 8 * i & 0xFF];
    }
    for (; left > 0; p++, left--)
        crc = crc >> 8 ^ tables[0][(crc ^ *p) & 0xFF];
    return ~crc;
}
