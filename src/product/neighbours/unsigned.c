/*
 * product/neighbours/unsigned.c - a call that is not signed as it should be, refused in the words
 * of its product
 */
#include "catalog/product.h"
#include "product/neighbours/internal.h"

enum { STATUS_FORBIDDEN = 403 };

/* Where the code has no text of its own, or one that says less. */
static const struct {
    enum auth_fault fault;
    enum cloud_product product;
    struct str text;
} texts[] = {
    {AUTH_NO_DATE,       PRODUCT_OSS, STR_INIT("OSS authentication requires a valid Date.")},
    {AUTH_NO_CREDENTIAL, PRODUCT_OSS,
     STR_INIT("You have no right to access this object because of bucket acl.")            },
    {AUTH_BAD_FORM,      PRODUCT_OSS, STR_INIT("Authorization header is invalid.")         },
    {AUTH_BAD_DATE,      PRODUCT_OSS, STR_INIT("OSS authentication requires a valid Date.")},
};

/* What auth/ says of these is a sentence. */
static bool is_told(enum auth_fault fault)
{
    return fault == AUTH_BAD_FORM || fault == AUTH_BAD_EXPIRY || fault == AUTH_EXPIRED ||
           fault == AUTH_OTHER_ACCOUNT;
}

static struct str text_of(const struct neighbours_pending *p, const struct product_error *row)
{
    const struct auth_result *auth = p->call.unsigned_;
    enum cloud_product product = product_of_place(p->call.place);

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        if (texts[i].fault == auth->fault && texts[i].product == product)
            return texts[i].text;
    if (is_told(auth->fault) && str_is_set(auth->arg))
        return auth->arg;
    return str_of(row ? row->message : auth->code);
}

/* RPC clients compare this with what they signed. */
static struct str signed_text(const struct neighbours_pending *p)
{
    const struct auth_explanation *why = p->call.unsigned_->explanation;
    enum cloud_product product = product_of_place(p->call.place);

    if (!why || product == PRODUCT_OSS || product == PRODUCT_SLS)
        return STR("");
    return arena_strf(p->arena, " server %s is:" STR_FMT, why->what, STR_ARG(why->ours));
}

void pending_refuse_unsigned(struct neighbours_pending *p)
{
    const char *code = p->call.unsigned_->code;
    const struct product_error *row =
        product_error_find(product_of_place(p->call.place), str_of(code));

    pending_refuse(p, row ? row->status : STATUS_FORBIDDEN, code, STR_FMT STR_FMT,
                   STR_ARG(text_of(p, row)), STR_ARG(signed_text(p)));
}

void unsigned_members(const struct neighbours_pending *p, cJSON *tree)
{
    const struct auth_result *auth = p->call.unsigned_;

    if (!auth)
        return;
    if (auth->fault == AUTH_UNKNOWN_KEY || auth->fault == AUTH_MISMATCH)
        json_add_str(tree, "OSSAccessKeyId", auth->access_key);
    if (auth->explanation)
        json_add_str(tree, "StringToSign", auth->explanation->ours);
}
