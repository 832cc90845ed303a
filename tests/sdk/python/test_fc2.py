"""aliyun-fc2 raises for each documented code an FcError that carries it."""

import fc2

from results import DOCUMENTED, NAME, PORT, Rows


class Fc2(Rows):
    client = "aliyun-fc2"

    def check(self, endpoint, code, status):
        client = fc2.Client(endpoint=endpoint, accessKeyID="LTAI-test", accessKeySecret="secret")
        with self.assertRaises(fc2.FcError) as caught:
            client.invoke_function("demo", f"raise-{code}", payload="event")
        error = caught.exception
        self.assertEqual((error.status_code, error.err_code), (status, code))
        self.assertRegex(error.request_id, "^[0-9a-f-]{36}$")

    def test_documented_codes(self):
        ways = {"by endpoint": f"http://127.0.0.1:{PORT}", "by name": f"http://{NAME}", "by name over HTTPS": f"https://{NAME}"}
        for way, endpoint in ways.items():
            for code, status in DOCUMENTED.items():
                self.row(f"invoke_function {way}: {code}", lambda: self.check(endpoint, code, status))
