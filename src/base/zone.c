/* Time zones: the compiled files of the system's database, and the rule at their end. */
#include "base/zone.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define DATABASE "/usr/share/zoneinfo/"

enum {
    FILE_BYTES_MAX = 64 * 1024,
    NAME_MAX_BYTES = 64,
    HEADER_BYTES = 44,
    COUNTS_AT = 20,
    TYPE_BYTES = 6, /* offset, daylight saving, abbreviation */
    TIME_BYTES = 8,
    DAY_S = 24 * 60 * 60,
    HOUR_S = 60 * 60,
    DAYS_OF_WEEK = 7,
};

/* The day of a change: the @week-th @weekday of @month, 5 for the last one. */
struct change {
    int month, week, weekday;
    int64_t at_s; /* local, of that day */
};

/* What holds after the last written change: "EST5EDT,M3.2.0,M11.1.0". */
struct rule {
    int64_t standard_s, daylight_s;
    bool changes;
    struct change to_daylight, to_standard;
};

struct transition {
    int64_t at_s;
    int64_t offset_s; /* from then on */
};

struct zone {
    struct transition *transitions; /* in order */
    size_t count;
    int64_t first_s; /* before all of them */
    struct rule rule;
    bool has_rule;
};

/* ---- the rule ---- */

static bool take_number(struct str *rest, int64_t *out)
{
    size_t n = 0;

    while (n < rest->len && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
        n++;
    if (n == 0 || str_to_int(str_slice(*rest, 0, n), 0, 1000, out) != NUMBER_OK)
        return false;
    *rest = str_slice(*rest, n, rest->len);
    return true;
}

static bool take_char(struct str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;
    *rest = str_slice(*rest, 1, rest->len);
    return true;
}

/* "5", "-3:30", "+02:00:00" */
static bool take_time(struct str *rest, int64_t *out_s)
{
    bool negative = take_char(rest, '-');
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;

    if (!negative)
        take_char(rest, '+');
    if (!take_number(rest, &hours) ||
        (take_char(rest, ':') &&
         (!take_number(rest, &minutes) || (take_char(rest, ':') && !take_number(rest, &seconds)))))
        return false;
    *out_s = (hours * HOUR_S + minutes * 60 + seconds) * (negative ? -1 : 1);
    return true;
}

/* "EST", "<+08>" */
static bool take_name(struct str *rest)
{
    struct str name;

    if (take_char(rest, '<'))
        return str_cut(*rest, '>', &name, rest);
    size_t n = 0;

    while (n < rest->len && ((rest->ptr[n] | 0x20) >= 'a' && (rest->ptr[n] | 0x20) <= 'z'))
        n++;
    *rest = str_slice(*rest, n, rest->len);
    return n > 0;
}

/* ",M3.2.0/2" */
static bool take_change(struct str *rest, struct change *out)
{
    int64_t month;
    int64_t week;
    int64_t weekday;

    if (!take_char(rest, ',') || !take_char(rest, 'M') || !take_number(rest, &month) ||
        !take_char(rest, '.') || !take_number(rest, &week) || !take_char(rest, '.') ||
        !take_number(rest, &weekday))
        return false;
    *out = (struct change){(int)month, (int)week, (int)weekday, 2 * (int64_t)HOUR_S};
    return !take_char(rest, '/') || take_time(rest, &out->at_s);
}

static bool parse_rule(struct str text, struct rule *out)
{
    if (!take_name(&text) || !take_time(&text, &out->standard_s))
        return false;
    out->standard_s = -out->standard_s; /* written west of Greenwich */
    if (text.len == 0)
        return true;
    out->changes = true;
    out->daylight_s = out->standard_s + HOUR_S;
    if (!take_name(&text))
        return false;
    if (text.len && text.ptr[0] != ',') {
        if (!take_time(&text, &out->daylight_s))
            return false;
        out->daylight_s = -out->daylight_s;
    }
    return take_change(&text, &out->to_daylight) && take_change(&text, &out->to_standard);
}

static int64_t change_s(const struct change *change, int year, int64_t offset_s)
{
    struct tm first = {.tm_year = year, .tm_mon = change->month - 1, .tm_mday = 1};
    struct tm next = {.tm_year = year, .tm_mon = change->month, .tm_mday = 1};
    int64_t start = (int64_t)timegm(&first);
    int64_t days = ((int64_t)timegm(&next) - start) / DAY_S;
    int64_t day = (change->weekday - first.tm_wday + DAYS_OF_WEEK) % DAYS_OF_WEEK +
                  (int64_t)(change->week - 1) * DAYS_OF_WEEK;

    while (day >= days)
        day -= DAYS_OF_WEEK;
    return start + day * DAY_S + change->at_s - offset_s;
}

static int64_t offset_by_rule(const struct rule *rule, int64_t utc_s)
{
    time_t local = (time_t)(utc_s + rule->standard_s);
    struct tm tm;

    if (!rule->changes)
        return rule->standard_s;
    gmtime_r(&local, &tm);
    int64_t start = change_s(&rule->to_daylight, tm.tm_year, rule->standard_s);
    int64_t end = change_s(&rule->to_standard, tm.tm_year, rule->daylight_s);
    bool summer = start < end ? utc_s >= start && utc_s < end : utc_s >= start || utc_s < end;

    return summer ? rule->daylight_s : rule->standard_s;
}

/* ---- the file ---- */

static int64_t big_endian(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return bytes == sizeof(uint32_t) ? (int32_t)(uint32_t)value : (int64_t)value;
}

/* Numbers of a header: of UT flags, wall flags, leap seconds, transitions, types, letters. */
struct counts {
    size_t ut, wall, leaps, times, types, letters;
};

static bool read_counts(const unsigned char *data, size_t len, struct counts *out)
{
    size_t *const members[] = {&out->ut,    &out->wall,  &out->leaps,
                               &out->times, &out->types, &out->letters};

    if (len < HEADER_BYTES || memcmp(data, "TZif", 4) != 0)
        return false;
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        int64_t count = big_endian(data + COUNTS_AT + i * sizeof(uint32_t), sizeof(uint32_t));

        if (count < 0 || count > FILE_BYTES_MAX)
            return false;
        *members[i] = (size_t)count;
    }
    return true;
}

