/*
 * tests/unit/conf/conf_fixture.h - a report and an arena for each test
 */
#pragma once

#include "../suite.h"

#include "conf/node.h"
#include "conf/report.h"

static struct arena *arena;
static struct conf_report *report;

static inline void fixture_setup(void)
{
    arena = arena_new();
    report = conf_report_new();
}

static inline void fixture_teardown(void)
{
    conf_report_free(report);
    arena_free(arena);
}

/* All issues as text, without the excerpts; in @arena. */
static inline const char *fixture_issues(void)
{
    struct buf text = {0};
    struct buf lines = {0};
    const char *kept;

    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    for (struct str rest = buf_str(&text), line; rest.len;) {
        str_cut(rest, '\n', &line, &rest);
        if (str_starts(line, STR("  ")))
            continue;
        buf_add(&lines, line);
        buf_add_char(&lines, '\n');
    }
    kept = arena_dup(arena, buf_str(&lines));
    buf_done(&text);
    buf_done(&lines);
    return kept;
}
