"""Runs a Python function: frames with the daemon over descriptor 3, user code in between.

A cold start takes little more than the interpreter's own: modules that bring many others (logging, json, threading) are imported
when they are wanted, or while an interpreter waits in reserve.

A frame is <length u32><kind u8><3 bytes 0><call u32> and its payload, little-endian; see src/invoke/frame.h. Source: spec page
invocation, section 8.3.
"""

import _thread
import faulthandler
import io
import os
import select
import struct
import sys
from _signal import SIGTERM

HEAD = struct.Struct("<IBxxxI")
HEAD_BYTES, pack_head, unpack_head = HEAD.size, HEAD.pack, HEAD.unpack_from
CALL_HEAD = struct.Struct("<IBxxxII")  # with the size of its line of JSON
CALL_HEAD_BYTES, unpack_call_head = CALL_HEAD.size, CALL_HEAD.unpack_from
LOAD, INITIALIZE, HOOK, CALL, HTTP_CALL = b"LIKCH"
CALLS = (CALL, HTTP_CALL)
READY, LOADED, ANSWER, HTTP_ANSWER, ERROR = b"rlahe"
CHANNEL = 3
UNHANDLED = b"\x02"


READ_BYTES = 1 << 12  # of what is larger, the rest is read to its place
# A read() that waits wakes for nothing when the other side takes bytes out of the socket.
readable = select.poll()
readable.register(CHANNEL, select.POLLIN)
wait_for_bytes = readable.poll
read_to_place = io.BufferedReader(io.FileIO(CHANNEL, closefd=False), 1).read
has_come = b""  # behind the last frame


def read_some(most):
    wait_for_bytes()
    part = os.read(CHANNEL, most)
    if not part:
        os._exit(0)
    return part


def read_whole(count):
    data = read_to_place(count)
    if len(data) < count:
        os._exit(0)
    return data


def read_frame():
    """Mostly one read() a frame. A large event begins where that ends: it goes to its place at once, and comes beside its payload."""
    global has_come  # pylint: disable=global-statement
    data = has_come or read_some(READ_BYTES)
    while len(data) < HEAD_BYTES:
        data += read_some(READ_BYTES)
    length, kind, call = unpack_head(data)
    end = HEAD_BYTES + length
    if len(data) == end:
        has_come = b""
        return kind, call, data[HEAD_BYTES:], None
    payload, has_come = data[HEAD_BYTES:end], data[end:]
    left = length - len(payload)
    if left and kind in CALLS and len(payload) == 4 + int.from_bytes(payload[:4], "little"):
        return kind, call, payload, read_whole(left)
    return kind, call, payload + read_whole(left) if left else payload, None


write_lock = _thread.allocate_lock()


def write_all(data):
    sent = os.write(CHANNEL, data)
    while sent < len(data):
        sent += os.write(CHANNEL, memoryview(data)[sent:])


def write_frame(kind, call, *parts):
    head = pack_head(sum(map(len, parts)), kind, call)
    with write_lock:
        write_all(b"".join((head, *parts)))


class Bag:
    """A thing with attributes, and the same under their JSON names."""

    def __init__(self, **values):
        self.__dict__.update(values)


class Credentials(Bag):
    def __init__(self, key, secret, token):
        super().__init__(access_key_id=key, access_key_secret=secret, security_token=token,
                         accessKeyId=key, accessKeySecret=secret, securityToken=token)

    def to_dict(self):
        return {"accessKeyId": self.access_key_id, "accessKeySecret": self.access_key_secret, "securityToken": self.security_token}


class Context:
    """Made when it is looked at: most handlers never do, and it has many parts."""
    __slots__ = ("_made",)

    @property
    def __dict__(self):
        if isinstance(self._made, tuple):
            load, meta = self._made
            set_made(self, context_parts(load, parsed(meta)))
        return self._made

    def __getattr__(self, name):
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(f"'Context' object has no attribute '{name}'") from None

    def __setattr__(self, name, value):
        self.__dict__[name] = value

    def __delattr__(self, name):
        if self.__dict__.pop(name, self) is self:
            raise AttributeError(name)

    def getLogger(self):
        return self.logger

    def to_json(self):
        shown = {"requestId": self.request_id}
        if hasattr(self, "credentials"):
            shown["credentials"] = self.credentials.to_dict()
        shown["function"] = dict(self.function.__dict__)
        shown["service"] = {
            "name": self.service.name, "logProject": self.service.log_project, "logStore": self.service.log_store,
            "qualifier": self.service.qualifier, "versionId": self.service.version_id}
        shown["region"] = self.region
        shown["accountId"] = self.account_id
        shown["retryCount"] = self.retry_count
        shown["tracing"] = {
            "openTracingSpanContext": self.tracing.span_context, "openTracingSpanBaggages": self.tracing.span_baggages,
            "jaegerEndpoint": self.tracing.jaeger_endpoint}
        return shown


