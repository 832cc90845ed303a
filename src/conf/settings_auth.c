/*
 * conf/settings_auth.c - the settings below `auth`: modes, access keys, and what a key may not do
 */
#include "base/distance.h"
#include "base/glob.h"
#include "catalog/operation.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

bool settings_take_account(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    if (!conf_want_text(d, node))
        return false;
    if (!str_all_digits(node->text) || node->text.len > 32) {
        conf_error(d->report, conf_at(node), "F208",
                   "'%s' is not an account id; write digits such as 1234567890123456",
                   conf_value(d, node));
        return false;
    }
    *(struct str *)out = arena_str(d->arena, node->text);
    return true;
}

#define SETTINGS_WORDS
#include "conf/settings_auth.inc"

/* Of one account: somebody chose it. */
static const struct conf_words account_modes = {.list = settings_auth_mode_list,
                                                .count = N_ELEMENTS(settings_auth_mode_list) - 1};

/* A typo in a refusal would let through what it was meant to stop. */
static bool is_operation(struct conf_decoder *d, const struct conf_node *node)
{
    struct nearest nearest = {.wanted = node->text};
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (glob_match(node->text, str_of(table[i].name)))
            return true;
        nearest_offer(&nearest, str_of(table[i].name));
    }
    conf_error(d->report, conf_at(node), "F303", "'%s' fits no operation%s", conf_value(d, node),
               str_is_set(nearest.best) ? conf_did_you_mean(d, nearest.best)
                                        : "; 'fcemu operations' lists them");
    return false;
}

static bool take_denied(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = conf_decode_field(d, &texts, node, out);

    for (size_t i = 0; ok && i < count; i++, item = item->next)
        ok = is_operation(d, item);
    return ok;
}

/* clang-format off */
static const struct conf_field key_fields[] = {
    {.name = "id",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct settings_key, id),
     .aka = "access_key access_key_id",
     .help = "access key id"},
    {.name = "secret",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_SECRET,
     .offset = offsetof(struct settings_key, secret),
     .aka = "access_key_secret",
     .help = "access key secret"},
    {.name = "account",
     .type = FIELD_CUSTOM,
     .take = settings_take_account,
     .offset = offsetof(struct settings_key, account),
     .help = "account id the key belongs to; default: the default account",
     .shape = &shape_text_or_number},
    {.name = "token",
     .type = FIELD_TEXT,
     .flags = FIELD_SECRET,
     .offset = offsetof(struct settings_key, token),
     .aka = "security_token sts",
     .help = "security token of a temporary key"},
    {.name = "denied",
     .type = FIELD_CUSTOM,
     .flags = FIELD_LIST,
     .decode = take_denied,
     .offset = offsetof(struct settings_key, denied),
     .aka = "deny",
     .help = "operations the key may not call, as names or globs: [Delete*, CreateService]",
     .shape = &shape_texts},
};
/* clang-format on */
static const struct conf_table key_table = {.name = "key", CONF_TABLE_OF(key_fields)};

static bool take_keys(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct settings *settings = CONTAINER_OF(out, struct settings, auth.keys);

    if (!conf_want(d, node, CONF_LIST))
        return false;
    settings->auth.keys = ARENA_ARRAY(d->arena, node->count, struct settings_key);
    settings->auth.key_count = node->count;
    CONF_EACH (child, node)
        conf_decode(d, field->table, child, &settings->auth.keys[child->index]);
    return true;
}

static bool take_accounts(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct settings *settings = CONTAINER_OF(out, struct settings, auth.accounts);

    if (!conf_want(d, node, CONF_MAP))
        return false;
    settings->auth.accounts = ARENA_ARRAY(d->arena, node->count, struct settings_account);
    settings->auth.account_count = node->count;
    CONF_EACH (child, node) {
        struct settings_account *account = &settings->auth.accounts[child->index];
        int mode = AUTH_MODE_LENIENT;

        if (!str_all_digits(child->key))
            conf_error(d->report, conf_at_key(child), "F208",
                       "'%s' is not an account id; write digits such as 1234567890123456",
                       conf_shown(d->report, child->key));
        conf_want_word(d, field->words, child, &mode);
        account->id = arena_str(d->arena, child->key);
        account->mode = (enum settings_auth_mode)mode;
    }
    return true;
}

#define AT(member) offsetof(struct settings, auth.member) - offsetof(struct settings, auth)
static const struct conf_field auth_fields[] = {
#define SETTINGS_ROWS
#include "conf/settings_auth.inc"
};
#undef AT
const struct conf_table settings_auth_table = {.name = "auth", CONF_TABLE_OF(auth_fields)};