static size_t body_bytes(const struct counts *c, size_t time_bytes)
{
    return HEADER_BYTES + c->times * (time_bytes + 1) + c->types * TYPE_BYTES + c->letters +
           c->leaps * (time_bytes + 4) + c->wall + c->ut;
}

static bool take_transitions(const unsigned char *data, const struct counts *c, struct zone *zone)
{
    const unsigned char *times = data + HEADER_BYTES;
    const unsigned char *which = times + c->times * TIME_BYTES;
    const unsigned char *types = which + c->times;

    if (c->types == 0)
        return false;
    zone->first_s = big_endian(types, sizeof(uint32_t));
    zone->transitions =
        (struct transition *)mem_alloc_array(c->times + 1, sizeof(struct transition));
    for (size_t i = 0; i < c->times; i++) {
        if (which[i] >= c->types)
            return false;
        zone->transitions[zone->count++] = (struct transition){
            big_endian(times + i * TIME_BYTES, TIME_BYTES),
            big_endian(types + (size_t)which[i] * TYPE_BYTES, sizeof(uint32_t)),
        };
    }
    return true;
}

/* The first part counts in 32 bits and is passed over; the second is followed by the rule. */
static bool parse_file(const unsigned char *data, size_t len, struct zone *zone)
{
    struct counts c;
    struct str rule;
    struct str rest;

    if (!read_counts(data, len, &c) || data[4] < '2' || body_bytes(&c, sizeof(uint32_t)) > len)
        return false;
    size_t skipped = body_bytes(&c, sizeof(uint32_t));

    data += skipped;
    len -= skipped;
    if (!read_counts(data, len, &c) || body_bytes(&c, TIME_BYTES) >= len ||
        !take_transitions(data, &c, zone))
        return false;
    rest = (struct str){(const char *)data + body_bytes(&c, TIME_BYTES) + 1,
                        len - body_bytes(&c, TIME_BYTES) - 1};
    str_cut(rest, '\n', &rule, &rest);
    zone->has_rule = parse_rule(rule, &zone->rule);
    return true;
}

static bool is_name(struct str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES || name.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        /* No dot: a name stays inside the database. */
        if (!letter && !(c >= '0' && c <= '9') && (c == '\0' || !strchr("_+-/", c)))
            return false;
    }
    return true;
}

struct zone *zone_load(struct str name)
{
    OWN(mem_free) char *path = NULL;
    OWN(mem_free) char *data = NULL;

    if (!is_name(name))
        return NULL;
    path = mem_printf(DATABASE STR_FMT, STR_ARG(name));
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    data = (char *)mem_alloc(FILE_BYTES_MAX);
    size_t len = fread(data, 1, FILE_BYTES_MAX, file);
    struct zone *zone = mem_alloc(sizeof(*zone));

    fclose(file);
    if (parse_file((const unsigned char *)data, len, zone))
        return zone;
    zone_free(zone);
    return NULL;
}

void zone_free(struct zone *zone)
{
    if (zone)
        mem_free(zone->transitions);
    mem_free(zone);
}

int64_t zone_offset_s(const struct zone *zone, int64_t utc_s)
{
    size_t low = 0;
    size_t high = zone->count;

    if (zone->has_rule && (zone->count == 0 || utc_s >= zone->transitions[zone->count - 1].at_s))
        return offset_by_rule(&zone->rule, utc_s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->transitions[middle].at_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? zone->transitions[low - 1].offset_s : zone->first_s;
}

int64_t zone_from_local_s(const struct zone *zone, int64_t local_s)
{
    int64_t before = zone_offset_s(zone, local_s - DAY_S);
    int64_t found = local_s - zone_offset_s(zone, local_s - before);

    /* Right after a change forward the offset of the moment found is another one. */
    return local_s - zone_offset_s(zone, found) == found ? found : local_s - before;
}
