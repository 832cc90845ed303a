/* The rules that the API adds, as documents over those of the files. */
#include "admin/layer.h"

#include "base/mem.h"
#include "conf/node.h"

enum { RULE_INDENT = 4 };

struct layer {
    cJSON *front;    /* list of rules */
    cJSON *document; /* with `rules`, the ones behind */
};

static cJSON *rules_behind(const struct layer *layer)
{
    return cJSON_GetObjectItemCaseSensitive(layer->document, "rules");
}

static cJSON *empty_document(void)
{
    cJSON *document = json_made(cJSON_CreateObject());

    cJSON_AddNumberToObject(document, "version", 1);
    cJSON_AddArrayToObject(document, "rules");
    return document;
}

struct layer *layer_new(void)
{
    struct layer *layer = mem_alloc(sizeof(*layer));

    layer->front = json_made(cJSON_CreateArray());
    layer->document = empty_document();
    return layer;
}

struct layer *layer_copy(const struct layer *layer)
{
    struct layer *copy = mem_alloc(sizeof(*copy));

    copy->front = json_made(cJSON_Duplicate(layer->front, true));
    copy->document = json_made(cJSON_Duplicate(layer->document, true));
    return copy;
}

void layer_free(struct layer *layer)
{
    if (!layer)
        return;
    json_free(layer->front);
    json_free(layer->document);
    mem_free(layer);
}

bool layer_is_empty(const struct layer *layer)
{
    return !layer->front->child && cJSON_GetArraySize(layer->document) == 2 &&
           !rules_behind(layer)->child;
}

void layer_drop(struct layer *layer)
{
    layer_put(layer, empty_document());
}

void layer_put(struct layer *layer, cJSON *document)
{
    json_free(layer->front);
    json_free(layer->document);
    layer->front = json_made(cJSON_CreateArray());
    layer->document = document;
    if (!cJSON_GetObjectItemCaseSensitive(document, "version"))
        cJSON_AddNumberToObject(document, "version", 1);
    if (!cJSON_IsArray(rules_behind(layer))) {
        cJSON_DeleteItemFromObjectCaseSensitive(document, "rules");
        cJSON_AddArrayToObject(document, "rules");
    }
}

/* ---- single rules ---- */

static bool has_id(const cJSON *rule, struct str id)
{
    return str_eq(json_get_str(rule, "id"), id);
}

static cJSON *find_in(cJSON *list, struct str id)
{
    for (cJSON *rule = list->child; rule; rule = rule->next) {
        if (has_id(rule, id))
            return rule;
    }
    return NULL;
}

static cJSON *find(const struct layer *layer, struct str id, cJSON **out_list)
{
    cJSON *rule = find_in(layer->front, id);

    *out_list = layer->front;
    if (rule)
        return rule;
    *out_list = rules_behind(layer);
    return find_in(*out_list, id);
}

const cJSON *layer_rule(const struct layer *layer, struct str id)
{
    cJSON *list;

    return find(layer, id, &list);
}

static int index_in(const cJSON *list, const cJSON *wanted)
{
    int index = 0;

    for (const cJSON *item = list->child; item != wanted; item = item->next)
        index++;
    return index;
}

int layer_add(struct layer *layer, cJSON *rule, enum layer_place place, struct str before)
{
    cJSON *list;

    if (find(layer, json_get_str(rule, "id"), &list)) {
        json_free(rule);
        return LAYER_EXISTS;
    }
    if (place == LAYER_BEFORE) {
        const cJSON *next = find(layer, before, &list);

        if (!next) {
            json_free(rule);
            return LAYER_NOT_FOUND;
        }
        cJSON_InsertItemInArray(list, index_in(list, next), rule);
        return LAYER_DONE;
    }
    if (place == LAYER_FIRST && layer->front->child)
        cJSON_InsertItemInArray(layer->front, 0, rule);
    else
        cJSON_AddItemToArray(place == LAYER_FIRST ? layer->front : rules_behind(layer), rule);
    return LAYER_DONE;
}

int layer_replace(struct layer *layer, struct str id, cJSON *rule)
{
    cJSON *list;
    cJSON *old = find(layer, id, &list);

    if (!old) {
        json_free(rule);
        return LAYER_NOT_FOUND;
    }
    cJSON_ReplaceItemViaPointer(list, old, rule);
    return LAYER_DONE;
}

int layer_remove(struct layer *layer, struct str id)
{
    cJSON *list;
    cJSON *old = find(layer, id, &list);

    if (!old)
        return LAYER_NOT_FOUND;
    json_free(cJSON_DetachItemViaPointer(list, old));
    return LAYER_DONE;
}

void layer_add_name(struct layer *layer, const char *section, const cJSON *item)
{
    cJSON *names = cJSON_GetObjectItemCaseSensitive(layer->document, section);

    if (!names)
        names = json_made(cJSON_AddObjectToObject(layer->document, section));
    cJSON_AddItemToObject(names, item->string, json_made(cJSON_Duplicate(item, true)));
}

/* ---- as a document ---- */

static uint32_t count_lines(const struct buf *text)
{
    uint32_t lines = 1;

    for (size_t i = 0; i < text->len; i++)
        lines += text->ptr[i] == '\n';
    return lines;
}

/* The sender's own text, each line moved in, so that messages can name its places. */
static void add_own_text(struct str text, struct buf *out)
{
    OWN(mem_free) char *own = mem_dup_len(text.ptr, text.len);
    size_t len = text.len;
    struct str line, tail, rest;
    bool first = true;

    conf_text_from_json(own, &len); /* as it is not the whole of a document any more */
    rest = (struct str){own, len};

    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        buf_puts(out, first ? "  - " : "    ");
        buf_add(out, line);
        buf_add_char(out, '\n');
        rest = tail;
        first = false;
    }
}

static void add_json(const cJSON *json, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};

    json_print(json, false, &text);
    conf_add_json(buf_str(&text), out);
}

static void add_rules(const cJSON *list, struct str own, struct str own_text,
                      struct layer_spot *out, struct buf *text)
{
    if (!list->child) {
        buf_puts(text, "rules: []\n");
        return;
    }
    buf_puts(text, "rules:\n");
    for (const cJSON *rule = list->child; rule; rule = rule->next) {
        if (own.len && has_id(rule, own)) {
            *out = (struct layer_spot){count_lines(text), RULE_INDENT};
            add_own_text(own_text, text);
            continue;
        }
        buf_puts(text, "  - ");
        add_json(rule, text);
        buf_add_char(text, '\n');
    }
}

void layer_document(const struct layer *layer, bool front, struct str own, struct str own_text,
                    struct layer_spot *out, struct buf *out_text)
{
    struct layer_spot spot = {0};

    if (front) {
        buf_puts(out_text, "version: 1\n");
        add_rules(layer->front, own, own_text, &spot, out_text);
    } else {
        for (const cJSON *section = layer->document->child; section; section = section->next) {
            if (strcmp(section->string, "rules") == 0)
                continue;
            buf_json_string(out_text, str_of(section->string));
            buf_puts(out_text, ": ");
            add_json(section, out_text);
            buf_add_char(out_text, '\n');
        }
        add_rules(rules_behind(layer), own, own_text, &spot, out_text);
    }
    if (out && spot.line)
        *out = spot;
}
