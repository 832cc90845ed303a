/* Doubles from outside as whole numbers. */
#include "base/number.h"

#include <math.h>

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

bool number_to_int(double value, int64_t min, int64_t max, int64_t *out)
{
    /* In this order: the cast is only reached with what it can take; NaN compares false. */
    if (!(value >= -TWO_TO_63 && value < TWO_TO_63) || value != trunc(value))
        return false;
    if ((int64_t)value < min || (int64_t)value > max)
        return false;
    *out = (int64_t)value;
    return true;
}

bool number_to_uint(double value, uint64_t max, uint64_t *out)
{
    if (!(value >= 0 && value < TWO_TO_64) || value != trunc(value) || (uint64_t)value > max)
        return false;
    *out = (uint64_t)value;
    return true;
}

uint64_t number_clamp(double value, uint64_t max)
{
    if (!(value > 0))
        return 0;
    value = round(value);
    if (value >= TWO_TO_64 || (uint64_t)value > max)
        return max;
    return (uint64_t)value;
}
