"""Region and account behind an address, as docs/clients.md writes them: which clients take such an endpoint, strictly signed."""

import importlib
import json
import urllib.request

import fc2
from alibabacloud_tea_openapi import models as open_api

from results import ACCOUNT, PORT, Rows

PLACE = "/@ap-southeast-1/16530750"


def list_fc2(protocol, host):
    fc2.Client(endpoint=f"{protocol}://{host}", accessKeyID="LTAI-test", accessKeySecret="secret").list_services()


def list_tea(module, method):
    def call(protocol, host):
        config = open_api.Config(access_key_id="LTAI-test", access_key_secret="secret", region_id="cn-shanghai", endpoint=host, protocol=protocol)
        models = importlib.import_module(f"{module}.models")
        client = importlib.import_module(f"{module}.client").Client(config)
        getattr(client, f"list_{method.lower()}")(getattr(models, f"List{method}Request")())

    return call


CLIENTS = {
    "aliyun-fc2": list_fc2,
    "alibabacloud-fc20230330": list_tea("alibabacloud_fc20230330", "Functions"),
    "alibabacloud-fc-open20210406": list_tea("alibabacloud_fc_open20210406", "Services"),
}


class Endpoint(Rows):
    def check(self, call, protocol):
        call(protocol, f"127.0.0.1:{PORT}{PLACE}")
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_fcemu/requests?limit=100000") as answer:
            entries = json.load(answer)["requests"]
        entry = [entry for entry in entries if entry["path"].startswith("/@")][-1]
        found = [entry[name] for name in ("status", "region", "account", "defaulted", "tls")]
        self.assertEqual(found, [200, "ap-southeast-1", ACCOUNT, None, protocol == "https"])

    def test_place_behind_an_address(self):
        for self.client, call in CLIENTS.items():
            for protocol in ("http", "https"):
                self.row(f"an address with a place over {protocol.upper()}", lambda: self.check(call, protocol))
