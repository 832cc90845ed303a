/*
 * auth/refusal.c - what each product calls a request that is not signed as it should be
 *
 * Source: catalog/fc_error.h for Function Compute; "error codes" of OSS and of Log Service (common
 * ones); common errors of RPC-style APIs. Read 2026-11-29.
 */
#include "auth/internal.h"

/* clang-format off */
static const char *const codes[AUTH_FAULT_COUNT][AUTH_PRODUCT_COUNT] = {
    /*                       Function Compute         OSS                      Log Service            RPC */
    [AUTH_RIGHT]         = {NULL,                    NULL,                    NULL,                  NULL},
    [AUTH_NO_DATE]       = {"MissingRequiredHeader", "AccessDenied",          "MissingDate",         "MissingTimestamp"},
    [AUTH_NO_CREDENTIAL] = {"MissingRequiredHeader", "AccessDenied",          "MissAccessKeyId",     "MissingAccessKeyId"},
    [AUTH_BAD_FORM]      = {"InvalidArgument",       "InvalidArgument",       "Unauthorized",        "IncompleteSignature"},
    [AUTH_BAD_DATE]      = {"InvalidArgument",       "AccessDenied",          "InvalidDateFormat",   "InvalidTimeStamp.Format"},
    [AUTH_SKEWED]        = {"AccessDenied",          "RequestTimeTooSkewed",  "RequestTimeExpired",  "InvalidTimeStamp.Expired"},
    [AUTH_BAD_EXPIRY]    = {"InvalidArgument",       "AccessDenied",          "Unauthorized",        "IncompleteSignature"},
    [AUTH_EXPIRED]       = {"AccessDenied",          "AccessDenied",          "Unauthorized",        "InvalidTimeStamp.Expired"},
    [AUTH_UNKNOWN_KEY]   = {"InvalidAccessKeyID",    "InvalidAccessKeyId",    "InvalidAccessKeyId",  "InvalidAccessKeyId.NotFound"},
    [AUTH_MISMATCH]      = {"SignatureNotMatch",     "SignatureDoesNotMatch", "SignatureNotMatch",   "SignatureDoesNotMatch"},
    [AUTH_BAD_TOKEN]     = {"AccessDenied",          "InvalidSecurityToken",  "Unauthorized",        "InvalidSecurityToken.MismatchWithAccessKey"},
    [AUTH_TOKEN_OVER]    = {"AccessDenied",          "SecurityTokenExpired",  "SecurityTokenExpired", "InvalidSecurityToken.Expired"},
    [AUTH_OTHER_ACCOUNT] = {"AccessDenied",          "AccessDenied",          "Unauthorized",        "NoPermission"},
    [AUTH_DENIED]        = {"AccessDenied",          "AccessDenied",          "Unauthorized",        "NoPermission"},
};
/* clang-format on */

const char *refusal_code(enum auth_product product, enum auth_fault fault)
{
    return codes[fault][product];
}
