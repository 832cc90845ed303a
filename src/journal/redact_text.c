/*
 * Secrets in texts of any form: JSON, also broken or inside a string of another, XML, forms, header
 * lines, URLs. A scan rather than a parse: bodies that are broken on purpose are captured, too.
 * What lies between two secrets is copied in one piece.
 */
#include "crypto/encode.h"
#include "journal/redact.h"

enum { TOKEN_BYTES_MIN = 16, PAIR_BYTES_MAX = 512 };

/* Anywhere in a name, without regard to case, '-' and '_'; by their first letters. */
static const struct str secret_words[] = {
    STR_INIT("accesskey"),  STR_INIT("apikey"), STR_INIT("authorization"), STR_INIT("cookie"),
    STR_INIT("password"),   STR_INIT("passwd"), STR_INIT("passphrase"),    STR_INIT("pwd"),
    STR_INIT("privatekey"), STR_INIT("secret"), STR_INIT("signature"),     STR_INIT("token"),
};

/* Names that sound so and are not: pages of a listing, who signed, and how. */
static const struct str open_names[] = {
    STR_INIT("accesskeyid"),    STR_INIT("continuationtoken"), STR_INIT("nextcontinuationtoken"),
    STR_INIT("nexttoken"),      STR_INIT("ossaccesskeyid"),    STR_INIT("signaturemethod"),
    STR_INIT("signaturenonce"), STR_INIT("signatureversion"),  STR_INIT("signedheaders"),
    STR_INIT("xfcaccesskeyid"),
};

/* Secrets when that is the whole name of a header or a parameter: within a name, or as a word of a
 * text, they say nothing ("author", "design", "sessions"). */
static const struct str whole_names[] = {
    STR_INIT("jwt"),     STR_INIT("otp"),       STR_INIT("sig"),        STR_INIT("auth"),
    STR_INIT("xsrf"),    STR_INIT("csrf"),      STR_INIT("bearer"),     STR_INIT("authkey"),
    STR_INIT("session"), STR_INIT("passcode"),  STR_INIT("sessionid"),  STR_INIT("phpsessid"),
    STR_INIT("sessid"),  STR_INIT("assertion"), STR_INIT("jsessionid"), STR_INIT("clientassertion"),
};

enum {
    WHOLE_NAME_BYTES_MAX = 64
}; /* marks between the letters included; a body may be all letters */

/* Where one of the above, "Basic", "Bearer", "://" or a parameter behind '?' or '&' (also as "%3F",
 * "%26") can begin: a bit for each first letter, asked of it and of the two characters behind it;
 * all of these are three at least. Nearly all text is passed over. */
enum {
    A_ = 1 << 0,
    B_ = 1 << 1,
    C_ = 1 << 2,
    P_ = 1 << 3,
    S_ = 1 << 4,
    T_ = 1 << 5,
    COLON_ = 1 << 6,
    QUERY_ = 1 << 7,
    NAME_ = A_ | C_ | P_ | S_ | T_,
    BEGIN_BYTES = 3,
};

#define LETTER(small, large, bits) [small] = (bits), [large] = (bits)

static const unsigned char first_bits[256] = {
    LETTER('a', 'A', A_), LETTER('b', 'B', B_), LETTER('c', 'C', C_), LETTER('p', 'P', P_),
    LETTER('s', 'S', S_), LETTER('t', 'T', T_), [':'] = COLON_,       ['?'] = QUERY_,
    ['&'] = QUERY_,       ['%'] = QUERY_,
};

/* Of names behind '?' and '&', the first two letters; of "%3F" and "%26", the two digits. */
static const unsigned char second_bits[256] = {
    LETTER('a', 'A', P_ | B_ | QUERY_),
    LETTER('b', 'B', QUERY_),
    LETTER('c', 'C', A_ | QUERY_),
    LETTER('e', 'E', S_ | B_),
    LETTER('i', 'I', S_),
    LETTER('j', 'J', QUERY_),
    LETTER('o', 'O', C_ | T_ | QUERY_),
    LETTER('p', 'P', A_ | QUERY_),
    LETTER('r', 'R', P_),
    LETTER('s', 'S', QUERY_),
    LETTER('u', 'U', A_),
    LETTER('w', 'W', P_),
    LETTER('x', 'X', QUERY_),
    ['-'] = NAME_ | QUERY_,
    ['_'] = NAME_ | QUERY_,
    ['/'] = COLON_,
    ['2'] = QUERY_,
    ['3'] = QUERY_,
};

