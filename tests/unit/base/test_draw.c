#include "base/draw.h"

#include "../suite.h"

/* The first and some later vectors of the reference implementation: key 00…0f, input 00, 01, …. */
static const struct {
    size_t len;
    uint64_t want, want_1_3;
} vectors[] = {
    {0,  0x726fdb47dd0e0e31, 0xabac0158050fc4dc},
    {1,  0x74f839c593dc67fd, 0xc9f49bf37d57ca93},
    {7,  0xab0200f58b01d137, 0xd3927d989bb11140},
    {8,  0x93f5f5799a932462, 0x369095118d299a8e},
    {15, 0xa129ca6149be45e5, 0xd320d86d2a519956},
};

START_TEST(test_draw_siphash_vectors)
{
    uint8_t key[16];
    uint8_t data[64];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    memcpy(key, data, sizeof(key));
    ck_assert_uint_eq(draw_siphash(key, data, vectors[_i].len), vectors[_i].want);
    ck_assert_uint_eq(draw_siphash_1_3(key, data, vectors[_i].len), vectors[_i].want_1_3);
}
END_TEST

START_TEST(test_draw_depends_on_every_part)
{
    uint64_t bits = draw_bits(7, STR("rule"), STR("key"), STR("when"), 1);

    ck_assert_uint_eq(bits, draw_bits(7, STR("rule"), STR("key"), STR("when"), 1));
    ck_assert_uint_ne(bits, draw_bits(8, STR("rule"), STR("key"), STR("when"), 1));
    ck_assert_uint_ne(bits, draw_bits(7, STR("rul"), STR("ekey"), STR("when"), 1));
    ck_assert_uint_ne(bits, draw_bits(7, STR("rule"), STR("keyw"), STR("hen"), 1));
    ck_assert_uint_ne(bits, draw_bits(7, STR("rule"), STR("key"), STR("delay"), 1));
    ck_assert_uint_ne(bits, draw_bits(7, STR("rule"), STR("key"), STR("when"), 2));
}
END_TEST

START_TEST(test_draw_long_keys_are_hashed_whole)
{
    static char key[2000];
    uint64_t before = draw_bits(7, STR("r"), (struct str){key, sizeof(key)}, STR("w"), 1);

    key[sizeof(key) - 1] = 1;
    ck_assert_uint_ne(before, draw_bits(7, STR("r"), (struct str){key, sizeof(key)}, STR("w"), 1));
}
END_TEST

START_TEST(test_draw_unit_is_even_within_three_sigma)
{
    enum { DRAWS = 10000 };
    size_t below = 0;

    for (uint64_t n = 0; n < DRAWS; n++) {
        double u = draw_unit(7, STR("rule"), STR("key"), STR("when"), n);

        ck_assert(u >= 0 && u < 1);
        below += u < 0.3;
    }
    /* 3 sigma of a binomial with n = 10000, p = 0.3 is 137.5. */
    ck_assert_uint_ge(below, 3000 - 138);
    ck_assert_uint_le(below, 3000 + 138);
}
END_TEST

START_TEST(test_draw_random_seeds_differ)
{
    ck_assert_uint_ne(draw_random_seed(), draw_random_seed());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/draw");
    TCase *tc = tcase_create("draw");

    tcase_add_loop_test(tc, test_draw_siphash_vectors, 0, (int)N_ELEMENTS(vectors));
    tcase_add_test(tc, test_draw_depends_on_every_part);
    tcase_add_test(tc, test_draw_long_keys_are_hashed_whole);
    tcase_add_test(tc, test_draw_unit_is_even_within_three_sigma);
    tcase_add_test(tc, test_draw_random_seeds_differ);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
