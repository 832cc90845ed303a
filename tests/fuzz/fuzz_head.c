/*
 * tests/fuzz/fuzz_head.c - a verdict over a head stands: what follows does not change it; and what
 * is let pass holds no control byte
 */
#include <stdlib.h>

#include "http/wire/head.h"

enum { BODY_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bytes(struct str head)
{
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];

        if ((c < ' ' && !strchr("\t\r\n", c)) || c == 0 || c == 0x7f)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size < HEAD_BYTES_MAX ? size : HEAD_BYTES_MAX};
    struct head whole;
    struct head part;
    enum head_result result = head_judge(bytes, BODY_MAX, &whole);

    if (result == HEAD_WHOLE)
        check_bytes(str_slice(bytes, 0, whole.len));
    for (size_t len = 0; len < bytes.len; len++) {
        enum head_result early = head_judge(str_slice(bytes, 0, len), BODY_MAX, &part);

        if (early == HEAD_WRONG && (result != HEAD_WRONG || part.wrong != whole.wrong))
            abort();
        if (early == HEAD_WHOLE && (result == HEAD_MORE || part.len != whole.len))
            abort();
    }
    return 0;
}
