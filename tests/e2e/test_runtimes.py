"""PHP, Java and Go functions: what they are told, what they return, how they fail. An interpreter that is not here skips its rows."""

import json
import os
import re
import shutil
import subprocess

import pytest

from fcemu import ROOT, Daemon
from functions import Functions, error_of, log_of
from test_invocation import EXIT, TIMED_OUT

SAMPLES = ROOT / "fixtures" / "functions"
JAVA_API = ROOT / "src" / "invoke" / "bootstrap" / "java" / "api"


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")


@pytest.fixture(scope="module", params=["process", "namespace"])
def functions(request, tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp(request.param), config=f"invoke: {{isolation: {request.param}}}\n").start()
    yield Functions(running)
    running.stop()


# ---- PHP ----


@pytest.fixture
def php(functions):
    need("php")
    return lambda code, **members: functions.create("php7.2", {"index.php": "<?php\n" + code}, memorySize=256, **members)


def test_php_is_told_of_its_call(functions, php):
    name = php("function handler($event, $context) { echo 'hello ', $event, \"\\n\"; return $context; }", timeout=3)
    reply = functions.call(name, b"abc", {"X-Fc-Tracing-Opentracing-Span-Context": "span", "X-Fc-Tracing-Opentracing-Span-Context-Baggage-k": "v"})
    context = reply.json()
    assert context["requestId"] == reply.headers["X-Fc-Request-Id"]
    assert context["function"] == {
        "name": name, "handler": "index.handler", "memory": 256, "timeout": 3, "initializer": "", "initializationTimeout": 3}
    assert context["service"] == {"name": "demo", "logProject": "", "logStore": "", "qualifier": "LATEST", "versionId": ""}
    assert (context["region"], context["accountId"], context["retryCount"]) == ("cn-shanghai", "16530750", 0)
    assert context["credentials"]["accessKeyId"].startswith("STS.") and context["credentials"]["securityToken"]
    assert context["tracing"] == {"openTracingSpanContext": "span", "openTracingSpanBaggages": {"k": "v"}, "jaegerEndpoint": ""}
    request_id = context["requestId"]
    assert f"FC Invoke Start RequestId: {request_id}\nhello abc\nFC Invoke End RequestId: {request_id}\n" in log_of(reply)


def test_php_results_are_text_or_json(functions, php):
    name = php("function handler($event) { return eval(\"return $event;\"); }")
    for written, answer in {"'a'": b"a", "['x' => 'ä/']": '{"x":"ä\\/"}'.encode(), "null": b"null", "1.5": b"1.5", "\"\\xff\"": b"\xff"}.items():
        assert functions.call(name, written.encode()).body == answer
    _, body = error_of(functions.call(name, b"[NAN]"))
    assert body["errorMessage"].startswith("The result cannot be written as JSON: Inf and NaN")


def test_php_logs_lines_of_the_service(functions, php):
    name = php("function handler() { $GLOBALS['fcLogger']->warn('it is {n}', ['n' => 5]); $GLOBALS['fcLogger']->info('yes'); return ''; }")
    reply = functions.call(name)
    at = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {reply.headers['X-Fc-Request-Id']}"
    assert re.search(rf"^{at} \[WARNING\] it is 5\n{at} \[INFO\] yes$", log_of(reply), re.MULTILINE)


PHP_ERRORS = {
    "throw": ("function handler() { throw new LogicException('bad thing'); }", {}, "LogicException", "bad thing"),
    "error": ("function handler() { return no_such_function(); }", {}, "Error", "Call to undefined function no_such_function()"),
    "type": ("function handler(int $event) { }", {}, "TypeError", "handler(): Argument #1"),
    "syntax": ("function handler( {", {}, "UserCodeSyntaxError", "Syntax error in module 'index': "),
    "module level": ("throw new Exception('at load');", {}, "UserCodeError", "Module initialization error: at load"),
    "no entry": ("$x = 1;", {}, "HandlerNotFound", "Handler 'handler' is missing on module 'index'"),
    "no dot": ("", {"handler": "index"}, "InvalidHandlerName", "Invalid handler 'index'"),
    "no file": ("", {"handler": "main.handler"}, "ImportModuleError", "Module '"),
}


