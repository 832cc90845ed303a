/*
 * The lines of a tape as they are kept: small. A line is made of parts, texts of which each is kept
 * once however many lines share it, and of the numbers that stand in their holes. Thirty thousand
 * struck calls, 8 MiB when they are printed, mostly take a few hundred kilobytes.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "tape/internal.h"

enum {
    BLOCK_BYTES = 16 << 10,
    FIRST_PLACES = 64,
    UINT_BYTES_MAX = 10, /* seven bits a byte */
    UINT_BITS = 7,
    UINT_MORE = 0x80,
    END_OF_LINE = 0, /* where a part could stand */
};

struct tape_part {
    uint64_t digest;
    const char *text;
    uint32_t len;
    uint32_t printed; /* bytes, but for what fills the holes */
};

/* No value crosses from one block to the next. */
struct tape_block {
    struct tape_block *next;
    uint32_t used;
    uint8_t bytes[BLOCK_BYTES - 2 * sizeof(void *)];
};

/* ---- parts ---- */

static uint32_t *part_place(const struct tape_lines *lines, uint64_t digest)
{
    size_t i = digest & (lines->place_count - 1);

    while (lines->places[i] && lines->parts[lines->places[i] - 1].digest != digest)
        i = (i + 1) & (lines->place_count - 1);
    return &lines->places[i];
}

uint32_t tape_part_find(const struct tape_lines *lines, uint64_t digest)
{
    return lines->place_count ? *part_place(lines, digest) : 0;
}

/* The table is never more than half full; the parts have as much room as may be used of it. */
static void parts_grow(struct tape_lines *lines)
{
    lines->place_count = lines->place_count ? 2 * lines->place_count : FIRST_PLACES;
    lines->parts = mem_grow(lines->parts, lines->place_count / 2, sizeof(*lines->parts));
    mem_free(lines->places);
    lines->places = mem_alloc_array(lines->place_count, sizeof(*lines->places));
    for (uint32_t i = 0; i < lines->part_count; i++)
        *part_place(lines, lines->parts[i].digest) = i + 1;
}

static bool is_hole(char c)
{
    return c == TAPE_HOLE_UINT || c == TAPE_HOLE_DOUBLE;
}

uint32_t tape_part_add(struct tape_lines *lines, uint64_t digest, struct str text)
{
    struct tape_part part = {.digest = digest, .len = (uint32_t)text.len};

    for (size_t i = 0; i < text.len; i++)
        part.printed += !is_hole(text.ptr[i]);
    if (2 * (size_t)lines->part_count == lines->place_count)
        parts_grow(lines);
    if (!lines->texts)
        lines->texts = arena_new();
    part.text = arena_dup(lines->texts, text);
    lines->parts[lines->part_count++] = part;
    *part_place(lines, digest) = lines->part_count;
    return lines->part_count;
}

/* ---- writing ---- */

static struct tape_block *block_with_room(struct tape_lines *lines)
{
    struct tape_block *block = lines->last;

    if (block && sizeof(block->bytes) - block->used >= UINT_BYTES_MAX)
        return block;
    block = mem_grow(NULL, 1, sizeof(*block));
    block->next = NULL;
    block->used = 0;
    *(lines->last ? &lines->last->next : &lines->first) = block;
    lines->last = block;
    return block;
}

static void put_uint(struct tape_lines *lines, uint64_t value)
{
    struct tape_block *block = block_with_room(lines);

    while (value >= UINT_MORE) {
        block->bytes[block->used++] = (uint8_t)(value | UINT_MORE);
        value >>= UINT_BITS;
    }
    block->bytes[block->used++] = (uint8_t)value;
}

static uint32_t digits_of(uint64_t value)
{
    uint32_t digits = 1;

    while (value >= 10) {
        value /= 10;
        digits++;
    }
    return digits;
}

void tape_put_part(struct tape_lines *lines, uint32_t part)
{
    put_uint(lines, part);
    lines->printed += lines->parts[part - 1].printed;
}

void tape_put_uint(struct tape_lines *lines, uint64_t value)
{
    put_uint(lines, value);
    lines->printed += digits_of(value);
}

void tape_put_double(struct tape_lines *lines, double value, uint32_t printed)
{
    struct tape_block *block = block_with_room(lines);

    memcpy(block->bytes + block->used, &value, sizeof(value));
    block->used += sizeof(value);
    lines->printed += printed;
}

void tape_put_end(struct tape_lines *lines, size_t between)
{
    put_uint(lines, END_OF_LINE);
    lines->printed += between;
    lines->count++;
}

void tape_lines_done(struct tape_lines *lines)
{
    while (lines->first) {
        struct tape_block *block = lines->first;

        lines->first = block->next;
        free(block);
    }
    arena_free(lines->texts);
    mem_free(lines->parts);
    mem_free(lines->places);
    *lines = (struct tape_lines){0};
}

/* ---- reading ---- */

static const uint8_t *read_byte(struct tape_reader *reader)
{
    if (reader->at == reader->block->used) {
        reader->block = reader->block->next;
        reader->at = 0;
    }
    return &reader->block->bytes[reader->at++];
}

static uint64_t read_uint(struct tape_reader *reader)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = *read_byte(reader);
        value |= (uint64_t)(byte & ~UINT_MORE) << shift;
        shift += UINT_BITS;
    } while (byte & UINT_MORE);
    return value;
}

static double read_double(struct tape_reader *reader)
{
    double value;

    memcpy(&value, read_byte(reader), sizeof(value));
    reader->at += sizeof(value) - 1;
    return value;
}

struct tape_reader tape_reader_start(const struct tape_lines *lines)
{
    return (struct tape_reader){.lines = lines, .block = lines->first, .left = lines->count};
}

bool tape_read_line(struct tape_reader *reader)
{
    return reader->left > 0 && reader->left-- > 0;
}

static void fill_hole(struct tape_reader *reader, char hole, struct buf *out)
{
    if (hole == TAPE_HOLE_UINT)
        buf_add_uint(out, read_uint(reader));
    else
        buf_printf(out, TAPE_DOUBLE, read_double(reader));
}

bool tape_read_part(struct tape_reader *reader, struct buf *out)
{
    uint64_t number = read_uint(reader);
    const struct tape_part *part;
    size_t from = 0;

    if (number == END_OF_LINE)
        return false;
    part = &reader->lines->parts[number - 1];
    for (size_t i = 0; i < part->len; i++) {
        if (!is_hole(part->text[i]))
            continue;
        buf_add(out, (struct str){part->text + from, i - from});
        fill_hole(reader, part->text[i], out);
        from = i + 1;
    }
    buf_add(out, (struct str){part->text + from, part->len - from});
    return true;
}
