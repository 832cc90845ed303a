/*
 * vectors_fc.h - the FC scheme as official clients sign it
 *
 * N Node.js, P Python, G Go, J Java, H PHP: each produced by that client's own signing code with
 * fixed inputs; U: constants of the Go and Java unit tests for signed URLs. Keys are fake.
 */
#pragma once

#include "vector.h"

/* clang-format off */
static const struct vector fc_vectors[] = {
    {
        .id = "N1",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services?limit=3&prefix=ab",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:RP4LkDjTY8OXJH/MLbKR85JcxjiIKs8z7Xz+SliP9Sw=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/services",
    },
    {
        .id = "N2",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services",
        .headers = "Content-MD5: YjkxZDZiZDIwMjU0ZTM4NmZiODYyZWJhNzdlZWFlYmY=\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:M1RZ2JVg/R26Iqiq5s27gMPmYPPkPN1e2Tiws6fHpB4=",
        .body = "",
        .signed_text = "POST\n"
                       "YjkxZDZiZDIwMjU0ZTM4NmZiODYyZWJhNzdlZWFlYmY=\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/services",
    },
    {
        .id = "N3",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services/svc1.prod/functions/fn1/invocations",
        .headers = "Content-MD5: NWQ0MTQwMmFiYzRiMmE3NmI5NzE5ZDkxMTAxN2M1OTI=\n"
                   "Content-Type: application/octet-stream\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "x-fc-invocation-type: Sync\n"
                   "x-fc-log-type: Tail\n"
                   "Authorization: FC FAKEAKID000000000001:43S7/iqGj0exa2Ud/lJTyEOrJlX2NYvne8CZ6CWNMeo=",
        .body = "",
        .signed_text = "POST\n"
                       "NWQ0MTQwMmFiYzRiMmE3NmI5NzE5ZDkxMTAxN2M1OTI=\n"
                       "application/octet-stream\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "x-fc-invocation-type:Sync\n"
                       "x-fc-log-type:Tail\n"
                       "/2016-08-15/services/svc1.prod/functions/fn1/invocations",
    },
    {
        .id = "N4",
        .secret = "FakeStsSecret0002",
        .method = "GET",
        .target = "/2016-08-15/services/svc1.1",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "x-fc-security-token: FAKE+STS/Token==\n"
                   "Authorization: FC STS.FAKEAKID00000002:W7UT06y5pzXxKTGYa4goGLTR81uCiNG82ndfMqkEY3I=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "x-fc-security-token:FAKE+STS/Token==\n"
                       "/2016-08-15/services/svc1.1",
    },
    {
        .id = "N5",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/proxy/svc1/fn1/a%20b/?x=3&x=1&a=1%202",
        .headers = "Content-MD5: ZTU5MTM4ZjM1MTkyZTMyMDA4OGI4M2QyODM4OGQ2YmI=\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:3qlpeWezGACn/UukZjmK07xHUvW3nNl3oR7+Kq/9Ii0=",
        .body = "",
        .signed_text = "POST\n"
                       "ZTU5MTM4ZjM1MTkyZTMyMDA4OGI4M2QyODM4OGQ2YmI=\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1/fn1/a b/\n"
                       "a=1 2\n"
                       "x=1\n"
                       "x=3",
    },
    {
        .id = "N6",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1.LATEST/fn1/index.html",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:g+ooAzC1iH1QKv4x7P3B22NnNUHdVbuPr+VuCEDrMP8=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1.LATEST/fn1/index.html\n",
    },
    {
        .id = "N7",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/layerarn/0123456789abcdef0123456789abcdef%23layer-a%231",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:wt5ACnfPTdAsKGBR7KI4IC4Sl3RfgxkB0YH00djF64c=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/layerarn/0123456789abcdef0123456789abcdef%23layer-a%231",
    },
    {
        .id = "N7 decoded",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/layerarn/0123456789abcdef0123456789abcdef%23layer-a%231",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:4T8DSAYL1sfcxWA//YO6+dN9MLLNZ1d/mX2JqKrxzQE=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/layerarn/0123456789abcdef0123456789abcdef#layer-a#1",
    },
    {
        .id = "N8",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "DELETE",
        .target = "/2016-08-15/tag",
        .headers = "Content-MD5: OWE4NTdmMmQ0OGIxMDg5MDc4Yzc4Mzc4NDkyNzBkNjc=\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:4FwQMLYLZXF8C4KijugsQgaS3HCMK9piKbfRMPNAIoU=",
        .body = "",
        .signed_text = "DELETE\n"
                       "OWE4NTdmMmQ0OGIxMDg5MDc4Yzc4Mzc4NDkyNzBkNjc=\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/tag",
    },
    {
        .id = "N9",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "PUT",
        .target = "/2016-08-15/services/svc1/functions/fn1",
        .headers = "Content-Type: application/octet-stream\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:2crYOAYmYXKGP+Y+t6XR3g04DmpfnI8WbeF//iAiqIM=",
        .body = "",
        .signed_text = "PUT\n"
                       "\n"
                       "application/octet-stream\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/services/svc1/functions/fn1",
    },
    {
        .id = "N10",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1/fn1/%E8%B7%AF%E5%BE%84?q=%E5%80%BC",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:4oEleJmJbMgpZh30bn+8ykMgVcypUHhtE7O9HcDeN5M=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1/fn1/%E8%B7%AF%E5%BE%84\n"
                       "q=\xE5\x80\xBC",
    },
    {
        .id = "N10 decoded",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1/fn1/%E8%B7%AF%E5%BE%84?q=%E5%80%BC",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:6UVU5NyGdfa0rCtvu9Ghqrr4wM/QdJTvRBDxsdD7kR0=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1/fn1/\xE8\xB7\xAF\xE5\xBE\x84\n"
                       "q=\xE5\x80\xBC",
    },
    {
        .id = "P1",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services?limit=3&prefix=ab",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:xfc32Eq1hGg3Fw88/tTPMWzklcSrx8aXZ+ofrt7jH3A=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/services",
    },
    {
        .id = "P2",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:yBYaKY7zU4+wu6L2ExXmxN+WHxg2Pysvs60HFWNy7WY=",
        .body = "",
        .signed_text = "POST\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/services",
    },
    {
        .id = "P3",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services/svc1.prod/functions/fn1/invocations",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-invocation-type: Async\n"
                   "x-fc-log-type: Tail\n"
                   "Authorization: FC FAKEAKID000000000001:xO+8c5p1z55M7OlreR05a/Xx2s69QY7t1eiEq0XypOo=",
        .body = "",
        .signed_text = "POST\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-invocation-type:Async\n"
                       "x-fc-log-type:Tail\n"
                       "/2016-08-15/services/svc1.prod/functions/fn1/invocations",
    },
    {
        .id = "P4",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/proxy/svc1/fn1/a%20b/%E8%B7%AF?x=3&x=1&a=1+2",
        .headers = "Content-Type: text/plain\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:4jcKvHepOsqe66ZigpC/nnKqv+e7Lip8CSckH/GrAWU=",
        .body = "",
        .signed_text = "POST\n"
                       "\n"
                       "text/plain\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/proxy/svc1/fn1/a b/\xE8\xB7\xAF\n"
                       "a=1 2\n"
                       "x=1\n"
                       "x=3",
    },
    {
        .id = "P5",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1.LATEST/fn1/",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:p6xXLnIk7FAjewWRmnVtK2QRLkZEN8hpyoTssp7+zVE=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/proxy/svc1.LATEST/fn1/\n",
    },
    {
        .id = "P6",
        .secret = "FakeStsSecret0002",
        .method = "GET",
        .target = "/2016-08-15/services/svc1",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-security-token: FAKE+STS/Token==\n"
                   "Authorization: FC STS.FAKEAKID00000002:dbBgrPjRFwxYpTUC4GJIEAo39mR1b5sJ5D4i6tdboPg=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-security-token:FAKE+STS/Token==\n"
                       "/2016-08-15/services/svc1",
    },
    {
        .id = "P7",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "DELETE",
        .target = "/2016-08-15/services/svc1",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:hJk2f8NahevE8JGkXeXLJNb5f3NIxTaQAJJE72XFhHo=",
        .body = "",
        .signed_text = "DELETE\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/services/svc1",
    },
    {
        .id = "G1",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services",
        .headers = "Content-MD5: a689e9bb47cc95c967fc88f3f1647331\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:52ou4iocq6ygq7giEIV6JKYYZmK1UOwlecF+AejqLC8=",
        .body = "",
        .signed_text = "POST\n"
                       "a689e9bb47cc95c967fc88f3f1647331\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/services",
    },
    {
        .id = "G2",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services/svc1",
        .headers = "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: \n"
                   "Authorization: FC FAKEAKID000000000001:Tm9x4pwcLgZybf+yDUJMfwl+IfxX6qRfs9uaJmGWR7o=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:\n"
                       "/2016-08-15/services/svc1",
    },
    {
        .id = "G3",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1/fn1/a%20b?k=&z&a=2&a=1",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:j4eCDAtxkQdFvt5t/MPjgnCfmDpHUgx42TztJW8X3vU=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/proxy/svc1/fn1/a b\n"
                       "a=1\n"
                       "a=2\n"
                       "k=\n"
                       "z",
    },
    {
        .id = "J1",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:GQNhXnsediE2/UmM0ymp9JqdDt21lsESE691c+K6DDg=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/services",
    },
    {
        .id = "J2",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/services/svc1/functions/fn1/invocations",
        .headers = "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\n"
                   "Content-Type: application/octet-stream\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "x-fc-invocation-type: Async\n"
                   "x-fc-log-type: Tail\n"
                   "Authorization: FC FAKEAKID000000000001:vnn7QSpQnt0fsOg8LFogqm7LSsigZX2DLGqMFtLkArw=",
        .body = "",
        .signed_text = "POST\n"
                       "XUFAKrxLKna5cZ2REBfFkg==\n"
                       "application/octet-stream\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "x-fc-invocation-type:Async\n"
                       "x-fc-log-type:Tail\n"
                       "/2016-08-15/services/svc1/functions/fn1/invocations",
    },
    {
        .id = "J3",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/proxy/svc1/fn1/test/path/%E4%B8%AD%E6%96%87?aaa=&a=1",
        .headers = "Content-MD5: jXd/OF09/siBXSD3SWAm3A==\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:q12Xtd2hM0UoL57rowGqWvapI0tLFOMrzbO73fSK3Lw=",
        .body = "",
        .signed_text = "POST\n"
                       "jXd/OF09/siBXSD3SWAm3A==\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1/fn1/test/path/\xE4\xB8\xAD\xE6\x96\x87\n"
                       "a=1\n"
                       "aaa=",
    },
    {
        .id = "J4",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc1/fn1/x",
        .headers = "Content-MD5: jXd/OF09/siBXSD3SWAm3A==\n"
                   "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "Authorization: FC FAKEAKID000000000001:fDxMv/DP0LfEKeabD1sMn1AVK0KJiiTqmxYZyocURdI=",
        .body = "",
        .signed_text = "GET\n"
                       "jXd/OF09/siBXSD3SWAm3A==\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "/2016-08-15/proxy/svc1/fn1/x\n",
    },
    {
        .id = "J5",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-account-id: 1234567890123456\n"
                   "x-fc-date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fcdummy: zz\n"
                   "Authorization: FC FAKEAKID000000000001:fiWYpiYRZQuUl5a+gkswnTR3I9x3GGLD5rNAIYFAJzQ=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-account-id:1234567890123456\n"
                       "x-fc-date:Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fcdummy:zz\n"
                       "/2016-08-15/services",
    },
    {
        .id = "H1",
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "GET",
        .target = "/2016-08-15/services",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:xfc32Eq1hGg3Fw88/tTPMWzklcSrx8aXZ+ofrt7jH3A=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/services",
    },
    {
        .id = "H2",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/proxy/svc1/fn1/a%20b?z=1&a=1%202",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:y1NDEHjWWpa9GuUP4aySIteR40TSZGJFUodLcbw5LqQ=",
        .body = "",
        .signed_text = "POST\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/proxy/svc1/fn1/a b\n"
                       "z=1\n"
                       "a=1 2",
    },
    {
        .id = "H3",
        .trigger = true,
        .secret = "FakeSecret/For+Vectors=0001",
        .method = "POST",
        .target = "/2016-08-15/proxy/svc1/fn1/a%20b?a=1%202&z=1",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "Authorization: FC FAKEAKID000000000001:P7wL+ZPcEaXw69BeXY1oa3PspFSr/x+F+pybEfgBjoE=",
        .body = "",
        .signed_text = "POST\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "/2016-08-15/proxy/svc1/fn1/a b\n"
                       "a=1 2\n"
                       "z=1",
    },
    {
        .id = "H4",
        .secret = "FakeStsSecret0002",
        .method = "DELETE",
        .target = "/2016-08-15/services/svc1",
        .headers = "Content-Type: application/json\n"
                   "Date: Tue, 01 Jun 2021 08:00:00 GMT\n"
                   "x-fc-security-token: FAKE+STS/Token==\n"
                   "Authorization: FC STS.FAKEAKID00000002:pTNaBDsToJW15VWpxvduNDBsIVDrgXh2+0LGv0JyAeI=",
        .body = "",
        .signed_text = "DELETE\n"
                       "\n"
                       "application/json\n"
                       "Tue, 01 Jun 2021 08:00:00 GMT\n"
                       "x-fc-security-token:FAKE+STS/Token==\n"
                       "/2016-08-15/services/svc1",
    },
    {
        .id = "U1",
        .trigger = true,
        .secret = "akSec",
        .method = "GET",
        .target = "/2016-08-15/proxy/service/func/?x-fc-access-key-id=akid&x-fc-expires=1583339600&x-fc-security-token=stsToken&x-fc-signature=Yi0jCBQ6cTZc%2BtN8wtYUz9FbYNijx5jDiE3sVNW6XwA%3D",
        .headers = "",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "1583339600\n"
                       "/2016-08-15/proxy/service/func/\n"
                       "x-fc-access-key-id=akid\n"
                       "x-fc-expires=1583339600\n"
                       "x-fc-security-token=stsToken",
    },
    {
        .id = "U2",
        .trigger = true,
        .secret = "akSec",
        .method = "GET",
        .target = "/2016-08-15/proxy/service/func/?x-fc-access-key-id=akid&x-fc-expires=1583339600&x-fc-signature=6Rc4KxEAv3%2BlHpbNQWceIUqWVWq3ewxhadlJBRzZ0XQ%3D",
        .headers = "",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "1583339600\n"
                       "/2016-08-15/proxy/service/func/\n"
                       "x-fc-access-key-id=akid\n"
                       "x-fc-expires=1583339600",
    },
    {
        .id = "U3",
        .trigger = true,
        .secret = "S9MWOBG0AOWHSO9HPASP216QOPHT5YR4NLH3A",
        .method = "GET",
        .target = "/2016-08-15/proxy/service.LATEST/func/abc%20123?x=xyz&x=456&a=123%2045&x-fc-access-key-id=akID&x-fc-expires=1583221068&x-fc-security-token=stsToken&x-fc-signature=QFdNhz0Dl%2BonUM%2FMvpX940WFH3H8OHayZHbby1c01aI%3D",
        .headers = "Content-Type: text/json\n"
                   "Content-MD5: ef5b43a0fe1d5b401b62c3ba33a7a3d6\n"
                   "X-Fc-Trace-Id: trace-id",
        .body = "",
        .signed_text = "GET\n"
                       "ef5b43a0fe1d5b401b62c3ba33a7a3d6\n"
                       "text/json\n"
                       "1583221068\n"
                       "x-fc-trace-id:trace-id\n"
                       "/2016-08-15/proxy/service.LATEST/func/abc 123\n"
                       "a=123 45\n"
                       "x-fc-access-key-id=akID\n"
                       "x-fc-expires=1583221068\n"
                       "x-fc-security-token=stsToken\n"
                       "x=456\n"
                       "x=xyz",
    },
    {
        .id = "U4",
        .trigger = true,
        .secret = "akSec",
        .method = "POST",
        .target = "/2016-08-15/proxy/service.LATEST/funcName/test/path/%E4%B8%AD%E6%96%87?a=1&x=a&x=b&x-fc-access-key-id=akID&x-fc-expires=1583844558&x-fc-security-token=stsToken&x-fc-signature=PoEmPVmMfNAhQGYUsQhDD%2Bqj%2Brv4YRCjybLgjtRMJ1U%3D",
        .headers = "Content-Type: application/json\n"
                   "Content-MD5: dummy-md5\n"
                   "X-Fc-Trace-Id: trace-id",
        .body = "",
        .signed_text = "POST\n"
                       "dummy-md5\n"
                       "application/json\n"
                       "1583844558\n"
                       "x-fc-trace-id:trace-id\n"
                       "/2016-08-15/proxy/service.LATEST/funcName/test/path/\xE4\xB8\xAD\xE6\x96\x87\n"
                       "a=1\n"
                       "x-fc-access-key-id=akID\n"
                       "x-fc-expires=1583844558\n"
                       "x-fc-security-token=stsToken\n"
                       "x=a\n"
                       "x=b",
    },
    {
        .id = "U5",
        .trigger = true,
        .secret = "akSec",
        .method = "POST",
        .target = "/test/path/%E4%B8%AD%E6%96%87?a=1&x=a&x=b&x-fc-access-key-id=akID&x-fc-expires=1583844558&x-fc-security-token=stsToken&x-fc-signature=q6nscsHhckwZh3oIa7fP%2BE3JlY8NBOjVHtGMJqvlfbA%3D",
        .headers = "Content-Type: application/json\n"
                   "Content-MD5: dummy-md5\n"
                   "X-Fc-Trace-Id: trace-id",
        .body = "",
    },
    {
        .id = "U6",
        .trigger = true,
        .secret = "akSec",
        .method = "POST",
        .target = "/test/path/%E4%B8%AD%E6%96%87?a=1&x=a&x=b&x-fc-access-key-id=akID&x-fc-expires=1583844558&x-fc-security-token=stsToken&x-fc-signature=f%2BSz9uZUtt6bpYO1iuH2BpU26FWu%2FovTpbGBR0Tn%2B7s%3D",
        .headers = "Content-Type: application/json\n"
                   "X-Fc-Trace-Id: trace-id",
        .body = "",
    },
    {
        .id = "U7",
        .trigger = true,
        .secret = "akSec",
        .method = "POST",
        .target = "/test/path/%E4%B8%AD%E6%96%87?a=1&x=a&x=b&x-fc-access-key-id=akID&x-fc-expires=1583844558&x-fc-security-token=stsToken&x-fc-signature=IalihG51KQhTiwbwrBoFDodjTUTQv9AaAjILPbgoPEU%3D",
        .headers = "Content-Type: application/json",
        .body = "",
    },
};
/* clang-format on */
