/*
 * http/wire/head.c - the rules by which a head is HTTP, for bytes and for headers read by others
 */
#include "http/wire/head.h"

#include <limits.h>
#include <string.h>

static const struct refusal refusals[] = {
    {400, REFUSAL_MALFORMED,    "the Host header is missing"                                        },
    {400, REFUSAL_MALFORMED,    "there is more than one Host header"                                },
    {400, REFUSAL_MALFORMED,    "a blank stands before the colon of a header"                       },
    {400, REFUSAL_MALFORMED,    "Content-Length beside Transfer-Encoding"                           },
    {400, REFUSAL_MALFORMED,    "Content-Length is given twice, with two values"                    },
    {501, REFUSAL_UNSUPPORTED,  "the Transfer-Encoding is not 'chunked'"                            },
    {400, REFUSAL_MALFORMED,    "the Content-Length is no number of digits alone"                   },
    {413, REFUSAL_LARGE_BODY,   "the body is larger than any may be"                                },
    {400, REFUSAL_MALFORMED,    "the name of a header is no token"                                  },
    {400, REFUSAL_MALFORMED,    "a control byte stands in a header"                                 },
    {400, REFUSAL_MALFORMED,    "a line of the head is no header"                                   },
    {400, REFUSAL_MALFORMED,    "the request line is not 'METHOD target HTTP/1.1'"                  },
    {505, REFUSAL_UNSUPPORTED,  "the version is not HTTP/1.0 or HTTP/1.1"                           },
    {400, REFUSAL_LONG_TARGET,  "path and query are too long"                                       },
    {400, REFUSAL_LONG_HEADERS, "the headers are too long"                                          },
    {400, REFUSAL_MALFORMED,    "the size of a chunk is no hexadecimal number"                      },
    {413, REFUSAL_LARGE_BODY,   "a chunk is larger than any body may be"                            },
    {400, REFUSAL_MALFORMED,    "Host, Content-Length or Transfer-Encoding goes on in a second line"},
};

enum { /* by their place above */
       NO_HOST,
       MANY_HOSTS,
       BLANK_IN_NAME,
       BOTH_LENGTHS,
       MANY_LENGTHS,
       UNKNOWN_CODING,
       BAD_LENGTH,
       LARGE_LENGTH,
       BAD_NAME,
       CONTROL_BYTE,
       NO_HEADER,
       BAD_LINE,
       BAD_VERSION,
       LONG_TARGET,
       LONG_HEADERS,
       BAD_CHUNK,
       LARGE_CHUNK,
       FOLDED_FRAMING,
};

const struct refusal *const refusal_large_chunk = &refusals[LARGE_CHUNK];

/* Source: RFC 9110 §5.6.2, "tchar". */
static const bool is_tchar[UCHAR_MAX + 1] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true,  ['#'] = true,
    ['$'] = true,         ['%'] = true,         ['&'] = true,         ['\''] = true, ['*'] = true,
    ['+'] = true,         ['-'] = true,         ['.'] = true,         ['^'] = true,  ['_'] = true,
    ['`'] = true,         ['|'] = true,         ['~'] = true,
};

static bool is_token(struct str s)
{
    size_t i = 0;

    while (i < s.len && is_tchar[(unsigned char)s.ptr[i]])
        i++;
    return s.len > 0 && i == s.len;
}

static bool is_control_byte(unsigned char c)
{
    return (c < ' ' && c != '\t') || c == 0x7f;
}

/* Eight bytes at once: is one of them below ' ', or 0x7f? */
static bool holds_control_byte(const char *eight)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    const uint64_t high = each << 7;
    uint64_t bytes;
    uint64_t del;

    memcpy(&bytes, eight, sizeof(bytes));
    del = bytes ^ (each * 0x7f);
    return (((bytes - each * ' ') & ~bytes) | ((del - each) & ~del)) & high;
}

static bool has_control_byte(struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        if (s.len - i >= sizeof(uint64_t) && !holds_control_byte(s.ptr + i))
            i += sizeof(uint64_t);
        else if (is_control_byte((unsigned char)s.ptr[i]))
            return true;
        else
            i++;
    }
    return false;
}

