/*
 * grammar/outcome.c - the outcomes of `do`, of which a rule has at most one
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "conf/scalar.h"
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

/* ---- respond ---- */

static bool take_answer_headers(struct conf_decoder *d, const struct conf_field *field,
                                const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    (void)field;
    if (!conf_want(d, node, CONF_MAP))
        return false;
    action->answer_headers = ARENA_ARRAY(d->arena, node->count, struct fault_header_edit);
    return grammar_headers(d, node, EDIT_SET, action->answer_headers, &action->answer_header_count);
}

static bool take_body(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    (void)field;
    if (!conf_want_text(d, node))
        return false;
    action->body = arena_str(d->arena, node->text);
    action->body_is_template = true;
    return true;
}

static bool take_body_base64(struct conf_decoder *d, const struct conf_field *field,
                             const struct conf_node *node, void *out)
{
    (void)field;
    return grammar_base64(d, node, &((struct fault_action *)out)->body);
}

/* 0, or an errno; EFBIG above the limit. */
static int read_all(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;
    int failed = 0;

    if (fd < 0)
        return errno;
    while (n > 0 && out->len <= FAULT_BODY_FILE_BYTES_MAX) {
        buf_reserve(out, 65536);
        n = read(fd, out->ptr + out->len, 65536);
        if (n > 0)
            out->len += (size_t)n;
    }
    if (n < 0)
        failed = errno;
    else if (out->len > FAULT_BODY_FILE_BYTES_MAX)
        failed = EFBIG;
    close(fd);
    return failed;
}

static bool take_body_file(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    OWN(buf_done) struct buf content = {0};
    struct fault_action *action = out;
    int failed;

    (void)field;
    if (!conf_want_text(d, node))
        return false;
    if (!grammar_in_file(grammar_of(d), node)) {
        conf_error(d->report, conf_at(node), "F107",
                   "files are not read from here; write 'body' or 'body_base64'");
        return false;
    }
    failed = read_all(conf_resolve_path(d, node, node->text).ptr, &content);
    if (failed) {
        conf_error(d->report, conf_at(node), "F107", "cannot read '%s': %s", conf_value(d, node),
                   strerror(failed));
        return false;
    }
    action->body = arena_str(d->arena, buf_str(&content));
    action->body_is_template = str_is_utf8(action->body);
    return true;
}

/* clang-format off */
static const struct conf_field respond_fields[] = {
    {.name = "status",
     .type = FIELD_INT,
     .offset = AT(status),
     .min = 200,
     .max = 599,
     .help = "status of the answer",
     .assumed = "200"},
    {.name = "headers",
     .type = FIELD_CUSTOM,
     .decode = take_answer_headers,
     .help = "header name: value",
     .schema = "\"type\":\"object\""},
    {.name = "body",
     .type = FIELD_CUSTOM,
     .decode = take_body,
     .help = "text with templates such as {{function}}, {{request_id}}, {{now+20m}}",
     .schema = "\"type\":[\"string\",\"number\",\"boolean\"]"},
    {.name = "body_file",
     .type = FIELD_CUSTOM,
     .decode = take_body_file,
     .help = "file that holds the body, relative to this one",
     .schema = "\"type\":\"string\""},
    {.name = "body_base64",
     .type = FIELD_CUSTOM,
     .decode = take_body_base64,
     .help = "the body's bytes as base64",
     .schema = "\"type\":\"string\",\"contentEncoding\":\"base64\""},
};
/* clang-format on */

static void check_respond(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    conf_exclusive(d, node, (const char *const[]){"body", "body_file", "body_base64", NULL});
}

const struct conf_table fault_respond_table = {
    .name = "respond",
    .help = "Answer this instead.",
    CONF_TABLE_OF(respond_fields),
    .check = check_respond,
    .checks_keys = true,
};

bool grammar_take_respond(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_RESPOND;
    action->status = 200;
    conf_decode(d, field->table, node, action);
    return true;
}

/* ---- stale ---- */

static const struct conf_word of_list[] = {
    {"call",      false},
    {"operation", true },
};
static const struct conf_words of_words = {CONF_WORDS_OF(of_list)};

