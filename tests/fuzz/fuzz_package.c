/*
 * tests/fuzz/fuzz_package.c - any bytes as a code package: looked at twice with one verdict, and
 * never more unpacked than allowed
 */
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "product/service/code/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNPACKED_MAX = 1 << 20 };

static struct package look(const char *text)
{
    OWN(json_free) cJSON *input = cJSON_CreateObject();
    struct package package = {0};

    cJSON_AddStringToObject(cJSON_AddObjectToObject(input, "code"), "zipFile", text);
    package_check(&package, input, UNPACKED_MAX);
    return package;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str bytes = {(const char *)data, size};
    char *text = malloc(base64_encoded_size(size) + 1);

    if (!text)
        return 0;
    base64_encode(bytes, text);
    struct package first = look(text);
    struct package second = look(text);

    if (first.given != (size > 0))
        abort();
    if (size > 0 && (first.len != size || first.crc64 != crc64_add(0, bytes)))
        abort();
    if (!first.problem != !second.problem)
        abort();
    free(first.bytes);
    free(second.bytes);
    mem_free(first.problem);
    mem_free(second.problem);
    free(text);
    return 0;
}