set_made = Context._made.__set__  # past __setattr__
new_object = object.__new__


def make_context(load, meta):
    context = new_object(Context)
    set_made(context, (load, meta))
    return context


current = Bag()  # `meta` of the call: where several run at once, of the one that a thread has


# ---- what comes when it is wanted ----

def with_request_id(record):
    meta = getattr(current, "meta", None)
    record.request_id = request_id_of(meta) if meta else ""
    return True


def prepare_logging(logging):
    import time
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(request_id)s [%(levelname)s] %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(with_request_id)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


class Standard:
    """Finds what runs here where it was before user code came: a file of the user's with such a name is in nobody's way."""

    names = frozenset((
        "collections", "contextlib", "copyreg", "datetime", "decimal", "enum", "functools", "io", "json", "keyword", "linecache",
        "logging", "numbers", "operator", "re", "reprlib", "signal", "sre_compile", "sre_constants", "sre_parse", "string", "textwrap",
        "threading", "token", "tokenize", "traceback", "types", "urllib", "warnings", "weakref", "_weakrefset"))

    def __init__(self):
        self.path = list(sys.path)

    def find_spec(self, name, path=None, target=None):
        for finder in sys.meta_path if name in self.names and path is None else ():
            spec = finder.find_spec(name, self.path, target) if finder is not self else None
            if spec is not None:
                if name == "logging":
                    self.prepare(spec.loader, prepare_logging)
                return spec
        return None

    @staticmethod
    def prepare(loader, change):
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            change(module)

        loader.exec_module = exec_module


def parsed(text):
    """As json.loads(), which brings regular expressions along."""
    if "json" not in sys.modules:
        try:
            from _json import make_scanner
            return make_scanner(Plain)(bytes(text).decode(), 0)[0]
        except ImportError:
            pass
    import json
    return json.loads(text)


class Plain:
    """How a scanner reads JSON."""
    strict, object_hook, object_pairs_hook = True, None, None
    parse_float, parse_int, parse_constant = float, int, float


def json_text(value, **options):
    import json
    return json.dumps(value, **options)


def request_id_of(meta):
    """The first member of what a call brings; the rest is read only when somebody wants to know."""
    begin = b'{"requestId":"'
    if meta.startswith(begin):
        text = meta[len(begin):meta.index(b'"', len(begin))]
        if b"\\" not in text:
            return text.decode()
    return parsed(meta)["requestId"]


def context_parts(load, meta):
    import logging
    function, service = load["function"], load["service"]
    credentials = {}
    if load["runtime"] != "python3.12":
        credentials["credentials"] = Credentials(*meta.get("credentials", ("", "", "")))
    return dict(
        request_id=meta["requestId"], requestId=meta["requestId"],
        function=Bag(name=function["name"], handler=function["handler"], memory=function["memory"], timeout=function["timeout"]),
        service=Bag(name=service["name"], log_project=service["logProject"], log_store=service["logStore"],
                    qualifier=service["qualifier"], version_id=service["versionId"]),
        region=load["region"], account_id=load["accountId"], accountId=load["accountId"], retry_count=meta.get("retryCount", 0),
        tracing=Bag(span_context=meta.get("spanContext", ""), span_baggages=meta.get("spanBaggages", {}), jaeger_endpoint=""),
        logger=logging.getLogger(), **credentials)


# ---- errors ----

def frames_of(traceback_):
    import traceback
    own = os.path.abspath(__file__)
    shown = []
    for frame in traceback.extract_tb(traceback_):
        if os.path.abspath(frame.filename) == own or frame.filename.startswith("<frozen importlib"):
            continue
        shown.append([f'File "{frame.filename}"', f"line {frame.lineno}", f"in {frame.name}", frame.line or ""])
    return shown


