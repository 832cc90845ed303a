"""The process: where its binary is, how it starts, and that it ends with us."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import pathlib
import random
import shutil
import subprocess
import urllib.error
import urllib.request
from typing import Any, Callable, Iterable, Optional, Union

Path = Union[str, "os.PathLike[str]"]

REGION = "cn-hangzhou"
FIRST_ACCOUNT = 1000000000000001
ANSWER_SECONDS = 60

# Never by a proxy of the environment: the daemon is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class FcemuError(Exception):
    """The daemon did not start, or refused what it was asked; the text is its own."""


def binary() -> str:
    """Where the daemon's binary is: FCEMU_BINARY, this package's own, or the one in PATH."""
    named = os.environ.get("FCEMU_BINARY")
    if named:
        return named
    packed = pathlib.Path(__file__).parent / "bin" / "fcemu"
    if packed.exists():
        return str(packed)
    found = shutil.which("fcemu")
    # Our own command would start itself again.
    if found and pathlib.Path(found).read_bytes()[:4] == b"\x7fELF":
        return found
    raise FcemuError("there is no fcemu here: this package was built without its binary, FCEMU_BINARY is not set, and PATH has none")


class Daemon:
    """A running daemon. `own` says that it was started here, and `end` ends it; what is global can be changed only then."""

    def __init__(self, url: str, *, env: Optional[dict] = None, ca: Optional[str] = None, log: Optional[Callable[[], str]] = None,
                 end: Optional[Callable[[], object]] = None, region: str = REGION, token: Optional[str] = None) -> None:
        self.url = url.rstrip("/")
        self.env: dict[str, str] = env or {}
        self.ca = ca
        self.region = region
        self._log = log
        self._end = end
        self._pid = os.getpid()
        self._token = token
        self._numbers = itertools.count(FIRST_ACCOUNT)
        if end:
            atexit.register(self.stop)

    @property
    def own(self) -> bool:
        return self._end is not None

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return self.url.split("://", 1)[-1]

    def account(self, number: Optional[str] = None, region: Optional[str] = None) -> "Account":
        """An account that no other test uses, or the one of this number."""
        from ._account import Account

        if number is None:  # where others come too, one by chance
            number = str(next(self._numbers) if self.own else random.SystemRandom().randrange(2 * 10**15, 10**16))
        return Account(self, number, region or self.region)

    def log(self) -> str:
        """What the daemon of our own has logged."""
        return self._log() if self._log else ""

    def ask(self, method: str, path: str, body: Any = None, headers: Optional[dict] = None, accept: Iterable[int] = ()) -> Any:
        """One call, JSON both ways. Refused with FcemuError, unless its status is one of `accept`."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("X-Fcemu-Token", self._token)
        try:
            with _opener.open(request, timeout=ANSWER_SECONDS) as answer:
                return _read(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                told = _read(refusal)
            if refusal.code in accept:
                return told
            raise FcemuError(f"{method} {path}: {refusal.code} {_why(told)}") from None
        except OSError as problem:
            raise FcemuError(f"no daemon answers at {self.url}: {problem}") from None

    def stop(self) -> None:
        """End it; also done when this process ends. A daemon that was not started here goes on."""
        end, self._end = self._end, None
        atexit.unregister(self.stop)
        if end and os.getpid() == self._pid:  # not in a fork of ours
            end()

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _read(answer: Any) -> Any:
    body = answer.read()
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _why(told: Any) -> str:
    if not isinstance(told, dict):
        return str(told)[:400]
    texts = [error.get("message", "") + (f" ({error['hint']})" if error.get("hint") else "") for error in told.get("errors") or ()]
    return "; ".join(texts) or told.get("detail") or told.get("Message") or json.dumps(told)


def _files(option: str, files: Union[None, Path, Iterable[Path]]) -> list[str]:
    if files is None:
        return []
    if isinstance(files, (str, os.PathLike)):
        files = [files]
    return [word for file in files for word in (option, os.fspath(file))]


def start(*, config: Optional[Path] = None, faults: Union[None, Path, Iterable[Path]] = None,
          fixtures: Union[None, Path, Iterable[Path]] = None, seeds: Union[None, Path, Iterable[Path]] = None,
          region: str = REGION) -> Daemon:
    """Start a daemon of our own on a free port. It ends with stop(), and with this process however that ends."""
    command = [binary(), "start", "--die-with", str(os.getpid())]
    for option, files in (("--config", config), ("--faults", faults), ("--fixtures", fixtures), ("--seeds", seeds)):
        command += _files(option, files)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    if not line.startswith("{"):
        raise FcemuError(process.communicate()[1].strip() or f"{command[0]} ended with {process.wait()}")
    process.stdout.close()
    process.stderr.close()
    told = json.loads(line)

    def log() -> str:
        return pathlib.Path(told["log"]).read_text(encoding="utf-8", errors="replace")

    def end() -> None:
        process.terminate()
        process.wait()

    return Daemon(told["url"], env=told["env"], ca=told["ca"], log=log, end=end, region=region)


def attach(address: str, *, region: str = REGION, token: Optional[str] = None) -> Daemon:
    """A daemon that runs already, perhaps for others too: HOST:PORT or a URL."""
    daemon = Daemon(address if "://" in address else f"http://{address}", region=region, token=token or os.environ.get("FCEMU_TOKEN"))
    daemon.ask("GET", "/_fcemu/health", accept=(503,))
    return daemon
