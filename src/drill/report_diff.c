/* Two reports side by side: what a client does differently now. */
#include <stdio.h>

#include "drill/internal.h"

struct comparison {
    struct buf *out;
    size_t lines;
};

static void differ(struct comparison *c, struct str what, struct str before, struct str after)
{
    if (str_eq(before, after))
        return;
    c->lines++;
    buf_add(c->out, what);
    buf_puts(c->out, ": ");
    buf_add(c->out, before.len ? before : STR("(none)"));
    buf_puts(c->out, " -> ");
    buf_add(c->out, after.len ? after : STR("(none)"));
    buf_add_char(c->out, '\n');
}

static void differ_number(struct comparison *c, struct str what, double before, double after)
{
    char old[32], new[32];

    snprintf(old, sizeof(old), "%.15g", before);
    snprintf(new, sizeof(new), "%.15g", after);
    differ(c, what, str_of(old), str_of(new));
}

/* The item of @list with the same values in both members; @occurrence-th of them, from 0. */
static const cJSON *twin(const cJSON *list, const cJSON *item, const char *first,
                         const char *second, size_t occurrence)
{
    const cJSON *candidate;

    cJSON_ArrayForEach (candidate, list) {
        if (str_eq(report_text(candidate, first), report_text(item, first)) &&
            str_eq(report_text(candidate, second), report_text(item, second)) && occurrence-- == 0)
            return candidate;
    }
    return NULL;
}

static size_t occurrence_of(const cJSON *list, const cJSON *item, const char *first,
                            const char *second)
{
    size_t before = 0;
    const cJSON *other;

    cJSON_ArrayForEach (other, list) {
        if (other == item)
            break;
        before += str_eq(report_text(other, first), report_text(item, first)) &&
                  str_eq(report_text(other, second), report_text(item, second));
    }
    return before;
}

static void name_item(const cJSON *item, const char *first, const char *second, size_t occurrence,
                      struct buf *out)
{
    buf_add(out, report_text(item, first));
    if (report_text(item, second).len) {
        buf_add_char(out, ' ');
        buf_add(out, report_text(item, second));
    }
    if (occurrence)
        buf_printf(out, " (%zu)", occurrence + 1);
}

static void compare_lists(struct comparison *c, const cJSON *before, const cJSON *after,
                          const char *list, const char *first, const char *second)
{
    const cJSON *old = report_list(before, list), *new = report_list(after, list);
    const cJSON *item;
    OWN(buf_done) struct buf name = {0};

    cJSON_ArrayForEach (item, old) {
        size_t occurrence = occurrence_of(old, item, first, second);
        const cJSON *now = twin(new, item, first, second, occurrence);

        buf_clear(&name);
        name_item(item, first, second, occurrence, &name);
        differ(c, buf_str(&name), report_text(item, "verdict"), report_text(now, "verdict"));
    }
    cJSON_ArrayForEach (item, new) {
        size_t occurrence = occurrence_of(new, item, first, second);

        if (twin(old, item, first, second, occurrence))
            continue;
        buf_clear(&name);
        name_item(item, first, second, occurrence, &name);
        differ(c, buf_str(&name), STR(""), report_text(item, "verdict"));
    }
}

static void compare_rules(struct comparison *c, const cJSON *before, const cJSON *after)
{
    const cJSON *rule, *new = report_list(after, "rules");
    OWN(buf_done) struct buf name = {0};

    cJSON_ArrayForEach (rule, report_list(before, "rules")) {
        const cJSON *now = twin(new, rule, "id", "", 0);

        buf_clear(&name);
        buf_puts(&name, "fires of ");
        buf_add(&name, report_text(rule, "id"));
        differ_number(c, buf_str(&name), report_number(rule, "fired"), report_number(now, "fired"));
    }
}

size_t drill_report_diff(const cJSON *before, const cJSON *after, struct buf *out)
{
    struct comparison c = {.out = out};
    const cJSON *old_calls = cJSON_GetObjectItemCaseSensitive(before, "calls");
    const cJSON *new_calls = cJSON_GetObjectItemCaseSensitive(after, "calls");

    differ(&c, STR("drill"), report_text(before, "drill"), report_text(after, "drill"));
    differ(&c, STR("seed"), report_text(before, "seed"), report_text(after, "seed"));
    differ(&c, STR("verdict"), report_text(before, "verdict"), report_text(after, "verdict"));
    compare_lists(&c, before, after, "require", "name", "rule");
    compare_lists(&c, before, after, "assertions", "assertion", "");
    differ_number(&c, STR("calls"), report_number(old_calls, "total"),
                  report_number(new_calls, "total"));
    differ_number(&c, STR("failed calls"), report_number(old_calls, "failed"),
                  report_number(new_calls, "failed"));
    differ_number(&c, STR("struck calls"), report_number(old_calls, "struck"),
                  report_number(new_calls, "struck"));
    compare_rules(&c, before, after);
    return c.lines;
}
