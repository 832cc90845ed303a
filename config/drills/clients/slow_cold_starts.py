"""Three functions, each once. `careful` waits as long as a cold start takes; `naive` gives up after half a second and calls again."""

import sys

from fc import invoke

careful = sys.argv[1] == "careful"

for function in ("resize", "convert", "index"):
    for _ in range(4):
        try:
            invoke(function, timeout=30 if careful else 0.5)
            break
        except OSError:
            pass
