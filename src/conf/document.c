/* YAML and JSON bodies as one kind of tree. */
#include "conf/document.h"

#include <stdlib.h>

#include "conf/report.h"

enum { EXACT_DIGITS = 15 }; /* integers up to that length survive a double */

static cJSON *scalar(const struct conf_node *node)
{
    bool flag;
    double number;

    if (conf_is_null(node))
        return json_made(cJSON_CreateNull());
    if (conf_is_bool(node, &flag))
        return json_made(cJSON_CreateBool(flag));
    if (!conf_is_number(node, &number))
        return json_string(node->text);
    if (node->text.len > EXACT_DIGITS && str_all_digits(node->text))
        return json_made(cJSON_CreateRaw(node->text.ptr));
    return json_made(cJSON_CreateNumber(number));
}

cJSON *document_from_node(const struct conf_node *node)
{
    if (node->kind == CONF_SCALAR)
        return scalar(node);
    cJSON *json = json_made(node->kind == CONF_MAP ? cJSON_CreateObject() : cJSON_CreateArray());

    CONF_EACH (child, node) {
        cJSON *value = document_from_node(child);

        if (node->kind == CONF_LIST) {
            cJSON_AddItemToArray(json, value);
            continue;
        }
        char *key = strndup(child->key.ptr, child->key.len);

        cJSON_AddItemToObject(json, key, value);
        free(key);
    }
    return json;
}

/* A NUL would end a C string early, and nobody would see what stands behind it. */
static bool check_texts(const struct conf_node *node, struct conf_report *report)
{
    bool good = true;

    if ((node->text.ptr && memchr(node->text.ptr, 0, node->text.len)) ||
        (node->key.ptr && memchr(node->key.ptr, 0, node->key.len))) {
        conf_error(report, conf_at(node), "F103", "a NUL character cannot stand in a text");
        good = false;
    }
    CONF_EACH (child, node)
        good = check_texts(child, report) && good;
    return good;
}

cJSON *document_parse(struct str text, const char *name, struct conf_report *report)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct conf_node *node = conf_parse(arena, text, name, report);

    if (!node || report->errors || (node->kind == CONF_SCALAR && conf_is_null(node)))
        return NULL;
    if (!check_texts(node, report))
        return NULL;
    return document_from_node(node);
}
