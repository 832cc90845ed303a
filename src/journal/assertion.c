/* What the kinds of assertions share; for journal/ only. */
#include "journal/assertion.h"

#include "conf/scalar.h"

struct comparison {
    const char *name, *words;
    size_t flag, value;
};

#define COMPARISON(name, words)                                                                    \
    {                                                                                              \
#name, words, offsetof(struct fault_compare, has_##name),                                  \
            offsetof(struct fault_compare, name)                                                   \
    }

static const struct comparison comparisons[] = {
    COMPARISON(eq, "exactly"),   COMPARISON(gt, "more than"), COMPARISON(gte, "at least"),
    COMPARISON(lt, "less than"), COMPARISON(lte, "at most"),
};

static bool has(const struct fault_compare *compare, const struct comparison *row)
{
    return *(const bool *)((const char *)compare + row->flag);
}

static double bound(const struct fault_compare *compare, const struct comparison *row)
{
    return *(const double *)(const void *)((const char *)compare + row->value);
}

/* 3, 0.99, "99%", or "2s" as milliseconds. */
static bool read_number(const cJSON *item, double *out)
{
    struct str text = cJSON_IsString(item) ? str_of(item->valuestring) : STR_NONE;
    uint64_t ns;

    if (cJSON_IsNumber(item)) {
        *out = item->valuedouble;
        return true;
    }
    if (str_ends(text, STR("%")) &&
        str_to_double(str_slice(text, 0, text.len - 1), out) == NUMBER_OK) {
        *out /= 100;
        return true;
    }
    if (text.len && scalar_duration(text, &ns) == SCALAR_OK) {
        *out = (double)ns / 1e6;
        return true;
    }
    return false;
}

int assertion_read_compare(const cJSON *object, struct fault_compare *out, struct error *err)
{
    *out = (struct fault_compare){0};
    for (size_t i = 0; i < N_ELEMENTS(comparisons); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, comparisons[i].name);

        if (!item)
            continue;
        if (!read_number(item, (double *)(void *)((char *)out + comparisons[i].value)))
            return error_set(err, ERROR_SYNTAX,
                             "%s: expected a number, a share such as \"99%%\", "
                             "or a duration such as \"2s\"",
                             comparisons[i].name);
        *(bool *)((char *)out + comparisons[i].flag) = true;
        out->given = true;
    }
    return 0;
}

const char *assertion_first_comparison(const cJSON *object)
{
    for (const cJSON *member = object->child; member; member = member->next)
        for (size_t i = 0; i < N_ELEMENTS(comparisons); i++)
            if (strcmp(member->string, comparisons[i].name) == 0)
                return comparisons[i].name;
    return NULL;
}

int assertion_member_compare(const cJSON *args, const char *name, struct fault_compare *out,
                             struct error *err)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(args, name);

    *out = (struct fault_compare){0};
    if (!member)
        return 0;
    if (read_number(member, &out->eq)) {
        out->given = out->has_eq = true;
        return 0;
    }
    if (!cJSON_IsObject(member) || assertion_read_compare(member, out, err) < 0 || !out->given)
        return error_set(err, ERROR_SYNTAX, "%s: expected a comparison such as {\"lte\": 5}", name);
    return 0;
}

int assertion_duration(const struct assertion *assertion, const char *name, double missing,
                       double *out_ms, struct error *err)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(assertion->args, name);
    uint64_t ns;

    *out_ms = missing;
    if (!member)
        return 0;
    if (!cJSON_IsString(member) || scalar_duration(str_of(member->valuestring), &ns) != SCALAR_OK)
        return error_set(err, ERROR_SYNTAX, "%s: expected a duration such as \"5s\"", name);
    *out_ms = (double)ns / 1e6;
    return 0;
}

int assertion_vacuous(struct assertion *assertion, const char *why)
{
    assertion->verdict = VERDICT_VACUOUS;
    buf_puts(&assertion->text, why);
    return 0;
}

bool assertion_holds(const struct fault_compare *compare, double value)
{
    return (!compare->has_eq || value == compare->eq) &&
           (!compare->has_gt || value > compare->gt) &&
           (!compare->has_gte || value >= compare->gte) &&
           (!compare->has_lt || value < compare->lt) &&
           (!compare->has_lte || value <= compare->lte);
}

void assertion_bounds_text(const struct fault_compare *compare, struct buf *out)
{
    const char *comma = "";

    for (size_t i = 0; i < N_ELEMENTS(comparisons); i++) {
        if (!has(compare, &comparisons[i]))
            continue;
        buf_printf(out, "%s%s %.15g", comma, comparisons[i].words, bound(compare, &comparisons[i]));
        comma = ", ";
    }
}

void assertion_compare(struct assertion *assertion, double value)
{
    bool holds = assertion_holds(&assertion->compare, value);

    assertion->verdict = holds ? VERDICT_PASS : VERDICT_FAIL;
    if (!holds) {
        buf_puts(&assertion->text, ", wanted ");
        assertion_bounds_text(&assertion->compare, &assertion->text);
    }
}

bool journal_entry_failed(const struct journal_entry *entry)
{
    return chain_failed(entry->status, entry->outcome, entry->damaged);
}

bool journal_entry_hurt(const struct journal_entry *entry)
{
    return entry->rule.len && journal_entry_failed(entry);
}
