"""Twelve calls to the nearest region. `careful` goes to the next one when it fails; `naive` knows only one."""

import sys

from fc import invoke

careful = sys.argv[1] == "careful"
regions = ["cn-hangzhou", "cn-shanghai"] if careful else ["cn-hangzhou"]
answered = 0

for _ in range(12):
    for region in regions:
        try:
            answered += invoke("order", region=region)[0] == 200
            break
        except OSError:
            pass

sys.exit(0 if answered == 12 or not careful else "an order is lost")
