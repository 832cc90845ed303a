"""Every public method of the generated clients of 2023-03-30 and 2021-04-06, as the stories tell.

The rows are the methods that the client's class defines. `x_with_options` is what `x` calls, and counts with it; the async twin
`x_async` is played by itself, in a second pass. What the common base class of all generated clients brings (call_api, get_type)
is that package's, not this client's. A method that no story tells of is a row that fails.
"""

import asyncio
import base64
import importlib
import json
import pathlib

from alibabacloud_tea_openapi import models as open_api

import story
from results import WAYS, Rows, way

ZIP = pathlib.Path(__file__).parents[1] / "hello.zip"
FUNCTION = {"functionName": "hello", "runtime": "nodejs12", "handler": "index.handler"}
KNOWN = {"zip": base64.b64encode(ZIP.read_bytes()).decode(), "checksum": story.crc64(ZIP.read_bytes())}


def rows_of(cls):
    return [name for name, value in vars(cls).items() if callable(value) and not name.startswith("_") and "with_options" not in name]


class Methods(Rows):
    module = version = ""

    def connect(self, protocol, host):
        config = open_api.Config(
            access_key_id="LTAI-test", access_key_secret="secret", region_id="cn-shanghai", endpoint=host, protocol=protocol
        )
        return importlib.import_module(f"{self.module}.client").Client(config)

    def beside(self, client, url):
        """The methods that are no operations, each with a call that drives it."""
        return {"get_endpoint": lambda: self.assertEqual(client.get_endpoint("fc", "cn-shanghai", "regional", "", "", {}, "there"), "there")}

    def every_method(self):
        for name in WAYS:
            if name == "through the proxy over HTTPS":
                continue  # there these clients trust certifi's authorities alone, whatever the environment says
            with self.subTest(name), way(name) as (protocol, host):
                self.every_method_by(name, protocol, host)

    def every_method_by(self, name, protocol, host):
        client, told = self.connect(protocol, host), story.load(self.version)
        outcomes = {}
        for twin in ("", "_async"):
            outcomes.update(story.Player(client, self.module, KNOWN, twin).play(told))
        beside = self.beside(client, f"http://{host}")  # HTTPS as above
        for method in rows_of(type(client)):
            if method in beside:
                self.row(f"{method} {name}", beside[method])
            else:
                self.told(f"{method} {name}", outcomes.get(method, story.NOT_TOLD))
        self.doCleanups()


class Fc20230330Methods(Methods):
    client = module = "alibabacloud_fc20230330"
    version = "2023-03-30"

    def test_every_method(self):
        self.every_method()


class FcOpen20210406Methods(Methods):
    client = module = "alibabacloud_fc_open20210406"
    version = "2021-04-06"

    def test_every_method(self):
        self.every_method()

    def beside(self, client, url):
        """Beside the endpoint, the helpers that call HTTP triggers, each twice: as it is and as its async twin."""
        self.make_trigger(client)
        calls = super().beside(client, url)
        for name, (arguments, check) in self.helpers(client, f"{url}/2016-08-15/proxy/story").items():
            calls[name] = lambda name=name, arguments=arguments, check=check: check(getattr(client, name)(*arguments()))
            calls[f"{name}_async"] = lambda name=name, arguments=arguments, check=check: check(
                asyncio.run(getattr(client, f"{name}_async")(*arguments()))
            )
        return calls

    def make_trigger(self, client):
        """An anonymous HTTP trigger, and one whose calls must be signed."""
        steps, ends = [{"call": "createService", "request": {"serviceName": "story"}}], []
        for name, kind in (("hello", "anonymous"), ("hello-signed", "function")):
            function = {**FUNCTION, "functionName": name, "code": {"zipFile": KNOWN["zip"]}}
            trigger = {"triggerName": "web", "triggerType": "http", "triggerConfig": json.dumps({"authType": kind, "methods": ["POST"]})}
            steps += [
                {"call": "createFunction", "args": ["story"], "request": function},
                {"call": "createTrigger", "args": ["story", name], "request": trigger},
            ]
            ends += [{"call": "deleteTrigger", "args": ["story", name, "web"]}, {"call": "deleteFunction", "args": ["story", name]}]
        ends.append({"call": "deleteService", "args": ["story"]})
        story.Player(client, self.module, {}).play(steps)
        self.addCleanup(story.Player(client, self.module, {}).play, ends)

    def helpers(self, client, triggers):
        for_all, guarded = f"{triggers}/hello/a/b?q=1", f"{triggers}/hello-signed/a/b?q=1"

        def plain(url=guarded):
            return (url, "POST", b"event", {"x-test": "1"})

        def built(url=guarded):
            return (client.build_httprequest(*plain(url)),)

        def answered(response):
            self.assertEqual((response.status_code, response.text[:16]), (200, "hello from hello"))

        def signed(request):
            self.assertRegex(request.headers["authorization"], "^FC LTAI-test:[A-Za-z0-9+/]{43}=$")

        return {
            "build_httprequest": (plain, lambda request: self.assertEqual((request.method, request.url), ("POST", guarded))),
            "invoke_httptrigger": (plain, answered),
            "invoke_anonymous_httptrigger": (lambda: plain(for_all), answered),
            "send_httprequest": (lambda: built(for_all), answered),
            "send_httprequest_with_authorization": (built, answered),
            "sign_request": (built, signed),
            "sign_request_with_content_md5": (lambda: (*built(), "CY9rzUYh03PK3k6DJie09g=="), signed),
        }
