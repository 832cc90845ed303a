"""Both generations of clients see one account, and a listing by pages misses nothing while functions are being made."""

import base64
import concurrent.futures
import pathlib

import fc2
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi import models as open_api

from results import PORT, Rows

HELLO = str(pathlib.Path(__file__).parents[1] / "hello.zip")
ZIP = base64.b64encode(pathlib.Path(HELLO).read_bytes()).decode()
RESERVED = "_fc3"  # where the daemon shows functions of 2023 to older clients
FUNCTIONS = 1000
PAGE = 100


def connect_2016():
    return fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID="LTAI-test", accessKeySecret="secret")


def connect_2023():
    config = open_api.Config(access_key_id="LTAI-test", access_key_secret="secret", endpoint=f"127.0.0.1:{PORT}", protocol="http")
    return Client(config)


def function_2023(name):
    fields = {"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": ZIP}}
    return models.CreateFunctionRequest().from_map({"body": fields})


class Across(Rows):
    client = "aliyun-fc2 and alibabacloud_fc20230330"

    def test_one_account(self):
        self.row("2016 sees what 2023 makes", self.made_by_2023)
        self.row("2023 sees what 2016 makes", self.made_by_2016)

    def made_by_2023(self):
        """2016 finds a function of 2023 in a service that is reserved for such functions."""
        older, newer = connect_2016(), connect_2023()
        newer.create_function(function_2023("across"))
        newer.update_function("across", models.UpdateFunctionRequest().from_map({"body": {"description": "of 2023"}}))
        seen = older.get_function(RESERVED, "across")
        self.assertEqual((seen.data["functionName"], seen.data["description"]), ("across", "of 2023"))
        newer.delete_function("across")
        with self.assertRaises(fc2.FcError) as gone:
            older.get_function(RESERVED, "across")
        self.assertEqual(gone.exception.err_code[-8:], "NotFound")

    def made_by_2016(self):
        """2023 finds function f of service s as s$f, and what it changes there 2016 reads."""
        older, newer = connect_2016(), connect_2023()
        older.create_service("across")
        older.create_function("across", "f", "python3", "index.handler", codeZipFile=HELLO, description="of 2016")
        listed = newer.list_functions(models.ListFunctionsRequest(fc_version="v2", prefix="across")).body.functions
        self.assertEqual([(each.function_name, each.description) for each in listed], [("across$f", "of 2016")])
        newer.update_function("across$f", models.UpdateFunctionRequest().from_map({"body": {"description": "by 2023"}}))
        self.assertEqual(older.get_function("across", "f").data["description"], "by 2023")
        older.delete_function("across", "f")
        older.delete_service("across")

    def test_pages(self):
        self.row(f"list_functions while {FUNCTIONS} are being made", self.pages)

    def pages(self):
        """Page again and again while functions appear: each page run is sorted, and holds what was there when it began."""
        client, names = connect_2016(), [f"f{at:04}" for at in range(FUNCTIONS)]
        client.create_service("pages")
        mixed = names[::2] + names[1::2]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            made = {name: pool.submit(self.make, name) for name in mixed}
            while not all(each.done() for each in made.values()):
                before = {name for name, each in made.items() if each.done()}
                found = self.all_pages(client)
                self.assertEqual(found, sorted(set(found)))
                self.assertEqual(before - set(found), set())
        self.assertEqual([each.exception() for each in made.values() if each.exception()], [])
        self.assertEqual(self.all_pages(client), names)
        for name in names:
            client.delete_function("pages", name)
        client.delete_service("pages")

    @staticmethod
    def make(name):
        connect_2016().create_function("pages", name, "python3", "index.handler", codeZipFile=HELLO)

    @staticmethod
    def all_pages(client):
        found, token = [], None
        while True:
            page = client.list_functions("pages", limit=PAGE, nextToken=token).data
            found += [each["functionName"] for each in page["functions"]]
            token = page.get("nextToken")
            if not token:
                return found
