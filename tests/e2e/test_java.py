"""Java functions: what they are told, what they return, how they fail. Skipped without a compiler."""

import json
import re

import pytest

from functions import error_of, log_of
from languages import SAMPLES, compiled, follow_hooks, follow_sample, functions  # noqa: F401 - fixtures
from test_async import Reports
from test_invocation import EXIT, TIMED_OUT


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


ODD = """
import com.aliyun.fc.runtime.*;
import java.io.*;
import java.nio.file.*;
public class Odd implements StreamRequestHandler {
    static class Mute extends RuntimeException {
        @Override public String getMessage() { throw new IllegalStateException(); }
    }
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        switch (in.read()) {
            case 'm': throw new Mute();
            case 'c': throw new IOException("outer", new Mute());
            case 'i': Thread.currentThread().interrupt(); return;
            case 's': out.write((Thread.interrupted() + "").getBytes()); return;
        }
        try (BufferedReader file = new BufferedReader(new FileReader("data.txt"))) {
            out.write((file.readLine() + "|").getBytes());
        }
        out.write(Files.readAllBytes(Paths.get("data.txt")));
        boolean same = new File("data.txt").getAbsoluteFile().exists() && Paths.get("data.txt").toAbsolutePath().toFile().exists();
        out.write(("|" + same + "|" + System.getProperty("user.dir").equals(System.getenv("FC_FUNC_CODE_PATH")) + "|").getBytes());
        Process pwd = new ProcessBuilder("cat", "data.txt").start();
        out.write(pwd.getInputStream().read());
    }
}
"""


def test_java_is_where_its_code_is(functions, compiled):
    """Also one that waited in reserve, as the second has."""
    files = {**compiled({"Odd.java": ODD}), "data.txt": b"here"}
    for _ in range(2):
        name = functions.create("java11", files, "Odd::handleRequest", memorySize=320)
        assert functions.call(name, b"x").body == b"here|here|true|true|h"


def test_java_errors_without_a_text_are_told(functions, compiled):
    name = functions.create("java11", compiled({"Odd.java": ODD}), "Odd::handleRequest", memorySize=320)
    _, body = error_of(functions.call(name, b"m"))
    assert (body["errorType"], body["errorMessage"]) == ("Odd$Mute", "<java.lang.IllegalStateException when Odd$Mute is asked for its text>")
    _, body = error_of(functions.call(name, b"c"))
    assert body["errorMessage"] == "outer" and body["errorCause"].startswith("<java.lang.IllegalStateException when Odd$Mute")
    assert [functions.call(name, event).body for event in (b"i", b"s")] == [b"", b"false"]


def test_a_java_initializer_that_is_none_has_failed(functions, compiled):
    files = compiled({"demo/App.java": JAVA, "demo/Plain.java": JAVA_BROKEN["demo/Plain.java"]})
    name = functions.create("java8", files, "demo.App::handleRequest", memorySize=256, initializer="demo.Plain::initialize", initializationTimeout=30)
    header, body = error_of(functions.call(name))
    assert (header, body["errorType"]) == ("InitializationError", "HandlerNotFound")
    functions.update(name, initializer="")
    assert functions.call(name).headers["X-Fc-Error-Type"] is None


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


JAVA_HOOKS = """
import com.aliyun.fc.runtime.*;
import java.io.*;
import java.net.Socket;
public class Hooks implements StreamRequestHandler, PreFreezeHandler, PreStopHandler {
    private int calls;
    public void handleRequest(InputStream in, OutputStream out, Context c) throws IOException { calls++; }
    public void preFreeze(Context c) throws IOException { tell("freeze", c); }
    public void preStop(Context c) throws IOException { tell("stop", c); }
    private void tell(String word, Context c) throws IOException {
        try (Socket s = new Socket("127.0.0.1", PORT)) {
            s.getOutputStream().write((word + " " + c.getFunctionParam().getFunctionName() + " " + calls + "\\n").getBytes());
        }
    }
}
"""


def test_java_hooks(functions, compiled):
    with Reports() as reports:
        files = compiled({"Hooks.java": JAVA_HOOKS.replace("PORT", str(reports.port))})
        follow_hooks(functions, reports, "java11", files, "Hooks::handleRequest", "Hooks::preFreeze", "Hooks::preStop")


def test_the_sample_answers_counts_and_fails_on_wish(functions, compiled):
    files = compiled({"Sample.java": (SAMPLES / "java" / "Sample.java").read_text(encoding="utf-8")})
    follow_sample(functions, "java11", files, "Sample::handleRequest", "Sample::initialize")
