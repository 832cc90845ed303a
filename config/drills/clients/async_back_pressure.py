"""Two mails into the queue. `careful` waits as long as Retry-After says; `naive` tries again after a tenth of a second."""

import sys
import time

from fc import invoke

careful = sys.argv[1] == "careful"

for _ in range(2):
    while True:
        status, headers, _ = invoke("mail", asynchronous=True)
        if status < 300:
            break
        time.sleep(float(headers.get("Retry-After", "0")) + 0.05 if careful else 0.1)
