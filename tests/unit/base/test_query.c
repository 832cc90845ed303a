#include "base/query.h"

#include "../suite.h"
#include "base/buf.h"

static const struct {
    const char *raw;
    bool form;
    bool ok;
    struct str want;
} decodings[] = {
    {"plain",     false, true,  STR_INIT("plain")       },
    {"a%20b+c",   false, true,  STR_INIT("a b+c")       },
    {"a%20b+c",   true,  true,  STR_INIT("a b c")       },
    {"%E8%b7%AF", false, true,  STR_INIT("\xE8\xB7\xAF")},
    {"%00",       false, true,  STR_INIT("\0")          },
    {"%2",        false, false, STR_INIT("%2")          },
    {"%",         false, false, STR_INIT("%")           },
    {"a%zzb",     true,  false, STR_INIT("a%zzb")       },
    {"%2525",     false, true,  STR_INIT("%25")         },
};

START_TEST(test_percent_decode_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = STR_NONE;

    ck_assert_int_eq(percent_decode(str_of(decodings[_i].raw), decodings[_i].form, arena, &got),
                     decodings[_i].ok);
    ck_assert_msg(str_eq(got, decodings[_i].want), "'%s': got '" STR_FMT "'", decodings[_i].raw,
                  STR_ARG(got));
}
END_TEST

START_TEST(test_percent_encode_keeps_unreserved_only)
{
    OWN(arena_free) struct arena *arena = arena_new();

    ck_assert(str_eq(percent_encode(STR("aZ09-_.~"), false, arena), STR("aZ09-_.~")));
    ck_assert(str_eq(percent_encode(STR("a'(b)*! \xC3\xBC/"), false, arena),
                     STR("a%27%28b%29%2A%21%20%C3%BC%2F")));
    ck_assert(str_eq(percent_encode(STR("/a b/"), true, arena), STR("/a%20b/")));
}
END_TEST

START_TEST(test_query_parse_keeps_order_and_tells_bare_keys)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct query query;

    query_parse(STR("x=3&x=1&&flag&empty=&a=1%3D+2=3"), arena, &query);
    ck_assert(query.valid);
    ck_assert_uint_eq(query.count, 5);
    ck_assert(str_eq(query_get(&query, STR("x")), STR("3")));
    ck_assert(str_eq(query.pairs[1].value, STR("1")));
    ck_assert(!query.pairs[2].has_value);
    ck_assert(query.pairs[3].has_value);
    ck_assert(str_eq(query_get(&query, STR("empty")), STR("")));
    ck_assert(str_is_set(query_get(&query, STR("flag"))));
    ck_assert(str_eq(query_get(&query, STR("a")), STR("1= 2=3")));
    ck_assert(!str_is_set(query_get(&query, STR("b"))));
}
END_TEST

START_TEST(test_query_parse_plain_keeps_plus)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct query query;

    query_parse_plain(STR("a=1+2%20"), arena, &query);
    ck_assert(str_eq(query_get(&query, STR("a")), STR("1+2 ")));
}
END_TEST

START_TEST(test_query_parse_reads_no_more_than_there_may_be)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf text = {0};
    struct query query;

    for (int i = 0; i < QUERY_PAIRS_MAX; i++)
        buf_printf(&text, "%sk=%d", i ? "&" : "", i);
    buf_puts(&text, "&&");
    query_parse(buf_str(&text), arena, &query);
    ck_assert_uint_eq(query.count, QUERY_PAIRS_MAX);
    ck_assert(!query.too_many && query.valid);
    buf_puts(&text, "last=1");
    query_parse(buf_str(&text), arena, &query);
    ck_assert_uint_eq(query.count, QUERY_PAIRS_MAX);
    ck_assert(query.too_many && !str_is_set(query_get(&query, STR("last"))));
}
END_TEST

START_TEST(test_query_parse_keeps_what_is_malformed)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct query query;

    query_parse(STR("a=%zz&b=1"), arena, &query);
    ck_assert(!query.valid);
    ck_assert(str_eq(query_get(&query, STR("a")), STR("%zz")));
    ck_assert(str_eq(query_get(&query, STR("b")), STR("1")));
    query_parse(STR_NONE, arena, &query);
    ck_assert(query.valid);
    ck_assert_uint_eq(query.count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/query");
    TCase *tc = tcase_create("query");

    tcase_add_loop_test(tc, test_percent_decode_table, 0, N_ELEMENTS(decodings));
    tcase_add_test(tc, test_percent_encode_keeps_unreserved_only);
    tcase_add_test(tc, test_query_parse_keeps_order_and_tells_bare_keys);
    tcase_add_test(tc, test_query_parse_plain_keeps_plus);
    tcase_add_test(tc, test_query_parse_reads_no_more_than_there_may_be);
    tcase_add_test(tc, test_query_parse_keeps_what_is_malformed);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
