/*
 * store/snapshot_diff.c - what differs between two snapshots
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/snapshot.h"
#include "store/snapshot_lines.h"

static void line_name(const cJSON *line, struct buf *out)
{
    const struct store_key key = snapshot_line_key(line);

    buf_printf(out, STR_FMT " " STR_FMT "/" STR_FMT, STR_ARG(key.kind), STR_ARG(key.account),
               STR_ARG(key.region));
    if (key.parent.len)
        buf_printf(out, "/" STR_FMT, STR_ARG(key.parent));
    buf_printf(out, "/" STR_FMT, STR_ARG(key.name));
    if (key.version.len)
        buf_printf(out, " version " STR_FMT, STR_ARG(key.version));
}

static int compare_lines(const void *a, const void *b)
{
    struct buf x = {0};
    struct buf y = {0};

    line_name(*(cJSON *const *)a, &x);
    line_name(*(cJSON *const *)b, &y);
    int order = str_compare(buf_str(&x), buf_str(&y));

    buf_done(&x);
    buf_done(&y);
    return order;
}

static void changed_members(const cJSON *from, const cJSON *to, struct buf *out)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, from) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(to, member->string);

        if (!other || !cJSON_Compare(member, other, true))
            buf_printf(out, "%s%s", out->len ? ", " : "", member->string);
    }
    cJSON_ArrayForEach (member, to) {
        if (!cJSON_GetObjectItemCaseSensitive(from, member->string))
            buf_printf(out, "%s%s", out->len ? ", " : "", member->string);
    }
}

static bool report(char sign, const cJSON *line, struct str members, struct buf *out)
{
    buf_printf(out, "%c ", sign);
    line_name(line, out);
    if (members.len)
        buf_printf(out, ": " STR_FMT, STR_ARG(members));
    buf_add_char(out, '\n');
    return true;
}

static bool report_change(const cJSON *from, const cJSON *to, struct buf *out)
{
    struct buf members = {0};

    changed_members(cJSON_GetObjectItemCaseSensitive(from, "document"),
                    cJSON_GetObjectItemCaseSensitive(to, "document"), &members);
    if (!str_eq(json_get_str(from, "blob"), json_get_str(to, "blob")))
        buf_printf(&members, "%scode", members.len ? ", " : "");
    bool changed = members.len > 0;

    if (changed)
        report('~', to, buf_str(&members), out);
    buf_done(&members);
    return changed;
}

static bool diff_lines(struct snapshot_lines *from, struct snapshot_lines *to, struct buf *out)
{
    bool differ = false;
    size_t i = 0;
    size_t k = 0;

    while (i < from->count || k < to->count) {
        int order = i == from->count ? 1 : k == to->count ? -1 : 0;

        if (order == 0)
            order = compare_lines(&from->items[i], &to->items[k]);
        if (order < 0)
            differ = report('-', from->items[i++], STR_NONE, out);
        else if (order > 0)
            differ = report('+', to->items[k++], STR_NONE, out);
        else
            differ |= report_change(from->items[i++], to->items[k++], out);
    }
    return differ;
}

static void sort_lines(struct snapshot_lines *lines)
{
    if (lines->count > 1)
        qsort(lines->items, lines->count, sizeof(cJSON *), compare_lines);
}

static int diff_sorted(struct snapshot_lines *from, struct snapshot_lines *to, struct buf *out)
{
    sort_lines(from);
    sort_lines(to);
    return diff_lines(from, to, out);
}

int store_snapshot_diff(const char *from, const char *to, struct buf *out, struct error *err)
{
    struct snapshot_lines old = {0};
    struct snapshot_lines new = {0};
    int result = -1;

    if (snapshot_lines_read(from, &old, err) == 0 && snapshot_lines_read(to, &new, err) == 0)
        result = diff_sorted(&old, &new, out);
    snapshot_lines_done(&old);
    snapshot_lines_done(&new);
    return result;
}

int snapshot_diff_text(const char *folder, struct str text, struct buf *out, struct error *err)
{
    struct snapshot_lines old = {0};
    struct snapshot_lines new = {0};
    int result = -1;

    if (snapshot_lines_read(folder, &old, err) == 0 && snapshot_lines_parse(text, &new, err) == 0)
        result = diff_sorted(&old, &new, out);
    snapshot_lines_done(&old);
    snapshot_lines_done(&new);
    return result;
}
