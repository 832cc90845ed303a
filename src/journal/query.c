/* Which entries: the filters of GET /_fcemu/requests and of `match` in assertions. */
#include "journal/query.h"

#include <inttypes.h>

#include "base/distance.h"
#include "base/units.h"
#include "conf/scalar.h"
#include "journal/query_field.h"

/* Less is a year, seconds, or nothing at all, but no time that a journal knows in milliseconds. */
#define MOMENT_MS_LEAST UINT64_C(100000000000)

static const char *const controls[] = {"after", "limit", "since", "until", "unmatched"};

const char *journal_query_name(size_t index)
{
    size_t count;
    const struct journal_field *fields = query_field_table(&count);

    if (index < count)
        return fields[index].name;
    index -= count;
    return index < N_ELEMENTS(controls) ? controls[index] : NULL;
}

static int unknown_name(struct str name, struct error *err)
{
    struct nearest nearest = {.wanted = name};
    const char *known;

    for (size_t i = 0; (known = journal_query_name(i)); i++)
        nearest_offer(&nearest, str_of(known));
    if (nearest.best.ptr)
        return error_set(err, ERROR_SYNTAX,
                         "unknown filter '" STR_FMT "'; did you mean '" STR_FMT "'?", STR_ARG(name),
                         STR_ARG(nearest.best));
    return error_set(err, ERROR_SYNTAX, "unknown filter '" STR_FMT "'", STR_ARG(name));
}

/* ---- values ---- */

int journal_query_moment(struct str name, struct str value, uint64_t wall_ms, uint64_t *out,
                         struct error *err)
{
    uint64_t age_ns;

    if (scalar_duration(value, &age_ns) == SCALAR_OK) {
        *out = wall_ms > age_ns / NS_PER_MS ? wall_ms - age_ns / NS_PER_MS : 1;
        return 0;
    }
    if ((str_to_uint(value, UINT64_MAX, out) == NUMBER_OK && *out >= MOMENT_MS_LEAST) ||
        clock_parse_iso(value.ptr, value.len, out))
        return 0;
    return error_set(err, ERROR_SYNTAX,
                     STR_FMT ": '" STR_FMT "' is no time; write 2026-11-24T03:00:00Z, milliseconds "
                             "since 1970, or an age such as 5m",
                     STR_ARG(name), STR_ARG(value));
}

static int parse_count(struct str name, struct str value, uint64_t most, uint64_t *out,
                       struct error *err)
{
    if (str_to_uint(value, most, out) == NUMBER_OK)
        return 0;
    return error_set(err, ERROR_SYNTAX, STR_FMT ": '" STR_FMT "' is not a number up to %" PRIu64,
                     STR_ARG(name), STR_ARG(value), most);
}

static int parse_flag(struct str name, struct str value, bool *out, struct error *err)
{
    *out = str_eq(value, STR("true")) || str_eq(value, STR("1")) || value.len == 0;
    if (*out || str_eq(value, STR("false")) || str_eq(value, STR("0")))
        return 0;
    return error_set(err, ERROR_SYNTAX, STR_FMT ": '" STR_FMT "' is not true or false",
                     STR_ARG(name), STR_ARG(value));
}

/* "5xx" is a hundred of them. */
static bool parse_class(struct str value, struct fault_compare *out)
{
    if (value.len != 3 || value.ptr[0] < '1' || value.ptr[0] > '5' ||
        !str_eq_nocase(str_slice(value, 1, 3), STR("xx")))
        return false;
    *out = (struct fault_compare){
        .given = true,
        .has_gte = true,
        .gte = (value.ptr[0] - '0') * 100,
        .has_lt = true,
        .lt = (value.ptr[0] - '0' + 1) * 100,
    };
    return true;
}

struct comparison {
    struct str sign;
    const char *json;
    size_t flag, value;
};

#define COMPARISON(sign, name)                                                                     \
    {                                                                                              \
        STR_INIT(sign), #name, offsetof(struct fault_compare, has_##name),                         \
            offsetof(struct fault_compare, name)                                                   \
    }

/* Two-character signs first. */
static const struct comparison comparisons[] = {
    COMPARISON(">=", gte), COMPARISON("<=", lte), COMPARISON(">", gt),
    COMPARISON("<", lt),   COMPARISON("=", eq),
};

