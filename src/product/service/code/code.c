/*
 * Where the code of a function or layer version comes from: the request itself, or the emulated
 * OSS.
 *
 * What the request alone tells is checked first, before anything is looked up.
 *
 * Source: spec pages api-2016-08-15 §6.3.5, limits §2.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "product/neighbours/state.h"
#include "product/service/code/code.h"

/* clang-format off */
FIELD_TABLE(location_fields,
    {.name = "ossBucketName", .type = BODY_STRING, .flags = IN_ALL, .min = LIMIT(CODE_BUCKET_MIN), .max = LIMIT(CODE_BUCKET_MAX)},
    {.name = "ossObjectName", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "checksum", .type = BODY_STRING, .flags = IN_ALL},
);
/* clang-format on */

static bool check_size(struct work *work, enum limit_id most, uint64_t size)
{
    int64_t limit = work_limit(work, most);

    if (limit == LIMIT_NONE || (int64_t)size <= limit)
        return true;
    return answer_invalid(work,
                          "Code size exceeds the maximum allowed length (max: %" PRId64
                          ", actual: '%" PRIu64 "')",
                          limit, size);
}

static bool check_checksum(struct work *work, const struct code *code)
{
    uint64_t number;

    if (code->want.len == 0 ||
        (str_to_uint(code->want, UINT64_MAX, &number) == NUMBER_OK && number == code->crc64))
        return true;
    return answer_invalid(work,
                          "Code checksum is set to an invalid value (allowed: %" PRIu64
                          ", actual: '" STR_FMT "')",
                          code->crc64, STR_ARG(str_slice(code->want, 0, 64)));
}

/* ---- what the request says ---- */

static struct str text_of(struct work *work, const cJSON *location, const char *name)
{
    struct str text = json_get_str(location, name);

    return str_is_set(text) ? arena_str(work->arena, text) : STR("");
}

static bool read_location(struct work *work, const cJSON *code, struct code *out)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *location = fields_read(&location_fields, code, &reading);
    struct str header = work_header(work, "X-Fc-Code-Checksum");

    if (!location)
        return answer_refusal(work);
    out->bucket = text_of(work, location, "ossBucketName");
    out->object = text_of(work, location, "ossObjectName");
    out->want = header.len ? header : text_of(work, location, "checksum");
    return true;
}

static bool take_zip(struct work *work, enum limit_id most, struct code *out)
{
    struct package *package = &work->package;

    if (!check_size(work, most, package->len))
        return false;
    if (package->problem)
        return answer_invalid(work, "%s", package->problem);
    out->given = true;
    out->blob = str_of(package->id);
    out->size = package->len;
    out->crc64 = package->crc64;
    return check_checksum(work, out);
}

static bool refuse_type(struct work *work, const char *title, const char *allowed,
                        const cJSON *value)
{
    struct buf actual = {0};

    json_print(value, false, &actual);
    answer_invalid(work, "%s is set to an invalid value (allowed: %s, actual: '%.200s')", title,
                   allowed, buf_text(&actual));
    buf_done(&actual);
    return false;
}

bool code_read(struct work *work, enum limit_id most, struct code *out)
{
    const cJSON *code = json_get_nocase(work->input, "code");
    const cJSON *zip = json_get_nocase(code, "zipFile");

    *out = (struct code){.blob = STR_NONE, .bucket = STR(""), .object = STR(""), .want = STR("")};
    if (code && !cJSON_IsObject(code) && !(cJSON_IsArray(code) && !code->child))
        return refuse_type(work, "Code", "object", code);
    if (zip && !cJSON_IsString(zip))
        return refuse_type(work, "ZipFile", "text in base64", zip);
    if (!read_location(work, code, out))
        return false;

    bool by_object = out->bucket.len > 0 || out->object.len > 0;
    bool whole = out->bucket.len > 0 && out->object.len > 0;

    if (work->package.given ? by_object : by_object && !whole)
        return code_refuse_missing(work);
    out->given = by_object;
    return !work->package.given || take_zip(work, most, out);
}

bool code_refuse_missing(struct work *work)
{
    return answer_invalid(work, "Either ossBucketName/ossObjectName or zipFile must be set");
}

/* ---- what the emulated OSS holds ---- */

bool code_find(struct work *work, enum limit_id most, struct code *code)
{
    struct neighbours_object object;

    if (!code->given || str_is_set(code->blob))
        return true;
    bool found = neighbours_object(work->store, code->bucket, code->object, &object);

    if (!found || !str_is_set(object.blob))
        return answer_invalid(work, "object '" STR_FMT "' %s '" STR_FMT "'",
                              STR_ARG(str_slice(code->object, 0, 256)),
                              found ? "is empty in" : "does not exist in", STR_ARG(code->bucket));
    code->blob = arena_str(work->arena, object.blob);
    code->size = object.size;
    code->crc64 = object.crc64;
    return check_size(work, most, code->size) && check_checksum(work, code);
}
