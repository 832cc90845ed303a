"""Go functions, built with the public library, and the runtime API that they ask. Skipped without a compiler."""

import json
import re

import pytest

from functions import Functions, error_of, log_of
from languages import SAMPLES, follow_hooks, follow_sample, functions, go_program  # noqa: F401 - fixtures
from test_async import Reports
from test_invocation import EXIT, TIMED_OUT


GO = """
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

var kept [][]byte

func handle(ctx context.Context, asked string) (interface{}, error) {
	f, _ := fccontext.FromContext(ctx)
	switch asked {
	case "raise":
		return nil, errors.New("bad thing")
	case "panic":
		panic("worse")
	case "exit":
		os.Exit(3)
	case "memory":
		for {
			part := make([]byte, 1<<20)
			for i := range part {
				part[i] = 1
			}
			kept = append(kept, part)
		}
	case "loop":
		select {}
	case "bytes":
		return []byte("ab"), nil
	case "nothing":
		return nil, nil
	case "api":
		return os.Getenv("FC_RUNTIME_API"), nil
	case "slow":
		time.Sleep(5 * time.Second)
	}
	fmt.Println("printed")
	f.GetLogger().Warn("shown")
	until, _ := ctx.Deadline()
	return []interface{}{f.RequestID, f.Function, f.Service, f.Region, f.AccountId, f.RetryCount, f.Credentials.AccessKeyId[:4],
		f.Tracing.OpenTracingSpanContext, f.Tracing.OpenTracingSpanBaggages, os.Getenv("MINE"), time.Until(until) > 15*time.Second}, nil
}

func serve(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	body, _ := io.ReadAll(r.Body)
	switch string(body) {
	case "raise":
		return errors.New("no")
	case "nothing":
		return nil
	}
	w.Header().Add("X-Mine", "a")
	w.Header().Add("X-Mine", "b")
	w.WriteHeader(202)
	fmt.Fprint(w, strings.Join([]string{r.Method, r.URL.Path, r.RequestURI, r.URL.Query().Get("c"), r.Header.Get("X-Asked"), string(body), r.RemoteAddr}, "|"))
	return nil
}

func main() {
	fc.RegisterInitializerFunction(func(ctx context.Context) {
		if os.Getenv("BROKEN") != "" {
			panic("not today")
		}
		fmt.Println("prepared")
	})
	switch os.Getenv("MODE") {
	case "http":
		fc.StartHttp(serve)
	case "ends":
		os.Exit(1)
	}
	fc.Start(handle)
}
"""


@pytest.fixture
def go(functions, go_program):
    program = go_program(GO)
    return lambda files=None, **members: functions.create("go1", files or {"main*": program}, "main", memorySize=256, timeout=20, **members)


def test_go_is_told_of_its_call(functions, go):
    name = go(environmentVariables={"MINE": "x"}, initializer="main", initializationTimeout=3)
    headers = {"X-Fc-Tracing-Opentracing-Span-Context": "span", "X-Fc-Tracing-Opentracing-Span-Context-Baggage-k": "v"}
    reply = functions.call(name, b'""', headers)
    request_id = reply.headers["X-Fc-Request-Id"]
    assert reply.json() == [
        request_id, {"Name": name, "Handler": "main", "Memory": "256", "Timeout": 20},
        {"Name": "demo", "LogProject": "", "LogStore": "", "Qualifier": "LATEST", "VersionId": ""}, "cn-shanghai", "16530750", 0, "STS.",
        "span", {"k": "v"}, "x", True]
    log = log_of(reply)
    assert f"FC Initialize Start RequestId: {request_id}\nprepared\nFC Initialize End RequestId: {request_id}\n" in log
    assert log.count(f"FC Invoke Start RequestId: {request_id}\nprinted\n") == 1 and log.count("FC Invoke End") == 1
    assert re.search(rf"Z {request_id} \[WARN\] main.go:\d+: shown\n", log)
    again = functions.call(name, b'""')
    assert again.headers["X-Fc-Instance-Id"] == reply.headers["X-Fc-Instance-Id"] and "Initialize" not in log_of(again)
    [entry] = functions.running.requests(f"&function={name}&operation=InvokeFunction")[-1:]
    assert entry["ran"] == "Go program"


def test_go_results_are_json(functions, go):
    name = go()
    for asked, answer in {"bytes": b'"YWI="', "nothing": b"null"}.items():
        assert functions.call(name, json.dumps(asked).encode()).body == answer


