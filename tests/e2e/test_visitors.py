"""Who may act: pages of other origins and other users of the machine may not, unless they sign or are let in."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import pytest

import signing
from fcemu import HOST, Bytes, environment, invocation, read_to_end, request_bytes

KEY, SECRET = "LTAI-test", "the+secret/of=test"
CONFIG = f"""
account: "16530750"
auth: {{keys: [{{id: {KEY}, secret: "{SECRET}"}}]}}
"""
SERVICES = "/2016-08-15/services"
CREATE = b'{"serviceName": "demo"}'
EVIL = "https://evil.example"

FROM_A_PAGE = [
    pytest.param({"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}, id="text of another site"),
    pytest.param({"Origin": EVIL}, id="origin alone"),
    pytest.param({"Origin": "null"}, id="null"),
    pytest.param({"Origin": ""}, id="empty"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="no origin"),
    pytest.param({"Sec-Fetch-Site": "same-site", "Referer": "http://127.0.0.1:1/x"}, id="another port"),
    pytest.param({"Origin": "http://127.0.0.1:1"}, id="another port's origin"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    from fcemu import Daemon

    running = Daemon(tmp_path_factory.mktemp("visitors"), config=CONFIG, rules=PAGES).start()
    yield running
    running.stop()


PAGES = """
version: 1
rules:
  - {id: page, match: {function: page}, do: {respond: {status: 200, headers: {Content-Type: text/html}, body: "<script>1</script>"}}}
  - {id: typed, match: {operation: ListFunctions}, do: {headers: {set: {Content-Type: text/html}}}}
  - {id: inline, match: {function: inline}, do: {respond: {status: 200, headers: {Content-Disposition: inline, Content-Security-Policy: "sandbox allow-scripts"}, body: x}}}
