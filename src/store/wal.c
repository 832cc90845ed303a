/* The write-ahead log: frames with a checksum that goes on from one to the next. */
#include "store/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/own.h"

enum {
    HEAD_BYTES = 32,
    HEAD_SUMMED_BYTES = 24,
    FRAME_HEAD_BYTES = 24,
    FRAME_SUMMED_BYTES = 8, /* of its head: page number and size */
    PAGE_BYTES_LEAST = 512,
    PAGE_BYTES_MOST = 65536,
    MAGIC = 0x377f0682, /* one more: words of the checksum are big-endian */
};

struct sum {
    uint32_t a, b;
};

struct wal {
    int fd;
    uint64_t size;
    bool big_endian;
    uint32_t page_bytes;
    uint32_t salt[2];
    struct sum head;
    uint8_t *frame; /* room for one */
};

static uint32_t word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct sum sum_of(const struct wal *wal, struct sum sum, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        uint32_t x = word(bytes + i);
        uint32_t y = word(bytes + i + 4);

        sum.a += (wal->big_endian ? x : __builtin_bswap32(x)) + sum.b;
        sum.b += (wal->big_endian ? y : __builtin_bswap32(y)) + sum.a;
    }
    return sum;
}

static bool sum_is(struct sum sum, const uint8_t *at)
{
    return sum.a == word(at) && sum.b == word(at + 4);
}

static bool read_head(struct wal *wal)
{
    uint8_t head[HEAD_BYTES];

    if (pread(wal->fd, head, HEAD_BYTES, 0) != HEAD_BYTES || (word(head) & ~1u) != MAGIC)
        return false;
    wal->big_endian = word(head) & 1;
    wal->page_bytes = word(head + 8);
    wal->salt[0] = word(head + 16);
    wal->salt[1] = word(head + 20);
    wal->head = sum_of(wal, (struct sum){0}, head, HEAD_SUMMED_BYTES);
    return sum_is(wal->head, head + HEAD_SUMMED_BYTES) && wal->page_bytes >= PAGE_BYTES_LEAST &&
           wal->page_bytes <= PAGE_BYTES_MOST && !(wal->page_bytes & (wal->page_bytes - 1));
}

static uint64_t frame_at(const struct wal *wal, uint64_t index)
{
    return HEAD_BYTES + index * (FRAME_HEAD_BYTES + (uint64_t)wal->page_bytes);
}

struct frame {
    bool stands;  /* it goes on from the sum it was read with */
    bool commits; /* it ends a transaction */
    struct sum sum;
};

/* False behind the last whole frame. */
static bool read_frame(const struct wal *wal, uint64_t index, struct sum before, struct frame *out)
{
    ssize_t len = FRAME_HEAD_BYTES + (ssize_t)wal->page_bytes;
    const uint8_t *head = wal->frame;

    if (pread(wal->fd, wal->frame, (size_t)len, (off_t)frame_at(wal, index)) != len)
        return false;
    struct sum sum = sum_of(wal, before, head, FRAME_SUMMED_BYTES);

    sum = sum_of(wal, sum, head + FRAME_HEAD_BYTES, wal->page_bytes);
    *out = (struct frame){
        .stands = word(head) && word(head + 8) == wal->salt[0] && word(head + 12) == wal->salt[1] &&
                  sum_is(sum, head + 16),
        .commits = word(head + 4) != 0,
        .sum = {word(head + 16), word(head + 20)},
    };
    return true;
}

/* Transactions that end behind frame @broken: its successors go on from the sum it says it has. */
static uint64_t commits_behind(const struct wal *wal, uint64_t broken)
{
    struct frame frame;
    struct sum before = {0};
    uint64_t commits = 0;

    for (uint64_t i = broken; read_frame(wal, i, before, &frame); i++) {
        commits += i > broken && frame.stands && frame.commits;
        before = frame.sum;
    }
    return commits;
}

static int refuse_broken(const char *path, uint64_t at, struct error *err)
{
    return error_set(
        err, ERROR_IO,
        "'%s' is damaged at byte %llu, and what was written behind it would be lost; put "
        "back a copy of the folder, or give it up: truncate -s %llu '%s'",
        path, (unsigned long long)at, (unsigned long long)at, path);
}

/* One commit behind may belong to the transaction that was under way when the power went: pages
 * reach the disk in any order until it is told that they are there. More of them cannot. */
static int check_frames(const struct wal *wal, const char *path, struct error *err)
{
    struct frame frame = {.sum = wal->head};
    uint64_t at = 0;
    uint64_t lost = 0;

    while (read_frame(wal, at, frame.sum, &frame) && frame.stands)
        at++;
    if (frame_at(wal, at) < wal->size)
        lost = commits_behind(wal, at);
    if (lost > 1)
        return refuse_broken(path, frame_at(wal, at), err);
    if (lost == 1)
        log_warn("the last write of before was cut off", "file=%s byte=%llu", path,
                 (unsigned long long)frame_at(wal, at));
    return 0;
}

static int check_log(struct wal *wal, const char *path, struct error *err)
{
    struct stat st;

    if (fstat(wal->fd, &st) < 0)
        return error_errno(err, "read '%s'", path);
    wal->size = (uint64_t)st.st_size;
    if (wal->size <= HEAD_BYTES)
        return 0;
    if (!read_head(wal))
        return refuse_broken(path, 0, err);
    wal->frame = mem_alloc(FRAME_HEAD_BYTES + wal->page_bytes);
    int result = check_frames(wal, path, err);

    mem_free(wal->frame);
    return result;
}

static bool is_empty(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 ? errno == ENOENT : st.st_size == 0;
}

int wal_check(const char *path, struct error *err)
{
    OWN(mem_free) char *log = mem_printf("%s-wal", path);
    struct wal wal = {.fd = open(log, O_RDONLY | O_CLOEXEC)};
    int result = 0;

    if (wal.fd < 0)
        return errno == ENOENT ? 0 : error_errno(err, "read '%s'", log);
    if (!is_empty(log) && is_empty(path))
        result =
            error_set(err, ERROR_IO,
                      "'%s' is gone or empty, yet changes to it are in '%s'; put back a copy of "
                      "the database, or remove that file to start empty",
                      path, log);
    else
        result = check_log(&wal, log, err);
    close(wal.fd);
    return result;
}