/* clang-format off */
static const struct conf_field stale_fields[] = {
    {.name = "of",
     .type = FIELD_CUSTOM,
     .offset = AT(stale_of_operation),
     .decode = grammar_take_flag,
     .words = &of_words,
     .help = "call: an earlier answer to the same call; operation: to any call of the operation",
     .assumed = "call",
     .schema = "\"enum\":[\"call\",\"operation\"]"},
    {.name = "age",
     .type = FIELD_UINT,
     .offset = AT(stale_age),
     .min = 1,
     .max = 1000,
     .wrong = "ages count from 1",
     .help = "how many answers back",
     .assumed = "1"},
};
/* clang-format on */
const struct conf_table fault_stale_table = {
    .name = "stale", .help = "Replay an earlier answer.", CONF_TABLE_OF(stale_fields)};

bool grammar_take_stale(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_STALE;
    action->stale_age = 1;
    conf_decode(d, field->table, node, action);
    return true;
}

/* ---- reset, close, hang ---- */

static const struct conf_word at_list[] = {
    {"accept",  PHASE_ACCEPT },
    {"request", PHASE_REQUEST},
    {"headers", PHASE_HEADERS},
    {"body",    PHASE_BODY   },
};
static const struct conf_words at_words = {CONF_WORDS_OF(at_list)};

/* clang-format off */
static const struct conf_field cut_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &at_words,
     .help = "accept: before the request; request: instead of an answer; headers: before the "
             "answer; body: inside its body",
     .assumed = "request"},
    {.name = "after",
     .type = FIELD_CUSTOM,
     .offset = AT(after),
     .decode = grammar_take_amount,
     .help = "with at: body, how much of the body is sent: a size or a ratio",
     .schema = "\"type\":[\"string\",\"number\"]"},
};
/* clang-format on */

static void check_after(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *after = conf_get(node, "after");

    if (after && action->at != PHASE_BODY)
        conf_error(d->report, conf_at_key(after), "F310", "only with 'at: body'");
}

const struct conf_table fault_cut_table = {
    .name = "cut",
    .help = "End the connection.",
    CONF_TABLE_OF(cut_fields),
    .check = check_after,
};

bool grammar_take_cut(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = strcmp(field->name, "reset") == 0 ? OUTCOME_RESET : OUTCOME_CLOSE;
    action->at = PHASE_REQUEST;
    conf_decode(d, field->table, node, action);
    return true;
}

static const struct conf_word hang_then_list[] = {
    {"close",    THEN_CLOSE   },
    {"reset",    THEN_RESET   },
    {"continue", THEN_CONTINUE},
};
static const struct conf_words hang_then = {CONF_WORDS_OF(hang_then_list)};

/* clang-format off */
static const struct conf_field hang_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &at_words,
     .help = "where the silence begins",
     .assumed = "request"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(hang_ns),
     .help = "how long, or forever: until the client leaves",
     .assumed = "forever"},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(then),
     .words = &hang_then,
     .help = "what follows",
     .assumed = "close"},
};
/* clang-format on */
const struct conf_table fault_hang_table = {
    .name = "hang", .help = "Say nothing for a while.", CONF_TABLE_OF(hang_fields)};

bool grammar_take_hang(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_HANG;
    action->at = PHASE_REQUEST;
    action->hang_ns = FAULT_FOREVER;
    conf_decode(d, field->table, node, action);
    return grammar_within_guard(d, conf_get(node, "for"), action->hang_ns);
}

/* ---- raw, and what needs a listener of its own ---- */

static bool take_raw_text(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    (void)field;
    if (!conf_want_text(d, node))
        return false;
    ((struct fault_action *)out)->raw = arena_str(d->arena, node->text);
    return true;
}

static bool take_raw_base64(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    (void)field;
    return grammar_base64(d, node, &((struct fault_action *)out)->raw);
}

static const struct conf_word end_list[] = {
    {"close", THEN_CLOSE},
    {"reset", THEN_RESET},
};
static const struct conf_words ends = {CONF_WORDS_OF(end_list)};

/* clang-format off */
static const struct conf_field raw_fields[] = {
    {.name = "text",
     .type = FIELD_CUSTOM,
     .decode = take_raw_text,
     .help = "exact bytes, as text",
     .schema = "\"type\":\"string\""},
    {.name = "base64",
     .type = FIELD_CUSTOM,
     .decode = take_raw_base64,
     .help = "exact bytes, as base64",
     .schema = "\"type\":\"string\",\"contentEncoding\":\"base64\""},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(then),
     .words = &ends,
     .help = "how the connection ends",
     .assumed = "close"},
};
/* clang-format on */

