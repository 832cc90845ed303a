/*
 * http/wire/descriptors.c - room for as many descriptors as there may be connections
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/wire/descriptors.h"
#include "http/wire/wire.h"

enum {
    DESCRIPTORS_SPARE = 512 + WIRE_RESERVED_MAX, /* kept back: also for files, children and
                                                    outgoing connections */
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

uint32_t descriptors_for_connections(void)
{
    rlim_t limit = raise_limit();

    if (limit == 0)
        return DESCRIPTORS_SPARE;
    if (limit > DESCRIPTORS_MAX)
        return DESCRIPTORS_MAX;
    return limit / 2 > DESCRIPTORS_SPARE ? (uint32_t)limit - DESCRIPTORS_SPARE
                                         : (uint32_t)limit / 2;
}
