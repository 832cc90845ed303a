/* The queries of Log Service, as far as they are words. */
#include "product/neighbours/log_query.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands between quotes, or up to the next blank or colon. */
static struct str cut_word(struct str *rest)
{
    size_t at = 0;
    struct str word;

    if (rest->len && rest->ptr[0] == '"') {
        for (at = 1; at < rest->len && rest->ptr[at] != '"'; at++)
            ;
        word = str_slice(*rest, 1, at);
        *rest = str_slice(*rest, at + 1, rest->len);
        return word;
    }
    while (at < rest->len && !is_blank(rest->ptr[at]) && rest->ptr[at] != ':')
        at++;
    word = str_slice(*rest, 0, at);
    *rest = str_slice(*rest, at, rest->len);
    return word;
}

static void skip_blanks(struct str *rest)
{
    while (rest->len && is_blank(rest->ptr[0]))
        *rest = str_slice(*rest, 1, rest->len);
}

static struct str without_star(struct str word)
{
    return str_ends(word, STR("*")) ? str_slice(word, 0, word.len - 1) : word;
}

static const char *add_word(struct log_query *query, bool negated, struct str *rest)
{
    bool quoted = rest->ptr[0] == '"';
    struct log_word word = {.negated = negated, .text = cut_word(rest)};

    if (!quoted && str_eq_nocase(word.text, STR("or")))
        return "'or'";
    if (!quoted && word.text.len && strchr("(|", word.text.ptr[0]))
        return word.text.ptr[0] == '(' ? "'('" : "analysis ('|')";
    if (rest->len && rest->ptr[0] == ':') {
        *rest = str_slice(*rest, 1, rest->len);
        skip_blanks(rest);
        word.field = word.text;
        word.text = cut_word(rest);
    }
    word.text = without_star(word.text);
    if (query->count == LOG_WORDS_MAX)
        return "more than 32 words";
    query->words[query->count++] = word;
    return NULL;
}

/* The word at the front, when it is @word and another one follows. */
static bool take_operator(struct str *rest, struct str word)
{
    if (rest->len <= word.len || !is_blank(rest->ptr[word.len]) ||
        !str_eq_nocase(str_slice(*rest, 0, word.len), word))
        return false;
    *rest = str_slice(*rest, word.len, rest->len);
    skip_blanks(rest);
    return true;
}

const char *log_query_read(struct str text, struct log_query *out)
{
    const char *what = NULL;

    out->count = 0;
    for (skip_blanks(&text); text.len && !what; skip_blanks(&text)) {
        bool negated;

        while (take_operator(&text, STR("and")))
            ;
        negated = take_operator(&text, STR("not"));
        if (text.len)
            what = add_word(out, negated, &text);
    }
    return what;
}

static bool contains(struct str text, struct str part)
{
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (str_same_letters(text.ptr + at, part.ptr, part.len))
            return true;
    }
    return false;
}

static bool has_word(const struct log_word *word, const struct log_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((!str_is_set(word->field) || str_eq(word->field, str_of(fields[i].name))) &&
            contains(fields[i].value, word->text))
            return true;
    }
    return false;
}

bool log_query_fits(const struct log_query *query, const struct log_field *fields, size_t count)
{
    for (size_t i = 0; i < query->count; i++) {
        if (has_word(&query->words[i], fields, count) == query->words[i].negated)
            return false;
    }
    return true;
}
