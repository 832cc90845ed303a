/* How known clients back off, to compare a schedule with. */
#include "journal/profile.h"

/* clang-format off */
static const struct backoff_profile profiles[] = {
    {"exponential-full-jitter", "waits drawn from 0 to a doubling bound",
     0, 0,    0,    0,   0,   0,     WISH_YES, WISH_ANY},
    {"fc-java-2016",            "three attempts on 5xx without a pause, each signed anew",
     3, 0,    0,    0,   0,   250,   WISH_ANY, WISH_YES},
    {"fc-node-2",               "one attempt, whatever happens",
     1, 0,    0,    0,   0,   0,     WISH_ANY, WISH_ANY},
    {"fc-python-2016",          "at once, then 2, 4, 8, 16 s, signed once",
     6, 1800, 2500, 1.8, 2.2, 17000, WISH_NO,  WISH_NO },
    {"funcraft-3",              "three retries from 1 s, doubling, with jitter",
     4, 500,  2500, 1.2, 3.5, 12000, WISH_YES, WISH_ANY},
    {"terraform-alicloud",      "5 s between attempts, although meant to grow",
     0, 2500, 6500, 0.8, 1.3, 6500,  WISH_NO,  WISH_ANY},
};
/* clang-format on */

const struct backoff_profile *backoff_profile_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(profiles);
    return profiles;
}

const struct backoff_profile *backoff_profile_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(profiles); i++) {
        if (str_eq(name, str_of(profiles[i].name)))
            return &profiles[i];
    }
    return NULL;
}
