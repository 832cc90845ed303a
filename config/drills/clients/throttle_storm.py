"""Ten payments. `careful` backs off with full jitter; `naive` tries again at once."""

import random
import sys
import time

from fc import invoke

careful = sys.argv[1] == "careful"

for _ in range(10):
    for attempt in range(12):
        if invoke("pay")[0] == 200:
            break
        if careful:
            time.sleep(0.15 + random.uniform(0, 0.1 * 2 ** min(attempt, 3)))
    else:
        sys.exit("a payment is lost")
