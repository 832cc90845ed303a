"""Six calls. `careful` reads its credentials again when its key is refused; `naive` tries again with the same one first."""

import sys

from fc import invoke

careful = sys.argv[1] == "careful"
key = "LTAI-old"

for _ in range(6):
    for attempt in range(5):
        status = invoke("report", key=key)[0]
        if status == 200:
            break
        if careful or attempt == 3:
            key = "LTAI-new"  # what the credentials file says by now
