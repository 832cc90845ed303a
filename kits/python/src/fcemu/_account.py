"""What a test has: an account of a daemon, with the verbs that every kit has."""

from __future__ import annotations

import base64
import itertools
import json as json_module
import os
import urllib.parse
from typing import Any, Optional, Union

from . import _clients, _package
from ._daemon import Daemon, FcemuError

RULE_TTL = "24h"  # a rule ends with its test; the guard's half an hour would be a surprise at a breakpoint
STUB_PRIORITY = -1  # faults strike before canned answers


class NotYourOwn(FcemuError):
    """What is global was asked of a daemon that others may use."""


class Call(dict):
    """A call as the journal shows it; its fields are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __str__(self) -> str:
        target = "/".join(part for part in (self.get("service"), self.get("function")) if part)
        name = " ".join(part for part in (self.get("operation") or f"{self.get('method')} {self.get('path')}", target) if part)
        ends = f"{self.get('status') or 'no answer'} {self.get('code') or ''}".rstrip()
        outcome = self.get("outcome")
        notes = [outcome if outcome not in (None, "delivered") else "", f"rule {self['rule']}" if self.get("rule") else "",
                 f"attempt {self['attempt']}" if (self.get("attempt") or 1) > 1 else "", self.get("near_miss") or ""]
        noted = ", ".join(filter(None, notes))
        return f"{str(self.get('time', ''))[11:23]}  {name} -> {ends}, {self.get('duration_ms', 0):.1f} ms" + (f"  ({noted})" if noted else "")


class Rule:
    """A rule of this test."""

    def __init__(self, account: "Account", name: str) -> None:
        self._account = account
        self.id = name

    def _path(self) -> str:
        return f"/_fcemu/faults/rules/{urllib.parse.quote(self.id, safe='')}"

    @property
    def counters(self) -> dict:
        """matched, reached, fired and the rest, as they are now."""
        return self._account.daemon.ask("GET", self._path())

    @property
    def fired(self) -> int:
        return self.counters["fired"]

    def remove(self) -> None:
        self._account.daemon.ask("DELETE", self._path())


class Account:
    """An account of a daemon. All that is done here meets calls of this account alone, and reset() undoes it."""

    def __init__(self, daemon: Daemon, number: str, region: str) -> None:
        self.daemon = daemon
        self.number = str(number)
        self.region = region
        self._rules = itertools.count(1)
        self._undo: set[tuple[str, str]] = set()  # what reset() asks besides

    # ---- where it is ----

    @property
    def endpoint(self) -> str:
        """HOST:PORT/@region/account: what official clients of the newer generations take as their endpoint."""
        return f"{self.daemon.address}/@{self.region}/{self.number}"

    @property
    def url(self) -> str:
        """The same with http:// in front, for the older generation and plain HTTP."""
        return f"http://{self.endpoint}"

    @property
    def host(self) -> str:
        """The name that the real service would have."""
        return f"{self.number}.{self.region}.fc.aliyuncs.com"

    @property
    def env(self) -> dict[str, str]:
        """Variables that lead clients of a program you start here by their real names; add them to os.environ."""
        return dict(self.daemon.env)

    def client(self, api: str = "2023-03-30", **config: Any) -> Any:
        """An official client, ready: of 2023-03-30, 2021-04-06 or 2016-08-15. `config` goes to its configuration."""
        return _clients.make(self, api, config)

    # ---- rules ----

    def _add(self, rule: dict, kind: str) -> Rule:
        rule = {"ttl": RULE_TTL, **rule, "match": {**rule.get("match", {}), "account": self.number}}
        rule.setdefault("id", f"{kind}-{self.number}-{next(self._rules)}")
        self.daemon.ask("POST", "/_fcemu/faults/rules", rule)
        return Rule(self, rule["id"])

    def stub(self, function: str, *, body: Union[None, str, bytes] = None, json: Any = None, status: int = 200,
             headers: Optional[dict[str, str]] = None, operation: str = "InvokeFunction", **match: Any) -> Rule:
        """Answer calls of a function without running anything; further words are keys of `match`."""
        respond: dict[str, Any] = {"status": status}
        if json is not None:
            body, headers = json_module.dumps(json), {"content-type": "application/json", **(headers or {})}
        if isinstance(body, bytes):
            respond["body_base64"] = base64.b64encode(body).decode()
        elif body is not None:
            respond["body"] = body
        if headers:
            respond["headers"] = headers
        return self._add({"priority": STUB_PRIORITY, "match": {"operation": operation, "function": function, **match},
                          "do": {"respond": respond}}, "stub")

    def fault(self, do: Union[str, dict], *, times: Optional[int] = None, when: Optional[dict] = None,
              rule: Optional[dict] = None, **match: Any) -> Rule:
        """Strike calls: `do` is a documented code or what a rule has there, `times` strikes the first so many; further words are
        keys of `match` (function, operation, region, ...). `rule` has what else a rule may hold: id, ttl, priority, limit."""
        whole: dict[str, Any] = {**(rule or {}), "match": match, "do": {"error": do} if isinstance(do, str) else do}
        gates = dict(when or {})
        if times is not None:
            gates.setdefault("calls", {"first": times})
        if gates:
            whole["when"] = gates
        return self._add(whole, "fault")

    # ---- what happened ----

    def calls(self, **filters: Any) -> list[Call]:
        """Calls of this account, oldest first; filters as the control side has them: operation, function, status="5xx", ..."""
        query = urllib.parse.urlencode({**filters, "account": self.number})
        return [Call(entry) for entry in self.daemon.ask("GET", f"/_fcemu/requests?{query}")["requests"]]

    def verify(self, *assertions: dict, within: Optional[str] = None, **named: dict) -> None:
        """Judge the calls of this account: verify(calls={"match": {"function": "pay"}, "eq": 3}). Fails with AssertionError, also
        when nothing happened that could be judged. `within` looks again until then."""
        asked = [*assertions, *({name: terms} for name, terms in named.items())]
        scoped = [{name: {**terms, "match": {"account": self.number, **terms.get("match", {})}} for name, terms in one.items()} for one in asked]
        document: dict[str, Any] = {"assert": scoped}
        if within is not None:
            document["within"] = within
        told = self.daemon.ask("POST", "/_fcemu/requests/verify", document, accept=(409, 424))
        if told.get("verdict") != "pass":
            raise AssertionError(self._explain(told))

    def _explain(self, told: dict) -> str:
        lines = [f"{result['verdict']}: {result['assertion']}: {result['text']}" for result in told["results"] if result["verdict"] != "pass"]
        return "\n".join([*lines, *self.story()])

    def story(self, limit: int = 50) -> list[str]:
        """The last calls of this account, a line each."""
        calls = self.calls(limit=limit)
        return [f"  {call}" for call in calls] or [f"  no call came for account {self.number} in {self.region}"]

    # ---- functions ----

    def deploy(self, function: str, code: _package.Code, *, runtime: str = "python3.10", handler: str = "index.handler",
               service: Optional[str] = None, **more: Any) -> dict:
        """Create a function, or give one new code. `code` is a folder, a zip file, its bytes, or {"index.py": "source"}. With a
        service it is one of 2021-04-06, else of 2023-03-30. Further words are members of the request: timeout, memorySize, ..."""
        zipped = base64.b64encode(_package.pack(code)).decode()
        body = {"functionName": function, "runtime": runtime, "handler": handler, "code": {"zipFile": zipped}, **more}
        base = f"/@{self.region}/{self.number}/2023-03-30"
        if service is not None:
            base = f"/@{self.region}/{self.number}/2021-04-06"
            self.daemon.ask("POST", f"{base}/services", {"serviceName": service}, accept=(409,))
            base += f"/services/{urllib.parse.quote(service)}"
        told = self.daemon.ask("POST", f"{base}/functions", body, accept=(409,))
        if "functionName" in told:
            return told
        return self.daemon.ask("PUT", f"{base}/functions/{urllib.parse.quote(function)}", body)

    # ---- what is the whole daemon's ----

    def _global(self, what: str) -> None:
        if not self.daemon.own:
            raise NotYourOwn(f"{what} concerns everybody who uses {self.daemon.url}; it is offered only where the tests have started the daemon")

    def advance_clock(self, by: str) -> dict:
        """Let so much time pass for the daemon: "5h". Only with a daemon of our own; reset() brings real time back."""
        self._global("the clock")
        self._undo.add(("DELETE", "/_fcemu/clock"))
        return self.daemon.ask("PUT", "/_fcemu/clock", {"advance": by})

    def stop_all(self) -> None:
        """Disable every rule and release every held call. Only with a daemon of our own; reset() switches all on again."""
        self._global("stop all")
        self._undo.add(("POST", "/_fcemu/faults/enable"))
        self.daemon.ask("POST", "/_fcemu/faults/stop", {})

    def reset(self) -> None:
        """As it was: resources, rules and journal of this account, and the clock and stop all where they were ours to change."""
        self.daemon.ask("POST", "/_fcemu/state/reset", {"account": self.number})
        while self._undo:
            self.daemon.ask(*self._undo.pop())

    def __repr__(self) -> str:
        return f"<fcemu account {self.number} in {self.region} at {os.path.basename(self.daemon.url)}>"
