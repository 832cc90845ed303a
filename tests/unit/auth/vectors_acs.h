/*
 * vectors_acs.h - ACS3, ACS4, ROA and FC on the newer API versions
 *
 * V, O: requests of the npm clients of 2023-03-30 and 2021-04-06, captured with clock and nonce
 * fixed; T: Terraform's header set; F: npm fc2 and the gateway variant. Keys are fake.
 */
#pragma once

#include "vector.h"

/* clang-format off */
static const struct vector acs_vectors[] = {
    {
        .id = "V1",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=afdfdf736034245a3de99a95dbc2684cd6261faaf5f19d6ae1f5cff55ddd7bad",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions/demo-func\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:GetFunction\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V2",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions?fcVersion=v3&limit=20&prefix=demo&tags=%5B%7B%22Key%22%3A%22env%22%2C%22Value%22%3A%22a%20b%2Fc%22%7D%5D",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: ListFunctions\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=62fb48479a37dfb7c047c1d5ebe9cff034396b5eb719b0f6464892e091d24132",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions\n"
                       "fcVersion=v3&limit=20&prefix=demo&tags=%5B%7B%22Key%22%3A%22env%22%2C%22Value%22%3A%22a%20b%2Fc%22%7D%5D\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:ListFunctions\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V3",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2023-03-30/functions",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: CreateFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-content-sha256: 16bb1e65f6b9c54a09e5a4ba23b8e9477101dfdc88afc660a9ef64eb29957f6e\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=8a27c204dc79e65629ede94f047f61ff2e12466f359ea6fe1651c1191adefa90",
        .body = "{\"code\":{\"zipFile\":\"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\"},\"functionName\":\"demo-func\",\"handler\":\"index.handler\",\"memorySize\":512,\"runtime\":\"python3.10\",\"timeout\":60}",
        .signed_text = "POST\n"
                       "/2023-03-30/functions\n"
                       "\n"
                       "content-type:application/json; charset=utf-8\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:CreateFunction\n"
                       "x-acs-content-sha256:16bb1e65f6b9c54a09e5a4ba23b8e9477101dfdc88afc660a9ef64eb29957f6e\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "16bb1e65f6b9c54a09e5a4ba23b8e9477101dfdc88afc660a9ef64eb29957f6e",
    },
    {
        .id = "V4",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2023-03-30/functions/demo-func/invocations?qualifier=LATEST",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: InvokeFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-fc-invocation-type: Sync\n"
                   "x-fc-log-type: Tail\n"
                   "content-type: application/octet-stream\n"
                   "x-acs-content-sha256: e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=80a0e01eda567f0674ff27843ecf112efa818846904566ca1d1d8665c0258120",
        .body = "{\"key\":\"value\"}",
        .signed_text = "POST\n"
                       "/2023-03-30/functions/demo-func/invocations\n"
                       "qualifier=LATEST\n"
                       "content-type:application/octet-stream\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:InvokeFunction\n"
                       "x-acs-content-sha256:e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32",
    },
    {
        .id = "V5",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func/triggers/http-trigger",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetTrigger\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_sts\n"
                   "x-acs-accesskey-id: LTAI5tFAKEfakeFAKEfake01\n"
                   "x-acs-security-token: FakeStsToken/not+real==\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature=6d2aa3c5577b98fb76e27e18cc9ac873a47aebd636094464b5a38b05fc2597a5",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions/demo-func/triggers/http-trigger\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-accesskey-id:LTAI5tFAKEfakeFAKEfake01\n"
                       "x-acs-action:GetTrigger\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_sts\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-security-token:FakeStsToken/not+real==\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V6",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/layerarn/acs%3Afc%3Acn-hangzhou%3A123456789012%3Alayers%2Fmy-layer%2Fversions%2F2",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetLayerVersionByArn\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=cbfdbaf333a75e64701ad523dfd0fed23f187c615f588fdf6e938b205d3e1417",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/layerarn/acs%3Afc%3Acn-hangzhou%3A123456789012%3Alayers%2Fmy-layer%2Fversions%2F2\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:GetLayerVersionByArn\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V7",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "DELETE",
        .target = "/2023-03-30/tags-v2?All=false&ResourceId=%5B%22acs%3Afc%3Acn-hangzhou%3A123456789012%3Afunctions%2Fdemo-func%22%5D&ResourceType=function&TagKey=%5B%22k1%22%2C%22k2%22%5D",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: UntagResources\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=f470403aaf5dc05ae2a37883d4efc38831bbbb81f42596cfbd292e7336dc5234",
        .body = "",
        .signed_text = "DELETE\n"
                       "/2023-03-30/tags-v2\n"
                       "All=false&ResourceId=%5B%22acs%3Afc%3Acn-hangzhou%3A123456789012%3Afunctions%2Fdemo-func%22%5D&ResourceType=function&TagKey=%5B%22k1%22%2C%22k2%22%5D\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:UntagResources\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V8",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "PUT",
        .target = "/2023-03-30/functions/demo-func/async-invoke-config?qualifier=LATEST",
        .headers = "host: 127.0.0.1:18241\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: PutAsyncInvokeConfig\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-content-sha256: f682c291c1d37851dc2ca783258c68d105cf3f0eb17131d71802c9cf3cd24220\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=edc88d34b53f824e8a6914a95b31fcdd87359a362ef52e70df21d4b4c3730f22",
        .body = "{\"asyncTask\":true,\"destinationConfig\":{\"onSuccess\":{\"destination\":\"acs:fc:cn-hangzhou:123456789012:functions/next\"}},\"maxAsyncEventAgeInSeconds\":3600,\"maxAsyncRetryAttempts\":3}",
        .signed_text = "PUT\n"
                       "/2023-03-30/functions/demo-func/async-invoke-config\n"
                       "qualifier=LATEST\n"
                       "content-type:application/json; charset=utf-8\n"
                       "host:127.0.0.1:18241\n"
                       "x-acs-action:PutAsyncInvokeConfig\n"
                       "x-acs-content-sha256:f682c291c1d37851dc2ca783258c68d105cf3f0eb17131d71802c9cf3cd24220\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "f682c291c1d37851dc2ca783258c68d105cf3f0eb17131d71802c9cf3cd24220",
    },
    {
        .id = "V9",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func/triggers?limit=10&nextToken=&prefix=a%27(b)*!~%20%C3%BC",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: ListTriggers\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-fc-disable-list-remote-eb-triggers: true\n"
                   "x-acs-custom: padded\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-custom;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=f415709664121ebe87876a66a13400fbcd62f1273fedc182d017b9720fbc234b",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions/demo-func/triggers\n"
                       "limit=10&nextToken=&prefix=a%27%28b%29%2A%21~%20%C3%BC\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:ListTriggers\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-custom:padded\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-custom;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V10",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "DELETE",
        .target = "/2023-03-30/functions/demo-func",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: DeleteFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=208158535ab33192e411671bf404665ee4afbbaf7c3cf907f0a61bc77cd4b49f",
        .body = "",
        .signed_text = "DELETE\n"
                       "/2023-03-30/functions/demo-func\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:DeleteFunction\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V11",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-bearer-token: FakeBearerToken0001\n"
                   "x-acs-signature-type: BEARERTOKEN",
        .body = "",
    },
    {
        .id = "V12",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions?limit=20&prefix=demo",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: ListFunctions\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:Efnbzan3Ncvt6wk3Wbox1fTeaRo=",
        .body = "",
        .signed_text = "GET\n"
                       "application/json\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-action:ListFunctions\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions?limit=20&prefix=demo",
    },
    {
        .id = "V13",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2023-03-30/functions/demo-func/aliases",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: CreateAlias\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:lwyVavbTi2kGQu55GYzQnjbhd08=",
        .body = "{\"aliasName\":\"prod\",\"versionId\":\"1\"}",
        .signed_text = "POST\n"
                       "application/json\n"
                       "\n"
                       "application/json; charset=utf-8\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-action:CreateAlias\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions/demo-func/aliases",
    },
    {
        .id = "V14",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func/concurrency",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetConcurrencyConfig\n"
                   "x-acs-credentials-provider: static_sts\n"
                   "x-acs-accesskey-id: LTAI5tFAKEfakeFAKEfake01\n"
                   "x-acs-security-token: FakeStsToken/not+real==\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:1IA0CihUfebpZroKZqfapoRrCxA=",
        .body = "",
        .signed_text = "GET\n"
                       "application/json\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-accesskey-id:LTAI5tFAKEfakeFAKEfake01\n"
                       "x-acs-action:GetConcurrencyConfig\n"
                       "x-acs-credentials-provider:static_sts\n"
                       "x-acs-security-token:FakeStsToken/not+real==\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions/demo-func/concurrency",
    },
    {
        .id = "V15",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func?qualifier=1",
        .headers = "host: fcv3.cn-hangzhou.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "authorization: ACS4-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01/20240506/cn-hangzhou/FC/aliyun_v4_request,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=85de84dc4744edba525b2b0806362add833ebd724ff2c18db6848f01e9dd0364",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions/demo-func\n"
                       "qualifier=1\n"
                       "host:fcv3.cn-hangzhou.aliyuncs.com\n"
                       "x-acs-action:GetFunction\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "V15 npm",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func?qualifier=1",
        .headers = "host: fcv3.cn-hangzhou.aliyuncs.com\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-action: GetFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "authorization: ACS4-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01/20240506/cn-hangzhou/FC/aliyun_v4_request,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=d306baac24efa62853add4be0e61cb1f9c024bcbf103024a0d6eeb976304234f",
        .body = "",
        .signed_text = "GET\n"
                       "/2023-03-30/functions/demo-func\n"
                       "qualifier=1\n"
                       "host:fcv3.cn-hangzhou.aliyuncs.com\n"
                       "x-acs-action:GetFunction\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2023-03-30\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "T1",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:lUSQEIUH1Mf53i1SS7utj7ubx58=",
        .body = "",
        .signed_text = "GET\n"
                       "application/json\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions/demo-func",
    },
    {
        .id = "T2",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2023-03-30/functions",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "content-type: application/json; charset=utf-8\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:d1OHxVgw/H+p0u6wjkJe7WZkJxs=",
        .body = "{\"functionName\":\"demo-func\"}",
        .signed_text = "POST\n"
                       "application/json\n"
                       "\n"
                       "application/json; charset=utf-8\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions",
    },
    {
        .id = "T3",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "PUT",
        .target = "/2023-03-30/functions/demo-func/async-invoke-config?qualifier=LATEST",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "content-type: application/json; charset=utf-8\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:JIIXSTb4Pk4KRYdKt9l345cY9s8=",
        .body = "{\"asyncTask\":true}",
        .signed_text = "PUT\n"
                       "application/json\n"
                       "\n"
                       "application/json; charset=utf-8\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/functions/demo-func/async-invoke-config?qualifier=LATEST",
    },
    {
        .id = "T4",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "DELETE",
        .target = "/2023-03-30/tags-v2?ResourceId=%5B%22acs%3Afc%3Acn-hangzhou%3A123456789012%3Afunctions%2Fdemo-func%22%5D&ResourceType=function&TagKey=%5B%22k1%22%5D",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2023-03-30\n"
                   "x-acs-accesskey-id: LTAI5tFAKEfakeFAKEfake01\n"
                   "x-acs-security-token: FakeStsToken/not+real==\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:5lRhzq7rUZdSbs4GL6QJlNUCF84=",
        .body = "",
        .signed_text = "DELETE\n"
                       "application/json\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-accesskey-id:LTAI5tFAKEfakeFAKEfake01\n"
                       "x-acs-security-token:FakeStsToken/not+real==\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2023-03-30\n"
                       "/2023-03-30/tags-v2?ResourceId=[\"acs:fc:cn-hangzhou:123456789012:functions/demo-func\"]&ResourceType=function&TagKey=[\"k1\"]",
    },
    {
        .id = "F1",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2016-08-15/tempBucketToken",
        .headers = "accept: application/json\n"
                   "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1\n"
                   "x-fc-account-id: 123456789012\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:ZvMo1k5KSHhi0R6rhBGGp+nwkbTrJgr6Ip6jnLtuYyY=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-account-id:123456789012\n"
                       "/2016-08-15/tempBucketToken",
    },
    {
        .id = "F2",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2016-08-15/tempBucketToken",
        .headers = "accept: application/json\n"
                   "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1\n"
                   "x-fc-account-id: 123456789012\n"
                   "x-fc-security-token: FakeStsToken/not+real==\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:Cr/gWyfsusYUONS41NI712u+abhCJTkYDAElAEU05tU=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-account-id:123456789012\n"
                       "x-fc-security-token:FakeStsToken/not+real==\n"
                       "/2016-08-15/tempBucketToken",
    },
    {
        .id = "F3",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2016-08-15/services",
        .headers = "accept: application/json\n"
                   "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1\n"
                   "x-fc-account-id: 123456789012\n"
                   "content-type: application/json\n"
                   "content-length: 22\n"
                   "content-md5: Mjg4MDRjYWU5Yzk0YzY5M2EwM2RhMzAxZTYxYjc2NDY=\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:Py1KzQCn1YvxBzo30e1Wyuwx+yHKD6O4ma1x2BlnLb8=",
        .body = "{\"serviceName\":\"demo\"}",
        .signed_text = "POST\n"
                       "Mjg4MDRjYWU5Yzk0YzY5M2EwM2RhMzAxZTYxYjc2NDY=\n"
                       "application/json\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-account-id:123456789012\n"
                       "/2016-08-15/services",
    },
    {
        .id = "F4",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func/instances/c-0123/exec",
        .headers = "accept: application/json\n"
                   "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1\n"
                   "x-fc-account-id: 123456789012\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:jrk9qoLInBm8qjkiW2d6rENulsDhRrKbfDNBbfaB9YA=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-account-id:123456789012\n"
                       "/2023-03-30/functions/demo-func/instances/c-0123/exec",
    },
    {
        .id = "F5",
        .trigger = true,
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2016-08-15/proxy/svc/fn/path/a%20b?b=2&a=1&a=0&c=",
        .headers = "accept: application/json\n"
                   "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1\n"
                   "x-fc-account-id: 123456789012\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:7QyeKeWqiSLAwo3s2ETdGaCezQBGOyIBqng3B5gLCf8=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-account-id:123456789012\n"
                       "/2016-08-15/proxy/svc/fn/path/a b\n"
                       "a=0\n"
                       "a=1\n"
                       "b=2\n"
                       "c=",
    },
    {
        .id = "F6",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2023-03-30/functions/demo-func",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "accept: application/json\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:KXfF7T27ZY7oGW/7lOWV56dFO60T+5L1BezTceSB/as=",
        .body = "",
        .signed_text = "GET\n"
                       "\n"
                       "\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "/2023-03-30/functions/demo-func\n",
    },
    {
        .id = "F7",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "PUT",
        .target = "/2023-03-30/functions/demo-func/async-invoke-config?qualifier=LATEST&a=1",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 127.0.0.1:18241\n"
                   "content-type: application/json; charset=utf-8\n"
                   "content-md5: S/lJvAqC2qs+MbI2SFE6JA==\n"
                   "x-fc-security-token: FakeStsToken/not+real==\n"
                   "authorization: FC LTAI5tFAKEfakeFAKEfake01:6ppjfo8i25RflouftpRr557TkN6yKLjjBqhBE89bWiM=",
        .body = "{\"functionName\":\"demo-func\"}",
        .signed_text = "PUT\n"
                       "S/lJvAqC2qs+MbI2SFE6JA==\n"
                       "application/json; charset=utf-8\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-fc-security-token:FakeStsToken/not+real==\n"
                       "/2023-03-30/functions/demo-func/async-invoke-config\n"
                       "a=1\n"
                       "qualifier=LATEST",
    },
    {
        .id = "O1",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2021-04-06/services/demo-svc",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: GetService\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=684861a131dae59d9e9361c3e821c1acac0d378315f622ccdb9f7592caae2e3b",
        .body = "",
        .signed_text = "GET\n"
                       "/2021-04-06/services/demo-svc\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:GetService\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "O2",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2021-04-06/services/demo-svc/functions?limit=20&prefix=a%20b&qualifier=LATEST&startKey=k%26%3D1",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: ListFunctions\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=78f27602b274ee774377154141aef424f7604920d4853098b40b29b8e551db20",
        .body = "",
        .signed_text = "GET\n"
                       "/2021-04-06/services/demo-svc/functions\n"
                       "limit=20&prefix=a%20b&qualifier=LATEST&startKey=k%26%3D1\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:ListFunctions\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "O3",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2021-04-06/services",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: CreateService\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-content-sha256: 7b0ec94bb50d9c0cf242ef68b9670a7fdc2f0a2ac0e1feea6717d5a5912e302c\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=c0cca16e2996173da63976b8c74619a9ac5d1659b0ef1ce6d126e63d90dc58f8",
        .body = "{\"description\":\"d\",\"internetAccess\":true,\"serviceName\":\"demo-svc\"}",
        .signed_text = "POST\n"
                       "/2021-04-06/services\n"
                       "\n"
                       "content-type:application/json; charset=utf-8\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:CreateService\n"
                       "x-acs-content-sha256:7b0ec94bb50d9c0cf242ef68b9670a7fdc2f0a2ac0e1feea6717d5a5912e302c\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "7b0ec94bb50d9c0cf242ef68b9670a7fdc2f0a2ac0e1feea6717d5a5912e302c",
    },
    {
        .id = "O4",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "POST",
        .target = "/2021-04-06/services/demo-svc/functions/demo-func/invocations?qualifier=LATEST",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: InvokeFunction\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "X-Fc-Account-Id: 123456789012\n"
                   "X-Fc-Invocation-Type: Sync\n"
                   "X-Fc-Log-Type: Tail\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-content-sha256: e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=50b7076e40c98e1368b0cac8c64ed7cd44310952309821772b802cf6dcdfe24b",
        .body = "{\"key\":\"value\"}",
        .signed_text = "POST\n"
                       "/2021-04-06/services/demo-svc/functions/demo-func/invocations\n"
                       "qualifier=LATEST\n"
                       "content-type:application/json; charset=utf-8\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:InvokeFunction\n"
                       "x-acs-content-sha256:e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e43abcf3375244839c012f9633f95862d232a95b00d5bc7348b3098b9fed7f32",
    },
    {
        .id = "O5",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "GET",
        .target = "/2021-04-06/services/demo-svc/functions/demo-func/triggers/t1",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: GetTrigger\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_sts\n"
                   "x-acs-accesskey-id: LTAI5tFAKEfakeFAKEfake01\n"
                   "x-acs-security-token: FakeStsToken/not+real==\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature=fbc6a3b7316be52b5ce79ecdc6018b0e1398eefc4df1c038d6f7d11e091f14cb",
        .body = "",
        .signed_text = "GET\n"
                       "/2021-04-06/services/demo-svc/functions/demo-func/triggers/t1\n"
                       "\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-accesskey-id:LTAI5tFAKEfakeFAKEfake01\n"
                       "x-acs-action:GetTrigger\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_sts\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-security-token:FakeStsToken/not+real==\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "O6",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "DELETE",
        .target = "/2021-04-06/services/demo-svc/functions/demo-func/event-sources/acs%3Aoss%3Acn-hangzhou%3A123456789012%3Abucket?qualifier=LATEST",
        .headers = "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: DeregisterEventSource\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=da6f596b24cecd33b54e35a92c78a109967236e0c24af81ca00c68b6da05f84e",
        .body = "",
        .signed_text = "DELETE\n"
                       "/2021-04-06/services/demo-svc/functions/demo-func/event-sources/acs%3Aoss%3Acn-hangzhou%3A123456789012%3Abucket\n"
                       "qualifier=LATEST\n"
                       "host:123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                       "x-acs-action:DeregisterEventSource\n"
                       "x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    {
        .id = "O7",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "PUT",
        .target = "/2021-04-06/tag",
        .headers = "host: 127.0.0.1:18241\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: UntagResource\n"
                   "x-acs-date: 2024-05-06T07:08:09Z\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "accept: application/json\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-content-sha256: 51de42e996886d99b98179833058f2455e8f95e5e7c84930f0529a0e97b96ae9\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: ACS3-HMAC-SHA256 Credential=LTAI5tFAKEfakeFAKEfake01,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=cd901b1ed9e85e60f0b7f76fd5ede71a719489036c415e74fa8a401e7f2fee20",
        .body = "{\"all\":false,\"resourceArn\":\"services/demo-svc\",\"tagKeys\":[\"k1\"]}",
        .signed_text = "PUT\n"
                       "/2021-04-06/tag\n"
                       "\n"
                       "content-type:application/json; charset=utf-8\n"
                       "host:127.0.0.1:18241\n"
                       "x-acs-action:UntagResource\n"
                       "x-acs-content-sha256:51de42e996886d99b98179833058f2455e8f95e5e7c84930f0529a0e97b96ae9\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-date:2024-05-06T07:08:09Z\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-version:2021-04-06\n"
                       "\n"
                       "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
                       "51de42e996886d99b98179833058f2455e8f95e5e7c84930f0529a0e97b96ae9",
    },
    {
        .id = "O8",
        .secret = "FakeSecretForTestVectorsOnly01",
        .method = "PUT",
        .target = "/2021-04-06/services/demo-svc/functions/demo-func/provision-config?qualifier=prod",
        .headers = "date: Mon, 06 May 2024 07:08:09 GMT\n"
                   "host: 123456789012.cn-hangzhou.fc.aliyuncs.com\n"
                   "accept: application/json\n"
                   "x-acs-signature-nonce: 1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                   "x-acs-signature-method: HMAC-SHA1\n"
                   "x-acs-signature-version: 1.0\n"
                   "x-acs-version: 2021-04-06\n"
                   "x-acs-action: PutProvisionConfig\n"
                   "content-type: application/json; charset=utf-8\n"
                   "x-acs-credentials-provider: static_ak\n"
                   "authorization: acs LTAI5tFAKEfakeFAKEfake01:4vbsNSjqVgzJp/U6h9/S9klV7zI=",
        .body = "{\"target\":1}",
        .signed_text = "PUT\n"
                       "application/json\n"
                       "\n"
                       "application/json; charset=utf-8\n"
                       "Mon, 06 May 2024 07:08:09 GMT\n"
                       "x-acs-action:PutProvisionConfig\n"
                       "x-acs-credentials-provider:static_ak\n"
                       "x-acs-signature-method:HMAC-SHA1\n"
                       "x-acs-signature-nonce:1b2c3d4e5f60718293a4b5c6d7e8f901\n"
                       "x-acs-signature-version:1.0\n"
                       "x-acs-version:2021-04-06\n"
                       "/2021-04-06/services/demo-svc/functions/demo-func/provision-config?qualifier=prod",
    },
};
/* clang-format on */
