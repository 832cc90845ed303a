/* Stores of trusted certificates: their kinds, and what our entries are called. */
#include "cli/trust/trust.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/trust/internal.h"
#include "crypto/digest.h"

enum { ID_DIGITS = 8 };

/* The system first: Debian's tool hands on to Java's store. */
const struct trust_kind *const trust_kinds[] = {&trust_system, &trust_nss, &trust_java, NULL};

struct str trust_prefix(const char *folder, struct arena *arena)
{
    OWN(mem_free) char *real = realpath(folder, NULL);
    char hex[DIGEST_HEX_BYTES];

    digest_hex(DIGEST_SHA256, str_of(real ? real : folder), hex);
    return arena_strf(arena, "fcemu-%.*s-", ID_DIGITS, hex);
}

struct str trust_name(struct str prefix, const char *fingerprint, struct arena *arena)
{
    char digits[ID_DIGITS + 1] = "";
    size_t count = 0;

    for (; *fingerprint && count < ID_DIGITS; fingerprint++)
        if (isxdigit((unsigned char)*fingerprint))
            digits[count++] = (char)tolower((unsigned char)*fingerprint);
    return arena_strf(arena, STR_FMT "%s", STR_ARG(prefix), digits);
}

/* The nearest folder above what is not there yet decides. */
bool trust_is_writable(const struct trust_store *store)
{
    OWN(mem_free) char *path = mem_dup(store->path);
    char *slash;

    while (access(path, F_OK) < 0 && errno == ENOENT && (slash = strrchr(path, '/')) &&
           slash != path)
        *slash = '\0';
    return access(path, W_OK) == 0;
}
