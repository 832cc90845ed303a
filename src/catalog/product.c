/*
 * The errors of the neighbours, a row each.
 */
#include "catalog/product.h"

#include "base/own.h"

#define OSS (1U << PRODUCT_OSS)
#define STS (1U << PRODUCT_STS)
#define RAM (1U << PRODUCT_RAM)
#define SLS (1U << PRODUCT_SLS)
#define RPC (STS | RAM | 1U << PRODUCT_OTHER)

static const struct str names[PRODUCT_COUNT] = {
    [PRODUCT_FC] = STR_INIT("fc"),   [PRODUCT_OSS] = STR_INIT("oss"),
    [PRODUCT_STS] = STR_INIT("sts"), [PRODUCT_RAM] = STR_INIT("ram"),
    [PRODUCT_SLS] = STR_INIT("sls"), [PRODUCT_OTHER] = STR_INIT(""),
};

/* clang-format off */
static const struct product_error errors[] = {
    {OSS,       "AccessDenied",                     403, "AccessDenied"},
    {OSS,       "BucketAlreadyExists",              409, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."},
    {OSS,       "BucketNotEmpty",                   409, "The bucket you tried to delete is not empty."},
    {OSS,       "CallbackFailed",                   203, "Response body is not valid json format."},
    {OSS,       "DownloadTrafficRateLimitExceeded", 503, "Your download traffic rate limit exceeded."},
    {OSS,       "EntityTooLarge",                   400, "Your proposed upload exceeds the maximum allowed object size."},
    {OSS,       "FileAlreadyExists",                409, "The object you specified already exists and can not be overwritten."},
    {OSS,       "InternalError",                    500, "We encountered an internal error. Please try again."},
    {OSS,       "InvalidAccessKeyId",               403, "The OSS Access Key Id you provided does not exist in our records."},
    {OSS,       "InvalidArgument",                  400, "Invalid Argument"},
    {OSS,       "InvalidBucketName",                400, "The specified bucket is not valid."},
    {OSS,       "InvalidDigest",                    400, "The Content-MD5 you specified was invalid."},
    {OSS,       "InvalidObjectName",                400, "The specified object is not valid."},
    {OSS,       "InvalidPart",                      400, "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag."},
    {OSS,       "InvalidPartOrder",                 400, "The list of parts was not in ascending order. Parts list must specified in order by part number."},
    {OSS,       "InvalidRange",                     416, "The requested range cannot be satisfied."},
    {OSS,       "InvalidSecurityToken",             403, "The security token you provided is invalid."},
    {OSS,       "MalformedXML",                     400, "The XML you provided was not well-formed or did not validate against our published schema."},
    {OSS,       "MethodNotAllowed",                 405, "The specified method is not allowed against this resource."},
    {OSS,       "MissingContentLength",             411, "You must provide the Content-Length HTTP header."},
    {OSS,       "NoSuchBucket",                     404, "The specified bucket does not exist."},
    {OSS,       "NoSuchKey",                        404, "The specified key does not exist."},
    {OSS,       "NoSuchUpload",                     404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."},
    {OSS,       "NotImplemented",                   501, "A header you provided implies functionality that is not implemented."},
    {OSS,       "PreconditionFailed",               412, "At least one of the pre-conditions you specified did not hold."},
    {OSS,       "QpsLimitExceeded",                 503, "Please reduce your request rate."},
    {OSS,       "RequestTimeTooSkewed",             403, "The difference between the request time and the current time is too large."},
    {OSS,       "RequestTimeout",                   400, "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed."},
    {OSS,       "SecurityTokenExpired",             403, "The security token you provided has expired."},
    {OSS,       "ServiceUnavailable",               503, "Please reduce your request rate."},
    {OSS,       "SignatureDoesNotMatch",            403, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
    {OSS,       "SlowDown",                         503, "Please reduce your request rate."},
    {OSS,       "TooManyBuckets",                   400, "You have attempted to create more buckets than allowed."},
    {OSS,       "UploadTrafficRateLimitExceeded",   503, "Your upload traffic rate limit exceeded."},
    {RPC,       "Forbidden",                        403, "User not authorized to operate on the specified resource."},
    {RPC,       "IncompleteSignature",              400, "The request signature does not conform to Aliyun standards."},
    {RPC,       "InternalError",                    500, "The request processing has failed due to some unknown error, exception or failure."},
    {RPC,       "InvalidAccessKeyId.Inactive",      403, "The specified access key ID is inactive."},
    {RPC,       "InvalidAccessKeyId.NotFound",      404, "Specified access key is not found."},
    {RPC,       "InvalidAction.NotFound",           404, "Specified api is not found, please check your url and method."},
    {RPC,       "InvalidSecurityToken.Expired",     400, "Specified SecurityToken is expired."},
    {RPC,       "InvalidSecurityToken.MismatchWithAccessKey", 400, "Specified SecurityToken mismatch with the AccessKey."},
    {RPC,       "InvalidTimeStamp.Expired",         400, "Specified time stamp or date value is expired."},
    {RPC,       "InvalidTimeStamp.Format",          400, "Specified time stamp or date value is not well formatted."},
    {RPC,       "MissingAccessKeyId",               400, "AccessKeyId is mandatory for this action."},
    {RPC,       "MissingTimestamp",                 400, "Timestamp is mandatory for this action."},
    {RPC,       "NoPermission",                     403, "You are not authorized to do this action. You should be authorized by RAM."},
    {RPC,       "ServiceUnavailable",               503, "The request has failed due to a temporary failure of the server."},
    {RPC,       "SignatureDoesNotMatch",            400, "Specified signature is not matched with our calculation."},
    {RPC,       "SignatureNonceUsed",               400, "Specified signature nonce was used already."},
    {RPC,       "Throttling",                       400, "Request was denied due to request throttling."},
    {RPC,       "Throttling.Api",                   400, "Request was denied due to api flow control."},
    {RPC,       "Throttling.User",                  400, "Request was denied due to user flow control."},
    {RPC,       "UnsupportedHTTPMethod",            400, "This http method is not supported."},
    {STS,       "InvalidParameter.DurationSeconds", 400, "The Min/Max value of DurationSeconds is 15min/1hr."},
    {STS,       "InvalidParameter.PolicyGrammar",   400, "The parameter Policy has not passed grammar check."},
    {STS,       "InvalidParameter.RoleArn",         400, "The parameter RoleArn is wrongly formed."},
    {STS,       "InvalidParameter.RoleSessionName", 400, "The parameter RoleSessionName is wrongly formed."},
    {STS | RAM, "EntityNotExist.Role",              404, "The specified Role not exists."},
    {RAM,       "DeleteConflict.Policy.Version",    409, "The policy has versions besides the default one."},
    {RAM,       "DeleteConflict.Role.Policy",       409, "The Role has policies attached to it."},
    {RAM,       "EntityAlreadyExists.Policy",       409, "The policy does already exist."},
    {RAM,       "EntityAlreadyExists.Role",         409, "The role does already exist."},
    {RAM,       "EntityAlreadyExists.Role.Policy",  409, "The policy is attached to the role already."},
    {RAM,       "EntityNotExist.Policy",            404, "The policy does not exist."},
    {RAM,       "EntityNotExist.Policy.Version",    404, "The policy version does not exist."},
    {RAM,       "EntityNotExist.Role.Policy",       404, "The policy is not attached to the role."},
    {RAM,       "InvalidParameter.PolicyDocument",  400, "The policy document is not valid."},
    {RAM,       "InvalidParameter.RoleName",        400, "The role name is not valid."},
    {RAM,       "LimitExceeded.Policy",             409, "The count of policies beyond the current limits."},
    {RAM,       "LimitExceeded.Policy.Version",     409, "The count of policy versions beyond the current limits."},
    {RAM,       "LimitExceeded.Role",               409, "The count of roles beyond the current limits."},
    {SLS,       "IndexAlreadyExist",                400, "log store index is created"},
    {SLS,       "IndexConfigNotExist",              404, "index config doesn't exist"},
    {SLS,       "InternalServerError",              500, "Internal server error."},
    {SLS,       "InvalidAccessKeyId",               401, "The access key id you provided not exist."},
    {SLS,       "InvalidDateFormat",                400, "Date must follow RFC822."},
    {SLS,       "LogStoreAlreadyExist",             400, "logstore already exists"},
    {SLS,       "LogStoreNotExist",                 404, "logstore does not exist"},
    {SLS,       "MissAccessKeyId",                  400, "x-log-accesskeyid does not exist in header."},
    {SLS,       "MissingDate",                      400, "Date does not exist in http header."},
    {SLS,       "ParameterInvalid",                 400, "The parameter is invalid."},
    {SLS,       "PostBodyInvalid",                  400, "The body is not valid json object."},
    {SLS,       "ProjectAlreadyExist",              400, "Project already exists"},
    {SLS,       "ProjectNotExist",                  404, "The Project does not exist"},
    {SLS,       "ProjectQuotaExceed",               403, "Project quota exceed."},
    {SLS,       "ReadQuotaExceed",                  403, "Read quota exceed."},
    {SLS,       "RequestTimeExpired",               400, "Request time has been expired."},
    {SLS,       "SecurityTokenExpired",             401, "The security token you provided has expired."},
    {SLS,       "ServerBusy",                       503, "The server is busy, please try again later."},
    {SLS,       "ShardReadQuotaExceed",             403, "shard read quota exceed."},
    {SLS,       "ShardWriteQuotaExceed",            403, "shard write quota exceed."},
    {SLS,       "SignatureNotMatch",                401, "The signature we calculated does not match the signature you provided."},
    {SLS,       "Unauthorized",                     401, "The security token you provided is not authorized."},
    {SLS,       "WriteQuotaExceed",                 403, "Write quota exceed."},
};
/* clang-format on */

struct str cloud_product_name(enum cloud_product product)
{
    return names[product];
}

const struct product_error *product_error_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(errors);
    return errors;
}

const struct product_error *product_error_find(enum cloud_product product, struct str code)
{
    for (size_t i = 0; i < N_ELEMENTS(errors); i++)
        if (errors[i].products >> product & 1 && str_eq(code, str_of(errors[i].code)))
            return &errors[i];
    return NULL;
}