def test_go_errors_have_type_and_trace(functions, go):
    name = go()
    for asked, error_type, message in (("raise", "errorString", "bad thing"), ("panic", "string", "worse")):
        reply = functions.call(name, json.dumps(asked).encode())
        header, body = error_of(reply)
        assert (header, body["errorType"], body["errorMessage"]) == ("UnhandledInvocationError", error_type, message)
        assert ("stackTrace" in body) == (asked == "panic")
        assert f"FC Invoke End RequestId: {reply.headers['X-Fc-Request-Id']}, Error: Unhandled function error\n" in log_of(reply)
    assert {"path", "line", "label"} == set(body["stackTrace"][0])
    _, body = error_of(functions.call(name, b"{no"))
    assert body["errorType"] == "SyntaxError"


@pytest.mark.parametrize("asked", ["exit", "memory"])
def test_go_that_ends_gives_the_documented_body(functions, go, asked):
    name = go()
    header, body = error_of(functions.call(name, json.dumps(asked).encode()))
    assert header == "UnhandledInvocationError" and list(body) == ["errorMessage"] and EXIT.fullmatch(body["errorMessage"])
    assert functions.call(name, b'"nothing"').body == b"null"


def test_go_beyond_its_time(functions, go_program):
    name = functions.create("go1", {"main*": go_program(GO)}, "main", timeout=1)
    _, body = error_of(functions.call(name, b'"loop"'))
    assert TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name, b'"nothing"').body == b"null"


def test_a_go_initializer_that_panics(functions, go):
    name = go(environmentVariables={"BROKEN": "1"}, initializer="main", initializationTimeout=3)
    header, body = error_of(functions.call(name, b'""'))
    assert (header, body["errorMessage"]) == ("InitializationError", "not today")


def test_go_of_the_older_generations_serves_http(functions, go):
    name = go(environmentVariables={"MODE": "http"})
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    reply = functions.running.call("POST", f"{path}/a/b?c=d", b"hello", {"X-Asked": "1"})
    assert (reply.status, reply.headers.get_all("X-Mine")) == (202, ["a", "b"])
    assert reply.body.decode().split("|") == ["POST", "/a/b", f"{path}/a/b?c=d", "d", "1", "hello", "127.0.0.1"]
    nothing = functions.running.call("POST", path, b"nothing")
    assert (nothing.status, nothing.body) == (200, b"")
    failed = functions.running.call("POST", path, b"raise")
    assert (failed.status, failed.json()["errorMessage"]) == (502, "no")
    header, body = error_of(functions.call(name, b"x"))
    assert body["errorMessage"] == "no httpParams found in request"


GO_STARTS = {
    "missing": ({"other*": ""}, "CAFileNotFound", "The function cannot be started. File /code/main does not exist."),
    "mode": ({"main": "x"}, "CAFilePermission", "The function cannot be started. Permission denied (code: 13)"),
    "format": ({"main*": "\x7fELF nonsense"}, "CAExited", "The function either cannot be started or exited: run it: Exec format error"),
}


@pytest.mark.parametrize("kind", GO_STARTS)
def test_a_go_program_that_cannot_start(functions, kind):
    files, code, text = GO_STARTS[kind]
    name = functions.create("go1", files, "main")
    for _ in range(2):
        reply = functions.call(name)
        assert (reply.status, reply.json()["ErrorCode"]) == (412, code)
        assert reply.json()["ErrorMessage"].startswith(text)


def test_a_go_program_that_ends_before_it_asks(functions, go):
    header, body = error_of(functions.call(go(environmentVariables={"MODE": "ends"}), b'""'))
    assert header == "UnhandledInvocationError" and EXIT.fullmatch(body["errorMessage"])


def test_many_calls_at_once_share_a_go_program(functions, go):
    import concurrent.futures

    name = go(instanceConcurrency=5)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: functions.call(name, b'"slow"'), range(10)))
    assert {reply.status for reply in replies} == {200}
    assert [reply.json()[0] for reply in replies] == [reply.headers["X-Fc-Request-Id"] for reply in replies]
    assert len({reply.headers["X-Fc-Instance-Id"] for reply in replies}) == 2


