/* Values with units, read and written. */
#include "conf/scalar.h"

#include <inttypes.h>
#include <math.h>

struct unit {
    const char *name;
    uint64_t factor;
};

/* Smallest first. */
static const struct unit durations[] = {
    {"ms", DURATION_MS},
    {"s",  DURATION_S },
    {"m",  DURATION_M },
    {"h",  DURATION_H },
};
static const struct unit sizes[] = {
    {"B",   1                },
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
};

#define DURATION_MAX (87660 * DURATION_H) /* ten years */
#define SIZE_MAX_BYTES (UINT64_C(1) << 53)

/* "1.5s" → 1.5 and "s". False when no number leads the text. */
static bool cut_number(struct str text, double *out, struct str *unit)
{
    size_t n = 0;

    while (n < text.len && ((text.ptr[n] >= '0' && text.ptr[n] <= '9') || text.ptr[n] == '.'))
        n++;
    *unit = str_slice(text, n, text.len);
    return n > 0 && text.ptr[0] != '.' && text.ptr[n - 1] != '.' &&
           str_to_double(str_slice(text, 0, n), out) == NUMBER_OK;
}

static enum scalar_result with_unit(struct str text, const struct unit *units, size_t count,
                                    uint64_t max, uint64_t *out)
{
    struct str name;
    double number;

    if (!cut_number(text, &number, &name))
        return SCALAR_SYNTAX;
    if (name.len == 0)
        return SCALAR_NO_UNIT;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(name, str_of(units[i].name)))
            continue;
        double value = number * (double)units[i].factor;

        if (value > (double)max)
            return SCALAR_RANGE;
        *out = (uint64_t)llround(value);
        return SCALAR_OK;
    }
    return SCALAR_SYNTAX;
}

enum scalar_result scalar_duration(struct str text, uint64_t *out_ns)
{
    return with_unit(text, durations, N_ELEMENTS(durations), DURATION_MAX, out_ns);
}

enum scalar_result scalar_size(struct str text, uint64_t *out_bytes)
{
    return with_unit(text, sizes, N_ELEMENTS(sizes), SIZE_MAX_BYTES, out_bytes);
}

enum scalar_result scalar_rate(struct str text, uint64_t *out_bytes_per_s)
{
    uint64_t ignored;

    if (!str_ends(text, STR("/s")))
        return scalar_size(text, &ignored) == SCALAR_NO_UNIT ? SCALAR_NO_UNIT : SCALAR_SYNTAX;
    text.len -= 2;
    return scalar_size(text, out_bytes_per_s);
}

enum scalar_result scalar_ratio(struct str text, double *out)
{
    bool percent = str_ends(text, STR("%"));
    struct str rest;
    double number;

    if (percent)
        text.len--;
    if (!cut_number(text, &number, &rest) || rest.len)
        return SCALAR_SYNTAX;
    *out = percent ? number / 100 : number;
    return SCALAR_OK;
}

void scalar_format_duration(uint64_t ns, struct buf *out)
{
    size_t i = N_ELEMENTS(durations) - 1;

    if (ns % DURATION_MS) {
        buf_printf(out, "%.6gms", (double)ns / (double)DURATION_MS);
        return;
    }
    if (ns == 0)
        i = 1;
    while (i > 0 && ns % durations[i].factor) {
        /* "1.5s" rather than "1500ms" */
        if (i == 1 && ns > DURATION_S && ns % (DURATION_S / 10) == 0) {
            buf_printf(out, "%" PRIu64 ".%" PRIu64 "s", ns / DURATION_S,
                       ns / (DURATION_S / 10) % 10);
            return;
        }
        i--;
    }
    buf_printf(out, "%" PRIu64 "%s", ns / durations[i].factor, durations[i].name);
}

void scalar_format_size(uint64_t bytes, struct buf *out)
{
    size_t i = N_ELEMENTS(sizes) - 1;

    while (i > 0 && (bytes < sizes[i].factor || bytes % sizes[i].factor))
        i--;
    buf_printf(out, "%" PRIu64 "%s", bytes / sizes[i].factor, sizes[i].name);
}