@pytest.mark.parametrize("kind", PHP_ERRORS)
def test_php_errors_have_type_and_trace(functions, php, kind):
    code, members, error_type, message = PHP_ERRORS[kind]
    name = php(code, **members)
    for _ in range(2):  # the next call works, and fails alike
        reply = functions.call(name)
        header, body = error_of(reply)
        assert (header, body["errorType"]) == ("UnhandledInvocationError", error_type)
        assert body["errorMessage"].startswith(message)
        assert re.search(r"Z \S* \[ERROR\] {\"errorMessage\"", log_of(reply))
    if kind == "throw":
        assert body["stackTrace"]["file"].endswith("/index.php")
        assert (body["stackTrace"]["line"], body["stackTrace"]["traceString"]) == (2, "#0 {main}")


PHP_ENDS = {
    "exit": "exit(3);",
    "memory": "$x = []; for (;;) $x[] = str_repeat('x', 1 << 20);",
    "many": "$x = []; for (;;) { $x[] = shm_attach(rand(), 4 << 20); $x[] = str_repeat('x', 4 << 20); }",
    "deep": "$f = function () use (&$f) { return [$f(), str_repeat('x', 1 << 16)]; }; $f();",
}


@pytest.mark.parametrize("kind", PHP_ENDS)
def test_php_that_ends_gives_the_documented_body(functions, php, kind):
    name = php(f"function handler($event) {{ if ($event) {{ {PHP_ENDS[kind]} }} return 'fine'; }}", timeout=30)
    header, body = error_of(functions.call(name, b"x"))
    assert header == "UnhandledInvocationError"
    assert list(body) == ["errorMessage"] and EXIT.fullmatch(body["errorMessage"])
    assert functions.call(name).body == b"fine"


def test_php_beyond_its_time(functions, php):
    name = php("function handler($event) { while ($event) ; return 'fine'; }", timeout=1)
    header, body = error_of(functions.call(name, b"x"))
    assert header == "UnhandledInvocationError" and TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name).body == b"fine"


PHP_HTTP = """
use RingCentral\\Psr7\\Response;
use Psr\\Http\\Message\\ServerRequestInterface;
function handler(ServerRequestInterface $request, $context) {
    $shown = $request->getAttributes() + ['line' => $request->getHeaderLine('X-Asked'), 'uri' => (string)$request->getUri(),
        'params' => $request->getQueryParams(), 'form' => $request->getParsedBody(), 'cookies' => $request->getCookieParams(),
        'body' => $request->getBody()->getContents(), 'target' => $request->getRequestTarget(), 'id' => $context['requestId']];
    if ($shown['body'] === 'raise') throw new DomainException('no');
    if ($shown['body'] === 'text') return 'just text';
    return (new Response(201, ['X-Mine' => ['a', 'b'], 'Content-Type' => 'application/json'], json_encode($shown)))->withAddedHeader('x-mine', 'c');
}
"""


def test_php_of_the_older_generations_gets_psr_7(functions, php):
    name = php(PHP_HTTP)
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    headers = {"X-Asked": "1", "Cookie": "c=d%20e; f=g", "Content-Type": "application/x-www-form-urlencoded"}
    reply = functions.running.call("POST", f"{path}/a/b?c=1&c=2&d=3", b"k=v", headers)
    assert (reply.status, reply.headers.get_all("X-Mine")) == (201, ["a", "b", "c"])
    seen = reply.json()
    assert (seen["path"], seen["requestURI"], seen["method"]) == ("/a/b", f"{path}/a/b?c=1&c=2&d=3", "POST")
    assert seen["queries"] == seen["params"] == {"c": ["1", "2"], "d": "3"}
    assert (seen["line"], seen["form"], seen["cookies"], seen["body"]) == ("1", {"k": "v"}, {"c": "d e", "f": "g"}, "k=v")
    assert seen["clientIP"] == "127.0.0.1" and seen["headers"]["X-Asked"] == ["1"]
    assert seen["target"] == f"{path}/a/b?c=1&c=2&d=3" and seen["id"] == reply.headers["X-Fc-Request-Id"]
    failed = functions.running.call("POST", path, b"raise")
    assert (failed.status, failed.headers["X-Fc-Error-Type"], failed.json()["errorType"]) == (502, "UnhandledInvocationError", "DomainException")
    text = functions.running.call("POST", path, b"text")
    assert (text.status, text.json()["errorType"]) == (502, "UnexpectedValueException") and "not string" in text.json()["errorMessage"]


