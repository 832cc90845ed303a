"""A daemon that demands signatures refuses a wrong secret and an unknown key of every client, each with its code."""

import importlib

import fc2
from alibabacloud_tea_openapi import models as open_api

from results import PORT, Rows

REFUSED = {("LTAI-test", "altered"): "SignatureNotMatch", ("LTAI-nobody", "secret"): "InvalidAccessKeyID"}


def ask_2016(key, secret):
    fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID=key, accessKeySecret=secret).list_services()


def ask_generated(module, request):
    def ask(key, secret):
        config = open_api.Config(access_key_id=key, access_key_secret=secret, endpoint=f"127.0.0.1:{PORT}", protocol="http")
        client = importlib.import_module(f"{module}.client").Client(config)
        getattr(client, request)(getattr(importlib.import_module(f"{module}.models"), f"{request.title().replace('_', '')}Request")())

    return ask


CLIENTS = {
    "aliyun-fc2": ask_2016,
    "alibabacloud_fc20230330": ask_generated("alibabacloud_fc20230330", "list_functions"),
    "alibabacloud_fc_open20210406": ask_generated("alibabacloud_fc_open20210406", "list_services"),
}


class Strict(Rows):
    def test_refusals(self):
        for self.client, ask in CLIENTS.items():
            for (key, secret), code in REFUSED.items():
                self.row(f"a listing that meets {code}", lambda: self.refused(ask, key, secret, code))

    def refused(self, ask, key, secret, code):
        with self.assertRaises(Exception) as caught:
            ask(key, secret)
        error = caught.exception
        self.assertEqual(getattr(error, "err_code", getattr(error, "code", None)), code)
