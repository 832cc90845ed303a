/* OSS: many objects deleted at once, named in an XML document of two levels. */
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    KEYS_MAX = 1000, /* reference, "DeleteMultipleObjects" */
    CODE_DIGITS_MAX = 8,
};

static const struct {
    struct str name;
    char character;
} entities[] = {
    {STR_INIT("lt;"),   '<' },
    {STR_INIT("gt;"),   '>' },
    {STR_INIT("amp;"),  '&' },
    {STR_INIT("quot;"), '"' },
    {STR_INIT("apos;"), '\''},
};

/* "#10;" and "#xA;" for a byte; false for anything else. *used is what was taken. */
static bool read_code(struct str text, struct buf *out, size_t *used)
{
    bool hex = str_starts(text, STR("#x"));
    unsigned code = 0;
    size_t at = hex ? 2 : 1;

    for (; at < text.len && at < CODE_DIGITS_MAX && text.ptr[at] != ';'; at++) {
        const char *digits = "0123456789abcdef";
        const char *digit = strchr(digits, text.ptr[at] | ' ');

        if (!text.ptr[at] || !digit || (!hex && digit - digits > 9))
            return false;
        code = code * (hex ? 16 : 10) + (unsigned)(digit - digits);
    }
    if (at >= text.len || text.ptr[at] != ';' || code == 0 || code > 0x7F)
        return false;
    buf_add_char(out, (char)code);
    *used = at + 1;
    return true;
}

/* What stands behind '&'. */
static bool read_entity(struct str text, struct buf *out, size_t *used)
{
    if (str_starts(text, STR("#")))
        return read_code(text, out, used);
    for (size_t i = 0; i < N_ELEMENTS(entities); i++) {
        if (!str_starts(text, entities[i].name))
            continue;
        buf_add_char(out, entities[i].character);
        *used = entities[i].name.len;
        return true;
    }
    return false;
}

static bool unescape(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t used = 0;

        if (text.ptr[i] != '&')
            buf_add_char(out, text.ptr[i]);
        else if (!read_entity(str_slice(text, i + 1, text.len), out, &used))
            return false;
        i += used;
    }
    return true;
}

/* The next key in *rest, in the arena of the call. 1: there is none; -1: the document is broken. */
static int next_key(struct neighbours_pending *p, struct str *rest, struct str *out)
{
    OWN(buf_done) struct buf key = {0};
    size_t from;
    size_t len;

    if (!str_find(*rest, STR("<Key>"), &from))
        return 1;
    *rest = str_slice(*rest, from + 5, rest->len);
    if (!str_find(*rest, STR("</Key>"), &len) || len == 0 ||
        !unescape(str_slice(*rest, 0, len), &key))
        return -1;
    *rest = str_slice(*rest, len + 6, rest->len);
    *out = arena_str(p->arena, buf_str(&key));
    return 0;
}

/* Their names, or NULL when the document cannot be understood. */
static cJSON *read_keys(struct neighbours_pending *p)
{
    cJSON *deleted = cJSON_CreateArray();
    struct str rest = p->call.request->body;
    struct str key;
    int r;

    while ((r = next_key(p, &rest, &key)) == 0 && cJSON_GetArraySize(deleted) < KEYS_MAX) {
        cJSON *one = cJSON_CreateObject();

        json_add_str(one, "Key", key);
        cJSON_AddItemToArray(deleted, one);
    }
    if (r == 1 && deleted->child)
        return deleted;
    json_free(deleted);
    return NULL;
}

void oss_delete_objects(struct neighbours_pending *p)
{
    bool quiet = str_find(p->call.request->body, STR("<Quiet>true</Quiet>"), NULL);
    cJSON *deleted;
    cJSON *tree;
    const cJSON *one;

    if (!oss_need_bucket(p))
        return;
    deleted = read_keys(p);
    if (!deleted) {
        pending_refuse(p, STATUS_BAD_REQUEST, "MalformedXML",
                       "The XML you provided was not well-formed or did not validate against our "
                       "published schema.");
        return;
    }
    cJSON_ArrayForEach (one, deleted) {
        struct store_key key = oss_object_key(p->bucket, json_get_str(one, "Key"), p->arena);

        if (!store_find(p->store, &key))
            continue;
        oss_tell_removed(p, "ObjectRemoved:DeleteObjects", json_get_str(one, "Key"));
        store_remove(pending_batch(p), &key);
    }
    tree = cJSON_CreateObject();
    if (quiet)
        json_free(deleted);
    else
        cJSON_AddItemToObject(tree, "Deleted", deleted);
    pending_xml(p, STATUS_OK, "DeleteResult", tree);
}