def test_a_psr_7_package_of_the_user_comes_first(functions, php):
    """The interfaces of the first version: without types, and not ours."""
    need("php")
    interfaces = {
        "MessageInterface": "getProtocolVersion() withProtocolVersion($v) getHeaders() hasHeader($n) getHeader($n) getHeaderLine($n) "
                            "withHeader($n,$v) withAddedHeader($n,$v) withoutHeader($n) getBody() withBody(StreamInterface$b)",
        "RequestInterface:MessageInterface": "getRequestTarget() withRequestTarget($t) getMethod() withMethod($m) getUri() withUri(UriInterface$u,$p=false)",
        "ServerRequestInterface:RequestInterface": "getServerParams() getCookieParams() withCookieParams(array$c) getQueryParams() "
                                                   "withQueryParams(array$q) getUploadedFiles() withUploadedFiles(array$f) getParsedBody() "
                                                   "withParsedBody($d) getAttributes() getAttribute($n,$d=null) withAttribute($n,$v) withoutAttribute($n)",
        "ResponseInterface:MessageInterface": "getStatusCode() withStatus($c,$r='') getReasonPhrase()",
        "StreamInterface": "__toString() close() detach() getSize() tell() eof() isSeekable() seek($o,$w=SEEK_SET) rewind() isWritable() "
                           "write($s) isReadable() read($l) getContents() getMetadata($k=null)",
        "UriInterface": "getScheme() getAuthority() getUserInfo() getHost() getPort() getPath() getQuery() getFragment() withScheme($s) "
                        "withUserInfo($u,$p=null) withHost($h) withPort($p) withPath($p) withQuery($q) withFragment($f) __toString()",
    }
    text = "<?php\nnamespace Psr\\Http\\Message;\n"
    for head, methods in interfaces.items():
        own, _, parent = head.partition(":")
        body = "".join(f" public function {method};" for method in methods.split(" ") if method)
        text += f"interface {own}{' extends ' + parent if parent else ''} {{{body} }}\n"
    code = (
        "<?php\nrequire __DIR__ . '/psr.php';\nfunction handler(Psr\\Http\\Message\\ServerRequestInterface $request) {\n"
        "  $file = (new ReflectionClass('Psr\\Http\\Message\\MessageInterface'))->getFileName();\n"
        "  return new RingCentral\\Psr7\\Response(200, [], basename($file) . $request->getMethod());\n}\n")
    name = functions.create("php7.2", {"index.php": code, "psr.php": text})
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/")
    assert (reply.status, reply.body) == (200, b"psr.phpGET")


# ---- Java ----


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Classes of sources, compiled against the service's interfaces alone."""
    need("java", "javac")
    folder = tmp_path_factory.mktemp("java")
    count = 0

    def build(sources, api=False):
        nonlocal count
        count += 1
        place, out = folder / f"source{count}", folder / f"classes{count}"
        for name, text in sources.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        subprocess.run(
            ["javac", "--release", "8", "-nowarn", "-Xlint:-options", "-d", out, "-sourcepath", f"{JAVA_API}:{place}",
             *(place / name for name in sources)], check=True)
        return {
            str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.class"))
            if api or not str(path.relative_to(out)).startswith(("com/aliyun/", "javax/"))}

    return build


