"""Ten reads. `careful` takes a call without a whole answer for a failure and tries again; `naive` lets it end the program."""

import http.client
import sys

from fc import invoke

careful = sys.argv[1] == "careful"

for _ in range(10):
    for attempt in range(5):
        try:
            invoke("read")
            break
        except (OSError, http.client.HTTPException):
            if not careful or attempt == 4:
                raise