def test_strangers_are_refused_by_the_runtime_api(functions, go):
    import http.client

    host, port = functions.call(go(), b'"api"').json().split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", "/2020-11-11/runtime/invocation/next")
    reply = connection.getresponse()
    assert reply.status == 403 and "only the processes of this instance" in json.loads(reply.read())["errorMessage"]


ASKS = r"""
import http.client, json, os, socket, sys
host, port = os.environ["FC_RUNTIME_API"].split(":")
root = "/2020-11-11/runtime"
def ask(method, path, body=None, headers={}):
    c = http.client.HTTPConnection(host, int(port), timeout=20)
    c.request(method, path, body, headers)
    r = c.getresponse()
    return r.status, r.headers, r.read()
def raw(data):
    s = socket.create_connection((host, int(port)), timeout=20)
    s.sendall(data)
    return s.recv(1000).split(b" ")[1].decode() if data else ""
while True:
    status, headers, event = ask("GET", root + "/invocation/next")
    id = headers["x-fc-request-id"]
    if event == b"wrong":
        found = [
            ask("GET", root + "/nothing")[0], ask("POST", f"{root}/invocation/{id}/other", b"x")[0], ask("DELETE", root + "/invocation/next")[0],
            ask("POST", f"{root}/invocation/none/response", b"late")[0], raw(b"nonsense\r\n\r\n"),
            raw(b"POST /2020-11-11/runtime/init/error HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            raw(b"POST /2020-11-11/runtime/init/error HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")]
        event = json.dumps(found).encode()
    if event == b"large":
        event = b"x" * (5 << 20)
    print("asked", flush=True)
    answer = ask("POST", f"{root}/invocation/{id}/response", event)[0]
    twice = ask("POST", f"{root}/invocation/{id}/error", b"{}")[0]
    print("answered", answer, twice, flush=True)
"""


def test_the_runtime_api_is_plain_http(functions):
    """Any program may speak it; what is wrong is told, and harms nobody."""
    name = functions.create("go1", {"main*": "#!/usr/bin/env python3\n" + ASKS}, "main", timeout=20)
    assert functions.call(name, b"wrong").json() == [404, 404, 404, 200, "400", "411", "413"]
    assert len(functions.call(name, b"large").body) == 5 << 20
    reply = functions.call(name, b"abc")
    assert reply.body == b"abc" and "asked\n" in log_of(reply)


def test_a_program_says_that_it_cannot_start(functions):
    code = ASKS.split("while True")[0] + 'ask("POST", root + "/init/error", json.dumps({"errorMessage": "no", "errorType": "Own"}))\nsys.exit(129)\n'
    name = functions.create("go1", {"main*": "#!/usr/bin/env python3\n" + code}, "main")
    header, body = error_of(functions.call(name))
    assert (header, body) == ("UnhandledInvocationError", {"errorMessage": "no", "errorType": "Own"})


def test_go_in_a_network_of_its_own(daemon, go_program):
    running = daemon(config="invoke: {isolation: auto, network: none}\n")
    functions = Functions(running)
    name = functions.create("go1", {"main*": go_program(GO)}, "main", memorySize=256)
    assert functions.call(name, b'"nothing"').body == b"null"
    own = running.admin("GET", "health").json()["functions"]["isolation"] == "namespace"
    assert (functions.call(name, b'"api"').json() == "127.0.0.1:9001") == own


GO_HOOKS = """
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

var calls int

func tell(word string) func(ctx context.Context) {
	return func(ctx context.Context) {
		f, _ := fccontext.FromContext(ctx)
		if c, err := net.Dial("tcp", "127.0.0.1:"+os.Getenv("REPORT")); err == nil {
			fmt.Fprintf(c, "%s %s %d\\n", word, f.Function.Name, calls)
			c.Close()
		}
	}
}

func main() {
	fc.RegisterPreFreezeFunction(tell("freeze"))
	fc.RegisterPreStopFunction(tell("stop"))
	fc.Start(func() { calls++ })
}
"""


def test_go_hooks(functions, go_program):
    with Reports() as reports:
        follow_hooks(functions, reports, "go1", {"main*": go_program(GO_HOOKS)}, "main", "main", "main")


def test_the_sample_answers_counts_and_fails_on_wish(functions, go_program):
    program = go_program((SAMPLES / "go" / "main.go").read_text(encoding="utf-8"))
    follow_sample(functions, "go1", {"main*": program}, "main", "main")
