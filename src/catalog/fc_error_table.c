/*
 * catalog/fc_error_table.c - every documented error, as one table
 *
 * The rows live in three files by subject; this one puts them together. A text in double braces
 * in a sample is a template that fault rules expand for the call at hand.
 *
 * Source: official API reference of 2020-08-27; error lists of 2021-04-06 and 2023-03-30; what
 * official clients and tools compare. A text of 2016-08-15 wins over later wordings.
 */
#include "catalog/fc_error.h"

#include "base/own.h"

#define BIT(api) (1u << (api))
#define CONTROL_APIS (BIT(API_2016) | BIT(API_2021) | BIT(API_2023))
#define SERVICE_APIS (BIT(API_2016) | BIT(API_2021) | BIT(API_TRIGGER))
#define ALL_APIS (CONTROL_APIS | BIT(API_TRIGGER))
#define EVERY_CALL (OP_INVOKE | OP_CONTROL)

/* Operations that name a qualifier outside their path. */
#define WITH_QUALIFIER                                                                             \
    "InvokeFunction GetFunction GetFunctionCode CreateTrigger UpdateTrigger *ProvisionConfig "     \
    "*AsyncInvokeConfig *ScalingConfig *AsyncTask* *Instances InstanceExec *Session*"

/* clang-format off */
static const struct fc_error errors[] = {
#include "catalog/fc_error_common.inc"
#include "catalog/fc_error_resource.inc"
#include "catalog/fc_error_running.inc"
};

static const struct fc_error_lookalike lookalikes[] = {
    {"InitializationError",          "a value of the header X-Fc-Error-Type",          "响应头 X-Fc-Error-Type 的取值"},
    {"HandledInvocationError",       "a value of the header X-Fc-Error-Type",          "响应头 X-Fc-Error-Type 的取值"},
    {"UnhandledInvocationError",     "a value of the header X-Fc-Error-Type",          "响应头 X-Fc-Error-Type 的取值"},
    {"FcCommonError",                "a value of the header X-Fc-Error-Type",          "响应头 X-Fc-Error-Type 的取值"},
    {"FCCommonError",                "a value of the header X-Fc-Error-Type on fcapp.run", "fcapp.run 域名下响应头 X-Fc-Error-Type 的取值"},
    {"FunctionResourceExhausted",    "a condition in a failure destination's payload", "失败目标消息中的 condition 取值"},
    {"SDK.ResponseNotParsable",      "made inside the Java SDK, never on the wire",    "由 Java SDK 生成，不在网络上出现"},
    {"InternalServiceError",         "made inside the Java SDK, never on the wire",    "由 Java SDK 生成，不在网络上出现"},
    {"RequestTimeoutError",          "made inside the Node.js HTTP client, never on the wire", "由 Node.js HTTP 客户端生成，不在网络上出现"},
    {"CURRENT_ORDER_QUANTITY_EXCEED", "an answer of service activation, another API",  "开通服务接口的返回，属于另一套 API"},
    {"ORDER.OPEND",                  "an answer of service activation, another API",   "开通服务接口的返回，属于另一套 API"},
    {"FC_INTL_ALREADY_OPENED",       "an answer of service activation, another API",   "开通服务接口的返回，属于另一套 API"},
    {"SYSTEM.SALE_VALIDATE_NO_SPECIFIC_CODE_FAILED", "an answer of service activation, another API", "开通服务接口的返回，属于另一套 API"},
    {"RISK.RISK_CONTROL_REJECTION",  "an answer of service activation, another API",   "开通服务接口的返回，属于另一套 API"},
};
/* clang-format on */

const struct fc_error *fc_error_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(errors);
    return errors;
}

const struct fc_error_lookalike *fc_error_lookalike_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(lookalikes);
    return lookalikes;
}
