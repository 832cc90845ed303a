#include "admin/route.h"

#include <stdio.h>

#include "../suite.h"
#include "admin/metrics.h"
#include "admin/steps.h"
#include "journal/verify.h"

enum { PAGE_BYTES_MAX = 64 << 10 };

static cJSON *document(void)
{
    OWN(buf_done) struct buf text = {0};
    struct error err;

    openapi_text("0.1.0", &text);
    cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s", err.text);
    return json;
}

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

START_TEST(test_openapi_describes_each_route_and_nothing_else)
{
    OWN(json_free) cJSON *json = document();
    OWN(arena_free) struct arena *arena = arena_new();
    const cJSON *paths = member(json, "paths");
    size_t count, described = 0;
    const struct admin_route *routes = admin_route_table(&count);

    for (const cJSON *path = paths->child; path; path = path->next)
        described += (size_t)cJSON_GetArraySize(path);
    ck_assert_uint_eq(described, count);
    for (size_t i = 0; i < count; i++) {
        const char *path = arena_printf(arena, "/_fcemu%s", routes[i].path);
        const cJSON *operation = cJSON_GetObjectItem(member(paths, path), routes[i].method);

        ck_assert_msg(operation != NULL, "%s %s is not described", routes[i].method, path);
        ck_assert(str_eq(json_get_str(operation, "summary"), str_of(routes[i].summary)));
        ck_assert_int_eq(member(operation, "requestBody") != NULL, routes[i].takes != NULL);
    }
}
END_TEST

static void check_references(const cJSON *value, const cJSON *schemas)
{
    struct str prefix = STR("#/components/schemas/");
    struct str reference = json_get_str(value, "$ref");

    if (reference.ptr) {
        ck_assert(str_starts(reference, prefix));
        ck_assert_msg(member(schemas, reference.ptr + prefix.len) != NULL, "no schema %s",
                      reference.ptr);
    }
    for (const cJSON *child = value->child; child; child = child->next)
        check_references(child, schemas);
}

static bool refers_to(const cJSON *value, const char *name)
{
    struct str reference = json_get_str(value, "$ref");

    if (reference.ptr && strcmp(strrchr(reference.ptr, '/') + 1, name) == 0)
        return true;
    for (const cJSON *child = value->child; child; child = child->next) {
        if (refers_to(child, name))
            return true;
    }
    return false;
}

START_TEST(test_openapi_schemas_are_all_there_and_all_used)
{
    OWN(json_free) cJSON *json = document();
    const cJSON *schemas = member(member(json, "components"), "schemas");

    check_references(json, schemas);
    for (const cJSON *schema = schemas->child; schema; schema = schema->next)
        ck_assert_msg(refers_to(json, schema->string), "schema %s is not used", schema->string);
}
END_TEST

START_TEST(test_route_table_is_sound)
{
    size_t count;
    const struct admin_route *routes = admin_route_table(&count);

    for (size_t i = 0; i < count; i++) {
        ck_assert(routes[i].begin || routes[i].work);
        ck_assert(!routes[i].finish || routes[i].work);
        ck_assert(routes[i].summary && routes[i].summary[0]);
        for (size_t j = i + 1; j < count; j++)
            ck_assert_msg(strcmp(routes[i].method, routes[j].method) != 0 ||
                              strcmp(routes[i].path, routes[j].path) != 0,
                          "%s %s is there twice", routes[i].method, routes[i].path);
    }
}
END_TEST