static void compare_set(struct fault_compare *compare, const struct comparison *row, double value)
{
    compare->given = true;
    *(bool *)((char *)compare + row->flag) = true;
    *(double *)(void *)((char *)compare + row->value) = value;
}

/* A bound is a bound; 503 and 5xx are one value of several. */
static int parse_compare(struct str name, struct str value, struct fault_compare *out,
                         bool *out_is_bound, struct error *err)
{
    const struct comparison *row = &comparisons[N_ELEMENTS(comparisons) - 1];
    struct str digits = value;
    double number;

    *out_is_bound = false;
    if (parse_class(value, out))
        return 0;
    for (size_t i = 0; i < N_ELEMENTS(comparisons); i++) {
        if (str_starts(value, comparisons[i].sign)) {
            row = &comparisons[i];
            digits = str_slice(value, row->sign.len, value.len);
            break;
        }
    }
    if (str_to_double(str_trim(digits), &number) != NUMBER_OK)
        return error_set(err, ERROR_SYNTAX,
                         STR_FMT ": '" STR_FMT "' is not a number such as 503, 5xx, >=500 or !200",
                         STR_ARG(name), STR_ARG(value));
    compare_set(out, row, number);
    *out_is_bound = row != &comparisons[N_ELEMENTS(comparisons) - 1];
    return 0;
}

/* ---- building ---- */

void journal_query_init(struct journal_query *query)
{
    *query = (struct journal_query){.limit = JOURNAL_QUERY_LIMIT_DEFAULT};
}

static struct journal_term *term_of(struct journal_query *query, const struct journal_field *field)
{
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->terms[i].field == field)
            return &query->terms[i];
    }
    if (query->term_count == JOURNAL_QUERY_TERMS_MAX)
        return NULL;
    query->terms[query->term_count] = (struct journal_term){.field = field};
    return &query->terms[query->term_count++];
}

static void term_add_text(struct journal_term *term, struct str value, struct arena *arena)
{
    struct str *grown = ARENA_ARRAY(arena, term->count + 1, struct str);

    if (term->count)
        memcpy(grown, term->values, term->count * sizeof(*grown));
    grown[term->count++] = arena_str(arena, value);
    term->values = grown;
}

static void term_add_number(struct journal_term *term, struct journal_number number,
                            struct arena *arena)
{
    struct journal_number *grown =
        ARENA_ARRAY(arena, term->number_count + 1, struct journal_number);

    if (term->number_count)
        memcpy(grown, term->numbers, term->number_count * sizeof(*grown));
    grown[term->number_count++] = number;
    term->numbers = grown;
}

static int add_number(struct journal_term *term, struct str name, struct str value,
                      struct arena *arena, struct error *err)
{
    struct journal_number number = {.negated = str_starts(value, STR("!"))};
    struct fault_compare bounds = term->compare;
    bool is_bound;

    if (parse_compare(name, str_slice(value, number.negated, value.len), &number.compare, &is_bound,
                      err) < 0)
        return -1;
    if (!is_bound || number.negated) {
        term_add_number(term, number, arena);
        return 0;
    }
    parse_compare(name, value, &bounds, &is_bound, err); /* beside those that are there */
    term->compare = bounds;
    return 0;
}

static int add_field(struct journal_query *query, const struct journal_field *field,
                     struct str value, struct arena *arena, struct error *err)
{
    struct journal_term *term = term_of(query, field);
    struct str name = str_of(field->name);
    bool flag;

    if (!term)
        return error_set(err, ERROR_LIMIT, "more than %d filters", JOURNAL_QUERY_TERMS_MAX);
    switch (field->kind) {
    case QUERY_TEXT:
        if (query_field_check(field, value, err) < 0)
            return -1;
        term_add_text(term, value, arena);
        return 0;
    case QUERY_NUMBER:
        return add_number(term, name, value, arena, err);
    case QUERY_FLAG:
        if (parse_flag(name, value, &flag, err) < 0)
            return -1;
        term->compare = (struct fault_compare){.given = true, .has_eq = true, .eq = flag};
        return 0;
    }
    return 0;
}

