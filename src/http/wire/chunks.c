/* The sizes of a body's chunks, as they come in. */
#include "http/wire/chunks.h"

enum { NO_DIGIT = -1 };

static int digit_of(char c)
{
    char lower = (char)(c | 0x20);

    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : NO_DIGIT;
}

static void end_line(struct chunks *chunks)
{
    bool last = chunks->digits == 0 || chunks->left == 0;

    chunks->at = last ? CHUNKS_OVER : CHUNKS_DATA;
}

static bool read_size(struct chunks *chunks, char c, uint64_t max)
{
    int digit = digit_of(c);

    if (c == '\n')
        end_line(chunks);
    else if (digit == NO_DIGIT)
        chunks->at = CHUNKS_LINE;
    if (digit == NO_DIGIT)
        return true;
    chunks->digits++;
    chunks->left = chunks->left << 4 | (unsigned)digit;
    return chunks->left <= max && chunks->left <= UINT64_MAX >> 4;
}

static bool follow_one(struct chunks *chunks, char c, uint64_t max)
{
    switch (chunks->at) {
    case CHUNKS_SIZE:
        return read_size(chunks, c, max);
    case CHUNKS_LINE:
        if (c == '\n')
            end_line(chunks);
        break;
    case CHUNKS_GAP:
        if (c == '\n')
            *chunks = (struct chunks){.at = CHUNKS_SIZE};
        break;
    case CHUNKS_DATA:
    case CHUNKS_OVER:
        break;
    }
    return true;
}

bool chunks_follow(struct chunks *chunks, struct str bytes, uint64_t max)
{
    size_t at = 0;

    while (at < bytes.len && chunks->at != CHUNKS_OVER) {
        uint64_t here = bytes.len - at;

        if (chunks->at != CHUNKS_DATA) {
            if (!follow_one(chunks, bytes.ptr[at++], max))
                return false;
            continue;
        }
        here = chunks->left < here ? chunks->left : here;
        at += here;
        chunks->left -= here;
        if (chunks->left == 0)
            chunks->at = CHUNKS_GAP;
    }
    return true;
}
