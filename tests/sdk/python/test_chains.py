"""Retry chains of a real client: a thousand mixed calls from sixteen threads against a flaky rule, and none is taken for another.

What belongs together is told by a header that the journal keeps and the chains do not look at. The client repeats reads by itself;
invocations are repeated here, as programs do.
"""

import collections
import json
import queue
import threading
import urllib.request

import fc2

from results import PORT, Rows

CALLS, THREADS, ATTEMPTS = 1000, 16, 6
RULES = [
    {"id": "mix-flaky", "match": {"function": "mix-*"}, "when": {"probability": "20%", "per": ["function"]},
     "do": {"error": "InternalServerError"}, "ttl": "10m"},
    {"id": "mix-answer", "match": {"function": "mix-*"}, "do": {"respond": {"status": 200, "body": "{}"}}, "ttl": "10m"},
]


def admin(method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/_fcemu/{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def call(client, number):
    function, headers = f"mix-{number % 8}", {"x-truth": str(number)}
    if number % 2:
        client.get_function("demo", function, headers=headers)
        return
    for _ in range(ATTEMPTS):
        try:
            client.invoke_function("demo", function, payload=f'{{"order":{number}}}'.encode(), headers=headers)
            return
        except fc2.FcError:
            pass


def work(numbers):
    client = fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID="LTAI-test", accessKeySecret="secret")
    while True:
        try:
            call(client, numbers.get_nowait())
        except queue.Empty:
            return


def truth(entry):
    (value,) = (line.partition(":")[2].strip() for line in entry["request_headers"].splitlines() if line.lower().startswith("x-truth:"))
    return value


class Chains(Rows):
    client = "aliyun-fc2"

    def setUp(self):
        for rule in RULES:
            admin("POST", "faults/rules", rule)
        self.addCleanup(lambda: [admin("DELETE", f"faults/rules/{rule['id']}") for rule in RULES])

    def check(self):
        numbers = queue.Queue()
        for number in range(CALLS):
            numbers.put(number)
        threads = [threading.Thread(target=work, args=(numbers,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = admin("GET", "requests?detail=full&limit=100000&function=mix-*")["requests"]
        calls_of = collections.defaultdict(set)
        for entry in entries:
            calls_of[entry["chain"]].add(truth(entry))

        self.assertEqual(len({truth(entry) for entry in entries}), CALLS)
        self.assertEqual([calls for calls in calls_of.values() if len(calls) > 1], [])
        self.assertTrue(any(entry["attempt"] > 1 for entry in entries if entry["operation"] == "GetFunction"))

    def test_no_call_is_taken_for_another(self):
        self.row("1,000 mixed calls in retry chains", self.check)