JAVA = """
package demo;
import com.aliyun.fc.runtime.*;
import java.io.*;
import java.util.*;
public class App implements StreamRequestHandler {
    public void handleRequest(InputStream in, OutputStream out, Context c) throws IOException {
        byte[] bytes = new byte[100];
        int got = in.read(bytes);
        String asked = got > 0 ? new String(bytes, 0, got) : "";
        if (asked.equals("raise")) throw new IllegalStateException("bad thing", new IOException("below"));
        if (asked.equals("error")) throw new AssertionError("worse");
        if (asked.equals("deep")) deep(1);
        if (asked.equals("exit")) System.exit(3);
        if (asked.equals("halt")) Runtime.getRuntime().halt(4);
        if (asked.equals("memory")) { List<byte[]> all = new ArrayList<>(); for (;;) all.add(new byte[1 << 20]); }
        if (asked.equals("loop")) for (;;) ;
        System.out.println("printed");
        c.getLogger().setLogLevel(FunctionComputeLogger.Level.INFO);
        c.getLogger().debug("hidden");
        c.getLogger().warn("shown");
        FunctionParam f = c.getFunctionParam();
        Service s = c.getService();
        Credentials k = c.getExecutionCredentials();
        out.write(String.join("|", c.getRequestId(), f.getFunctionName(), f.getFunctionHandler(), f.getFunctionInitializer(),
            "" + f.getExecTimeLimitInMillis(), "" + f.getMemoryLimitInMB(), s.getName(), s.getQualifier(), s.getVersionId(),
            k.getAccessKeyId().substring(0, 4), c.getTracing().getSpanContext(), "" + c.getTracing().getSpanBaggages(), "" + c.getRetryCount(),
            System.getenv("MINE"), "" + new File("demo/App.class").exists()).getBytes());
    }
    static int deep(int n) { return deep(n + 1) + 1; }
}
"""


@pytest.fixture(scope="module")
def java(functions, compiled):
    return functions.create(
        "java11", compiled({"demo/App.java": JAVA}), "demo.App::handleRequest", memorySize=256, timeout=20, environmentVariables={"MINE": "x"})


def test_java_is_told_of_its_call(functions, java):
    headers = {"X-Fc-Tracing-Opentracing-Span-Context": "span", "X-Fc-Tracing-Opentracing-Span-Context-Baggage-k": "v"}
    reply = functions.call(java, b"", headers)
    request_id = reply.headers["X-Fc-Request-Id"]
    assert reply.body.decode().split("|") == [
        request_id, java, "demo.App::handleRequest", "", "20000", "256", "demo", "LATEST", "", "STS.", "span", "{k=v}", "0", "x", "true"]
    log = log_of(reply)
    assert f"FC Invoke Start RequestId: {request_id}\nprinted\n" in log and "hidden" not in log
    assert re.search(rf"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {request_id} \[WARN\] shown$", log, re.MULTILINE)
    [entry] = functions.running.requests(f"&function={java}&operation=InvokeFunction")[-1:]
    assert entry["ran"].startswith("Java ")


@pytest.mark.parametrize("asked, error_type, message", [
    ("raise", "java.lang.IllegalStateException", "bad thing"), ("error", "java.lang.AssertionError", "worse"),
    ("deep", "java.lang.StackOverflowError", "")])
def test_java_errors_have_type_cause_and_trace(functions, java, asked, error_type, message):
    reply = functions.call(java, asked.encode())
    header, body = error_of(reply)
    assert (header, body["errorType"], body["errorMessage"]) == ("UnhandledInvocationError", error_type, message)
    assert body.get("errorCause") == ("java.io.IOException: below" if asked == "raise" else None)
    if asked != "deep":
        assert body["stackTrace"] == [f"demo.App.handleRequest(App.java:{11 if asked == 'raise' else 12})"]
    assert f"Z {reply.headers['X-Fc-Request-Id']} [ERROR] {{\"errorMessage\"" in log_of(reply) or asked == "deep"


@pytest.mark.parametrize("asked", ["exit", "halt", "memory"])
def test_java_that_ends_gives_the_documented_body(functions, java, asked):
    header, body = error_of(functions.call(java, asked.encode()))
    assert header == "UnhandledInvocationError" and list(body) == ["errorMessage"] and EXIT.fullmatch(body["errorMessage"])
    assert functions.call(java).status == 200


def test_java_beyond_its_time(functions, compiled):
    name = functions.create("java8", compiled({"demo/App.java": JAVA}), "demo.App::handleRequest", memorySize=256, timeout=1)
    _, body = error_of(functions.call(name, b"loop"))
    assert TIMED_OUT.fullmatch(body["errorMessage"])