"""


def refusal(reply):
    body = reply.json()
    return reply.status, body["ErrorCode"], body["ErrorMessage"]


def services(running, host=HOST):
    return [service["serviceName"] for service in running.call("GET", SERVICES, host=host).json()["services"]]


class TestForeignPage:
    @pytest.mark.sound("A7", "POST of a foreign, null or cross-site page", "403 AccessDenied that says how to allow it, journaled; nothing is done")
    @pytest.mark.parametrize("headers", FROM_A_PAGE)
    @pytest.mark.parametrize("host", [HOST, "127.0.0.1", "localhost"])
    def test_is_refused_and_journaled(self, shared, headers, host):
        reply = shared.call("POST", SERVICES, CREATE, {**headers, "X-Fcemu-Label": "page"}, host=host)

        status, code, message = refusal(reply)
        assert (status, code) == (403, "AccessDenied")
        assert "allow_origins" in message and "configured key" in message
        if headers.get("Origin"):
            assert f"--allow-origins '{headers['Origin']}'" in message
        assert services(shared, host) == []
        entry = shared.requests("&label=page")[-1]
        assert (entry["status"], entry["code"], entry["near_miss"]) == (403, "AccessDenied", message)

    @pytest.mark.sound("A7", "a read, an invocation, a path nobody knows, of a foreign page", "403 AccessDenied")
    @pytest.mark.parametrize("method, path", [("GET", SERVICES), ("POST", invocation("page")), ("GET", "/2023-03-30/functions"), ("GET", "/nowhere")])
    def test_whatever_is_asked(self, shared, method, path):
        reply = shared.call(method, path, headers={"Origin": EVIL})

        assert reply.status == 403
        assert b"AccessDenied" in reply.body and b"<script>" not in reply.body

    def test_uses_no_rule_up(self, daemon):
        running = daemon(rules="version: 1\nrules: [{id: once, match: {operation: ListServices}, limit: {fires: 1}, do: {error: InternalServerError}}]\n")
        assert running.call("GET", SERVICES, headers={"Origin": EVIL}).status == 403
        assert running.call("GET", SERVICES).status == 500

    @pytest.mark.sound("A7", "the same, signed with a configured key", "passes; not with an unknown key or another secret")
    def test_may_sign(self, shared):
        origin = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
        assert shared.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, KEY, SECRET, origin)).status == 200
        assert shared.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, KEY, "wrong", origin)).status == 403
        assert shared.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, "LTAI-nobody", SECRET, origin)).status == 403

    @pytest.mark.parametrize("host, origin", [("127.0.0.1", None), ("localhost", None), (HOST, None), ("127.0.0.1:80", "http://127.0.0.1"), ("LOCALHOST", "http://localhost")])
    def test_own_page_may(self, shared, host, origin):
        headers = {"Origin": origin or f"http://{host}:{shared.port}", "Sec-Fetch-Site": "same-origin"}
        assert shared.call("GET", SERVICES, headers=headers, host=host if origin else f"{host}:{shared.port}").status == 200

    def test_scheme_belongs_to_the_origin(self, shared):
        tls = shared.ca()
        for scheme, status in (("https", 200), ("http", 403)):
            assert shared.call("GET", SERVICES, headers={"Origin": f"{scheme}://{HOST}"}, tls=tls).status == status

    @pytest.mark.parametrize("site", ["none", "same-origin"])
    def test_typed_address_may(self, shared, site):
        assert shared.call("GET", SERVICES, headers={"Sec-Fetch-Site": site}).status == 200

    @pytest.mark.sound("A7", "a foreign page at OSS, STS, RAM, Log Service", "403 AccessDenied in the product's form; nothing is done")
    @pytest.mark.parametrize(
        "method, target, host, code",
        [
            ("PUT", "/", "loot.oss-cn-shanghai.aliyuncs.com", "<Code>AccessDenied</Code>"),
            ("PUT", "/loot", "oss.localhost", "<Code>AccessDenied</Code>"),
            ("GET", "/?Action=AssumeRole&Version=2015-04-01", "sts.aliyuncs.com", "AccessDenied"),
            ("GET", "/?Action=ListRoles&Version=2015-05-01", "ram.aliyuncs.com", "AccessDenied"),
            ("POST", "/logstores", "p.cn-shanghai.log.aliyuncs.com", '"errorCode":"AccessDenied"'),
        ],
    )
    def test_neighbours(self, shared, method, target, host, code):
        reply = shared.call(method, target, b"", {"Origin": EVIL}, host=host)

        assert reply.status == 403
        assert code in reply.body.decode() and "allow_origins" in reply.body.decode()
        assert shared.requests()[-1]["code"] == "AccessDenied"

    @pytest.mark.sound("A7", "a WebSocket handshake of a foreign page, wherever", "403")
    @pytest.mark.parametrize("host", [HOST, "127.0.0.1", "web-abcdefghij.cn-shanghai.fcapp.run"])
    def test_websocket(self, shared, host):
        headers = {"Origin": EVIL, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        reply = shared.call("GET", "/2016-08-15/proxy/demo/page/", headers=headers, host=host)
        assert reply.status == 403 and b"AccessDenied" in reply.body

    @pytest.mark.sound("A7", "HTTP triggers, custom domains", "keep their own CORS: not refused for their Origin")
    @pytest.mark.parametrize("host, path", [(HOST, "/2016-08-15/proxy/demo/page/"), ("web-abcdefghij.cn-shanghai.fcapp.run", "/")])
    def test_triggers_are_open(self, shared, host, path):
        reply = shared.call("GET", path, headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}, host=host)
        assert b"allow_origins" not in reply.body

    def test_control_side_goes_by_the_same(self, shared):
        for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            reply = shared.admin("GET", "requests", headers=headers)
            assert reply.status == 403 and "allow_origins" in reply.json()["detail"]


class TestAllowOrigins:
    ORIGIN = "http://localhost:3000"

    @pytest.fixture(scope="class")
    def open(self, tmp_path_factory):
        from fcemu import Daemon

        running = Daemon(tmp_path_factory.mktemp("open"), config=CONFIG + f"allow_origins: [{self.ORIGIN}]\n").start()
        yield running
        running.stop()

    @pytest.mark.sound("A7", "the same pages, named in allow_origins", "served, and may read the answer; others not")
    def test_opens(self, open):
        page = {"Origin": self.ORIGIN, "Sec-Fetch-Site": "same-site"}
        reply = open.call("POST", SERVICES, CREATE, page)
        assert reply.status == 200
        assert reply.headers["Access-Control-Allow-Origin"] == self.ORIGIN
        assert (reply.headers["Vary"], reply.headers["Access-Control-Expose-Headers"]) == ("Origin", "*")
        assert open.call("GET", SERVICES).headers["Access-Control-Allow-Origin"] is None
        assert open.call("GET", SERVICES, headers={"Origin": EVIL}).status == 403
        assert open.call("GET", SERVICES, headers={"Origin": "null"}).status == 403
        assert open.call("GET", SERVICES, headers={"Origin": self.ORIGIN + "1"}).status == 403
        control = open.admin("GET", "requests", headers=page)
        assert (control.status, control.headers["Access-Control-Allow-Origin"]) == (200, self.ORIGIN)

    def test_referer_stands_for_an_origin_that_is_not_sent(self, open):
        image = {"Sec-Fetch-Site": "same-site"}
        assert open.call("GET", SERVICES, headers={**image, "Referer": self.ORIGIN + "/a?b"}).status == 200
        assert open.call("GET", SERVICES, headers={**image, "Referer": self.ORIGIN}).status == 200
        for referer in (EVIL + "/" + self.ORIGIN, self.ORIGIN + "0/", "x"):
            assert open.call("GET", SERVICES, headers={**image, "Referer": referer}).status == 403

    def test_preflight(self, open):
        ask = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,x-fc-a", "Access-Control-Request-Private-Network": "true"}
        for path, host in ((SERVICES, HOST), ("/_fcemu/requests", f"127.0.0.1:{open.port}"), ("/", "sts.aliyuncs.com")):
            reply = open.call("OPTIONS", path, headers={**ask, "Origin": self.ORIGIN}, host=host)
            assert reply.status == 204
            assert reply.headers["Access-Control-Allow-Methods"] == "PUT"
            assert reply.headers["Access-Control-Allow-Headers"] == "authorization,x-fc-a"
            assert reply.headers["Access-Control-Allow-Private-Network"] == "true"
            assert open.call("OPTIONS", path, headers={**ask, "Origin": EVIL}, host=host).status == 403

    @pytest.mark.parametrize("value, origins", [('"*"', [EVIL, "null"]), ('["null", "HTTPS://EVIL.example"]', [EVIL, "null"])])
    def test_words(self, daemon, value, origins):
        running = daemon(config=f"allow_origins: {value}\n")
        for origin in origins:
            assert running.call("GET", SERVICES, headers={"Origin": origin}).status == 200

    @pytest.mark.parametrize("value", ["localhost:3000", "http://localhost/", "http://", "://x", "http://a b"])
    def test_what_is_no_origin_is_refused(self, shared, value, tmp_path):
        (tmp_path / "fcemu.yaml").write_text(f"allow_origins:\n  - http://ok:1\n  - {value!r}\n")
        checked = shared.run("check", "--config", tmp_path / "fcemu.yaml")
        assert checked.returncode == 2
        assert f"fcemu.yaml:3:5: error F208: allow_origins[1]: '{value}' is not an origin" in checked.stdout + checked.stderr


class TestUserContent:
    """A page that users wrote is no part of the daemon, although it comes from the same origin."""

    @pytest.mark.sound("A8", "what a rule answers, on a host of the API or the control side", "Content-Security-Policy: sandbox, Content-Disposition: attachment")
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", HOST])
    @pytest.mark.parametrize("method, path", [("POST", invocation("page")), ("GET", "/2016-08-15/proxy/demo/page/")])
    def test_rules(self, shared, host, method, path):
        reply = shared.call(method, path, host=host)
        assert (reply.headers["Content-Security-Policy"], reply.headers["Content-Disposition"]) == ("sandbox", "attachment")

    @pytest.mark.sound("A8", "the same by a rule that sets the type of our own answer", "both headers")
    def test_a_type_that_is_set(self, shared):
        shared.call("POST", SERVICES, b'{"serviceName": "typed"}', host="localhost")
        reply = shared.call("GET", SERVICES + "/typed/functions", host="localhost")
        assert reply.headers["Content-Type"] == "text/html"
        assert (reply.headers["Content-Security-Policy"], reply.headers["Content-Disposition"]) == ("sandbox", "attachment")

    def test_headers_of_the_content_do_not_weaken_it(self, shared):
        reply = shared.call("POST", invocation("inline"), host="localhost")
        assert reply.headers.get_all("Content-Security-Policy") == ["sandbox allow-scripts", "sandbox"]
        assert reply.headers.get_all("Content-Disposition") == ["attachment"]

    @pytest.mark.sound("A8", "canned answers", "both headers")
    def test_canned_answers(self, daemon, tmp_path):
        (tmp_path / "answers.yaml").write_text('version: 1\nrules: [{id: hi, match: {function: hi}, do: {respond: {status: 200, headers: {Content-Disposition: "attachment; filename=a"}, body: "<b>"}}}]\n')
        running = daemon(arguments=["--fixtures", tmp_path / "answers.yaml"])
        for host in ("127.0.0.1", HOST):
            reply = running.invoke("hi", host=host)
            assert (reply.headers["Content-Security-Policy"], reply.headers["Content-Disposition"]) == ("sandbox", "attachment; filename=a")

    @pytest.mark.sound("A8", "objects of OSS", "both headers when they are fetched")
    def test_objects(self, shared):
        host = "pages.oss-cn-shanghai.aliyuncs.com"
        assert shared.call("PUT", "/", b"", host=host).status == 200
        assert shared.call("PUT", "/a.html", b"<script>", {"Content-Type": "text/html"}, host=host).status == 200
        reply = shared.call("GET", "/a.html", host=host)
        assert (reply.headers["Content-Security-Policy"], reply.headers["Content-Disposition"]) == ("sandbox", "attachment")
        assert shared.call("HEAD", "/a.html", host=host).headers["Content-Disposition"] is None

    def test_our_own_answers_are_as_they_were(self, shared):
        for reply in (shared.call("GET", SERVICES, host="localhost"), shared.call("GET", SERVICES + "/nothing"), shared.admin("GET", "requests")):
            assert reply.headers["Content-Security-Policy"] is None
            assert reply.headers["Content-Disposition"] is None


# ---- other users of the machine ----

NOBODY = 65534
needs_setpriv = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user, by setpriv")
SEND = """
import socket, sys
address = sys.argv[1]
if address.startswith("/"):
    sock = socket.socket(socket.AF_UNIX); sock.connect(address)