static const struct {
    const char *method, *path;
    enum route_result want;
    const char *template, *param, *allowed;
} lookups[] = {
    {"GET",     "",                    ROUTE_FOUND,        "",                   "",     ""                },
    {"GET",     "/",                   ROUTE_FOUND,        "",                   "",     ""                },
    {"GET",     "/requests",           ROUTE_FOUND,        "/requests",          "",     ""                },
    {"HEAD",    "/requests",           ROUTE_FOUND,        "/requests",          "",     ""                },
    {"GET",     "/requests/0af1",      ROUTE_FOUND,        "/requests/{id}",     "0af1", ""                },
    {"GET",     "/requests/a%2Fb",     ROUTE_FOUND,        "/requests/{id}",     "a/b",  ""                },
    {"POST",    "/requests/verify",    ROUTE_FOUND,        "/requests/verify",   "",     ""                },
    {"GET",     "/requests/verify",    ROUTE_WRONG_METHOD, "",                   "",     "POST"            },
    {"PATCH",   "/faults/rules/x",     ROUTE_FOUND,        "/faults/rules/{id}", "x",    ""                },
    {"POST",    "/faults",             ROUTE_WRONG_METHOD, "",                   "",     "GET, PUT, DELETE"},
    {"OPTIONS", "/faults/stop",        ROUTE_WRONG_METHOD, "",                   "",     "POST"            },
    {"GET",     "/faults/rules/",      ROUTE_UNKNOWN,      "",                   "",     ""                },
    {"GET",     "/faults/rules/a/b/c", ROUTE_UNKNOWN,      "",                   "",     ""                },
    {"GET",     "/nothing",            ROUTE_UNKNOWN,      "",                   "",     ""                },
    {"GET",     "/requests/%zz",       ROUTE_UNKNOWN,      "",                   "",     ""                },
};

START_TEST(test_route_find_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct route_match match;
    enum route_result r =
        route_find(str_of(lookups[_i].method), str_of(lookups[_i].path), arena, &match);

    ck_assert_int_eq(r, lookups[_i].want);
    if (r == ROUTE_FOUND) {
        ck_assert_str_eq(match.route->path, lookups[_i].template);
        ck_assert(str_eq(match.param_count ? match.params[0] : STR(""), str_of(lookups[_i].param)));
    }
    ck_assert(str_eq(match.allowed, str_of(lookups[_i].allowed)));
}
END_TEST

START_TEST(test_metrics_are_documented_once)
{
    const struct metric_about *about, *other;

    for (size_t i = 0; (about = metric_about(i)); i++) {
        ck_assert(str_starts(str_of(about->name), STR("fcemu_")));
        ck_assert(about->help[0] != '\0');
        if (strcmp(about->type, "counter") == 0)
            ck_assert(str_ends(str_of(about->name), STR("_total")));
        for (size_t j = i + 1; (other = metric_about(j)); j++)
            ck_assert_str_ne(about->name, other->name);
    }
}
END_TEST

/* ---- docs/control.md ---- */

static char *page(struct arena *arena)
{
    FILE *file = fopen(CONTROL_PAGE, "r");
    char *text = arena_alloc(arena, PAGE_BYTES_MAX);

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_lt(fread(text, 1, PAGE_BYTES_MAX, file), PAGE_BYTES_MAX);
    fclose(file);
    return text;
}

START_TEST(test_page_lists_each_route_metric_and_assertion)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *text = page(arena);
    size_t count;
    const struct admin_route *routes = admin_route_table(&count);
    const char *name;

    for (size_t i = 0; i < count; i++) {
        const char *row = arena_printf(arena, "| %s | `/_fcemu%s` | %s |\n", routes[i].method,
                                       routes[i].path, routes[i].summary);

        ck_assert_msg(strstr(text, row) != NULL, "missing: %s", row);
    }
    const struct metric_about *about;

    for (size_t i = 0; (about = metric_about(i)); i++) {
        const char *row = arena_printf(arena, "| `%s` | %s | %s | %s |\n", about->name, about->type,
                                       about->labels, about->help);

        ck_assert_msg(strstr(text, row) != NULL, "missing: %s", row);
    }
    for (size_t i = 0; (name = verify_assertion_name(i)); i++)
        ck_assert(strstr(text, arena_printf(arena, "| `%s` | ", name)) != NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/openapi");
    TCase *tc = tcase_create("openapi");

    tcase_add_test(tc, test_openapi_describes_each_route_and_nothing_else);
    tcase_add_test(tc, test_openapi_schemas_are_all_there_and_all_used);
    tcase_add_test(tc, test_route_table_is_sound);
    tcase_add_loop_test(tc, test_route_find_table, 0, (int)N_ELEMENTS(lookups));
    tcase_add_test(tc, test_metrics_are_documented_once);
    tcase_add_test(tc, test_page_lists_each_route_metric_and_assertion);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
