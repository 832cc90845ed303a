"""The generated clients of 2023-03-30 and 2021-04-06 raise for each documented code an exception that carries it."""

import importlib

from alibabacloud_tea_openapi import models as open_api

from results import DOCUMENTED, NAME, PORT, Rows

WAYS = {"by endpoint": (f"127.0.0.1:{PORT}", "http"), "by name over HTTPS": (NAME, "https")}


class Tea(Rows):
    module = ""
    arguments = ()

    def connect(self, endpoint, protocol):
        config = open_api.Config(access_key_id="LTAI-test", access_key_secret="secret", region_id="cn-shanghai", endpoint=endpoint, protocol=protocol)
        return importlib.import_module(f"{self.module}.client").Client(config)

    def check(self, way, code):
        models = importlib.import_module(f"{self.module}.models")
        with self.assertRaises(Exception) as caught:
            self.connect(*WAYS[way]).invoke_function(*self.arguments, f"raise-{code}", models.InvokeFunctionRequest())
        self.assertEqual(getattr(caught.exception, "code", None), code, caught.exception)

    def documented_codes(self):
        for way in WAYS:
            for code in DOCUMENTED:
                self.row(f"invoke_function {way}: {code}", lambda: self.check(way, code))


class Fc20230330(Tea):
    client = module = "alibabacloud_fc20230330"

    def test_documented_codes(self):
        self.documented_codes()


class FcOpen20210406(Tea):
    client = module = "alibabacloud_fc_open20210406"
    arguments = ("demo",)

    def test_documented_codes(self):
        self.documented_codes()
