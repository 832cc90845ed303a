#include "crypto/digest.h"

#include <inttypes.h>

#include "../suite.h"
#include "crypto/encode.h"

#define TWENTY "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"

/* RFC 1321 A.5, FIPS 180-4 examples. */
static const struct {
    enum digest_kind kind;
    struct str text;
    const char *want;
} digests[] = {
    {DIGEST_MD5,    STR_INIT(""),                                                         "d41d8cd98f00b204e9800998ecf8427e"        },
    {DIGEST_MD5,    STR_INIT("abc"),                                                      "900150983cd24fb0d6963f7d28e17f72"        },
    {DIGEST_MD5,    STR_INIT("message digest"),                                           "f96b697d7cb7938d525a2f31aaf161d0"        },
    {DIGEST_SHA1,   STR_INIT("abc"),                                                      "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {DIGEST_SHA1,   STR_INIT(""),                                                         "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {DIGEST_SHA256, STR_INIT(""),
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"                                                             },
    {DIGEST_SHA256, STR_INIT("abc"),
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"                                                             },
    {DIGEST_SHA256, STR_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                             },
};

START_TEST(test_digest_vectors)
{
    char got[DIGEST_HEX_BYTES];

    digest_hex(digests[_i].kind, digests[_i].text, got);
    ck_assert_str_eq(got, digests[_i].want);
}
END_TEST

/* RFC 2202 (SHA-1) and RFC 4231 (SHA-256). */
static const struct {
    enum digest_kind kind;
    struct str key, text;
    const char *want;
} hmacs[] = {
    {DIGEST_SHA1,   STR_INIT(TWENTY), STR_INIT("Hi There"),
     "b617318655057264e28bc0b6fb378c8ef146be00"                        },
    {DIGEST_SHA1,   STR_INIT("Jefe"), STR_INIT("what do ya want for nothing?"),
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"                        },
    {DIGEST_SHA256, STR_INIT(TWENTY), STR_INIT("Hi There"),
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {DIGEST_SHA256, STR_INIT("Jefe"), STR_INIT("what do ya want for nothing?"),
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {DIGEST_SHA256, STR_INIT(""),     STR_INIT(""),
     "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

START_TEST(test_hmac_vectors)
{
    uint8_t mac[DIGEST_BYTES_MAX];
    char got[DIGEST_HEX_BYTES];

    hmac_of(hmacs[_i].kind, hmacs[_i].key, hmacs[_i].text, mac);
    hex_encode(mac, digest_size(hmacs[_i].kind), got);
    ck_assert_str_eq(got, hmacs[_i].want);
}
END_TEST

START_TEST(test_digest_in_pieces_is_the_digest_of_the_whole)
{
    OWN(digest_free) struct digest *digest = digest_new(DIGEST_SHA256);
    uint8_t whole[DIGEST_SHA256_BYTES];
    uint8_t pieces[DIGEST_SHA256_BYTES];

    digest_of(DIGEST_SHA256, STR("hello world"), whole);
    for (int round = 0; round < 2; round++) { /* the second shows that it starts again */
        digest_add(digest, STR("hello"));
        digest_add(digest, STR_NONE);
        digest_add(digest, STR(" world"));
        digest_end(digest, pieces);
        ck_assert_mem_eq(pieces, whole, sizeof(whole));
    }
}
END_TEST

static uint8_t counting[256];
static uint8_t zeros[1024];

/* Check values of CRC-64/XZ, and values of the official clients' library. */
static const struct {
    struct str data;
    uint64_t want;
} checksums[] = {
    {STR_INIT(""),                               0                             },
    {STR_INIT("123456789"),                      UINT64_C(0x995DC9BBDF1939FA)  },
    {STR_INIT("hello world"),                    UINT64_C(5981764153023615706) },
    {{(const char *)counting, sizeof(counting)}, UINT64_C(8232944260754389680) },
    {{(const char *)zeros, sizeof(zeros)},       UINT64_C(14085117335336199948)},
};

START_TEST(test_crc64_vectors)
{
    for (unsigned i = 0; i < sizeof(counting); i++)
        counting[i] = (uint8_t)i;
    ck_assert_uint_eq(crc64_add(0, checksums[_i].data), checksums[_i].want);
}
END_TEST

START_TEST(test_crc64_continues_at_every_cut)
{
    struct str text = STR("the quick brown fox jumps over the lazy dog");
    uint64_t whole = crc64_add(0, text);

    for (size_t cut = 0; cut <= text.len; cut++) {
        uint64_t head = crc64_add(0, str_slice(text, 0, cut));

        ck_assert_uint_eq(crc64_add(head, str_slice(text, cut, text.len)), whole);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/digest");
    TCase *tc = tcase_create("vectors");

    tcase_add_loop_test(tc, test_digest_vectors, 0, N_ELEMENTS(digests));
    tcase_add_loop_test(tc, test_hmac_vectors, 0, N_ELEMENTS(hmacs));
    tcase_add_test(tc, test_digest_in_pieces_is_the_digest_of_the_whole);
    tcase_add_loop_test(tc, test_crc64_vectors, 0, N_ELEMENTS(checksums));
    tcase_add_test(tc, test_crc64_continues_at_every_cut);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
