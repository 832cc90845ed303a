"""Plays a story (tests/sdk/stories/*.json) with a generated client: each step is a call and what must hold of its answer.

A step: `call` a method with path arguments `args` and a `request`; then `want` is a subset of the answer's body (lists in
full, "~…" is a pattern, null a member that is absent), `contains` the same with lists in part, `text` the raw body, `status` the status, `error` the code
that is raised. `save` keeps members of the body for later steps, which name them "${…}". `why` explains a refusal that is
there because the daemon does not emulate the operation.
"""

import asyncio
import importlib
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
STORIES = HERE.parent / "stories"
NOT_TOLD = {"wrong": ["no story tells of it"], "errors": [None], "why": ""}


def snake(name):
    """The client's spelling of an operation: getLayerVersionByArn, putLayerACL and claimGPUInstance as the generator cuts them."""
    name = re.sub(r"ACL$", "Acl", name).replace("GPUInstance", "Gpuinstance")
    return re.sub(r"[A-Z]", lambda match: "_" + match[0].lower(), name)


def fill(value, saved):
    if isinstance(value, dict):
        return {key: fill(item, saved) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, saved) for item in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{(\w+)\}", value)
    return saved.get(whole[1]) if whole else re.sub(r"\$\{(\w+)\}", lambda match: str(saved.get(match[1])), value)


def differs(got, want, in_part, path=""):
    """Where `got` is not as `want`, as text; None if it is."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f"{path or '/'} is {got!r}"
        return next(filter(None, (differs(got.get(key), item, in_part, f"{path}/{key}") for key, item in want.items())), None)
    if isinstance(want, list) and in_part:
        missing = [item for item in want if all(differs(each, item, True) for each in got or ())]
        return f"{path} lacks {missing[0]!r}" if missing else None
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return f"{path} is {got!r}, not {want!r}"
        return next(filter(None, (differs(a, b, False, f"{path}/{at}") for at, (a, b) in enumerate(zip(got, want)))), None)
    if isinstance(want, str) and want.startswith("~"):
        return None if re.search(want[1:], str(got)) else f"{path} is {got!r}, not like {want!r}"
    return None if got == want and isinstance(got, bool) == isinstance(want, bool) else f"{path} is {got!r}, not {want!r}"


class Player:
    """One client, played synchronously or by its async twins; `outcomes` tells how each method went."""

    def __init__(self, client, module, saved, twin=""):
        self.client, self.twin, self.saved = client, twin, dict(saved)
        self.models = importlib.import_module(f"{module}.models")
        self.outcomes = {}

    def arguments(self, step):
        arguments = [str(item) for item in fill(step.get("args", []), self.saved)]
        if "request" in step:
            name = step["call"][0].upper() + step["call"][1:] + "Request"
            fields = fill(step["request"], self.saved)
            body = fields.pop("body") if isinstance(fields.get("body"), str) else None
            request = getattr(self.models, name)().from_map(fields)
            if body is not None:
                request.body = body.encode()
            arguments.append(request)
        return arguments

    def call(self, step):
        method = getattr(self.client, snake(step["call"]) + self.twin)
        answer = method(*self.arguments(step))
        return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer

    def judge(self, step):
        """What is wrong with a step, or None."""
        try:
            answer = self.call(step)
        except Exception as error:  # each client has classes of its own, told apart by their code alone
            code = getattr(error, "code", None)
            return None if code and code == step.get("error") else f"{type(error).__name__}: {error}"
        if "error" in step:
            return f"no error, {step['error']} was due"
        if "status" in step and answer.status_code != step["status"]:
            return f"status {answer.status_code}, not {step['status']}"
        if "text" in step:
            body = answer.body if isinstance(answer.body, bytes) else answer.body.read()
            return None if body.decode() == step["text"] else f"body {body!r}"
        body = answer.body.to_map() if getattr(answer, "body", None) else {}
        for how in ("want", "contains"):
            wrong = differs(body, fill(step.get(how, {}), self.saved), how == "contains")
            if wrong:
                return wrong
        self.saved.update({name: body.get(member) for name, member in step.get("save", {}).items()})
        return None

    def play(self, story):
        """Play what this client has; method to {"wrong": [...], "errors": [code or None per step], "why": text}."""
        for step in story:
            name = snake(step["call"]) + self.twin
            if not hasattr(self.client, name):
                continue  # it is in the client of another language
            wrong = self.judge(step)
            outcome = self.outcomes.setdefault(name, {"wrong": [], "errors": [], "why": ""})
            outcome["errors"].append(step.get("error"))
            outcome["why"] = step.get("why", outcome["why"])
            if wrong:
                outcome["wrong"].append(f"{step.get('args', [])}: {wrong}".splitlines()[0])
        return self.outcomes


def load(version):
    return json.loads((STORIES / f"{version}.json").read_text(encoding="utf-8"))


def crc64(data):
    """The checksum that the service gives of a package: CRC-64/XZ as decimal text."""
    value = (1 << 64) - 1
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xC96C5795D7870F42 if value & 1 else 0)
    return str(value ^ (1 << 64) - 1)
