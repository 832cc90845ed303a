/* A rule and its counters as JSON. */
#include "admin/rule_json.h"

#include <inttypes.h>

#include "admin/layer.h"
#include "base/mem.h"

struct fault_rule_stats *rule_stats_all(struct fault_engine *engine, size_t *out_count)
{
    const struct fault_ruleset *set = engine ? fault_engine_ruleset(engine) : NULL;
    size_t count = set ? set->rule_count : 0;
    struct fault_rule_stats *stats = mem_alloc_array(count, sizeof(*stats));

    if (set)
        fault_engine_stats(engine, stats);
    *out_count = count;
    return stats;
}

bool rule_stats_find(const struct admin *admin, struct str id, struct fault_rule_stats *out)
{
    size_t count;
    struct fault_rule_stats *stats = rule_stats_all(admin->context.engine, &count);
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        found = str_eq(stats[i].rule->id, id);
        if (found)
            *out = stats[i];
    }
    mem_free(stats);
    return found;
}

const char *rule_state(const struct fault_rule_stats *stats)
{
    if (stats->spent)
        return "spent";
    if (stats->expired)
        return "expired";
    if (!stats->enabled)
        return stats->taken ? "stopped" : "off";
    return "armed";
}

static void add_text(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ",\"%s\":", name);
    buf_json_string(out, value.len ? value : STR_NONE);
}

static void add_about(const struct admin *admin, const struct fault_rule *rule, struct buf *out)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);
    bool api = layer_rule(admin->layer, rule->id) != NULL;

    add_text(out, "description", rule->description);
    add_text(out, "group", rule->group >= 0 ? set->groups[rule->group].name : STR_NONE);
    buf_puts(out, ",\"tags\":[");
    for (size_t i = 0; i < rule->tag_count; i++) {
        if (i)
            buf_add_char(out, ',');
        buf_json_string(out, rule->tags[i]);
    }
    buf_printf(out, "],\"mode\":\"%s\",\"priority\":%d,\"layer\":\"%s\"",
               rule->shadow ? "shadow" : "enforce", rule->priority, api ? "api" : "file");
    if (!api && rule->at.file) {
        add_text(out, "file", str_of(rule->at.file));
        buf_printf(out, ",\"line\":%" PRIu32, rule->at.line);
    }
}

static void add_time(struct buf *out, const char *name, uint64_t wall_ms)
{
    char time[CLOCK_ISO_BYTES];

    buf_printf(out, ",\"%s\":", name);
    if (!wall_ms) {
        buf_puts(out, "null");
        return;
    }
    clock_format_iso(wall_ms, time);
    buf_printf(out, "\"%s\"", time);
}

/* What a look at the numbers should not miss. */
static struct str rule_note(const struct fault_rule_stats *stats)
{
    if (stats->capped)
        return STR("capped by guard.max_active");
    return STR_NONE;
}

void rule_json(const struct admin *admin, const struct fault_rule_stats *stats, bool detail,
               struct buf *out)
{
    uint64_t now_ms = clock_now_wall_ms(admin->context.clock);
    bool ends = stats->expires_in_ms != 0 && stats->expires_in_ms != UINT64_MAX;

    buf_puts(out, "{\"id\":");
    buf_json_string(out, stats->rule->id);
    buf_printf(out, ",\"state\":\"%s\",\"enabled\":%s", rule_state(stats),
               stats->enabled ? "true" : "false");
    add_about(admin, stats->rule, out);
    buf_printf(out,
               ",\"matched\":%" PRIu64 ",\"reached\":%" PRIu64 ",\"fired\":%" PRIu64
               ",\"capped\":%" PRIu64 ",\"dropped_keys\":%" PRIu64,
               stats->matched, stats->reached, stats->fired, stats->capped, stats->dropped_keys);
    add_time(out, "expires_at", ends ? now_ms + stats->expires_in_ms : 0);
    add_time(out, "goes_back_at", stats->goes_back_in_ms ? now_ms + stats->goes_back_in_ms : 0);
    add_time(out, "last_fired_at", stats->last_fired_wall_ms);
    add_text(out, "note", rule_note(stats));
    if (detail)
        add_text(out, "source", stats->rule->source);
    buf_add_char(out, '}');
}
