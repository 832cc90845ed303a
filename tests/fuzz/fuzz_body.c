/*
 * tests/fuzz/fuzz_body.c - a request body that a table of fields accepts reads again to the same,
 * and what is shown of it is JSON
 */
#include <stdlib.h>

#include "product/service/frame/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* clang-format off */
FIELD_TABLE(inner,
    {.name = "name", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "port", .type = BODY_INT, .flags = IN_ALL | BODY_OPTIONAL_ZERO, .min = LIMIT(PORT_MIN), .max = LIMIT(PORT_MAX)},
);
FIELD_TABLE(outer,
    {.name = "text", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "choice", .type = BODY_STRING, .flags = IN_ALL, .choices = "one | two"},
    {.name = "domain", .type = BODY_STRING, .flags = IN_ALL, .pattern = PATTERN_DOMAIN},
    {.name = "memory", .type = BODY_INT, .flags = IN_ALL | BODY_DECIDED, .classic = "128", .min = LIMIT(MEMORY_MIN), .max = LIMIT(MEMORY_MAX), .step = LIMIT(MEMORY_STEP)},
    {.name = "cpu", .type = BODY_NUMBER, .flags = IN_ALL, .min = LIMIT(CPU_MIN), .max = LIMIT(CPU_MAX), .step = LIMIT(CPU_STEP)},
    {.name = "flag", .type = BODY_BOOL, .flags = IN_ALL},
    {.name = "list", .type = BODY_STRINGS, .flags = IN_ALL, .max = LIMIT(VSWITCHES)},
    {.name = "map", .type = BODY_MAP, .flags = IN_ALL, .pattern = PATTERN_PRINT},
    {.name = "weights", .type = BODY_NUMBERS, .flags = IN_ALL},
    {.name = "object", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &inner},
    {.name = "objects", .type = BODY_OBJECTS, .flags = IN_ALL, .max = LIMIT(NAS_MOUNTS), .fields = &inner},
    {.name = "any", .type = BODY_ANY, .flags = IN_ALL},
    {.name = "json", .type = BODY_TEXT, .flags = IN_ALL},
);
/* clang-format on */

static cJSON *read_once(const cJSON *input)
{
    struct limits limits;
    struct field_refusal refusal = {0};
    struct field_reading reading = {
        .api = API_2016, .limits = &limits, .create = true, .refusal = &refusal};

    limits_init(&limits, false);
    cJSON *read = fields_read(&outer, input, &reading);

    if (!read == (refusal.text.len == 0))
        abort();
    buf_done(&refusal.text);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    OWN(json_free) cJSON *input = json_parse((struct str){(const char *)data, size}, &err);
    OWN(json_free) cJSON *read = cJSON_IsObject(input) ? read_once(input) : NULL;
    OWN(json_free) cJSON *again = read ? read_once(read) : NULL;
    OWN(buf_done) struct buf first = {0}, second = {0};

    if (!read)
        return 0;
    if (!again)
        abort();
    json_print(read, false, &first);
    json_print(again, false, &second);
    if (!str_eq(buf_str(&first), buf_str(&second)))
        abort();
    OWN(json_free) cJSON *shown = fields_show(&outer, read, API_2016);

    buf_clear(&first);
    json_print(shown, false, &first);
    OWN(json_free) cJSON *parsed = json_parse(buf_str(&first), &err);

    if (!parsed)
        abort();
    return 0;
}
