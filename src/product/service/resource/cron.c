/* Schedules: six fields (second minute hour day month weekday), and spans of time. */
#include "product/service/resource/cron.h"

#include <time.h>

#include "base/own.h"
#include "base/units.h"

enum {
    MS_PER_MINUTE = 60 * MS_PER_S,
    SEARCH_DAYS = 366, /* how far back a schedule is followed */
    WEEKDAYS = 7,
};

static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char *const weekdays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

static const struct cron_field {
    int least, most;
    const char *const *names;
    size_t name_count;
    int first_name; /* value of names[0] */
} cron_fields[CRON_FIELDS] = {
    {0, 59, NULL,     0,                    0},
    {0, 59, NULL,     0,                    0},
    {0, 23, NULL,     0,                    0},
    {1, 31, NULL,     0,                    0},
    {1, 12, months,   N_ELEMENTS(months),   1},
    {0, 7,  weekdays, N_ELEMENTS(weekdays), 0},
};

static bool parse_value(const struct cron_field *field, struct str text, int *out)
{
    int64_t value;

    for (size_t i = 0; i < field->name_count; i++) {
        if (str_eq_nocase(text, str_of(field->names[i]))) {
            *out = (int)i + field->first_name;
            return true;
        }
    }
    if (str_to_int(text, field->least, field->most, &value) != NUMBER_OK)
        return false;
    *out = (int)value;
    return true;
}

static bool parse_range(const struct cron_field *field, struct str text, bool stepped, int *low,
                        int *high)
{
    struct str head;
    struct str tail;

    if (str_eq(text, STR("*")) || str_eq(text, STR("?"))) {
        *low = field->least;
        *high = field->most;
        return true;
    }
    if (!str_cut(text, '-', &head, &tail)) {
        if (!parse_value(field, text, low))
            return false;
        *high = stepped ? field->most : *low;
        return true;
    }
    return parse_value(field, head, low) && parse_value(field, tail, high) && *low <= *high;
}

static bool parse_item(const struct cron_field *field, struct str text, uint64_t *allowed)
{
    struct str range;
    struct str step_text;
    bool stepped = str_cut(text, '/', &range, &step_text);
    int64_t step = 1;
    int low;
    int high;

    if (stepped && str_to_int(step_text, 1, field->most + 1, &step) != NUMBER_OK)
        return false;
    if (!parse_range(field, range, stepped, &low, &high))
        return false;
    for (int value = low; value <= high; value += (int)step)
        *allowed |= 1ull << value;
    return true;
}

static bool parse_field(const struct cron_field *field, struct str text, uint64_t *allowed)
{
    struct str rest = text;
    struct str item;

    *allowed = 0;
    while (str_is_set(rest)) {
        str_cut(rest, ',', &item, &rest);
        if (!parse_item(field, item, allowed))
            return false;
    }
    return true;
}

static bool is_any(struct str text)
{
    return str_eq(text, STR("*")) || str_eq(text, STR("?"));
}

bool cron_parse(struct str text, struct cron *out)
{
    struct str rest = str_trim(text);
    struct str field;
    size_t count = 0;

    *out = (struct cron){0};
    while (rest.len > 0) {
        if (!str_cut(rest, ' ', &field, &rest))
            rest = STR("");
        rest = str_trim(rest);
        if (count == CRON_FIELDS || !parse_field(&cron_fields[count], field, &out->allowed[count]))
            return false;
        if (count == 3)
            out->any_day = is_any(field);
        if (count == 5)
            out->any_weekday = is_any(field);
        count++;
    }
    if (out->allowed[5] & (1ull << WEEKDAYS)) /* 7 is Sunday too */
        out->allowed[5] |= 1;
    return count == CRON_FIELDS;
}

static bool allows(const struct cron *cron, size_t field, int value)
{
    return (cron->allowed[field] >> value) & 1;
}

/* When both days are restricted, either will do. */
static bool day_matches(const struct cron *cron, const struct tm *tm)
{
    bool day = allows(cron, 3, tm->tm_mday);
    bool weekday = allows(cron, 5, tm->tm_wday);

    if (cron->any_day || cron->any_weekday)
        return day && weekday;
    return day || weekday;
}

static bool minute_matches(const struct cron *cron, const struct tm *tm)
{
    return allows(cron, 1, tm->tm_min) && allows(cron, 2, tm->tm_hour) &&
           allows(cron, 4, tm->tm_mon + 1) && day_matches(cron, tm);
}

static bool last_second(const struct cron *cron, uint64_t minute_ms, uint64_t from_ms,
                        uint64_t to_ms, uint64_t *out_ms)
{
    for (int second = 59; second >= 0; second--) {
        uint64_t at = minute_ms + (uint64_t)second * MS_PER_S;

        if (at >= from_ms && at <= to_ms && allows(cron, 0, second)) {
            *out_ms = at;
            return true;
        }
    }
    return false;
}