def error_body(message, kind, stack=None):
    body = {"errorMessage": message, "errorType": kind}
    if stack is not None:
        body["stackTrace"] = stack
    return json_text(body)


def text_of(error):
    """An error of the user's may have no text to give."""
    try:
        return str(error)
    except BaseException as e:  # pylint: disable=broad-except
        return f"<{type(e).__name__} when asked for its text>"


class LoadError(Exception):
    def __init__(self, kind, message, stack=None):
        super().__init__(message)
        self.body = error_body(message, kind, stack)


def import_module(name):
    name_of_module = name.replace("/", ".")
    try:
        __import__(name_of_module)
        return sys.modules[name_of_module]
    except ImportError as e:
        raise LoadError("ImportModuleError", f"Unable to import module '{name}': {text_of(e)}", frames_of(e.__traceback__)) from e
    except SyntaxError as e:
        stack = [[f'File "{e.filename}"', f"line {e.lineno}", "", (e.text or "").rstrip("\n")]]
        raise LoadError("UserCodeSyntaxError", f"Syntax error in module '{name}': {e.msg}", stack) from e
    except Exception as e:
        raise LoadError("UserCodeError", f"Module initialization error: {text_of(e)}", frames_of(e.__traceback__)) from e


def find_entry(text):
    module, dot, name = text.rpartition(".")
    if not dot or not module or not name:
        raise LoadError("InvalidHandleName", f"Invalid handler '{text}'")
    entry = getattr(import_module(module), name, None)
    if not callable(entry):
        raise LoadError("HandlerNotFound", f"Handler '{name}' is missing on module '{module}'")
    return entry


# ---- results ----

def plain(value):
    import datetime
    import decimal
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def result_bytes(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    return json_text(value, sort_keys=True, indent=4, default=plain).encode()


def part_bytes(part):
    return bytes(part) if isinstance(part, (bytes, bytearray, memoryview)) else str(part).encode()


def path_info(path):
    """Decoded, a character a byte: so WSGI has it."""
    if "%" not in path and path.isascii():
        return path
    from urllib.parse import unquote_to_bytes
    return unquote_to_bytes(path).decode("latin-1")


def wsgi_environ(http, event, context):
    environ = dict(os.environ)
    path = path_info(http["path"] or "/")
    headers = {k.lower(): v for k, v in http["headersMap"].items()}
    environ.update({
        "REQUEST_METHOD": http["method"], "PATH_INFO": path, "REMOTE_ADDR": http["clientIP"],
        "QUERY_STRING": http["requestURI"].partition("?")[2], "CONTENT_TYPE": ",".join(headers.get("content-type", [])),
        "CONTENT_LENGTH": str(len(event)), "SCRIPT_NAME": "", "SERVER_NAME": "FCRUNTIME", "SERVER_PORT": "9000",
        "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_SOFTWARE": "FCRUNTIME/1.0", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(event), "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False,
        "wsgi.run_once": False, "fc.context": context, "fc.request_uri": http["requestURI"],
        "HTTP_X_FC_FUNCTION_HANDLER": context.function.handler,
    })
    for name, values in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = ",".join(values)
    return environ


def run_wsgi(entry, http, event, context):
    answer = {"status": 200, "headersMap": {}}
    body = []

    def start_response(status, headers, exc_info=None):
        # Nothing is sent before all is there: the head of an error always comes in time.
        answer["status"] = int(status.split(" ", 1)[0])
        answer["headersMap"] = {}
        for name, value in headers:
            answer["headersMap"].setdefault(name, []).append(value)
        return lambda data: body.append(part_bytes(data))

    parts = entry(wsgi_environ(http, event, context), start_response)
    try:
        for part in (parts,) if isinstance(parts, (bytes, bytearray, str)) else parts or ():
            body.append(part_bytes(part))
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return answer, b"".join(body)


# ---- the life ----

def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError, AttributeError):
            pass


