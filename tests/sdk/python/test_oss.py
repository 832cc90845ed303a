"""What deploy tools do with the OSS client: buckets, objects, listings and signed URLs, by name over HTTPS and by a bare address."""

import oss2
import requests

from results import CA, PORT, REGION, Rows

KEY = "16530750/ä b.zip"
BODY = bytes(range(256)) * 400
WAYS = {"by address": f"http://127.0.0.1:{PORT}", "by name over HTTPS": f"https://oss-{REGION}.aliyuncs.com"}
SIGNATURES = {
    "V1": oss2.Auth("LTAI-test", "secret"),
    "V4": oss2.ProviderAuthV4(oss2.credentials.StaticCredentialsProvider("LTAI-test", "secret")),
    "STS": oss2.StsAuth("STS.test", "secret", "token"),
}


class Oss2(Rows):
    client = "oss2"

    def steps(self, bucket):
        """Method and check, in an order in which each finds what the one before left."""
        yield "create_bucket", lambda: self.assertEqual(bucket.create_bucket().status, 200)
        yield "put_object", lambda: self.assertEqual(bucket.put_object(KEY, BODY, {"x-oss-meta-a": "1"}).status, 200)
        yield "get_object", lambda: self.assertEqual(bucket.get_object(KEY).read(), BODY)  # compares the CRC-64 itself
        yield "get_object range", lambda: self.assertEqual(bucket.get_object(KEY, byte_range=(1, 3)).read(), b"\1\2\3")
        yield "head_object", lambda: self.assertEqual(bucket.head_object(KEY).headers["x-oss-meta-a"], "1")
        yield "object_exists", lambda: self.assertEqual((bucket.object_exists(KEY), bucket.object_exists("none")), (True, False))
        yield "list_objects", lambda: self.assertEqual([found.key for found in oss2.ObjectIterator(bucket)], [KEY])
        yield "list_objects_v2", lambda: self.assertEqual([found.key for found in oss2.ObjectIteratorV2(bucket)], [KEY])
        yield "sign_url", lambda: self.assertEqual(requests.get(bucket.sign_url("GET", KEY, 60), verify=CA, timeout=60).content, BODY)
        yield "get_bucket_info", lambda: self.assertEqual(bucket.get_bucket_info().name, bucket.bucket_name)
        yield "upload in parts", lambda: self.in_parts(bucket)
        yield "abort_multipart_upload", lambda: self.abort(bucket)
        yield "NoSuchKey", lambda: self.assertRaises(oss2.exceptions.NoSuchKey, bucket.get_object, "none")
        yield "delete_object", lambda: self.assertEqual(bucket.delete_object(KEY).status, 204)
        yield "batch_delete_objects", lambda: self.batch_delete(bucket)
        yield "delete_bucket", lambda: self.assertEqual(bucket.delete_bucket().status, 204)

    def in_parts(self, bucket):
        """oss2 combines the CRC-64 of the parts and compares it with the answer."""
        upload = bucket.init_multipart_upload(KEY).upload_id
        size = len(BODY) // 2
        parts = [
            oss2.models.PartInfo(number, put.etag, size=size, part_crc=put.crc)
            for number in (1, 2)
            for put in [bucket.upload_part(KEY, upload, number, BODY[(number - 1) * size : number * size])]
        ]
        self.assertEqual([part.part_number for part in bucket.list_parts(KEY, upload).parts], [1, 2])
        self.assertEqual(bucket.complete_multipart_upload(KEY, upload, parts).status, 200)
        self.assertEqual(bucket.get_object(KEY).read(), BODY)

    def abort(self, bucket):
        upload = bucket.init_multipart_upload(KEY).upload_id
        bucket.upload_part(KEY, upload, 1, BODY)
        self.assertEqual(bucket.abort_multipart_upload(KEY, upload).status, 204)
        self.assertRaises(oss2.exceptions.NoSuchUpload, bucket.list_parts, KEY, upload)

    def batch_delete(self, bucket):
        for key in ("ä&", "b"):
            bucket.put_object(key, b"x")
        self.assertEqual(bucket.batch_delete_objects(["ä&", "b", "none"]).deleted_keys, ["ä&", "b", "none"])
        self.assertEqual(list(oss2.ObjectIterator(bucket)), [])

    def test_objects(self):
        for way, endpoint in WAYS.items():
            for version, auth in SIGNATURES.items():
                bucket = oss2.Bucket(auth, endpoint, f"client-{version.lower()}", region=REGION)
                for method, check in self.steps(bucket):
                    self.row(f"{method} {way}, {version}", check)
