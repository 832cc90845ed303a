/* Doubles from outside as whole numbers. */
#include "base/number.h"

#include <math.h>

#define TWO_TO_64 18446744073709551616.0

bool number_to_uint(double value, uint64_t max, uint64_t *out)
{
    /* In this order: the cast is only reached with what it can take; NaN compares false. */
    if (!(value >= 0 && value < TWO_TO_64) || value != trunc(value) || (uint64_t)value > max)
        return false;
    *out = (uint64_t)value;
    return true;
}