else:
    host, _, port = address.rpartition(":"); sock = socket.create_connection((host, int(port)))
sock.sendall(sys.stdin.buffer.read())
while piece := sock.recv(65536):
    sys.stdout.buffer.write(piece)
"""


def send_as(uid, address, method, path, body=b"", headers=None, host=HOST):
    lines = [f"{name}: {value}" for name, value in (headers or {}).items()]
    command = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", sys.executable, "-I", "-c", SEND, address]
    done = subprocess.run(command, input=request_bytes(method, path, body, host, [*lines, "Connection: close"]), capture_output=True, timeout=60, check=True)
    answer = Bytes(done.stdout, "fin")
    return int(answer.head.split()[1]), answer.body.decode()


@needs_setpriv
class TestOtherUser:
    @pytest.fixture(scope="class")
    def folder(self):
        """One that other users reach; pytest's own are closed again by each session."""
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            yield folder

    @pytest.fixture(scope="class")
    def running(self, folder):
        from fcemu import Daemon

        running = Daemon(folder, config=CONFIG.replace("{keys", "{mode: lenient, keys") + "token: sesame\n", rules=PAGES, listen=("127.0.0.1:0", ":0", f"unix:{folder}/socket")).start()
        (running.folder / "socket").chmod(0o666)
        yield running
        running.stop()

    @pytest.fixture(params=["IPv4", "IPv6", "mapped", "socket file"])
    def address(self, request, running):
        wide = running.ready["listeners"][1]["port"]
        return {
            "IPv4": f"127.0.0.1:{running.port}",
            "IPv6": f"::1:{wide}",
            "mapped": f"127.0.0.1:{wide}",
            "socket file": str(running.folder / "socket"),
        }[request.param]

    @pytest.mark.sound("A9", "another user reads", "served")
    def test_may_read(self, running, address):
        headers = signing.fc("GET", SERVICES, KEY, SECRET)
        assert send_as(NOBODY, address, "GET", SERVICES, headers=headers)[0] == 200

    @pytest.mark.sound("A9", "another user deploys, invokes, puts an object, asks for a key", "403 that names the user, allow_users, the token and keys")
    @pytest.mark.parametrize(
        "method, path, body, host",
        [
            ("POST", SERVICES, CREATE, HOST),
            ("POST", invocation("page"), b"", HOST),
            ("GET", "/2016-08-15/proxy/demo/page/", b"", HOST),
            ("PUT", "/", b"", "loot.oss-cn-shanghai.aliyuncs.com"),
            ("GET", "/?Action=AssumeRole&Version=2015-04-01", b"", "sts.aliyuncs.com"),
        ],
    )
    def test_may_not_act(self, running, address, method, path, body, host):
        status, text = send_as(NOBODY, address, method, path, body, host=host)
        assert status == 403 and "AccessDenied" in text
        for words in (f"(uid {NOBODY})", "allow_users", "configured key", "X-Fcemu-Token"):
            assert words in text

    @pytest.mark.sound("A9", "another user at the control side", "403, but for livez and readyz")
    def test_control_side(self, daemon):
        address = f"127.0.0.1:{daemon().port}"
        for method, path, status in (("GET", "requests", 403), ("POST", "faults/stop", 403), ("GET", "nowhere", 403), ("GET", "livez", 200), ("GET", "readyz", 200)):
            got, text = send_as(NOBODY, address, method, f"/_fcemu/{path}", host="localhost")
            assert got == status
            assert status == 200 or "allow_users" in text

    @pytest.mark.sound("A9", "another user with a configured key or the token", "may do all")
    def test_may_sign_or_show_the_token(self, running, address):
        path = invocation("page")
        assert send_as(NOBODY, address, "POST", path, headers=signing.fc("POST", path, KEY, SECRET))[0] == 200
        assert send_as(NOBODY, address, "POST", path, headers=signing.fc("POST", path, KEY, "wrong"))[0] == 403
        token = {"X-Fcemu-Token": "sesame"}
        assert send_as(NOBODY, address, "GET", "/_fcemu/requests", headers=token, host="localhost")[0] == 200
        assert send_as(NOBODY, address, "PUT", "/", headers=token, host="bucket.oss-cn-shanghai.aliyuncs.com")[0] in (200, 409)

    @pytest.mark.sound("A9", "allow_users", "opens it to those named, by name or number, or to any")
    @pytest.mark.parametrize("value, uid, status", [("any", NOBODY, 200), ("nobody", NOBODY, 200), (str(NOBODY), NOBODY, 200), ("nobody", 12345, 403), ("12345,nobody", 12345, 200)])
    def test_setting(self, daemon, value, uid, status):
        running = daemon(arguments=["--allow-users", value])
        address = f"127.0.0.1:{running.port}"
        assert send_as(uid, address, "POST", SERVICES, CREATE)[0] == status
        assert send_as(uid, address, "GET", "/_fcemu/requests", host="localhost")[0] == status

    @pytest.mark.sound("A9", "a connection that its user has closed already", "nobody's: nothing is done")
    def test_closed_at_once(self, daemon):
        running = daemon()
        close = SEND.partition("while")[0] + "sock.close()"
        command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", sys.executable, "-I", "-c", close, f"127.0.0.1:{running.port}"]
        for number in range(20):
            subprocess.run(command, input=request_bytes("POST", SERVICES, b'{"serviceName": "x%d"}' % number), timeout=60, check=True)
        assert services(running) == []

    def test_root_is_another_user_too(self, folder):
        """Who forwards for others often runs as root."""
        from fcemu import Daemon

        running = Daemon(f"{folder}/nobody")
        os.chmod(f"{folder}/nobody", 0o777)
        running.command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", *running.command]
        running.start()
        try:
            assert running.call("GET", SERVICES).status == 200
            assert refusal(running.call("POST", SERVICES, CREATE))[:2] == (403, "AccessDenied")
            assert send_as(NOBODY, f"127.0.0.1:{running.port}", "POST", SERVICES, CREATE)[0] == 200
        finally:
            running.stop()