bool cron_last(const struct cron *cron, uint64_t from_ms, uint64_t to_ms, uint64_t *out_ms)
{
    uint64_t minute = to_ms - to_ms % MS_PER_MINUTE;
    uint64_t most = (uint64_t)SEARCH_DAYS * 24 * 60;

    for (uint64_t i = 0; i < most && minute + MS_PER_MINUTE > from_ms; i++) {
        time_t seconds = (time_t)(minute / MS_PER_S);
        struct tm tm;

        gmtime_r(&seconds, &tm);
        if (minute_matches(cron, &tm) && last_second(cron, minute, from_ms, to_ms, out_ms))
            return true;
        if (minute < MS_PER_MINUTE)
            return false;
        minute -= MS_PER_MINUTE;
    }
    return false;
}

/* ---- the next one ---- */

static void local_time(const struct zone *zone, int64_t utc_s, struct tm *out)
{
    time_t local = (time_t)(utc_s + (zone ? zone_offset_s(zone, utc_s) : 0));

    gmtime_r(&local, out);
}

/* How far it is safe to go on from a moment that does not match. Zones change their clocks at
 * quarters of an hour, by up to a few hours: only whole days far from their end are left out. */
static int64_t stride_s(const struct cron *cron, const struct tm *tm)
{
    enum { MINUTE_S = 60, QUARTER_S = 900, HOUR_S = 3600, DAY_S = 86400, MARGIN_S = 4 * HOUR_S };
    int64_t into_day = tm->tm_hour * HOUR_S + tm->tm_min * MINUTE_S + tm->tm_sec;
    int64_t into_quarter = into_day % QUARTER_S;

    if (!(allows(cron, 4, tm->tm_mon + 1) && day_matches(cron, tm)) &&
        into_day < DAY_S - MARGIN_S - QUARTER_S)
        return DAY_S - MARGIN_S - into_day;
    if (!(day_matches(cron, tm) && allows(cron, 4, tm->tm_mon + 1)) ||
        !allows(cron, 2, tm->tm_hour))
        return QUARTER_S - into_quarter;
    return minute_matches(cron, tm) ? 1 : MINUTE_S - tm->tm_sec;
}

bool cron_next(const struct cron *cron, const struct zone *zone, int64_t after_s, int64_t *out_s)
{
    const int64_t horizon_s = after_s + INT64_C(5) * SEARCH_DAYS * 86400;
    struct tm tm;

    for (int64_t at = after_s + 1; at < horizon_s; at += stride_s(cron, &tm)) {
        local_time(zone, at, &tm);
        if (minute_matches(cron, &tm) && allows(cron, 0, tm.tm_sec)) {
            *out_s = at;
            return true;
        }
    }
    return false;
}

/* ---- spans ---- */

static const struct {
    struct str unit;
    double ms;
} spans[] = {
    {STR_INIT("ms"), 1                 },
    {STR_INIT("s"),  MS_PER_S          },
    {STR_INIT("m"),  MS_PER_MINUTE     },
    {STR_INIT("h"),  60 * MS_PER_MINUTE},
};

static size_t digits_len(struct str text)
{
    size_t n = 0;

    while (n < text.len && ((text.ptr[n] >= '0' && text.ptr[n] <= '9') || text.ptr[n] == '.'))
        n++;
    return n;
}

static bool take_unit(struct str *rest, double *out_ms)
{
    size_t n = 0;

    while (n < rest->len && rest->ptr[n] >= 'a' && rest->ptr[n] <= 'z')
        n++;
    for (size_t i = 0; i < N_ELEMENTS(spans); i++) {
        if (str_eq(str_slice(*rest, 0, n), spans[i].unit)) {
            *rest = str_slice(*rest, n, rest->len);
            *out_ms = spans[i].ms;
            return true;
        }
    }
    return false;
}

bool cron_parse_span(struct str text, uint64_t *out_ms)
{
    struct str rest = str_trim(text);
    double sum = 0;

    if (rest.len == 0)
        return false;
    while (rest.len > 0) {
        size_t n = digits_len(rest);
        double number;
        double unit;

        if (n == 0 || str_to_double(str_slice(rest, 0, n), &number) != NUMBER_OK)
            return false;
        rest = str_slice(rest, n, rest.len);
        if (!take_unit(&rest, &unit))
            return false;
        sum += number * unit;
    }
    if (sum < 1 || sum > 1e15)
        return false;
    *out_ms = (uint64_t)sum;
    return true;
}
