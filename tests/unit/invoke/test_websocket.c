#include "../suite.h"

#include <string.h>

#include "invoke/websocket.h"

#define MASK "\x01\x02\x03\x04"

/* As a client sends it. */
static void put(struct buf *out, unsigned first, const char *payload, size_t len)
{
    buf_add_char(out, (char)first);
    if (len < 126) {
        buf_add_char(out, (char)(0x80 | len));
    } else {
        buf_add_char(out, (char)(0x80 | 126));
        buf_add_char(out, (char)(len >> 8));
        buf_add_char(out, (char)len);
    }
    buf_add(out, (struct str){MASK, 4});
    for (size_t i = 0; i < len; i++)
        buf_add_char(out, (char)(payload[i] ^ MASK[i % 4]));
}

START_TEST(test_messages_come_out_however_they_are_cut)
{
    char large[1000];
    struct buf bytes = {0};

    memset(large, 'x', sizeof(large));
    put(&bytes, 0x81, "one", 3);
    put(&bytes, 0x02, "tw", 2); /* the first part */
    put(&bytes, 0x89, "ping", 4);
    put(&bytes, 0x80, "o", 1); /* the last */
    put(&bytes, 0x82, large, sizeof(large));
    put(&bytes, 0x8a, "", 0);
    put(&bytes, 0x88, "\x03\xe8", 2);
    static const struct {
        enum websocket_kind kind;
        size_t len;
        const char *text;
    } wants[] = {
        {WEBSOCKET_TEXT,  3,    "one" },
        {WEBSOCKET_PING,  4,    "ping"},
        {WEBSOCKET_BYTES, 3,    "two" },
        {WEBSOCKET_BYTES, 1000, "xxx" },
        {WEBSOCKET_PONG,  0,    ""    },
        {WEBSOCKET_CLOSE, 2,    "\x03"},
    };

    for (size_t step = 1; step <= bytes.len; step += 7) {
        struct websocket socket = {0};
        size_t seen = 0;

        for (size_t at = 0; at < bytes.len; at += step) {
            size_t len = bytes.len - at < step ? bytes.len - at : step;
            enum websocket_kind kind;
            struct str got;

            websocket_take(&socket, (struct str){bytes.ptr + at, len});
            while ((kind = websocket_next(&socket, &got)) != WEBSOCKET_MORE) {
                ck_assert_uint_lt(seen, 6);
                ck_assert_msg(kind == wants[seen].kind, "step %zu, %zu: %d", step, seen, kind);
                ck_assert_uint_eq(got.len, wants[seen].len);
                ck_assert(memcmp(got.ptr, wants[seen].text, strlen(wants[seen].text)) == 0);
                seen++;
            }
        }
        ck_assert_uint_eq(seen, 6);
        websocket_done(&socket);
    }
    buf_done(&bytes);
}
END_TEST

static const struct {
    const char *why;
    const char *bytes;
    size_t len;
} bad[] = {
    {"no mask",
     "\x81\x01"
     "a",                                                                           3 },
    {"a reserved bit",             "\xc1\x81" MASK "a",                             7 },
    {"an unknown kind",            "\x83\x81" MASK "a",                             7 },
    {"a continuation of nothing",  "\x80\x81" MASK "a",                             7 },
    {"a ping in parts",            "\x09\x80" MASK,                                 6 },
    {"a long ping",                "\x89\xfe\x00\x7e" MASK,                         8 },
    {"a message within another",   "\x01\x80" MASK "\x81\x80" MASK,                 12},
    {"more than a message may be", "\x82\xff\x00\x00\x00\x00\x7f\xff\xff\xff" MASK, 14},
};

START_TEST(test_what_is_no_frame_is_bad)
{
    struct websocket socket = {0};
    struct str got;

    websocket_take(&socket, (struct str){bad[_i].bytes, bad[_i].len});
    ck_assert_msg(websocket_next(&socket, &got) == WEBSOCKET_BAD, "%s", bad[_i].why);
    websocket_done(&socket);
}
END_TEST

START_TEST(test_lengths_have_three_forms)
{
    static const struct {
        size_t len, head;
        unsigned second;
    } rows[] = {
        {0,     2,  0  },
        {125,   2,  125},
        {126,   4,  126},
        {65535, 4,  126},
        {65536, 10, 127},
    };
    char *payload = calloc(1, 65536);

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        struct buf out = {0};

        websocket_put(&out, WEBSOCKET_TEXT, STR(""), (struct str){payload, rows[i].len});
        ck_assert_uint_eq(out.len, rows[i].head + rows[i].len);
        ck_assert_uint_eq((unsigned char)out.ptr[0], 0x81);
        ck_assert_uint_eq((unsigned char)out.ptr[1], rows[i].second);
        buf_done(&out);
    }
    free(payload);
}
END_TEST

START_TEST(test_the_key_is_answered)
{
    struct arena *arena = arena_new();
    struct str accept = websocket_accept(STR("dGhlIHNhbXBsZSBub25jZQ=="), arena);

    ck_assert(str_eq(accept, STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))); /* the one of the RFC */
    arena_free(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invoke/websocket");
    TCase *tc = tcase_create("websocket");

    tcase_add_test(tc, test_messages_come_out_however_they_are_cut);
    tcase_add_loop_test(tc, test_what_is_no_frame_is_bad, 0, N_ELEMENTS(bad));
    tcase_add_test(tc, test_lengths_have_three_forms);
    tcase_add_test(tc, test_the_key_is_answered);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
