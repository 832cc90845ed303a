/*
 * A socket file tells it by itself. Of TCP the kernel is asked for the other end of the connection,
 * by netlink, which takes some 10 µs; /proc/net/tcp is read where it does not know that question.
 * An end that its owner has closed belongs to nobody, though the kernel calls it root's.
 */
#include "http/wire/user.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/wire/peer.h"

enum {
    ANSWER_BYTES = 1024,
    LINE_BYTES = 512,
    V6_WORDS = 4,
    PROC_FIELDS = 14, /* of a line of the table, up to the inode */
};

/* One end of a connection, IPv4-mapped addresses as IPv4. */
struct end {
    int family;
    uint32_t words[V6_WORDS]; /* network order */
    uint16_t port;            /* the same */
};

static bool end_of(const struct sockaddr_storage *address, struct end *out)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;

    *out = (struct end){.family = address->ss_family};
    if (address->ss_family == AF_INET) {
        out->words[0] = v4->sin_addr.s_addr;
        out->port = v4->sin_port;
        return true;
    }
    if (address->ss_family != AF_INET6)
        return false;
    memcpy(out->words, &v6->sin6_addr, sizeof(out->words));
    out->port = v6->sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        *out = (struct end){.family = AF_INET, .words = {out->words[3]}, .port = v6->sin6_port};
    return true;
}