static const struct refusal *check_length(struct framing *framing, struct str value)
{
    uint64_t length;

    if (!str_all_digits(value))
        return &refusals[BAD_LENGTH];
    if (str_to_uint(value, INT64_MAX, &length) != NUMBER_OK)
        return &refusals[LARGE_LENGTH];
    if (str_is_set(framing->length) && !str_eq(framing->length, value))
        return &refusals[MANY_LENGTHS];
    framing->length = value;
    return NULL;
}

static const struct refusal *check_name(struct str name)
{
    if (name.len > 0 && (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t'))
        return &refusals[BLANK_IN_NAME]; /* no length for us, but for who stands before us? */
    return is_token(name) ? NULL : &refusals[BAD_NAME];
}

void framing_note(struct framing *framing, struct str name, struct str value)
{
    const struct refusal *wrong = check_name(name);

    framing->frames = true;
    if (!wrong && has_control_byte(value))
        wrong = &refusals[CONTROL_BYTE];
    if (str_eq_nocase(name, STR("Host"))) {
        framing->hosts++;
    } else if (str_eq_nocase(name, STR("Transfer-Encoding"))) {
        framing->codings++;
        framing->coding = value;
    } else if (!wrong && str_eq_nocase(name, STR("Content-Length"))) {
        wrong = check_length(framing, value);
    } else {
        framing->frames = false;
    }
    if (!framing->wrong)
        framing->wrong = wrong;
}

const struct refusal *framing_check(const struct framing *framing, bool host_needed)
{
    if (host_needed && framing->hosts == 0)
        return &refusals[NO_HOST];
    if (framing->hosts > 1)
        return &refusals[MANY_HOSTS];
    if (framing->wrong)
        return framing->wrong;
    if (framing->codings > 0 && str_is_set(framing->length))
        return &refusals[BOTH_LENGTHS];
    if (framing->codings > 1 ||
        (framing->codings && !str_eq_nocase(framing->coding, STR("chunked"))))
        return &refusals[UNKNOWN_CODING];
    return NULL;
}

const struct refusal *head_refusal(unsigned status)
{
    switch (status) {
    case 413:
        return &refusals[LARGE_LENGTH];
    case 414:
        return &refusals[LONG_TARGET];
    case 431:
        return &refusals[LONG_HEADERS];
    case 505:
        return &refusals[BAD_VERSION];
    default:
        return NULL;
    }
}

const struct refusal *head_check_size(size_t target_bytes, size_t headers_bytes)
{
    if (target_bytes > HEAD_TARGET_BYTES_MAX)
        return &refusals[LONG_TARGET];
    return headers_bytes > HEAD_BYTES_MAX ? &refusals[LONG_HEADERS] : NULL;
}

uint64_t framing_length(const struct framing *framing)
{
    uint64_t length = 0;

    str_to_uint(framing->length, UINT64_MAX, &length);
    return length;
}

bool head_line(struct str *rest, struct str *line)
{
    struct str tail;

    if (!str_cut(*rest, '\n', line, &tail))
        return false;
    if (line->len > 0 && line->ptr[line->len - 1] == '\r')
        line->len--;
    *rest = tail;
    return true;
}

bool head_field(struct str line, struct str *name, struct str *value)
{
    if (!str_cut(line, ':', name, value))
        return false;
    *value = str_trim(*value);
    return true;
}

/* Blanks within a target have always been taken; the version stands behind the last one. */
void head_request_line(struct str line, struct str *method, struct str *target, struct str *version)
{
    size_t end;

    *target = STR_NONE;
    *version = STR_NONE;
    if (!str_cut(line, ' ', method, target))
        return;
    *target = str_trim(*target);
    for (end = target->len; end > 0 && target->ptr[end - 1] != ' '; end--)
        ;
    *version = str_slice(*target, end, target->len);
    *target = str_trim(str_slice(*target, 0, end));
}

static const struct refusal *check_version(struct str version)
{
    if (version.len != sizeof("HTTP/1.1") - 1 || !str_starts(version, STR("HTTP/")) ||
        !str_all_digits(str_slice(version, 5, 6)) || version.ptr[6] != '.')
        return &refusals[BAD_LINE];
    return version.ptr[5] == '1' ? NULL : &refusals[BAD_VERSION];
}

static size_t count(struct str s, char c)
{
    struct str before;
    size_t n = 0;

    while (str_cut(s, c, &before, &s))
        n++;
    return n;
}

static const struct refusal *check_request_line(struct head *head, struct str line,
                                                bool *host_needed)
{
    struct str method;
    struct str target;
    struct str version;

    head_request_line(line, &method, &target, &version);
    *host_needed = !str_eq(version, STR("HTTP/1.0"));
    head->rows = count(target, '&');
    if (target.len > HEAD_TARGET_BYTES_MAX || head->rows > HEAD_ROWS_MAX)
        return &refusals[LONG_TARGET];
    if (!is_token(method) || target.len == 0 || has_control_byte(target))
        return &refusals[BAD_LINE];
    if (str_starts_nocase(target, STR("http://")) || str_starts_nocase(target, STR("https://")))
        *host_needed = false;
    return check_version(version);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The line before a chunk: its size, maybe an extension. */
static const struct refusal *check_chunk(struct str line, uint64_t body_max)
{
    uint64_t size = 0;
    size_t digits = 0;

    while (digits < line.len && is_hex(line.ptr[digits]))
        digits++;
    if (digits == 0 || (digits < line.len && line.ptr[digits] != ';' && line.ptr[digits] != ' '))
        return &refusals[BAD_CHUNK];
    for (size_t i = 0; i < digits && size <= body_max; i++) {
        char c = line.ptr[i];

        size = size << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return size > body_max ? &refusals[LARGE_CHUNK] : NULL;
}

static enum head_result judged(struct head *head, const struct refusal *wrong)
{
    head->wrong = wrong;
    return wrong ? HEAD_WRONG : HEAD_WHOLE;
}

static enum head_result unfinished(struct head *head, struct str bytes, const struct refusal *wrong)
{
    if (wrong)
        return judged(head, wrong);
    return bytes.len < HEAD_BYTES_MAX ? HEAD_MORE : judged(head, &refusals[LONG_HEADERS]);
}

/* A line that begins with a blank goes on with the one before it. */
static const struct refusal *note_line(struct head *head, struct framing *framing, struct str line)
{
    struct str name;
    struct str value;

    if (++head->rows > HEAD_ROWS_MAX)
        return &refusals[LONG_HEADERS];
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
        head->folded = true;
        if (framing->frames)
            return &refusals[FOLDED_FRAMING];
        return has_control_byte(line) ? &refusals[CONTROL_BYTE] : NULL;
    }
    if (!head_field(line, &name, &value))
        return &refusals[NO_HEADER];
    framing_note(framing, name, value);
    return NULL;
}

enum head_result head_judge(struct str bytes, uint64_t body_max, struct head *out)
{
    struct framing framing = {0};
    struct str rest = bytes;
    struct str line = STR_NONE;
    const struct refusal *wrong;
    bool host_needed;

    *out = (struct head){0};
    while (line.len == 0) /* empty lines before a request are passed over */
        if (!head_line(&rest, &line))
            return bytes.len < HEAD_BYTES_MAX ? HEAD_MORE : judged(out, &refusals[LONG_TARGET]);
    wrong = check_request_line(out, line, &host_needed);
    while (!wrong) {
        if (!head_line(&rest, &line))
            return unfinished(out, bytes, wrong);
        if (line.len == 0)
            break;
        wrong = note_line(out, &framing, line);
    }
    out->len = (size_t)(rest.ptr - bytes.ptr);
    out->chunked = framing.codings > 0;
    out->body_bytes = framing_length(&framing);
    if (!wrong)
        wrong = framing_check(&framing, host_needed);
    if (!wrong && framing.codings > 0 && head_line(&rest, &line))
        wrong = check_chunk(line, body_max);
    return judged(out, wrong);
}
