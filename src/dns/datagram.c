/*
 * Questions by UDP. The kernel says to which of our addresses each came; the answer leaves by it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dns/internal.h"

enum { DATAGRAMS_A_WAKE = 64, CONTROL_BYTES = 128 };

struct datagram {
    struct sockaddr_storage asker;
    _Alignas(struct cmsghdr) char control[CONTROL_BYTES];
    char bytes[DNS_UDP_MAX];
    struct iovec vector;
    struct msghdr message;
};

static bool receive(int fd, struct datagram *d, struct str *out)
{
    d->vector = (struct iovec){d->bytes, sizeof(d->bytes)};
    d->message = (struct msghdr){
        .msg_name = &d->asker,
        .msg_namelen = sizeof(d->asker),
        .msg_iov = &d->vector,
        .msg_iovlen = 1,
        .msg_control = d->control,
        .msg_controllen = sizeof(d->control),
    };
    ssize_t n = recvmsg(fd, &d->message, 0);

    *out = (struct str){d->bytes, n > 0 ? (size_t)n : 0};
    return n >= 0;
}

/* Which of our addresses it came to. What the kernel wrote of the way is made the way back. */
static bool find_here(struct datagram *d, struct dns_address *out)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&d->message); c; c = CMSG_NXTHDR(&d->message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *info = (struct in_pktinfo *)(void *)CMSG_DATA(c);

            *out = (struct dns_address){.family = AF_INET, .v4 = info->ipi_addr};
            info->ipi_spec_dst = info->ipi_addr;
            info->ipi_ifindex = 0;
            return true;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            const struct in6_pktinfo *info = (const struct in6_pktinfo *)(void *)CMSG_DATA(c);

            *out = (struct dns_address){.family = AF_INET6, .v6 = info->ipi6_addr};
            return true;
        }
    }
    return false;
}

void dns_on_datagrams(void *arg, unsigned events)
{
    const struct dns_listener *listener = arg;
    OWN(buf_done) struct buf answer = {0};
    struct datagram d;
    struct dns_address here;
    struct str query;
    char asker[DNS_ASKER_BYTES];

    (void)events;
    for (int i = 0; i < DATAGRAMS_A_WAKE && receive(listener->udp, &d, &query); i++) {
        answer.len = 0;
        dns_asker_of(&d.asker, asker);
        if (!find_here(&d, &here) ||
            !dns_answer(&listener->server->zone, &here, str_of(asker), query, &answer) ||
            !answer.len)
            continue;
        d.vector = (struct iovec){answer.ptr, answer.len};
        sendmsg(listener->udp, &d.message, MSG_DONTWAIT); /* lost ones are asked again */
    }
}
