/*
 * tests/fuzz/fuzz_schedule.c - a schedule that is accepted names moments that it matches
 */
#include <stdlib.h>

#include "product/service/resource/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOUR_MS = 3600 * 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str text = {(const char *)data, size};
    const uint64_t now_ms = 1600000000000;
    struct cron cron;
    uint64_t last_ms;
    uint64_t span_ms = 0;

    if (cron_parse(text, &cron) && cron_last(&cron, now_ms - HOUR_MS, now_ms, &last_ms) &&
        (last_ms > now_ms || last_ms < now_ms - HOUR_MS ||
         !cron_last(&cron, last_ms, last_ms, &last_ms)))
        abort();
    if (cron_parse_span(text, &span_ms) && span_ms == 0)
        abort();
    return 0;
}
