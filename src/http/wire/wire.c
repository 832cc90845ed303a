/*
 * http/wire/wire.c - begin and end of all that is in this room
 */
#include "http/wire/internal.h"

int wire_open(struct wire *wire, struct loop *loop, const struct wire_owner *owner,
              struct error *err)
{
    wire->loop = loop;
    wire->owner = *owner;
    return lookout_open(wire, err);
}

void wire_shut(struct wire *wire)
{
    listeners_close(wire);
    knocks_close(wire);
}

void wire_close(struct wire *wire)
{
    loop_timer_cancel(wire->loop, &wire->sweep);
    lookout_close(wire);
}
