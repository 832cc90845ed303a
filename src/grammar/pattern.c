/*
 * grammar/pattern.c - exact texts, globs, regular expressions and their negation, compiled
 *
 * Regular expressions are POSIX extended ones without back references, at most 512 bytes. PCRE2
 * runs them, because its match limits can be set; what POSIX does not know is refused here.
 */
#include "base/glob.h"
#include "fault/regex.h"
#include "grammar/internal.h"

static void free_regex(void *regex)
{
    regex_free(regex);
}

/* Character (from 1) of the byte at @offset. */
static size_t character_at(struct str text, size_t offset)
{
    size_t n = 1;

    for (size_t i = 0; i < offset && i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return n;
}

/* Offset behind a bracket expression that starts at @i. */
static size_t skip_brackets(struct str re, size_t i)
{
    i++;
    if (i < re.len && re.ptr[i] == '^')
        i++;
    if (i < re.len && re.ptr[i] == ']')
        i++;
    while (i < re.len && re.ptr[i] != ']')
        i++;
    return i;
}

/* What POSIX extended expressions do not have, and PCRE2 would take. */
static const char *unsupported(struct str re, size_t *out_at)
{
    for (size_t i = 0; i < re.len; i++) {
        *out_at = i;
        if (re.ptr[i] == '[') {
            i = skip_brackets(re, i);
        } else if (re.ptr[i] == '(' && i + 1 < re.len &&
                   (re.ptr[i + 1] == '?' || re.ptr[i + 1] == '*')) {
            return re.ptr[i + 1] == '?' ? "'(?' is not POSIX" : "'(*' is not POSIX";
        } else if (re.ptr[i] == '\\' && i + 1 < re.len) {
            char next = re.ptr[++i];

            if (next >= '1' && next <= '9')
                return "back reference";
            if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '0')
                return "a backslash before a letter is not POSIX; write a bracket expression such "
                       "as [0-9]";
        }
    }
    return NULL;
}

/* Offset of the '(' that is never closed. */
static size_t unmatched_parenthesis(struct str re)
{
    size_t open[FAULT_REGEX_BYTES_MAX];
    size_t depth = 0;

    for (size_t i = 0; i < re.len; i++) {
        if (re.ptr[i] == '\\')
            i++;
        else if (re.ptr[i] == '[')
            i = skip_brackets(re, i);
        else if (re.ptr[i] == '(')
            open[depth++] = i;
        else if (re.ptr[i] == ')' && depth)
            depth--;
    }
    return depth ? open[depth - 1] : re.len;
}

static bool regex_error(struct conf_decoder *d, const struct conf_node *node, const char *what,
                        size_t offset)
{
    const char *hint = strstr(what, "; ");
    int cut = hint ? (int)(hint - what) : (int)strlen(what);

    conf_error(d->report, conf_at(node), "F209", "%.*s at character %zu%s", cut, what,
               character_at(node->text, offset), hint ? hint : "");
    return false;
}

static bool check_regex(struct conf_decoder *d, const struct conf_node *node)
{
    size_t at = 0;
    const char *problem;

    if (!conf_want_text(d, node))
        return false;
    if (node->text.len == 0 || node->text.len > FAULT_REGEX_BYTES_MAX) {
        conf_error(d->report, conf_at(node), "F209",
                   node->text.len ? "longer than 512 bytes"
                                  : "an empty expression fits everything");
        return false;
    }
    problem = unsupported(node->text, &at);
    return !problem || regex_error(d, node, problem, at);
}

/* @node is what messages point at; @text may be put together from several. */
static bool compile(struct conf_decoder *d, const struct conf_node *node, struct str text,
                    struct regex **out)
{
    struct regex_mistake mistake;

    *out = regex_new(text, &mistake);
    if (!*out && mistake.open_parenthesis)
        return regex_error(d, node, "unmatched (", unmatched_parenthesis(node->text));
    if (!*out)
        return regex_error(d, node, arena_printf(d->arena, "%s", mistake.message), mistake.offset);
    arena_on_end(grammar_of(d)->set->arena, free_regex, *out);
    return true;
}

