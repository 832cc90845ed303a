/* The nearest right word, for "did you mean". */
#include "base/distance.h"

enum { WORD_MAX = 128 }; /* longer words are not typing slips */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

size_t distance_of(struct str a, struct str b, size_t most)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    if (a.len > WORD_MAX || b.len > WORD_MAX ||
        (a.len > b.len ? a.len - b.len : b.len - a.len) > most)
        return most + 1;
    for (size_t j = 0; j <= b.len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t cost = lower(a.ptr[i - 1]) != lower(b.ptr[j - 1]);

            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost);
            if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]) && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;

        before = above;
        above = row;
        row = spare;
    }
    return above[b.len] <= most ? above[b.len] : most + 1;
}

void nearest_offer(struct nearest *nearest, struct str word)
{
    size_t most = nearest->wanted.len / 3;

    if (most == 0)
        most = 1;
    if (str_is_set(nearest->best)) {
        if (nearest->distance == 0)
            return;
        most = nearest->distance - 1;
    }
    size_t d = distance_of(nearest->wanted, word, most);

    if (d <= most) {
        nearest->best = word;
        nearest->distance = d;
    }
}

int nearest_refuse(const struct nearest *nearest, const char *what, struct error *err)
{
    if (nearest->best.ptr)
        return error_set(err, ERROR_SYNTAX,
                         "%s: there is no '" STR_FMT "'; did you mean '" STR_FMT "'?", what,
                         STR_ARG(nearest->wanted), STR_ARG(nearest->best));
    return error_set(err, ERROR_SYNTAX, "%s: there is no '" STR_FMT "'", what,
                     STR_ARG(nearest->wanted));
}