def test_user_that_is_none(shared, tmp_path):
    (tmp_path / "fcemu.yaml").write_text("allow_users: [any, nosuchuser]\n")
    checked = shared.run("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2
    assert "fcemu.yaml:1:20: error F208: allow_users[1]: 'nosuchuser' is no user of this machine" in checked.stdout + checked.stderr


class TestBeyondLoopback:
    KEYS = f"account: '16530750'\nauth: {{keys: [{{id: {KEY}, secret: '{SECRET}'}}]}}\n"

    @pytest.mark.sound("A9", "an address that other machines reach, auth.mode not set", "strict; the banner names the other choice")
    def test_strict_unless_set_otherwise(self, daemon):
        running = daemon(listen=("0.0.0.0:0",), config=self.KEYS, arguments=["--token", "t"])
        assert running.call("GET", SERVICES).status == 400
        assert running.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, "dummy", "dummy")).status == 403
        assert running.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, KEY, SECRET)).status == 200
        assert "auth.mode: lenient would let everybody there deploy and run code" in running.log()

    @pytest.mark.sound("A9", "the same with auth.mode lenient or off", "as set; the banner warns and names the other choice")
    @pytest.mark.parametrize("mode", ["lenient", "off"])
    def test_as_set(self, daemon, mode):
        running = daemon(listen=("127.0.0.1:0", ":0"), arguments=["--token", "t", "--auth-mode", mode])
        assert running.call("GET", SERVICES).status == 200
        assert f"and auth.mode is {mode}: everybody" in running.log()
        assert "auth.mode: strict would ask" in running.log()

    def test_control_addresses_and_loopback_change_nothing(self, daemon):
        for listen in (("127.0.0.1:0", "[::1]:0"), ("localhost:0",)):
            running = daemon(listen=listen, arguments=["--token", "t", "--admin-listen", "0.0.0.0:0"])
            assert running.call("GET", SERVICES).status == 200
            assert "everybody" not in running.log()
