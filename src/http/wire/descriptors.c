/*
 * http/wire/descriptors.c - room for as many descriptors as there may be connections
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/wire/descriptors.h"
#include "http/wire/wire.h"

enum {
    OWN_MIN = 28,  /* of files, threads and the loop, when little is going on */
    OWN_MAX = 512, /* also for children and outgoing connections */
    DESCRIPTORS_MAX = 1 << 20,
    ROOM_AT_ONCE = 1 << 15, /* 256 KB in the kernel */
};

/* The soft limit is there for programs that use select(). */
static rlim_t raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

/* The kernel's table grows to hold the highest number that was ever used. */
void descriptors_prepare(void)
{
    rlim_t room = raise_limit();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (room > ROOM_AT_ONCE)
        room = ROOM_AT_ONCE;
    if (fd < 0)
        return;
    close(fcntl(fd, F_DUPFD_CLOEXEC, (int)room - 1));
    close(fd);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t descriptors_for_connections(uint32_t *out_reserved)
{
    rlim_t room = raise_limit();
    uint32_t limit = room > DESCRIPTORS_MAX ? DESCRIPTORS_MAX : (uint32_t)room;
    uint32_t own = least(limit / 8 * 3, OWN_MAX);

    *out_reserved = least(limit / 8, WIRE_RESERVED_MAX);
    if (own < OWN_MIN)
        own = OWN_MIN;
    return limit > own + *out_reserved ? limit - own - *out_reserved : 1;
}
