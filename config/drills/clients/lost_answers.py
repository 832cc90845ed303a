"""Three charges. `careful` asks what became of one whose answer is lost; `naive` charges again."""

import json
import sys

from fc import invoke

careful = sys.argv[1] == "careful"

for order in range(3):
    body = json.dumps({"order": order})
    try:
        invoke("charge", body)
    except OSError:
        invoke("charge-status" if careful else "charge", body)