static const unsigned char third_bits[256] = {
    LETTER('a', 'A', B_ | QUERY_),
    LETTER('c', 'C', A_ | S_),
    LETTER('d', 'D', P_),
    LETTER('e', 'E', QUERY_),
    LETTER('f', 'F', QUERY_),
    LETTER('g', 'G', S_),
    LETTER('h', 'H', QUERY_),
    LETTER('i', 'I', A_ | P_ | QUERY_),
    LETTER('k', 'K', T_),
    LETTER('l', 'L', QUERY_),
    LETTER('o', 'O', C_),
    LETTER('s', 'S', B_ | P_ | QUERY_),
    LETTER('t', 'T', A_ | QUERY_),
    LETTER('u', 'U', QUERY_),
    LETTER('w', 'W', QUERY_),
    ['-'] = NAME_ | QUERY_,
    ['_'] = NAME_ | QUERY_,
    ['/'] = COLON_,
    ['6'] = QUERY_,
};

struct scan {
    struct str text;
    const struct redact_secrets *secrets;
};

/* Where a secret lies; none when it is empty. */
struct found {
    size_t from;
    size_t to;
    char missing; /* the quote that the text has lost with its end */
};
static const struct found NOTHING;

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does @word stand at @at? Its end, or 0. */
static size_t word_end(struct str text, size_t at, struct str word)
{
    size_t i = 0;

    for (; at < text.len && i < word.len; at++) {
        char c = lower(text.ptr[at]);

        if (c == word.ptr[i])
            i++;
        else if (i == 0 || (c != '-' && c != '_'))
            return 0;
    }
    return i == word.len ? at : 0;
}

/* Can one of the above begin here? There are BEGIN_BYTES. */
static bool may_begin(const char *here)
{
    const unsigned char *bytes = (const unsigned char *)here;
    unsigned bits = first_bits[bytes[0]] & second_bits[bytes[1]];
    bool gap = bytes[1] == '-' || bytes[1] == '_';

    return bits && bits & (gap ? second_bits : third_bits)[bytes[2]];
}

/* Behind the last place where one of the above can begin. */
static size_t last_begin(struct str text)
{
    return text.len < BEGIN_BYTES ? 0 : text.len - (BEGIN_BYTES - 1);
}

static size_t secret_word_end(struct str text, size_t at)
{
    char first = lower(text.ptr[at]);
    size_t end = 0;

    for (size_t w = 0; w < N_ELEMENTS(secret_words) && end == 0; w++)
        if (secret_words[w].ptr[0] == first)
            end = word_end(text, at, secret_words[w]);
    return end;
}

static struct str without_marks(struct str name)
{
    while (name.len > 0 && (name.ptr[0] == '-' || name.ptr[0] == '_'))
        name = str_slice(name, 1, name.len);
    return name;
}

static bool is_open_name(struct str name)
{
    name = without_marks(name);
    for (size_t i = 0; i < N_ELEMENTS(open_names); i++)
        if (word_end(name, 0, open_names[i]) == name.len)
            return true;
    return false;
}

static bool is_whole_name(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(whole_names); i++)
        if (word_end(name, 0, whole_names[i]) == name.len)
            return true;
    return false;
}

bool redact_name_is_secret(struct str name)
{
    size_t stop = last_begin(name);

    if (name.len && is_whole_name(without_marks(name)))
        return true;

    for (size_t at = 0; at < stop; at++)
        if (may_begin(name.ptr + at) && secret_word_end(name, at) > 0)
            return !is_open_name(name);
    return false;
}

static size_t skip(struct str text, size_t at, const char *characters)
{
    while (at < text.len && text.ptr[at] && strchr(characters, text.ptr[at]))
        at++;
    return at;
}

static size_t until(struct str text, size_t at, const char *characters)
{
    while (at < text.len && !(text.ptr[at] && strchr(characters, text.ptr[at])))
        at++;
    return at;
}

/* A quote and how often it is escaped: \" in a JSON text within a JSON text. */
struct quote {
    char mark; /* 0: there is none */
    size_t slashes;
    size_t end; /* behind it */
};

static struct quote quote_at(struct str text, size_t at)
{
    size_t mark = skip(text, at, "\\");

