#include "http/wire/user.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../suite.h"

/* A connection to ourselves: our own end is what an owner of the far end would be asked about. */
struct pair {
    int near;
    int far;
};

static struct sockaddr_in6 mapped(const struct sockaddr_in6 *any)
{
    struct sockaddr_in6 address = *any;

    ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr), 1);
    return address;
}

static void name_of(int fd, struct sockaddr_storage *out)
{
    socklen_t len = sizeof(*out);

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)out, &len), 0);
}

static int listen_at(const void *address, socklen_t len)
{
    int fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, address, len), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static struct pair connect_to(int listener, const void *address, socklen_t len)
{
    struct pair pair;

    pair.far = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(pair.far, address, len), 0);
    pair.near = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(pair.near, 0);
    close(listener);
    return pair;
}

static struct pair pair_v4(void)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = listen_at(&loopback, sizeof(loopback));
    struct sockaddr_storage name;

    name_of(listener, &name);
    return connect_to(listener, &name, sizeof(loopback));
}

static struct pair pair_v6(void)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int listener = listen_at(&loopback, sizeof(loopback));
    struct sockaddr_storage name;

    name_of(listener, &name);
    return connect_to(listener, &name, sizeof(loopback));
}

/* IPv4 on both ends, but known to the kernel as IPv6. */
static struct pair pair_mapped(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int listener = listen_at(&any, sizeof(any));
    struct sockaddr_storage name;

    name_of(listener, &name);
    any = mapped((const struct sockaddr_in6 *)(const void *)&name);
    return connect_to(listener, &any, sizeof(any));
}

static struct pair (*const pairs[])(void) = {pair_v4, pair_v6, pair_mapped};
enum { WAYS = 2 }; /* by netlink, and by the tables of /proc */

START_TEST(test_user_of_an_open_end_is_known)
{
    struct pair pair = pairs[_i / WAYS]();
    struct socket_owner owner = {0};

    ck_assert_int_eq(user_of_tcp(pair.near, _i % WAYS == 0, &owner), HTTP_USER_KNOWN);
    ck_assert_uint_eq(owner.uid, geteuid());
    close(pair.far);
    close(pair.near);
}
END_TEST

/* The kernel calls such an end root's, or does not know it any more. */
START_TEST(test_user_of_a_closed_end_is_nobody)
{
    struct pair pair = pairs[_i / WAYS]();
    struct socket_owner owner = {.uid = 12345};

    ck_assert_int_eq(write(pair.far, "x", 1), 1);
    close(pair.far);
    if (geteuid() == 0)
        ck_assert_int_eq(user_of_tcp(pair.near, _i % WAYS == 0, &owner), HTTP_USER_UNKNOWN);
    ck_assert_uint_eq(owner.uid, 12345);
    close(pair.near);
}
END_TEST

START_TEST(test_user_of_what_is_not_connected_is_unknown)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct socket_owner owner;

    ck_assert_int_eq(user_of_tcp(fd, true, &owner), HTTP_USER_UNKNOWN);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/wire/user");
    TCase *tc = tcase_create("user");

    tcase_add_loop_test(tc, test_user_of_an_open_end_is_known, 0, (int)N_ELEMENTS(pairs) * WAYS);
    tcase_add_loop_test(tc, test_user_of_a_closed_end_is_nobody, 0, (int)N_ELEMENTS(pairs) * WAYS);
    tcase_add_test(tc, test_user_of_what_is_not_connected_is_unknown);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