JAVA_LOADS = {
    "no colons": ("demo.App", "InvalidHandlerName", "Invalid handler 'demo.App'"),
    "no class": ("demo.Other::handleRequest", "ClassNotFound", "Class 'demo.Other' is missing in the package"),
    "no method": ("demo.App::run", "HandlerNotFound", "Method 'run' is missing on class 'demo.App'"),
    "no interface": ("demo.Plain::handleRequest", "InvalidHandler", "Class 'demo.Plain' implements none of"),
    "throws": ("demo.Throws::handleRequest", "java.lang.IllegalStateException", "made"),
    "static": ("demo.Static::handleRequest", "java.lang.ExceptionInInitializerError", ""),
    "link": ("demo.Link::handleRequest", "java.lang.NoClassDefFoundError", "demo/Gone"),
}
JAVA_BROKEN = {
    "demo/App.java": JAVA,
    "demo/Plain.java": "package demo; public class Plain { public void handleRequest() {} }",
    "demo/Throws.java": "package demo; public class Throws { public Throws() { throw new IllegalStateException(\"made\"); } }",
    "demo/Static.java": "package demo; public class Static { static int x = 1 / Integer.parseInt(\"0\"); }",
    "demo/Gone.java": "package demo; public class Gone {}",
    "demo/Link.java": "package demo; public class Link { Gone gone = new Gone(); }",
}


@pytest.mark.parametrize("kind", JAVA_LOADS)
def test_java_handlers_that_are_none(functions, compiled, kind):
    handler, error_type, message = JAVA_LOADS[kind]
    files = compiled(JAVA_BROKEN)
    del files["demo/Gone.class"]
    name = functions.create("java8", files, handler, memorySize=256)
    for _ in range(2):
        header, body = error_of(functions.call(name))
        assert (header, body["errorType"]) == ("UnhandledInvocationError", error_type)
        assert body["errorMessage"].startswith(message)


POJO = """
import com.aliyun.fc.runtime.*;
import java.util.*;
public class Pojo implements PojoRequestHandler<Pojo.In, Pojo.Out> {
    public enum Kind { A, B }
    public static class In {
        private String name; public int[] numbers; public List<In> more; public Map<String, Long> map; public Kind kind; public Double part;
        public String getName() { return name; }
        public void setName(String value) { name = value + "!"; }
    }
    public static class Out {
        private final In in;
        public final boolean seen = true;
        Out(In in) { this.in = in; }
        public String getName() { return in.name; }
        public int getSum() { return Arrays.stream(in.numbers).sum(); }
        public long getMapped() { return in.map.get("k"); }
        public Kind getKind() { return in.kind; }
        public List<String> getMore() { List<String> all = new ArrayList<>(); for (In one : in.more) all.add(one.name); return all; }
        public Double getPart() { return in.part; }
        public boolean isGood() { return true; }
    }
    public Out handleRequest(In in, Context c) { return in == null ? null : new Out(in); }
}
"""


def test_java_objects_come_from_json_and_go_to_it(functions, compiled):
    name = functions.create("java8", compiled({"Pojo.java": POJO}), "Pojo::handleRequest", memorySize=256)
    event = {"name": "n", "numbers": [1, 2], "more": [{"name": "m\n"}], "map": {"k": 7}, "kind": "B", "part": 1.5, "unknown": {"x": [None]}}
    assert functions.call(name, json.dumps(event).encode()).json() == {
        "name": "n!", "sum": 3, "mapped": 7, "kind": "B", "more": ["m\n!"], "part": 1.5, "good": True, "seen": True}
    assert functions.call(name).body == b"null"
    _, body = error_of(functions.call(name, b"{no"))
    assert (body["errorType"], body["errorMessage"]) == ("java.lang.IllegalArgumentException", "no JSON: character 2 of 3")