    if (mark < text.len && (text.ptr[mark] == '"' || text.ptr[mark] == '\''))
        return (struct quote){text.ptr[mark], mark - at, mark + 1};
    return (struct quote){.end = at};
}

/* The string that @open begins. A backslash that belongs to it comes in pairs of its depth. */
static struct found quoted_value(struct str text, struct quote open)
{
    size_t slashes = 0;

    for (size_t at = open.end; at < text.len; at++) {
        if (text.ptr[at] == '\\') {
            slashes++;
            continue;
        }
        if (text.ptr[at] == open.mark && slashes % (2 * (open.slashes + 1)) == open.slashes)
            return (struct found){open.end, at - open.slashes, 0};
        slashes = 0;
    }
    return (struct found){open.end, text.len, open.mark};
}

static bool is_literal(struct str value)
{
    return str_eq(value, STR("null")) || str_eq(value, STR("true")) || str_eq(value, STR("false"));
}

static struct found bare_value(struct str text, size_t at, const char *ends)
{
    struct found found = {at, until(text, at, ends), 0};

    if (at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '['))
        return NOTHING;
    return is_literal(str_slice(text, found.from, found.to)) ? NOTHING : found;
}

/* "=", ":" and what they become in a URL; 0 when none stands at @at. */
static size_t separator(struct str text, size_t at, bool *out_line)
{
    static const struct {
        struct str text;
        bool line; /* what follows may hold blanks */
    } forms[] = {
        {STR_INIT("=>"),  false},
        {STR_INIT("="),   false},
        {STR_INIT(":"),   true },
        {STR_INIT("%3d"), false},
        {STR_INIT("%3a"), false},
    };

    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        if (!str_starts_nocase(str_slice(text, at, text.len), forms[i].text))
            continue;
        *out_line = forms[i].line;
        return forms[i].text.len;
    }
    return 0;
}

/* The value that belongs to the name from @from to @end. */
static struct found value_of(struct str text, size_t from, size_t end)
{
    struct quote closing = quote_at(text, end);
    size_t at = skip(text, closing.end, " \t\r\n");
    bool line = false;
    size_t separator_len = separator(text, at, &line);
    struct quote opening;

    if (end < text.len && text.ptr[end] == '>' && from > 0 && text.ptr[from - 1] == '<')
        return (struct found){end + 1, until(text, end, "<"), 0};
    /* A part of a form: name="password", an empty line, the value. */
    if (closing.mark && str_starts(str_slice(text, closing.end, text.len), STR("\r\n\r\n")))
        return (struct found){closing.end + 4, until(text, closing.end + 4, "\r"), 0};
    if (separator_len == 0)
        return NOTHING;
    at = skip(text, at + separator_len, " \t\r\n");
    opening = quote_at(text, at);
    if (opening.mark)
        return quoted_value(text, opening);
    if (closing.mark)
        return bare_value(text, at, ",}] \t\r\n");
    return bare_value(text, at, line ? "\r\n\"'\\<" : "&;,\"'\\<>)}% \t\r\n");
}

static struct found named_secret(struct str text, size_t at)
{
    size_t end = secret_word_end(text, at);
    size_t from = at;

    if (end == 0)
        return NOTHING;
    while (end < text.len && is_name_character(text.ptr[end]))
        end++;
    while (from > 0 && is_name_character(text.ptr[from - 1]))
        from--;
    return is_open_name(str_slice(text, from, end)) ? NOTHING : value_of(text, from, end);
}

/* What stands before a parameter's name: 0 when nothing of the kind does. */
static size_t query_mark(struct str text, size_t at)
{
    struct str rest = str_slice(text, at, text.len);

    if (str_starts_nocase(rest, STR("%3f")) || str_starts(rest, STR("%26")))
        return 3;
    return text.ptr[at] == '?' || text.ptr[at] == '&';
}

/* "?sig=…" of an address, wherever it stands, and of a form its first name, too. */
static struct found parameter(struct str text, size_t at)
{
    size_t from = at + query_mark(text, at);
    size_t end = from;
    bool line = false;

    if (from == at && at > 0)
        return NOTHING;
    while (end < text.len && end - from <= WHOLE_NAME_BYTES_MAX && is_name_character(text.ptr[end]))
        end++;
    if (end == from || separator(text, end, &line) == 0 || line ||
        !is_whole_name(without_marks(str_slice(text, from, end))))
        return NOTHING;
    return value_of(text, from, end);
}

