#include "crypto/id.h"

#include <ctype.h>

#include "../suite.h"

enum { ROUNDS = 100000 };

/* 'x' any lower-case hex digit, everything else itself. */
static bool has_shape(const char *text, const char *shape)
{
    for (; *shape; shape++, text++) {
        bool hex = isdigit((unsigned char)*text) || (*text >= 'a' && *text <= 'f');

        if (*shape == 'x' ? !hex : *text != *shape)
            return false;
    }
    return *text == '\0';
}

START_TEST(test_id_uuid_is_version_4)
{
    char id[ID_UUID_BYTES];
    char last[ID_UUID_BYTES] = "";

    for (int i = 0; i < 1000; i++) {
        id_uuid(id);
        ck_assert_msg(has_shape(id, "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx"), "'%s'", id);
        ck_assert_ptr_nonnull(strchr("89ab", id[19]));
        ck_assert_str_ne(id, last);
        memcpy(last, id, sizeof(id));
    }
}
END_TEST

START_TEST(test_id_request_2023_tells_the_time)
{
    char id[ID_REQUEST_2023_BYTES];

    id_request_2023(UINT64_C(1714979289999), id);
    ck_assert_msg(has_shape(id, "1-663881d9-15xxxxxx-xxxxxxxxxxxx"), "'%s'", id);
}
END_TEST

START_TEST(test_id_request_2023_never_looks_like_a_status)
{
    char id[ID_REQUEST_2023_BYTES];

    for (int i = 0; i < ROUNDS; i++) {
        id_request_2023(0, id);
        ck_assert_msg(!strstr(id, "429") && !strstr(id, "500"), "'%s'", id);
    }
}
END_TEST

START_TEST(test_id_etag_changes_with_document_and_revision)
{
    char a[ID_ETAG_BYTES];
    char b[ID_ETAG_BYTES];

    id_etag(STR("{}"), 1, a);
    id_etag(STR("{}"), 1, b);
    ck_assert_msg(has_shape(a, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "'%s'", a);
    ck_assert_str_eq(a, b);
    id_etag(STR("{}"), 2, b);
    ck_assert_str_ne(a, b);
    id_etag(STR("[]"), 1, b);
    ck_assert_str_ne(a, b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/id");
    TCase *tc = tcase_create("id");

    tcase_add_test(tc, test_id_uuid_is_version_4);
    tcase_add_test(tc, test_id_request_2023_tells_the_time);
    tcase_add_test(tc, test_id_request_2023_never_looks_like_a_status);
    tcase_add_test(tc, test_id_etag_changes_with_document_and_revision);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
