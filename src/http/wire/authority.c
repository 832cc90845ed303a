/* Hosts out of Host headers, targets and half-read heads. */
#include "http/wire/authority.h"

#include "http/wire/head.h"

/* Some clients write the path of their endpoint into the Host header, too. */
struct str authority_alone(struct str authority)
{
    struct str rest;
    struct str alone;

    str_cut(authority, '/', &alone, &rest);
    return alone;
}

struct str authority_host(struct str authority)
{
    struct str host = authority_alone(authority);
    struct str rest;

    authority = host;
    if (authority.len > 0 && authority.ptr[0] == '[') {
        if (str_cut(authority, ']', &host, &rest))
            return str_slice(authority, 0, host.len + 1);
        return authority;
    }
    str_cut(authority, ':', &host, &rest);
    if (host.len > 1 && host.ptr[host.len - 1] == '.')
        host.len--;
    return host;
}

bool authority_cut(struct str target, struct str *out_authority, struct str *out_rest)
{
    static const struct str schemes[] = {STR_INIT("http://"), STR_INIT("https://")};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (!str_starts_nocase(target, schemes[i]))
            continue;
        struct str after = str_slice(target, schemes[i].len, target.len);
        size_t n = 0;

        while (n < after.len && after.ptr[n] != '/' && after.ptr[n] != '?')
            n++;
        *out_authority = str_slice(after, 0, n);
        *out_rest = n < after.len ? str_slice(after, n, after.len) : STR("/");
        return true;
    }
    return false;
}

enum peek_result authority_peek(struct str bytes, struct str *out, struct str *out_target)
{
    struct str rest = bytes;
    struct str line;
    struct str method;
    struct str target;
    struct str version;

    *out = STR_NONE;
    *out_target = STR_NONE;
    if (!head_line(&rest, &line))
        return PEEK_MORE;
    str_cut(line, ' ', &method, &target);
    str_cut(target, ' ', &target, &version);
    *out_target = target;
    if (authority_cut(target, out, out_target))
        return PEEK_OK;
    while (head_line(&rest, &line)) {
        if (line.len == 0)
            return PEEK_OK;
        if (str_starts_nocase(line, STR("host:"))) {
            *out = str_trim(str_slice(line, sizeof("host:") - 1, line.len));
            return PEEK_OK;
        }
    }
    return PEEK_MORE;
}

void authority_lower(struct str s, char *out)
{
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + ('a' - 'A')) : s.ptr[i];
    out[s.len] = '\0';
}
