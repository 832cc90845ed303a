/*
 * grammar/header.c - the request header X-Fcemu-Fault as a rule. Its parts are written down as a
 * rule file of one rule, so that there is one grammar and one set of messages.
 */
#include "grammar/header.h"

#include "base/buf.h"
#include "base/mem.h"
#include "conf/report.h"
#include "grammar/grammar.h"

static bool is_plain(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !strchr("._%/+-", c))
            return false;
    }
    return value.len > 0;
}

/* A value in braces or brackets is taken as it is; other text must not turn into YAML. */
static void put_value(struct str value, struct buf *out)
{
    if (is_plain(value) || (value.len && strchr("{[", value.ptr[0])))
        buf_add(out, value);
    else
        buf_json_string(out, value);
}

static void put_part(struct str part, struct buf *when, struct buf *action)
{
    struct str key;
    struct str value;

    str_cut(part, '=', &key, &value);
    key = str_trim(key);
    value = str_trim(value);
    bool is_chance = str_eq(key, STR("probability"));
    struct buf *out = is_chance ? when : action;

    buf_puts(out, is_chance ? "    when: {" : "      ");
    put_value(key, out);
    buf_puts(out, ": ");
    if (value.len)
        put_value(value, out);
    else
        buf_puts(out, "{}");
    buf_puts(out, is_chance ? "}\n" : "\n");
}

static void header_to_yaml(struct str header, struct buf *out)
{
    OWN(buf_done) struct buf when = {0};
    OWN(buf_done) struct buf action = {0};

    while (str_is_set(header)) {
        struct str part;

        str_cut(header, ';', &part, &header);
        if (str_trim(part).len)
            put_part(part, &when, &action);
    }
    buf_puts(out, "version: 1\nrules:\n  - id: header\n");
    buf_add(out, buf_str(&when));
    buf_puts(out, action.len ? "    do:\n" : "    do: {}\n");
    buf_add(out, buf_str(&action));
}

static char *first_mistake(const struct conf_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->issues[i].severity == CONF_ERROR)
            return mem_printf("%s: %s%s%s", report->issues[i].code, report->issues[i].message,
                              report->issues[i].hint ? "; " : "",
                              report->issues[i].hint ? report->issues[i].hint : "");
    return mem_dup("it is not one rule");
}

struct fault_ruleset *fault_header_read(struct str header, char **out_mistake)
{
    static const struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf yaml = {0};
    struct fault_ruleset *set;

    header_to_yaml(header, &yaml);
    set = fault_ruleset_parse(buf_str(&yaml), "X-Fcemu-Fault", &options, report);
    if (!set)
        *out_mistake = first_mistake(report);
    return set;
}