JAVA_HTTP = """
import com.aliyun.fc.runtime.*;
import java.io.*;
import java.util.*;
import javax.servlet.*;
import javax.servlet.http.*;
public class Web implements HttpRequestHandler {
    public void handleRequest(HttpServletRequest r, HttpServletResponse a, Context c) throws IOException, ServletException {
        String body = "";
        for (String line; (line = r.getReader().readLine()) != null; ) body += line;
        if (body.equals("raise")) throw new ServletException("no");
        a.setStatus(202);
        a.setContentType("text/plain; charset=utf-8");
        a.addHeader("X-Mine", "a");
        a.addHeader("x-mine", "b");
        Cookie cookie = new Cookie("k", "v");
        cookie.setPath("/");
        a.addCookie(cookie);
        String text = String.join("|", r.getMethod(), r.getRequestURI(), r.getQueryString(), r.getHeader("x-asked"), "" + r.getIntHeader("X-None"),
            r.getParameter("c"), Arrays.toString(r.getParameterValues("c")), r.getCookies()[0].getValue(), body, "" + r.getContentLength(),
            "" + r.getAttribute("FC_REQUEST_PATH"), "" + r.getAttribute("FC_REQUEST_URI"), "" + r.getAttribute("FC_REQUEST_CLIENT_IP"),
            r.getRemoteAddr(), "" + r.isSecure(), r.getClass().getInterfaces()[0].getProtectionDomain().getCodeSource().getLocation() == null ? "ours" : "theirs");
        if (r.getParameter("stream") != null) a.getOutputStream().print(text); else a.getWriter().write(text);
    }
}
"""


@pytest.mark.parametrize("bundled", [False, True], ids=["thin", "fat"])
def test_java_of_the_older_generations_gets_a_servlet(functions, compiled, bundled):
    """A fat package brings the interfaces itself: then those are the ones that are implemented."""
    name = functions.create("java8", compiled({"Web.java": JAVA_HTTP}, api=bundled), "Web::handleRequest", memorySize=256)
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    reply = functions.running.call("POST", f"{path}/a?c=1&c=2%26&stream", b"hello", {"X-Asked": "yes", "Cookie": "n=w"})
    assert (reply.status, reply.headers.get_all("X-Mine"), reply.headers["Set-Cookie"]) == (202, ["a", "b"], "k=v; Path=/")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.body.decode().split("|") == [
        "POST", f"{path}/a", "c=1&c=2%26&stream", "yes", "-1", "1", "[1, 2&]", "w", "hello", "5", "/a", f"{path}/a?c=1&c=2%26&stream",
        "127.0.0.1", "127.0.0.1", "false", "theirs" if bundled else "ours"]
    failed = functions.running.call("POST", path, b"raise")
    assert (failed.status, failed.json()["errorType"]) == (502, "javax.servlet.ServletException")
    _, body = error_of(functions.call(name, b"x"))
    assert "it is called through an HTTP trigger" in body["errorMessage"]


def test_java_packages_are_jars_and_jars_in_lib(functions, compiled):
    from functions import packed

    jar = packed(compiled({"demo/App.java": JAVA}))
    for place in ("app.jar", "lib/app.jar"):
        name = functions.create("java8", {place: jar}, "demo.App::handleRequest", memorySize=256)
        assert functions.call(name).status == 200 and b"|false" in functions.call(name).body


# ---- Go ----

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


@pytest.fixture(scope="module")
def go_program(tmp_path_factory):
    """A program with the public library, as it comes from the module proxy."""
    need("go")
    built = {}

    def build(source):
        if source not in built:
            folder = tmp_path_factory.mktemp("go")
            for name in ("go.mod", "go.sum"):
                shutil.copy(SAMPLES / "go" / name, folder)
            (folder / "main.go").write_text(source, encoding="utf-8")
            env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
            got = subprocess.run(["go", "mod", "download"], cwd=folder, env=env, capture_output=True, text=True, check=False)
            if got.returncode:
                pytest.skip(f"the Go library is out of reach: {got.stderr.strip()[-200:]}")
            subprocess.run(["go", "build", "-o", "main", "."], cwd=folder, env=env, check=True)
            built[source] = (folder / "main").read_bytes()
        return built[source]

    return build


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


# ---- which program runs ----


def test_the_settings_name_a_program(daemon, tmp_path):
    """One that answers as it likes: the journal says which ran."""
    program = tmp_path / "own"
    program.write_text("#!/bin/sh\nif [ \"$1\" = -c ]; then printf '/usr/bin/python3\\n9.9.9\\n/usr\\n'; fi\n")
    program.chmod(0o755)
    for config, arguments in (("runtimes: {python3.10: ../own}\n", []), ("", ["--runtimes", f"python3.10={program}"])):
        running = daemon(config=config, arguments=arguments)
        functions = Functions(running)
        for runtime, version in (("python3.10", "9.9.9"), ("python3.9", "")):
            name = functions.create(runtime, {"index.py": "def handler(e, c):\n  return 'x'\n"})
            assert functions.call(name).body == b"x"
            [entry] = running.requests(f"&function={name}&operation=InvokeFunction")
            assert entry["ran"].startswith(f"Python {version}") and ("9.9.9" in entry["ran"]) == bool(version)
        assert "runtime of another version: runtime=python3.10 version=9.9.9" in running.log()
        running.stop()


