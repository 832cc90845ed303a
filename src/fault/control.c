/*
 * The request header X-Fcemu-Fault: a rule that a call brings along. Its parts are written down as
 * a rule file of one rule, so that there is one grammar and one set of messages. What was read is
 * kept, with its counters, for as long as clients go on sending the same text.
 */
#include "base/mem.h"
#include "conf/report.h"
#include "fault/grammar.h"
#include "fault/internal.h"

enum { TEXTS_MAX = 256, TEXT_BYTES_MAX = 4096 };

struct brought {
    UT_hash_handle hh;
    char *text;
    struct fault_ruleset *set; /* NULL: see `mistake` */
    struct rule_state state;
    char *mistake;
};

struct control {
    struct brought *by_text; /* in the order they came */
    size_t count;
};

struct control *control_new(void)
{
    return mem_alloc(sizeof(struct control));
}

static void drop(struct control *control, struct brought *brought)
{
    HASH_DEL(control->by_text, brought);
    control->count--;
    key_table_done(&brought->state.keys);
    fault_ruleset_unref(brought->set);
    mem_free(brought->mistake);
    mem_free(brought->text);
    mem_free(brought);
}

void control_reset(struct control *control)
{
    while (control && control->by_text)
        drop(control, control->by_text);
}

void control_free(struct control *control)
{
    control_reset(control);
    mem_free(control);
}

/* ---- from header to rule ---- */

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

/* What a rule of one call cannot do, well-formed as it is; NULL when it can be asked. */
static const char *impossible(const struct fault_ruleset *set)
{
    if (set->rule_count != 1)
        return "it is not one rule";
    if (set->scenario_count > 0)
        return "'set_state' needs a rule file, whose scenarios the rules know";
    if (rule_asking_time(&set->rules[0]) != ASKED_ON_REQUEST)
        return "it strikes before the request is read";
    return NULL;
}

static void read_header(struct brought *brought)
{
    static const struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf yaml = {0};

    header_to_yaml(str_of(brought->text), &yaml);
    brought->set = fault_ruleset_parse(buf_str(&yaml), "X-Fcemu-Fault", &options, report);
    const char *why_not = brought->set ? impossible(brought->set) : NULL;

    if (brought->set && !why_not) {
        brought->state = (struct rule_state){.rule = &brought->set->rules[0], .enabled = true};
        return;
    }
    fault_ruleset_unref(brought->set);
    brought->set = NULL;
    brought->mistake = why_not ? mem_dup(why_not) : first_mistake(report);
}

static struct brought *brought_by(struct control *control, struct str text)
{
    struct brought *brought;

    HASH_FIND(hh, control->by_text, text.ptr, text.len, brought);
    if (brought)
        return brought;
    if (control->count == TEXTS_MAX)
        drop(control, control->by_text);
    brought = mem_alloc(sizeof(*brought));
    brought->text = mem_dup_len(text.ptr, text.len);
    read_header(brought);
    HASH_ADD_KEYPTR(hh, control->by_text, brought->text, text.len, brought);
    control->count++;
    return brought;
}

/* ---- asking ---- */

static void unref_set(void *set)
{
    fault_ruleset_unref(set);
}

void control_ask(struct asking *asking)
{
    struct str text = header_value(asking->call, STR("X-Fcemu-Fault"));
    struct brought *brought;

    if (text.len == 0)
        return;
    if (text.len > TEXT_BYTES_MAX) {
        asking->out->control_error = "the header is longer than 4 KiB";
        return;
    }
    brought = brought_by(asking->engine->control, text);
    if (!brought->set) {
        asking->out->control_error = arena_dup(asking->arena, str_of(brought->mistake));
        return;
    }
    asking->has_brought = true;
    fault_ruleset_ref(brought->set); /* until the call is over */
    arena_on_end(asking->arena, unref_set, brought->set);
    brought->state.armed_ns = asking->now_ns; /* it is as old as the call */
    strike_rule(asking, &brought->state, arena_str(asking->arena, text));
}
