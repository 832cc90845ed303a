/*
 * tests/fuzz/fuzz_dns.c - whatever is asked, what is answered is an answer to it, says an address
 * only of a name that is served, and is not much longer than the question
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "dns/answer.h"

enum {
    HEAD = 12,
    FLAGS = 2,
    RCODE = 3,
    ANSWERS = 7,
    IS_ANSWER = 0x80,
    LONGER = 11 + 12 + 16 +
             255, /* an OPT, an address and its name, which may be compressed in the question */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool asked, served;

static bool serves(void *owner, struct str name)
{
    (void)owner;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '\\' || name.ptr[i] == '\0' ||
            (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z'))
            abort();
    if (name.len == 0 || name.ptr[name.len - 1] == '.')
        abort();
    asked = true;
    return served = str_ends(name, STR("aliyuncs.com"));
}

static void check(struct str query, struct str answer)
{
    if (answer.len < HEAD || answer.len > query.len + LONGER)
        abort();
    if (memcmp(query.ptr, answer.ptr, 2) != 0 || !((uint8_t)answer.ptr[FLAGS] & IS_ANSWER))
        abort();
    if (answer.ptr[ANSWERS] && (!asked || !served || ((uint8_t)answer.ptr[RCODE] & 0x0f) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dns_zone zone = {.serves = serves};
    OWN(buf_done) struct buf out = {0};
    OWN(buf_done) struct buf none = {0};
    struct dns_address here = {.family = AF_INET, .v4.s_addr = htonl(INADDR_LOOPBACK)};
    struct str query = {(const char *)data, size};

    if (size > 0 && data[size - 1] & 1)
        here = (struct dns_address){.family = AF_INET6, .v6 = in6addr_loopback};
    asked = served = false;
    if (!dns_answer(&zone, &here, STR("127.0.0.1"), query, &out))
        return 0;
    check(query, buf_str(&out));
    if (dns_answer(&zone, &here, STR("127.0.0.1"), buf_str(&out),
                   &none)) /* answers are not answered */
        abort();
    return 0;
}
