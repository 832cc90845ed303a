#include "crypto/ca.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../suite.h"
#include "base/mem.h"

enum { MAKERS = 8 };

static const char *const names[] = {"localhost",    "127.0.0.0/8", "::1",        "fcemu",
                                    "aliyuncs.com", "fcapp.run",   "example.com"};
static const struct ca_scope scope = {names, N_ELEMENTS(names)};
static char *folder;
static struct ca *ca;
static struct error err;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void setup(void)
{
    const char *tmp = getenv("TMPDIR");

    folder = mem_printf("%s/fcemu-ca-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_msg(ca_open(folder, &scope, &ca, &err) == 0, "%s", err.text);
}

static void teardown(void)
{
    ca_free(ca);
    ca = NULL;
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    mem_free(folder);
}

static char *in_folder(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static char *read_text(const char *path)
{
    char *text = mem_alloc(1 << 20);
    FILE *file = fopen(path, "re");

    ck_assert_msg(file != NULL, "%s", path);
    text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_msg(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

static unsigned mode_of(const char *name)
{
    OWN(mem_free) char *path = in_folder(name);
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static gnutls_x509_crt_t authority_crt(void)
{
    gnutls_datum_t pem = {(unsigned char *)ca_pem(ca).ptr, (unsigned)ca_pem(ca).len};
    gnutls_x509_crt_t crt;

    ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), 0);
    return crt;
}

static gnutls_x509_crt_t leaf_crt(const char *name, unsigned flaws)
{
    struct ca_leaf leaf;
    gnutls_x509_crt_t crt;

    ck_assert_msg(ca_leaf(ca, str_of(name), flaws, &leaf, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(leaf.chain_len, 1);
    ck_assert_ptr_nonnull(leaf.key);
    ck_assert_int_eq(gnutls_pcert_export_x509((gnutls_pcert_st *)(uintptr_t)leaf.chain, &crt), 0);
    return crt;
}

/* What a client with our authority in its trust store finds wrong with the leaf for @name. */
static unsigned verdict(const char *name, unsigned flaws)
{
    gnutls_x509_trust_list_t trusted;
    gnutls_x509_crt_t root = authority_crt();
    gnutls_x509_crt_t crt = leaf_crt(name, flaws);
    gnutls_typed_vdata_st asked[] = {
        {GNUTLS_DT_DNS_HOSTNAME,    (unsigned char *)(uintptr_t)name,                     0},
        {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER, 0},
    };
    unsigned status = 0;

    ck_assert_int_eq(gnutls_x509_trust_list_init(&trusted, 0), 0);
    ck_assert_int_eq(gnutls_x509_trust_list_add_cas(trusted, &root, 1, 0), 1);
    ck_assert_int_eq(
        gnutls_x509_trust_list_verify_crt2(trusted, &crt, 1, asked, 2, 0, &status, NULL), 0);
    gnutls_x509_trust_list_deinit(trusted, 1);
    gnutls_x509_crt_deinit(crt);
    return status;
}

static const char *const good_names[] = {
    "16530750.cn-shanghai.fc.aliyuncs.com",
    "localhost",
    "fcemu",
    "127.0.0.1",
    "127.200.0.1",
    "::1",
    "demo_fn.cn-hangzhou.fcapp.run",
    "a-name-that-is-much-longer-than-a-common-name-may-be.and-goes-on.and-on.example.com",
};

START_TEST(test_ca_leaf_verifies_for_its_name)
{
    ck_assert_uint_eq(verdict(good_names[_i], CA_FLAWLESS), 0);
}
END_TEST

/* Who trusts the authority trusts it for its scope alone. */
static const char *const outside[] = {
    "example.org", "myexample.com", "aliyun.com", "128.0.0.1", "::2", "com", "fcemu.example.net"};

START_TEST(test_ca_leaf_outside_the_scope_does_not_verify)
{
    ck_assert_uint_ne(verdict(outside[_i], CA_FLAWLESS) & GNUTLS_CERT_INVALID, 0);
}
END_TEST

static void key_id(gnutls_x509_crt_t crt, uint8_t out[32])
{
    size_t len = 32;

    ck_assert_int_eq(gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, out, &len), 0);
    gnutls_x509_crt_deinit(crt);
}

static void open_again(const struct ca_scope *wider, bool renewed)
{
    ca_free(ca);
    ck_assert_msg(ca_open(folder, wider, &ca, &err) == 0, "%s", err.text);
    ck_assert_int_eq(ca_renewed(ca), renewed);
}

START_TEST(test_ca_is_renewed_for_more_and_not_for_less)
{
    static const char *const more[] = {"example.net", "10.0.0.0/8", "192.168.0.7", "fd00::/8"};
    static const char *const less[] = {"example.net"};
    const struct ca_scope wider = {more, N_ELEMENTS(more)};
    const struct ca_scope narrower = {less, N_ELEMENTS(less)};
    uint8_t before[32];
    uint8_t after[32];

    ck_assert(!ca_renewed(ca));
    key_id(authority_crt(), before);
    ck_assert_uint_ne(verdict("a.example.net", CA_FLAWLESS), 0);
    open_again(&scope, false);
    open_again(&wider, true);
    open_again(&narrower, false);
    open_again(&scope, false);
    key_id(authority_crt(), after);
    ck_assert_mem_eq(before, after, sizeof(before));
    ck_assert_uint_eq(verdict("a.example.net", CA_FLAWLESS), 0);
    ck_assert_uint_eq(verdict("10.255.0.1", CA_FLAWLESS), 0);
    ck_assert_uint_eq(verdict("192.168.0.7", CA_FLAWLESS), 0);
    ck_assert_uint_eq(verdict("fd12::1", CA_FLAWLESS), 0);
    ck_assert_uint_eq(verdict("a.example.com", CA_FLAWLESS), 0);
    ck_assert_uint_ne(verdict("192.168.0.8", CA_FLAWLESS), 0);
}
END_TEST

START_TEST(test_ca_key_that_was_opened_is_closed)
{
    OWN(mem_free) char *key = in_folder("ca-key.pem");

    ck_assert_int_eq(chmod(key, 0644), 0);
    open_again(&scope, false);
    ck_assert_uint_eq(mode_of("ca-key.pem"), 0600);
}
END_TEST

static const struct {
    unsigned flaws;
    unsigned want; /* bits that must be set */
} flawed[] = {
    {CA_EXPIRED,                     GNUTLS_CERT_EXPIRED                               },
    {CA_NOT_YET_VALID,               GNUTLS_CERT_NOT_ACTIVATED                         },
    {CA_WRONG_HOST,                  GNUTLS_CERT_UNEXPECTED_OWNER                      },
    {CA_UNKNOWN_ISSUER,              GNUTLS_CERT_SIGNER_NOT_FOUND                      },
    {CA_SELF_SIGNED,                 GNUTLS_CERT_SIGNER_NOT_FOUND                      },
    {CA_UNKNOWN_ISSUER | CA_EXPIRED, GNUTLS_CERT_SIGNER_NOT_FOUND                      },
    {CA_WRONG_HOST | CA_EXPIRED,     GNUTLS_CERT_UNEXPECTED_OWNER | GNUTLS_CERT_EXPIRED},
};

START_TEST(test_ca_leaf_is_flawed_as_asked)
{
    unsigned got = verdict("flawed.example.com", flawed[_i].flaws);

    ck_assert_msg((got & flawed[_i].want) == flawed[_i].want, "flaws %x: got %x", flawed[_i].flaws,
                  got);
    ck_assert_uint_ne(got & GNUTLS_CERT_INVALID, 0);
    ck_assert_uint_eq(verdict("flawed.example.com", CA_FLAWLESS), 0);
}
END_TEST

START_TEST(test_ca_leaf_has_the_fields_of_a_server)
{
    gnutls_x509_crt_t crt = leaf_crt("fields.example.com", CA_FLAWLESS);
    time_t now = time(NULL);
    uint8_t serial[64];
    size_t len = sizeof(serial);
    unsigned usage = 0;
    char purpose[64];
    size_t purpose_len = sizeof(purpose);

    ck_assert_int_eq(gnutls_x509_crt_get_version(crt), 3);
    ck_assert_int_eq(gnutls_x509_crt_get_serial(crt, serial, &len), 0);
    ck_assert_uint_eq(len, 16);
    ck_assert_uint_lt(serial[0], 0x80);
    ck_assert_int_eq(gnutls_x509_crt_get_ca_status(crt, NULL), 0);
    ck_assert_int_eq(gnutls_x509_crt_get_key_usage(crt, &usage, NULL), 0);
    ck_assert_uint_eq(usage, GNUTLS_KEY_DIGITAL_SIGNATURE);
    ck_assert_int_eq(gnutls_x509_crt_get_key_purpose_oid(crt, 0, purpose, &purpose_len, NULL), 0);
    ck_assert_str_eq(purpose, GNUTLS_KP_TLS_WWW_SERVER);
    ck_assert_int_lt(labs(now - 24L * 3600 - gnutls_x509_crt_get_activation_time(crt)), 60);
    ck_assert_int_lt(labs(now + 397L * 24 * 3600 - gnutls_x509_crt_get_expiration_time(crt)), 60);
    gnutls_x509_crt_deinit(crt);
}
END_TEST

static const char *const impossible_names[] = {
    "", ".", "a..b", "bad name", "*.example.com", "name\nline", "a/b", "\xC3\xA9.example.com",
};

START_TEST(test_ca_impossible_name_gets_the_localhost_leaf)
{
    struct ca_leaf local;
    struct ca_leaf got;
    char long_name[400];

    memset(long_name, 'a', sizeof(long_name));
    ck_assert_int_eq(ca_leaf(ca, STR("localhost"), 0, &local, &err), 0);
    ck_assert_int_eq(ca_leaf(ca, str_of(impossible_names[_i]), 0, &got, &err), 0);
    ck_assert_ptr_eq(got.chain, local.chain);
    ck_assert_int_eq(ca_leaf(ca, STR_NONE, 0, &got, &err), 0);
    ck_assert_ptr_eq(got.chain, local.chain);
    ck_assert_int_eq(ca_leaf(ca, (struct str){long_name, sizeof(long_name)}, 0, &got, &err), 0);
    ck_assert_ptr_eq(got.chain, local.chain);
    ck_assert_int_eq(ca_leaf(ca, (struct str){"a\0b", 3}, 0, &got, &err), 0);
    ck_assert_ptr_eq(got.chain, local.chain);
}
END_TEST

START_TEST(test_ca_leaf_is_kept_by_name_without_case)
{
    const struct gnutls_pcert_st *chain;
    struct gnutls_privkey_st *key;
    unsigned len;
    struct ca_leaf first;

    ck_assert_int_eq(ca_leaf(ca, STR("a.Example.com"), 0, &first, &err), 0);
    ck_assert_int_eq(ca_certificate(ca, STR("A.example.COM."), &chain, &len, &key), 0);
    ck_assert_ptr_eq(chain, first.chain);
    ck_assert_ptr_eq(key, first.key);
    ck_assert_uint_eq(len, 1);
}
END_TEST

START_TEST(test_ca_leaf_in_use_outlives_its_place_in_the_table)
{
    struct ca_leaf held;
    struct ca_leaf other;
    gnutls_datum_t before = {0};

    ck_assert_int_eq(ca_leaf(ca, STR("held.example.com"), 0, &held, &err), 0);
    before = held.chain->cert;
    for (int i = 0; i < CA_LEAVES_MAX; i++) {
        char name[64];

        snprintf(name, sizeof(name), "n%d.example.com", i);
        ck_assert_int_eq(ca_leaf(ca, str_of(name), 0, &other, &err), 0);
    }
    /* Reads freed memory under the address sanitizer if the leaf went with its place. */
    ck_assert_ptr_eq(held.chain->cert.data, before.data);
    ck_assert_uint_eq(held.chain->cert.size, before.size);
    ck_assert_uint_eq(held.chain->cert.data[0], 0x30);
    ck_assert_int_eq(ca_leaf(ca, STR("held.example.com"), 0, &other, &err), 0);
    ck_assert_ptr_ne(other.chain, held.chain);
}
END_TEST

START_TEST(test_ca_is_loaded_the_second_time)
{
    OWN(ca_free) struct ca *again = NULL;

    ck_assert_int_eq(ca_open(folder, &scope, &again, &err), 0);
    ck_assert_str_eq(ca_fingerprint(again), ca_fingerprint(ca));
    ck_assert(str_eq(ca_pem(again), ca_pem(ca)));
    ck_assert_uint_eq(strlen(ca_fingerprint(ca)), 95);
    ck_assert_uint_eq(mode_of("ca-key.pem"), 0600);
    ck_assert_uint_eq(mode_of("ca.pem"), 0644);
}
END_TEST

START_TEST(test_ca_makes_missing_folders)
{
    OWN(mem_free) char *deep = in_folder("a/b/c");
    OWN(ca_free) struct ca *other = NULL;

    ck_assert_msg(ca_open(deep, &scope, &other, &err) == 0, "%s", err.text);
    ck_assert_str_ne(ca_fingerprint(other), ca_fingerprint(ca));
}
END_TEST

static char *shared_folder;

static void *make_one(void *arg)
{
    struct ca **out = arg;
    struct error problem;

    return ca_open(shared_folder, &scope, out, &problem) == 0 ? arg : NULL;
}

START_TEST(test_ca_makers_at_once_agree)
{
    struct ca *made[MAKERS] = {0};
    pthread_t threads[MAKERS];

    shared_folder = in_folder("shared");
    for (int i = 0; i < MAKERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_one, &made[i]), 0);
    for (int i = 0; i < MAKERS; i++) {
        void *ok;

        pthread_join(threads[i], &ok);
        ck_assert_ptr_nonnull(ok);
    }
    for (int i = 1; i < MAKERS; i++)
        ck_assert_str_eq(ca_fingerprint(made[i]), ca_fingerprint(made[0]));
    for (int i = 0; i < MAKERS; i++)
        ca_free(made[i]);
    mem_free(shared_folder);
}
END_TEST

START_TEST(test_ca_finishes_what_a_dead_maker_began)
{
    OWN(mem_free) char *crt = in_folder("ca.pem");
    OWN(mem_free) char *key = in_folder("ca-key.pem");
    OWN(mem_free) char *before = read_text(key);
    OWN(ca_free) struct ca *again = NULL;

    ck_assert_int_eq(unlink(crt), 0);
    ck_assert_msg(ca_open(folder, &scope, &again, &err) == 0, "%s", err.text);
    OWN(mem_free) char *after = read_text(key);

    ck_assert_str_eq(before, after);
}
END_TEST

static const struct {
    const char *file;
    const char *text; /* NULL: removed */
    const char *said;
} damages[] = {
    {"ca-key.pem", NULL,         "is missing"          },
    {"ca-key.pem", "not a key",  "holds no private key"},
    {"ca.pem",     "not a cert", "holds no certificate"},
};

START_TEST(test_ca_damage_is_refused_with_a_remedy)
{
    OWN(mem_free) char *path = in_folder(damages[_i].file);
    struct ca *again = NULL;

    if (damages[_i].text)
        write_text(path, damages[_i].text);
    else
        ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ca_open(folder, &scope, &again, &err), -1);
    ck_assert_msg(strstr(err.text, damages[_i].said) != NULL, "%s", err.text);
    ck_assert_ptr_null(again);
}
END_TEST

START_TEST(test_ca_foreign_key_is_refused)
{
    OWN(mem_free) char *deep = in_folder("other");
    OWN(mem_free) char *mine = in_folder("ca-key.pem");
    OWN(mem_free) char *theirs = in_folder("other/ca-key.pem");
    OWN(ca_free) struct ca *other = NULL;
    struct ca *again = NULL;

    ck_assert_int_eq(ca_open(deep, &scope, &other, &err), 0);
    ck_assert_int_eq(rename(theirs, mine), 0);
    ck_assert_int_eq(ca_open(folder, &scope, &again, &err), -1);
    ck_assert_msg(strstr(err.text, "do not belong together") != NULL, "%s", err.text);
}
END_TEST

START_TEST(test_ca_bundle_holds_ours)
{
    OWN(mem_free) char *path = NULL;

    ck_assert_msg(ca_bundle(ca, &path, &err) == 0, "%s", err.text);
    OWN(mem_free) char *text = read_text(path);

    ck_assert(str_starts(str_of(text), ca_pem(ca)));
    ck_assert_ptr_null(strstr(text, "PRIVATE"));
}
END_TEST

START_TEST(test_ca_keystore_is_what_java_reads)
{
    static const char head[] = "\xFE\xED\xFE\xED\0\0\0\2\0\0";
    OWN(mem_free) char *path = NULL;
    gnutls_datum_t der = {0};
    gnutls_x509_crt_t crt = authority_crt();
    char *bytes = mem_alloc(1 << 20);

    ck_assert_msg(ca_keystore(ca, &path, &err) == 0, "%s", err.text);
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(bytes, 1, 1 << 20, file) : 0;

    ck_assert_uint_gt(len, sizeof(head));
    ck_assert_mem_eq(bytes, head, sizeof(head) - 1);
    ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der), 0);
    ck_assert_ptr_nonnull(memmem(bytes, len, der.data, der.size));
    gnutls_free(der.data);
    gnutls_x509_crt_deinit(crt);
    fclose(file);
    mem_free(bytes);
}
END_TEST

