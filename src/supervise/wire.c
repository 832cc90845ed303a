/*
 * Messages with descriptors beside them.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "supervise/internal.h"

union fd_space {
    char bytes[CMSG_SPACE(sizeof(int) * ORDER_FDS_MAX)];
    struct cmsghdr align;
};

static void add_fds(struct msghdr *message, union fd_space *space, const int *fds, size_t count)
{
    struct cmsghdr *head;

    if (count == 0)
        return;
    memset(space, 0, sizeof(*space));
    message->msg_control = space->bytes;
    message->msg_controllen = CMSG_SPACE(sizeof(int) * count);
    head = CMSG_FIRSTHDR(message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(head), fds, sizeof(int) * count);
}

int wire_send(int fd, const struct order *order, const void *text, size_t len, const int *fds,
              size_t fd_count)
{
    struct iovec parts[] = {
        {(void *)(uintptr_t)order, sizeof(*order)},
        {(void *)(uintptr_t)text,  len           },
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = len ? 2 : 1};
    union fd_space space;
    ssize_t sent;

    add_fds(&message, &space, fds, fd_count);
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

static size_t take_fds(struct msghdr *message, int *fds)
{
    size_t count = 0;

    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(head), count * sizeof(int));
    }
    return count;
}

ssize_t wire_receive(int fd, struct order *order, char *buffer, int *fds, size_t *fd_count)
{
    struct iovec parts[] = {
        {order,  sizeof(*order) },
        {buffer, ORDER_BYTES_MAX},
    };
    union fd_space space;
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = space.bytes,
                             .msg_controllen = sizeof(space.bytes)};
    ssize_t got;

    /* A peer that ended with words of ours unread is told of once, before its own last words. */
    do
        got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return -1;
    if (got < (ssize_t)sizeof(*order))
        return -2;
    *fd_count = take_fds(&message, fds);
    return got - (ssize_t)sizeof(*order);
}
