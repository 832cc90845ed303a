/* How a text must look, and small helpers for JSON that the tables need. */
#include "product/service/frame/fields.h"

#include <stdlib.h>

/* ---- small JSON helpers ---- */

cJSON *json_constant(const char *text)
{
    cJSON *json = cJSON_Parse(text);

    if (!json)
        abort(); /* a table is wrong; tests walk every row */
    return json;
}

bool json_has(const cJSON *object, const char *key)
{
    return json_get(object, key) != NULL;
}

void json_set(cJSON *object, const char *key, cJSON *value)
{
    if (value && json_has(object, key)) {
        cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
        return;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (value)
        cJSON_AddItemToObject(object, key, value);
}

bool json_is_blank(const cJSON *json)
{
    if (!json || cJSON_IsNull(json))
        return true;
    return (cJSON_IsObject(json) || cJSON_IsArray(json)) && !json->child;
}

/* ---- patterns ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

static bool match_name(struct str text)
{
    if (text.len == 0 || !(is_letter(text.ptr[0]) || text.ptr[0] == '_'))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '_' && text.ptr[i] != '-')
            return false;
    }
    return true;
}

enum { DOMAIN_LABEL_MAX = 63 };

static bool match_label(struct str label)
{
    if (label.len == 0 || label.len > DOMAIN_LABEL_MAX || !is_alnum(label.ptr[0]))
        return false;
    for (size_t i = 1; i < label.len; i++) {
        if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    }
    return true;
}

static bool match_domain(struct str text)
{
    struct str rest;
    struct str top;
    struct str label;

    if (!str_cut_last(text, '.', &rest, &top) || top.len < 2)
        return false;
    for (size_t i = 0; i < top.len; i++) {
        if (!is_letter(top.ptr[i]))
            return false;
    }
    while (str_is_set(rest)) {
        str_cut(rest, '.', &label, &rest);
        if (!match_label(label))
            return false;
    }
    return true;
}

static bool match_wild_domain(struct str text)
{
    return match_domain(str_starts(text, STR("*.")) ? str_slice(text, 2, text.len) : text);
}

static bool match_print(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x20 || c > 0x7e)
            return false;
    }
    return text.len > 0;
}

static bool match_variable(struct str text)
{
    if (text.len == 0 || !is_letter(text.ptr[0]))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '_')
            return false;
    }
    return true;
}

static bool match_role(struct str text)
{
    struct str account;
    struct str role;

    if (!str_starts(text, STR("acs:ram::")))
        return false;
    return str_cut(str_slice(text, 9, text.len), ':', &account, &role) && account.len > 0 &&
           str_all_digits(account) && str_starts(role, STR("role/")) && role.len > 5;
}

/* Lines of their own before and behind what is encoded. */
static bool is_pem(struct str text, struct str label)
{
    size_t start;
    size_t end;

    while (text.len && strchr(" \r\n", text.ptr[text.len - 1]))
        text.len--;
    return str_starts(text, STR("-----BEGIN ")) && str_ends(text, STR("-----")) &&
           str_find(text, label, &start) &&
           str_find(str_slice(text, start + label.len, text.len), STR("-----END "), &end) &&
           end > 0;
}

static bool match_certificate(struct str text)
{
    return is_pem(text, STR("CERTIFICATE-----"));
}

static bool match_private_key(struct str text)
{
    return is_pem(text, STR("PRIVATE KEY-----"));
}

static const struct {
    const char *text;
    bool (*match)(struct str text);
} patterns[] = {
    [PATTERN_NAME] = {"^[_a-zA-Z][-_a-zA-Z0-9]*$",                           match_name       },
    [PATTERN_DOMAIN] = {"'^([a-z0-9A-Z][-a-z0-9A-Z]{0,62}\\.)+[a-zA-Z]{2,}$'", match_domain     },
    [PATTERN_WILD_DOMAIN] = {"'^([a-z0-9A-Z][-a-z0-9A-Z]{0,62}\\.)+[a-zA-Z]{2,}$'",
                      match_wild_domain                                                       },
    [PATTERN_PRINT] = {"^[[:print:]]+$",                                      match_print      },
    [PATTERN_VARIABLE] = {"^[a-zA-Z][a-zA-Z0-9_]*$",                             match_variable   },
    [PATTERN_ROLE] = {"acs:ram::<account>:role/<name>",                      match_role       },
    [PATTERN_CERTIFICATE] = {"PEM",                                                 match_certificate},
    [PATTERN_PRIVATE_KEY] = {"PEM",                                                 match_private_key},
};

const char *field_pattern_text(enum field_pattern pattern)
{
    return patterns[pattern].text;
}

bool field_pattern_match(enum field_pattern pattern, struct str text)
{
    return patterns[pattern].match(text);
}
