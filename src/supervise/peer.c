/*
 * Whose a connection over loopback is: the far end belongs to a program's tree, or it does not.
 *
 * Where a program has a user of its own, the user decides; else the socket is looked for among the
 * descriptors of its processes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "supervise/client.h"

enum { LINE_BYTES = 512 };

struct owner {
    unsigned uid;
    unsigned long inode;
};

/* A row of the kernel's table has the address in the machine's own order of bytes. */
static bool is_row(const char *line, const struct sockaddr_in *far, const struct sockaddr_in *near,
                   struct owner *out)
{
    unsigned from[2];
    unsigned to[2];

    /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
    return sscanf(line, " %*u: %x:%x %x:%x %*x %*s %*s %*s %u %*u %lu", &from[0], &from[1], &to[0],
                  &to[1], &out->uid, &out->inode) == 6 &&
           from[0] == far->sin_addr.s_addr && from[1] == ntohs(far->sin_port) &&
           to[0] == near->sin_addr.s_addr && to[1] == ntohs(near->sin_port);
}

static bool find_owner(int fd, struct owner *out)
{
    struct sockaddr_in near = {0};
    struct sockaddr_in far = {0};
    socklen_t near_len = sizeof(near);
    socklen_t far_len = sizeof(far);
    char line[LINE_BYTES];
    bool found = false;
    FILE *table;

    if (getsockname(fd, (struct sockaddr *)&near, &near_len) < 0 ||
        getpeername(fd, (struct sockaddr *)&far, &far_len) < 0 || far.sin_family != AF_INET)
        return false;
    table = fopen("/proc/net/tcp", "re");
    while (table && !found && fgets(line, sizeof(line), table))
        found = is_row(line, &far, &near, out);
    if (table)
        fclose(table);
    return found;
}

enum supervised_peer supervised_peer(struct supervised *p, int fd)
{
    struct owner owner;

    if (p->own_network)
        return SUPERVISED_OURS; /* nobody else is there */
    if (!p->keeper)
        return p->ended ? SUPERVISED_FOREIGN : SUPERVISED_SOON;
    if (!find_owner(fd, &owner))
        return SUPERVISED_FOREIGN;
    if (p->uid)
        return owner.uid == p->uid ? SUPERVISED_OURS : SUPERVISED_FOREIGN;
    return tree_holds_socket(p->keeper, owner.inode) ? SUPERVISED_OURS : SUPERVISED_FOREIGN;
}