static int add_control(struct journal_query *query, struct str name, struct str value,
                       uint64_t wall_ms, struct error *err)
{
    uint64_t limit;

    if (str_eq(name, STR("since")))
        return journal_query_moment(name, value, wall_ms, &query->since_ms, err);
    if (str_eq(name, STR("until")))
        return journal_query_moment(name, value, wall_ms, &query->until_ms, err);
    if (str_eq(name, STR("after")))
        return parse_count(name, value, UINT64_MAX, &query->after, err);
    if (str_eq(name, STR("unmatched")))
        return parse_flag(name, value, &query->unmatched, err);
    if (!str_eq(name, STR("limit")))
        return unknown_name(name, err);
    if (parse_count(name, value, JOURNAL_QUERY_LIMIT_MAX, &limit, err) < 0)
        return -1;
    query->limit = (size_t)limit;
    return 0;
}

int journal_query_add(struct journal_query *query, struct str name, struct str value,
                      uint64_t wall_ms, struct arena *arena, struct error *err)
{
    const struct journal_field *field = query_field_find(name);

    if (field)
        return add_field(query, field, value, arena, err);
    return add_control(query, name, value, wall_ms, err);
}

static int add_json_compare(struct journal_query *query, struct str name, const cJSON *object,
                            struct error *err)
{
    const struct journal_field *field = query_field_find(name);
    struct journal_term *term = field && field->kind == QUERY_NUMBER ? term_of(query, field) : NULL;

    if (!term)
        return error_set(err, ERROR_SYNTAX, STR_FMT ": a comparison is for numbers only",
                         STR_ARG(name));
    for (const cJSON *c = object->child; c; c = c->next) {
        const struct comparison *row = NULL;

        for (size_t i = 0; i < N_ELEMENTS(comparisons); i++) {
            if (strcmp(c->string, comparisons[i].json) == 0)
                row = &comparisons[i];
        }
        if (!row || !cJSON_IsNumber(c))
            return error_set(err, ERROR_SYNTAX,
                             STR_FMT ": expected numbers under eq, gt, gte, lt, lte, not '%s'",
                             STR_ARG(name), c->string);
        compare_set(&term->compare, row, c->valuedouble);
    }
    return 0;
}

static int add_json_value(struct journal_query *query, struct str name, const cJSON *value,
                          uint64_t wall_ms, struct arena *arena, struct error *err)
{
    const cJSON *negated = cJSON_GetObjectItemCaseSensitive(value, "not");

    if (cJSON_IsString(value))
        return journal_query_add(query, name, str_of(value->valuestring), wall_ms, arena, err);
    if (cJSON_IsBool(value))
        return journal_query_add(query, name, cJSON_IsTrue(value) ? STR("true") : STR("false"),
                                 wall_ms, arena, err);
    if (cJSON_IsNumber(value))
        return journal_query_add(query, name, arena_strf(arena, "%.17g", value->valuedouble),
                                 wall_ms, arena, err);
    if (cJSON_IsNumber(negated))
        return journal_query_add(query, name, arena_strf(arena, "!%.17g", negated->valuedouble),
                                 wall_ms, arena, err);
    if (cJSON_IsString(negated))
        return journal_query_add(query, name, arena_strf(arena, "!%s", negated->valuestring),
                                 wall_ms, arena, err);
    if (cJSON_IsObject(value))
        return add_json_compare(query, name, value, err);
    return error_set(err, ERROR_SYNTAX, STR_FMT ": expected a text, a number or a comparison",
                     STR_ARG(name));
}

int journal_query_add_json(struct journal_query *query, const cJSON *object, uint64_t wall_ms,
                           struct arena *arena, struct error *err)
{
    if (!cJSON_IsObject(object))
        return error_set(err, ERROR_SYNTAX, "match: expected an object of filters");
    for (const cJSON *member = object->child; member; member = member->next) {
        struct str name = str_of(member->string);
        const cJSON *value = cJSON_IsArray(member) ? member->child : member;

        while (value) {
            if (add_json_value(query, name, value, wall_ms, arena, err) < 0)
                return -1;
            value = cJSON_IsArray(member) ? value->next : NULL;
        }
    }
    return 0;
}
