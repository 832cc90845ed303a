/* What listens, of what rules can strike before there is a call. */
#include "daemon/doors.h"

#include "conf/settings.h"
#include "fault/outcome.h"

unsigned doors_of(const struct settings *settings)
{
    return (settings->dns_listen.count ? 1U << DOOR_DNS : 0) |
           (settings->per_region.on ? 1U << DOOR_OF_REGION : 0);
}
