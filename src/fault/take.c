/*
 * Values of rule files that outcomes and the grammar read alike.
 */
#include "fault/take.h"

#include "conf/scalar.h"
#include "fault/rule.h"

bool fault_take_amount(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_amount *amount = out;
    struct conf_field size = {.name = field->name, .type = FIELD_SIZE};
    struct conf_field ratio = {.name = field->name, .type = FIELD_RATIO};
    double value = 0;
    bool is_ratio = node->kind == CONF_SCALAR &&
                    (str_ends(node->text, STR("%")) || conf_is_number(node, &value));

    if (is_ratio && scalar_ratio(node->text, &value) == SCALAR_OK && value > 1 &&
        str_ends(node->text, STR("%"))) {
        conf_error(d->report, conf_at(node), "F204", "%s is more than the whole body",
                   conf_value(d, node));
        return false;
    }
    if (is_ratio && value > 1) {
        conf_error(d->report, conf_at(node), "F202", "'%s' has no unit; write %sB or %sKiB",
                   conf_value(d, node), conf_value(d, node), conf_value(d, node));
        return false;
    }
    amount->is_ratio = is_ratio;
    amount->given = is_ratio ? conf_decode_field(d, &ratio, node, &amount->ratio)
                             : conf_decode_field(d, &size, node, &amount->bytes);
    return amount->given;
}

/* ---- base64 ---- */

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

static bool not_base64(struct conf_decoder *d, const struct conf_node *node, size_t at)
{
    conf_error(d->report, conf_at(node), "F213", "not base64 at character %zu", at + 1);
    return false;
}

bool fault_take_base64(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    size_t len = node->text.len;
    size_t padding = 0;
    size_t n = 0;
    uint32_t bits = 0;
    char *bytes;

    if (!conf_want_text(d, node))
        return false;
    while (padding < 2 && len > padding && node->text.ptr[len - 1 - padding] == '=')
        padding++;
    bytes = arena_alloc(d->arena, len / 4 * 3 + 3);
    for (size_t i = 0; i < len - padding; i++) {
        int digit = base64_digit(node->text.ptr[i]);

        if (digit < 0)
            return not_base64(d, node, i);
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 > 0)
            bytes[n++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    if (len % 4)
        return not_base64(d, node, len);
    *(struct str *)out = (struct str){bytes, n};
    return true;
}