static bool holds_pair(struct str token)
{
    char decoded[PAIR_BYTES_MAX];
    size_t len;

    if (token.len > PAIR_BYTES_MAX)
        return true;
    return base64_decode(token, (uint8_t *)decoded, &len) && memchr(decoded, ':', len) != NULL;
}

/* "Basic dXNlcjpwdw==" and "Bearer eyJ…" are secrets whatever stands before them. */
static struct found scheme_secret(struct str text, size_t at)
{
    static const char token[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=._~-";
    struct str rest = str_slice(text, at, text.len);
    bool basic = str_starts_nocase(rest, STR("basic "));
    struct found found;

    if (!basic && !str_starts_nocase(rest, STR("bearer ")))
        return NOTHING;
    found.from = skip(text, at + (basic ? 5 : 6), " ");
    found.to = skip(text, found.from, token);
    found.missing = 0;
    if (basic ? !holds_pair(str_slice(text, found.from, found.to))
              : found.to - found.from < TOKEN_BYTES_MIN)
        return NOTHING;
    return found;
}

/* The password of https://user:password@host. */
static struct found password_of_url(struct str text, size_t at)
{
    size_t end;
    size_t colon;

    if (!str_starts(str_slice(text, at, text.len), STR("://")))
        return NOTHING;
    end = until(text, at + 3, "/?#@\"'<> \t\r\n\\");
    colon = until(text, at + 3, ":/?#@\"'<> \t\r\n\\");
    if (end == text.len || text.ptr[end] != '@' || text.ptr[colon] != ':')
        return NOTHING;
    return (struct found){colon + 1, end, 0};
}

static struct found repeated_secret(const struct scan *scan, size_t at)
{
    const struct redact_secrets *secrets = scan->secrets;
    struct str rest = str_slice(scan->text, at, scan->text.len);

    for (size_t i = 0; secrets && i < secrets->count; i++)
        if (str_starts(rest, secrets->items[i]))
            return (struct found){at, at + secrets->items[i].len, 0};
    return NOTHING;
}

static struct found secret_at(const struct scan *scan, size_t at)
{
    static struct found (*const looks[])(struct str text, size_t at) = {named_secret, scheme_secret,
                                                                        password_of_url, parameter};
    struct found found = repeated_secret(scan, at);

    for (size_t i = 0; i < N_ELEMENTS(looks) && found.to <= found.from; i++)
        found = looks[i](scan->text, at);
    return found;
}

/* The next place from @at on where a secret or its name can begin; @end when there is none. */
static size_t next_place(const struct scan *scan, size_t at, size_t end)
{
    const struct redact_secrets *secrets = scan->secrets;
    const char *text = scan->text.ptr;
    size_t last = last_begin(scan->text);
    size_t stop = end < last ? end : last;

    if (secrets && secrets->count) {
        while (at < end && !secrets->begins[(unsigned char)text[at]] &&
               (at >= stop || !may_begin(text + at)))
            at++;
        return at;
    }
    while (at < stop && !may_begin(text + at))
        at++;
    return at < stop || at > end ? at : end;
}

/* How far to look when from @kept on nothing is copied, and @room bytes may be. */
static size_t scan_end(struct str text, size_t kept, size_t room)
{
    return text.len - kept < room ? text.len : kept + room;
}

void redact_text(struct str text, size_t most, const struct redact_secrets *secrets,
                 struct buf *out)
{
    struct scan scan = {text, secrets};
    size_t start = out->len;
    size_t kept = 0; /* from here on nothing is copied yet */
    size_t end = scan_end(text, kept, most);
    size_t at = 0;

    /* The beginning is looked at whatever it is: the first name of a form. */
    while (at < end && (at == 0 || (at = next_place(&scan, at, end)) < end)) {
        struct found found = secret_at(&scan, at);

        if (found.to <= found.from) {
            at++;
            continue;
        }
        buf_add(out, str_slice(text, kept, found.from));
        buf_puts(out, "***");
        if (found.missing)
            buf_add_char(out, found.missing);
        at = kept = found.to;
        end = out->len - start < most ? scan_end(text, kept, most - (out->len - start)) : at;
    }
    buf_add(out, str_slice(text, kept, at));
    if (out->len - start > most) {
        out->len = start + most;
        out->ptr[out->len] = '\0';
    }
}