START_TEST(test_ca_default_folder_follows_the_environment)
{
    static const struct {
        const char *data, *home, *want;
    } rows[] = {
        {"/data",    "/home/me", "/data/fcemu"                },
        {"relative", "/home/me", "/home/me/.local/share/fcemu"},
        {"",         "",         "/var/lib/fcemu"             },
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        setenv("XDG_DATA_HOME", rows[i].data, 1);
        setenv("HOME", rows[i].home, 1);
        OWN(mem_free) char *got = ca_default_folder();

        ck_assert_str_eq(got, rows[i].want);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/ca");
    TCase *leaves = tcase_create("leaves");
    TCase *store = tcase_create("store");

    tcase_add_checked_fixture(leaves, setup, teardown);
    tcase_set_timeout(leaves, 60);
    tcase_add_loop_test(leaves, test_ca_leaf_outside_the_scope_does_not_verify, 0,
                        (int)N_ELEMENTS(outside));
    tcase_add_test(leaves, test_ca_is_renewed_for_more_and_not_for_less);
    tcase_add_test(leaves, test_ca_key_that_was_opened_is_closed);
    tcase_add_loop_test(leaves, test_ca_leaf_verifies_for_its_name, 0, N_ELEMENTS(good_names));
    tcase_add_loop_test(leaves, test_ca_leaf_is_flawed_as_asked, 0, N_ELEMENTS(flawed));
    tcase_add_test(leaves, test_ca_leaf_has_the_fields_of_a_server);
    tcase_add_loop_test(leaves, test_ca_impossible_name_gets_the_localhost_leaf, 0,
                        N_ELEMENTS(impossible_names));
    tcase_add_test(leaves, test_ca_leaf_is_kept_by_name_without_case);
    tcase_add_test(leaves, test_ca_leaf_in_use_outlives_its_place_in_the_table);
    suite_add_tcase(suite, leaves);

    tcase_add_checked_fixture(store, setup, teardown);
    tcase_add_test(store, test_ca_is_loaded_the_second_time);
    tcase_add_test(store, test_ca_makes_missing_folders);
    tcase_add_test(store, test_ca_makers_at_once_agree);
    tcase_add_test(store, test_ca_finishes_what_a_dead_maker_began);
    tcase_add_loop_test(store, test_ca_damage_is_refused_with_a_remedy, 0, N_ELEMENTS(damages));
    tcase_add_test(store, test_ca_foreign_key_is_refused);
    tcase_add_test(store, test_ca_bundle_holds_ours);
    tcase_add_test(store, test_ca_keystore_is_what_java_reads);
    tcase_add_test(store, test_ca_default_folder_follows_the_environment);
    suite_add_tcase(suite, store);
    return suite_run(suite);
}
