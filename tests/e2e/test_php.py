"""PHP functions: what they are told, what they return, how they fail. Skipped without an interpreter."""

import re

import pytest

from functions import error_of, log_of
from languages import SAMPLES, follow_sample, functions, need  # noqa: F401 - fixtures
from test_invocation import EXIT, TIMED_OUT


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


def test_php_prints_each_warning_once_and_what_is_in_a_buffer(functions, php):
    name = php("function handler() { ob_start(); echo 'in a buffer'; $x = $nothing; return (string)ob_get_level(); }")
    for _ in range(2):
        reply = functions.call(name)
        assert reply.body == b"1"  # of the last call none is left open
        assert log_of(reply).count("in a buffer") == 1 and len(re.findall("Warning: .*nothing", log_of(reply))) == 1


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


def test_the_sample_answers_counts_and_fails_on_wish(functions):
    need("php")
    files = {"index.php": (SAMPLES / "php" / "index.php").read_text(encoding="utf-8")}
    follow_sample(functions, "php7.2", files, "index.handler", "index.initialize")