static bool is_loopback(const struct end *end)
{
    struct in6_addr v6;

    if (end->family == AF_INET)
        return ntohl(end->words[0]) >> 24 == IN_LOOPBACKNET;
    memcpy(&v6, end->words, sizeof(v6));
    return IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool same_address(const struct end *a, const struct end *b)
{
    return a->family == b->family && memcmp(a->words, b->words, sizeof(a->words)) == 0;
}

/* What the kernel said of the socket at the far end. */
enum search_result { FOUND, FOUND_NONE, NOT_ANSWERED };

static int send_question(int fd, uint32_t number, const struct end *far, const struct end *near)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } question = {
        .head = {.nlmsg_len = sizeof(question),
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = number                                             },
        .body = {.sdiag_family = (uint8_t)far->family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = UINT32_MAX,
                 .id = {.idiag_sport = far->port,
                        .idiag_dport = near->port,
                        .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

    memcpy(question.body.id.idiag_src, far->words, sizeof(far->words));
    memcpy(question.body.id.idiag_dst, near->words, sizeof(near->words));
    return sendto(fd, &question, sizeof(question), 0, (struct sockaddr *)&kernel, sizeof(kernel)) <
                   0
               ? -1
               : 0;
}

static enum search_result read_answer(int fd, uint32_t number, struct socket_owner *out)
{
    union {
        struct nlmsghdr head;
        char bytes[ANSWER_BYTES];
    } answer;
    /* The kernel has answered before sendto() returned. */
    ssize_t n = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
    const struct inet_diag_msg *body = NLMSG_DATA(&answer.head);
    const struct nlmsgerr *problem = NLMSG_DATA(&answer.head);

    if (n < (ssize_t)NLMSG_LENGTH(sizeof(problem->error)) || answer.head.nlmsg_len > (size_t)n ||
        answer.head.nlmsg_seq != number)
        return NOT_ANSWERED;
    if (answer.head.nlmsg_type == NLMSG_ERROR)
        return problem->error == -ENOENT ? FOUND_NONE : NOT_ANSWERED;
    if (n < (ssize_t)NLMSG_LENGTH(sizeof(*body)))
        return NOT_ANSWERED;
    *out = (struct socket_owner){body->idiag_uid, body->idiag_inode};
    return FOUND;
}

/* The socket stays open: making one costs as much as the question. One that did not answer goes, so
 * that no late answer is taken for another's. */
static enum search_result ask_netlink(const struct end *far, const struct end *near,
                                      struct socket_owner *out)
{
    static _Thread_local int fd = -1;
    static _Thread_local uint32_t number;
    enum search_result finding = NOT_ANSWERED;

    if (fd < 0)
        fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return NOT_ANSWERED;
    number++;
    if (send_question(fd, number, far, near) == 0)
        finding = read_answer(fd, number, out);
    if (finding == NOT_ANSWERED) {
        close(fd);
        fd = -1;
    }
    return finding;
}

/* As the table writes it: words of the machine's own order in hex, ":", the port. */
static void write_end(const struct end *end, bool six, char out[LINE_BYTES])
{
    struct end shown = *end;
    size_t at = 0;

    if (six && end->family == AF_INET) {
        shown.words[3] = end->words[0];
        shown.words[2] = htonl(0xFFFF);
        shown.words[0] = 0;
    }
    for (size_t i = 0; i < (six ? V6_WORDS : 1u); i++)
        at += (size_t)snprintf(out + at, LINE_BYTES - at, "%08X", shown.words[i]);
    snprintf(out + at, LINE_BYTES - at, ":%04X", ntohs(end->port));
}

/* "sl local remote st queues timer retransmits uid timeout inode …" */
static bool read_line(char *line, const char *far, const char *near, struct socket_owner *out)
{
    char *words[PROC_FIELDS];
    size_t n = 0;

    for (char *rest = NULL, *word = strtok_r(line, " ", &rest); word && n < PROC_FIELDS;
         word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    if (n < 10 || strcmp(words[1], far) != 0 || strcmp(words[2], near) != 0)
        return false;
    *out = (struct socket_owner){(uint32_t)strtoul(words[7], NULL, 10),
                                 (uint32_t)strtoul(words[9], NULL, 10)};
    return true;
}

static enum search_result search_table(const char *path, const struct end *far,
                                       const struct end *near, bool six, struct socket_owner *out)
{
    FILE *table = fopen(path, "re");
    enum search_result finding = FOUND_NONE;
    char far_text[LINE_BYTES];
    char near_text[LINE_BYTES];
    char line[LINE_BYTES];

    if (!table)
        return NOT_ANSWERED;
    write_end(far, six, far_text);
    write_end(near, six, near_text);
    while (finding == FOUND_NONE && fgets(line, sizeof(line), table))
        if (read_line(line, far_text, near_text, out))
            finding = FOUND;
    fclose(table);
    return finding;
}

static enum search_result ask_tables(const struct end *far, const struct end *near,
                                     struct socket_owner *out)
{
    enum search_result finding = NOT_ANSWERED;

    if (far->family == AF_INET)
        finding = search_table("/proc/net/tcp", far, near, false, out);
    if (finding != FOUND)
        finding = search_table("/proc/net/tcp6", far, near, true, out);
    return finding;
}

enum http_user user_of_tcp(int fd, bool netlink, struct socket_owner *out)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    struct end near;
    struct end far;
    struct socket_owner owner = {0};

    if (getpeername(fd, (struct sockaddr *)&address, &len) < 0 || !end_of(&address, &far))
        return HTTP_USER_UNKNOWN;
    len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) < 0 || !end_of(&address, &near))
        return HTTP_USER_UNKNOWN;
    bool local = is_loopback(&far) || same_address(&far, &near);
    enum search_result finding = netlink ? ask_netlink(&far, &near, &owner) : NOT_ANSWERED;

    if (finding != FOUND && local)
        finding = ask_tables(&far, &near, &owner);
    if (finding != FOUND)
        return local ? HTTP_USER_UNKNOWN : HTTP_USER_REMOTE;
    if (owner.inode == 0 && owner.uid == 0)
        return HTTP_USER_UNKNOWN;
    *out = owner;
    return HTTP_USER_KNOWN;
}

static enum http_user user_of_socket_file(int fd, uint32_t *out_uid)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        return HTTP_USER_UNKNOWN;
    *out_uid = who.uid;
    return HTTP_USER_KNOWN;
}

enum http_user peer_user(struct peer *peer, uint32_t *out_uid)
{
    struct socket_owner owner = {0};

    if (!peer->user_asked) {
        peer->user_asked = true;
        peer->user = peer->tcp ? user_of_tcp(peer->fd, true, &owner)
                               : user_of_socket_file(peer->fd, &owner.uid);
        peer->uid = owner.uid;
        peer->inode = owner.inode;
    }
    *out_uid = peer->uid;
    return peer->user;
}
