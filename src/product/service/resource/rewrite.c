/* Rewrite rules: exact, by wildcards, by regular expressions. */
#include "product/service/resource/rewrite.h"

#include "fault/regex.h"

enum { GROUPS_MAX = 10 }; /* the whole, and $1 to $9 */

/* A wildcard as a regular expression: everything but '*' and a '^' in front is literal. */
static struct str from_wildcard(struct str match, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    for (size_t i = 0; i < match.len; i++) {
        char c = match.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (unsigned char)c > 0x7F || c == '/' || c == '_' || c == '-';

        if (c == '*') {
            buf_puts(&out, i + 1 == match.len ? "(.*)" : "(.*?)");
            continue;
        }
        if (!word && !(c == '^' && i == 0))
            buf_add_char(&out, '\\');
        buf_add_char(&out, c);
    }
    return arena_str(arena, buf_str(&out));
}

static bool matches(struct str pattern, struct str path, struct str *groups, size_t *count)
{
    struct regex_mistake mistake;
    struct regex *regex = regex_new(pattern, &mistake);
    bool found = regex && regex_groups(regex, path, groups, GROUPS_MAX, count);

    regex_free(regex);
    return found;
}

/* "$1" and "${1}". */
static struct str expand(struct str replacement, const struct str *groups, size_t count,
                         struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    for (size_t i = 0; i < replacement.len; i++) {
        struct str rest = str_slice(replacement, i + 1, replacement.len);
        bool braced = rest.len > 2 && rest.ptr[0] == '{' && rest.ptr[2] == '}';
        char digit = rest.len ? rest.ptr[braced ? 1 : 0] : '\0';
        size_t group = (size_t)(digit - '0');

        if (replacement.ptr[i] != '$' || digit < '0' || digit > '9') {
            buf_add_char(&out, replacement.ptr[i]);
            continue;
        }
        if (group < count && groups[group].len)
            buf_add(&out, groups[group]);
        i += braced ? 3 : 1;
    }
    return arena_str(arena, buf_str(&out));
}

static struct str join_queries(struct str first, struct str second, struct arena *arena)
{
    if (first.len == 0 || second.len == 0)
        return first.len ? first : second;
    return ARENA_CONCAT(arena, first, STR("&"), second);
}

static void set(struct str target, struct str query, struct arena *arena, struct rewritten *out)
{
    struct str path;
    struct str own;

    if (!str_cut(target, '?', &path, &own))
        own = STR("");
    out->path = str_starts(path, STR("/")) ? path : ARENA_CONCAT(arena, STR("/"), path);
    out->query = join_queries(own, query, arena);
}

enum kind { KIND_EQUAL, KIND_WILDCARD, KIND_REGEX, KINDS };

static const char *const lists[KINDS] = {
    [KIND_EQUAL] = "equalRules", [KIND_WILDCARD] = "wildcardRules", [KIND_REGEX] = "regexRules"};

static bool try_rule(enum kind kind, const cJSON *rule, struct str path, struct arena *arena,
                     struct str *out_target)
{
    struct str match = json_get_str(rule, "match");
    struct str replacement = json_get_str(rule, "replacement");
    struct str groups[GROUPS_MAX];
    size_t count = 0;

    if (!str_is_set(match) || !str_is_set(replacement))
        return false;
    if (kind == KIND_EQUAL) {
        *out_target = arena_str(arena, replacement);
        return str_eq(match, path);
    }
    if (!matches(kind == KIND_WILDCARD ? from_wildcard(match, arena) : match, path, groups, &count))
        return false;
    *out_target = expand(replacement, groups, count, arena);
    return true;
}

bool rewrite_apply(const cJSON *config, struct str path, struct str query, struct arena *arena,
                   struct rewritten *out)
{
    const cJSON *rule;
    struct str target;

    for (size_t kind = 0; kind < KINDS; kind++) {
        cJSON_ArrayForEach (rule, json_get(config, lists[kind])) {
            if (!try_rule((enum kind)kind, rule, path, arena, &target))
                continue;
            set(target, query, arena, out);
            return true;
        }
    }
    return false;
}

const char *rewrite_problem(const cJSON *config, struct arena *arena)
{
    struct regex_mistake mistake;
    const cJSON *rule;

    cJSON_ArrayForEach (rule, json_get(config, lists[KIND_REGEX])) {
        struct str match = json_get_str(rule, "match");
        struct regex *regex = regex_new(str_is_set(match) ? match : STR(""), &mistake);

        if (!regex)
            return arena_printf(arena, "'" STR_FMT "': %s", STR_ARG(match), mistake.message);
        regex_free(regex);
    }
    return NULL;
}