/* "a*b" with one star at an end is a prefix or a suffix, which is cheaper to match. */
static void compile_text(struct str text, struct fault_pattern *out)
{
    const char *star = text.len > 1 ? memchr(text.ptr, '*', text.len) : NULL;
    size_t at = star ? (size_t)(star - text.ptr) : 0;
    bool one_star =
        star && !memchr(text.ptr, '?', text.len) && !memchr(star + 1, '*', text.len - at - 1);

    out->text = text;
    out->kind = glob_is_pattern(text) ? PATTERN_GLOB : PATTERN_EXACT;
    if (one_star && at == text.len - 1) {
        out->kind = PATTERN_PREFIX;
        out->text.len--;
    } else if (one_star && at == 0) {
        out->kind = PATTERN_SUFFIX;
        out->text = str_slice(text, 1, text.len);
    }
}

/* Append a text or glob as a regular expression. */
static void add_as_regex(struct str text, struct buf *out)
{
    buf_puts(out, "\\A");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '*')
            buf_puts(out, "(?s:.*)");
        else if (c == '?')
            buf_puts(out, "(?s:.)");
        else if (c < 0x80 && c != '_' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
                 !(c >= 'A' && c <= 'Z'))
            buf_printf(out, "\\x%02x", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_puts(out, "\\z");
}

/* "None of these" is one negated expression, because a list means "any of". */
static bool none_of(struct conf_decoder *d, const struct conf_node *list, pattern_check_fn *check,
                    struct fault_pattern *out)
{
    OWN(buf_done) struct buf text = {0};

    if (list->count == 0) {
        conf_error(d->report, conf_at(list), "F103", "expected a pattern, found an empty list");
        return false;
    }
    CONF_EACH (child, list) {
        const struct conf_node *regex = conf_get(child, "regex");

        if (regex ? !check_regex(d, regex)
                  : !conf_want_text(d, child) || (check && !check(d, child)))
            return false;
        buf_puts(&text, child == list->first ? "(?:" : "|(?:");
        if (regex)
            buf_add(&text, regex->text);
        else
            add_as_regex(child->text, &text);
        buf_puts(&text, ")");
    }
    out->kind = PATTERN_REGEX;
    out->negate = !out->negate;
    out->text = arena_str(d->arena, buf_str(&text));
    return compile(d, list, out->text, &out->regex);
}

static const struct conf_field pattern_fields[] = {{.name = "regex"}, {.name = "not"}};
static const struct conf_table pattern_table = {.name = "pattern", CONF_TABLE_OF(pattern_fields)};

static bool take_pattern(struct conf_decoder *d, const struct conf_node *node,
                         pattern_check_fn *check, struct fault_pattern *out)
{
    const struct conf_node *inner = node->first;

    if (node->kind == CONF_LIST)
        return conf_want(d, node, CONF_SCALAR);
    if (node->kind == CONF_SCALAR) {
        if (!conf_want_text(d, node) || (check && !check(d, node)))
            return false;
        compile_text(arena_str(d->arena, node->text), out);
        return true;
    }
    if (node->count != 1 || !conf_table_find(&pattern_table, inner->key)) {
        conf_error(d->report, conf_at(node), "F103",
                   "expected a text, a glob, {regex: …} or {not: …}");
        return false;
    }
    if (str_eq(inner->key, STR("not"))) {
        if (inner->kind == CONF_LIST)
            return none_of(d, inner, check, out);
        out->negate = !out->negate;
        return take_pattern(d, inner, check, out);
    }
    if (!check_regex(d, inner))
        return false;
    out->kind = PATTERN_REGEX;
    out->text = arena_str(d->arena, inner->text);
    return compile(d, inner, inner->text, &out->regex);
}

bool grammar_patterns(struct conf_decoder *d, const struct conf_node *node, pattern_check_fn *check,
                      struct fault_patterns *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    if (count == 0) {
        conf_error(d->report, conf_at(node), "F103",
                   "expected a pattern, found an empty list; leave the key out for any");
        return false;
    }
    out->items = ARENA_ARRAY(d->arena, count, struct fault_pattern);
    out->count = count;
    for (size_t i = 0; i < count; i++, item = item->next)
        ok = take_pattern(d, item, check, &out->items[i]) && ok;
    return ok;
}