def test_a_program_that_is_no_interpreter_is_named(daemon):
    functions = Functions(daemon(config="runtimes: {php7.2: /bin/true}\n"))
    reply = functions.call(functions.create("php7.2", {"index.php": ""}))
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited")
    assert reply.json()["ErrorMessage"].startswith("'/bin/true', which the setting runtimes names for php7.2, does not answer as PHP")


WRONG_RUNTIMES = {
    "phq7.2: /bin/true": ("1:12", "runtimes.phq7.2: 'phq7.2' is no runtime; did you mean 'php7.2'?"),
    "go1: /bin/true": ("1:12", "runtimes.go1: 'go1' has no interpreter that could be named here; Python, Node.js, PHP and Java have one"),
    "java8: /none": ("1:19", "runtimes.java8: '/none' is no program; write the path of an interpreter, such as /usr/bin/python3"),
    "java8: /tmp": ("1:19", "runtimes.java8: '/tmp' is no program"),
    "java8: /etc/passwd": ("1:19", "runtimes.java8: '/etc/passwd' is no program"),
}


@pytest.mark.parametrize("text", WRONG_RUNTIMES)
def test_wrong_runtimes_are_told_with_their_place(packs, tmp_path, text):
    place, message = WRONG_RUNTIMES[text]
    (tmp_path / "fcemu.yaml").write_text(f"runtimes: {{{text}}}\n")
    checked = packs.run("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2 and f":{place}: error F208: {message}" in checked.stdout + checked.stderr
    flag = packs.run("check", "--runtimes", "java8")
    assert flag.returncode == 2 and "'java8' names no program; write RUNTIME=PATH" in flag.stdout + flag.stderr


def test_a_runtime_that_cannot_run_names_package_setting_and_the_way_round(functions):
    reply = functions.call(functions.create("dotnetcore2.1", {"x": ""}, "A::B.C::D"))
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited")
    for word in ("dotnet-runtime", "setting runtimes", "custom runtime", "custom.debian12"):
        assert word in reply.json()["ErrorMessage"]


# ---- the samples ----


def sample(language, fixture):
    folder = SAMPLES / language
    if language == "go":
        program = fixture("go_program")((folder / "main.go").read_text(encoding="utf-8"))
        return {"main*": program}, "main", "main"
    if language == "php":
        need("php")
        return {"index.php": (folder / "index.php").read_text(encoding="utf-8")}, "index.handler", "index.initialize"
    return fixture("compiled")({"Sample.java": (folder / "Sample.java").read_text(encoding="utf-8")}), "Sample::handleRequest", "Sample::initialize"


@pytest.mark.parametrize("language, runtime", [("php", "php7.2"), ("java", "java11"), ("go", "go1")])
def test_samples_answer_count_and_fail_on_wish(functions, request, language, runtime):
    files, handler, initializer = sample(language, request.getfixturevalue)
    name = functions.create(runtime, files, handler, memorySize=256, timeout=1, initializer=initializer, initializationTimeout=30)
    first = functions.call(name, b'{"name": "you"}')
    assert first.json() == {"hello": "you", "calls": 1, "requestId": first.headers["X-Fc-Request-Id"]}
    assert f"FC Initialize Start RequestId: {first.headers['X-Fc-Request-Id']}\n" in log_of(first) and f"prepared {name}" in log_of(first)
    assert functions.call(name, b"{}").json()["calls"] == 2
    header, body = error_of(functions.call(name, b'{"fail": "on wish"}'))
    assert (header, body["errorMessage"]) == ("UnhandledInvocationError", "on wish")
    _, body = error_of(functions.call(name, b'{"sleep": 60}'))
    assert TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name, b"{}").json()["calls"] == 1  # another instance
