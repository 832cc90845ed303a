"""Sixty searches. `careful` tries again only while retries are below a fifth of the calls; `naive` tries each one up to four times."""

import json
import sys

from fc import invoke

careful = sys.argv[1] == "careful"
calls = retries = 0

for query in range(60):
    calls += 1
    for attempt in range(4):
        if invoke("search", json.dumps({"query": query}))[0] == 200:
            break
        if careful and retries + 1 > calls * 0.2:
            break
        retries += attempt < 3