static void check_raw(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (conf_exclusive(d, node, (const char *const[]){"text", "base64", NULL}) &&
        !conf_get(node, "text") && !conf_get(node, "base64"))
        conf_error(d->report, conf_at(node), "F309", "write 'text' or 'base64'");
}

const struct conf_table fault_raw_table = {
    .name = "raw",
    .help = "Exact bytes instead of an HTTP answer.",
    CONF_TABLE_OF(raw_fields),
    .check = check_raw,
};

bool grammar_take_raw(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_RAW;
    action->then = THEN_CLOSE;
    conf_decode(d, field->table, node, action);
    return true;
}

static const struct conf_word tls_list[] = {
    {"expired",            TLS_EXPIRED           },
    {"not_yet_valid",      TLS_NOT_YET_VALID     },
    {"unknown_ca",         TLS_UNKNOWN_CA        },
    {"wrong_host",         TLS_WRONG_HOST        },
    {"close_in_handshake", TLS_CLOSE_IN_HANDSHAKE},
    {"reset_in_handshake", TLS_RESET_IN_HANDSHAKE},
    {"stall_in_handshake", TLS_STALL_IN_HANDSHAKE},
    {"old_protocol",       TLS_OLD_PROTOCOL      },
};
static const struct conf_words tls_words = {CONF_WORDS_OF(tls_list)};

/* clang-format off */
static const struct conf_field tls_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(tls),
     .words = &tls_words,
     .help = "what is wrong with the certificate or the handshake"},
};
/* clang-format on */
const struct conf_table fault_tls_table = {
    .name = "tls", .help = "A broken TLS handshake.", CONF_TABLE_OF(tls_fields)};

/* Decode, then F316 for what this daemon was not started for. */
static bool take_if(struct conf_decoder *d, const struct conf_field *field,
                    const struct conf_node *node, void *out, bool available, const char *needs)
{
    size_t before = d->report->errors;

    conf_decode(d, field->table, node, out);
    if (d->report->errors == before && !available)
        conf_error(d->report, conf_at(node), "F316", "%s", needs);
    return d->report->errors == before;
}

bool grammar_take_tls(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_TLS;
    return take_if(d, field, node, action, grammar_of(d)->options->tls_available,
                   "TLS faults are not built yet; use 'reset' or 'close' with 'at: accept'");
}

const struct conf_table fault_empty_table = {.name = "nothing", .help = "Takes no keys."};

bool grammar_take_refuse(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_REFUSE;
    return take_if(d, field, node, action, grammar_of(d)->options->per_region_listeners,
                   "needs 'listen.per_region: true'; all hosts share one address now");
}

static const struct conf_word dns_list[] = {
    {"nxdomain", DNS_NXDOMAIN},
    {"servfail", DNS_SERVFAIL},
    {"timeout",  DNS_TIMEOUT },
    {"address",  DNS_ADDRESS },
};
static const struct conf_words dns_words = {CONF_WORDS_OF(dns_list)};

/* clang-format off */
static const struct conf_field dns_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(dns),
     .words = &dns_words,
     .help = "how the name is answered"},
    {.name = "address",
     .type = FIELD_TEXT,
     .offset = AT(dns_address),
     .help = "with fault: address, the wrong address"},
};
/* clang-format on */

static void check_dns(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *address = conf_get(node, "address");

    if (action->dns == DNS_ADDRESS && !address)
        conf_error(d->report, conf_at(node), "F104", "'address' is missing; say which");
    else if (action->dns != DNS_ADDRESS && address)
        conf_error(d->report, conf_at_key(address), "F310", "only with 'fault: address'");
}

const struct conf_table fault_dns_table = {
    .name = "dns",
    .help = "A wrong answer to the name.",
    CONF_TABLE_OF(dns_fields),
    .check = check_dns,
};

bool grammar_take_dns(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_DNS;
    return take_if(d, field, node, action, grammar_of(d)->options->dns_available,
                   "needs the bundled DNS (start with --dns)");
}

bool grammar_take_pass(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    ((struct fault_action *)out)->outcome = OUTCOME_PASS;
    conf_decode(d, field->table, node, out);
    return true;
}
