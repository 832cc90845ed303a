/*
 * A call goes from station to station, by the table of its gateway, until one parks it.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

void exchange_advance(struct exchange *x)
{
    const struct way *way = x->gateway->way;

    /* A station whose work ends at once calls back into here: the loop below goes on anyway. */
    while (x->station < way->count) {
        enum next next = way->stations[x->station++].run(x);

        if (next == NEXT_PARKED)
            return;
        if (next != NEXT_STATION)
            exchange_stand_at(x, way->jumps[next]);
    }
}

void exchange_stand_at(struct exchange *x, enum next (*station)(struct exchange *x))
{
    x->station = 0;
    while (x->gateway->way->stations[x->station].run != station)
        x->station++;
}