class Runner:
    def __init__(self):
        self.load = None
        self.entry = None
        self.alone = True  # one call at a time

    def do_load(self, call, payload):
        global current  # pylint: disable=global-statement
        self.load = parsed(payload)
        self.alone = self.load["concurrency"] == 1
        code = self.load["code"]
        if "environment" in self.load:  # it waited in reserve: folders and variables are new
            os.environ.update(self.load["environment"])
            sys.path_importer_cache.clear()
        os.chdir(code)
        sys.path.insert(0, code)
        sys.argv = [code]
        if not self.alone:
            import threading  # by the main thread, which the module takes for the one that imports it
            self.thread = threading.Thread
            current = _thread._local()
        self.entry = find_entry(self.load["function"]["handler"])
        flush()
        write_frame(LOADED, call)

    def do_initialize(self, call, payload):
        current.meta = payload
        find_entry(self.load["initializer"])(make_context(self.load, payload))
        flush()
        write_frame(ANSWER, call)

    def do_hook(self, call, payload):
        current.meta = payload
        find_entry(parsed(payload)["handler"])(make_context(self.load, payload))
        flush()
        write_frame(ANSWER, call)

    def do_call(self, kind, call, payload, event):
        end = 4 + int.from_bytes(payload[:4], "little")
        current.meta = meta = payload[4:end]
        if event is None:
            event = payload[end:]
        context = make_context(self.load, meta)
        if kind == HTTP_CALL:
            answer, body = run_wsgi(self.entry, parsed(meta)["http"], event, context)
            head = json_text(answer).encode()
            flush()
            write_frame(HTTP_ANSWER, call, len(head).to_bytes(4, "little"), head, body)
            return
        result = result_bytes(self.entry(event, context))
        flush()
        write_frame(ANSWER, call, result)

    def answer(self, call, data, end):
        """A call that came by one read, and has the instance for itself, as nearly all: no more is done than has to be."""
        context = new_object(Context)
        current.meta = meta = data[CALL_HEAD_BYTES:end]
        set_made(context, (self.load, meta))
        result = self.entry(data[end:], context)
        if not isinstance(result, bytes):
            result = result_bytes(result)
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (ValueError, OSError, AttributeError):
            flush()
        write_all(pack_head(len(result), ANSWER, call) + result)

    def fail(self, call, body):
        import logging
        logging.getLogger().error(body)
        flush()
        write_frame(ERROR, call, UNHANDLED, body.encode())

    def run(self, kind, call, payload, event):
        try:
            if kind in CALLS:
                self.do_call(kind, call, payload, event)
            else:
                {LOAD: self.do_load, INITIALIZE: self.do_initialize, HOOK: self.do_hook}[kind](call, payload)
        except BaseException as e:  # pylint: disable=broad-except
            self.failed(call, e)

    def failed(self, call, error):
        if isinstance(error, LoadError):
            self.fail(call, error.body)
        elif isinstance(error, SystemExit):
            flush()
            os._exit(error.code if isinstance(error.code, int) else 0 if error.code is None else 1)
        elif isinstance(error, MemoryError):  # a wall before the limit: the end is the same
            flush()
            os._exit(137)
        else:
            self.fail(call, error_body(text_of(error), type(error).__name__, frames_of(error.__traceback__)))

    def serve(self):
        global has_come  # pylint: disable=global-statement
        write_frame(READY, 0)
        if not readable.poll(0):  # in reserve: what user code is likely to want comes meanwhile
            import json, logging, threading  # noqa: F401 pylint: disable=unused-import,multiple-imports
        while True:
            data = has_come or read_some(READ_BYTES)
            if self.alone and len(data) >= CALL_HEAD_BYTES:
                length, kind, call, size = unpack_call_head(data)
                if kind == CALL and len(data) == HEAD_BYTES + length:
                    has_come = b""
                    try:
                        self.answer(call, data, CALL_HEAD_BYTES + size)
                    except BaseException as e:  # pylint: disable=broad-except
                        self.failed(call, e)
                    continue
            has_come = data
            kind, call, payload, event = read_frame()
            if kind in CALLS and not self.alone:
                self.thread(target=self.run, args=(kind, call, payload, event), daemon=True).start()
            else:
                self.run(kind, call, payload, event)
            payload = event = None  # it may be large: it goes before the next one comes


def main():
    os.set_inheritable(CHANNEL, False)
    sys.path.pop(0)
    sys.meta_path.insert(0, Standard())
    faulthandler.register(SIGTERM, all_threads=True, chain=True)
    print("FunctionCompute python3 runtime inited.", flush=True)
    Runner().serve()
