"""A thousand calls a second with the page open: what the page does to the daemon, and the daemon to the page."""

import json
import os
import shutil
import subprocess

from servers import ROOT

RATE = 1000
SECONDS_PER_ROUND = 7  # of 9 rounds: a minute
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
UI = ROOT / "tests" / "ui"


def measure(stage, report, options):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser or not (UI / "node_modules" / "playwright-core").is_dir():
        print("\nthe page: skipped, needs Chromium and the packages of tests/ui (./dev test ui installs both)")
        return
    server = stage.fcemu("fcemu with its page", None)
    seconds = options.rounds * SECONDS_PER_ROUND
    rows = {}
    for name, arguments in (("alone", ()), ("page", ("page",))):
        before = server.cpu_us()
        output = subprocess.run(["node", UI / "load.js", f"http://127.0.0.1:{server.port}", str(seconds), str(RATE), *arguments],
                                capture_output=True, text=True, check=True, env={**os.environ, "CHROMIUM": browser}).stdout
        rows[name] = json.loads(output)
        rows[name]["cpu"] = (server.cpu_us() - before) / rows[name]["sent"]
    page = rows["page"]
    print(f"\n{seconds} s at {RATE} calls/s: {rows['alone']['cpu']:.1f} us of CPU a call alone, {page['cpu']:.1f} us with the page; "
          f"{page['long_tasks']} long tasks in it; its heap {page['heap_mb'][0]:.1f} MB before, {page['heap_mb'][1]:.1f} MB behind; "
          f"painted after {page['paint_ms'][1]:.0f} ms (an empty page {page['paint_ms'][0]:.0f}), usable after {page['usable_ms'][1]:.0f} ms ({page['usable_ms'][0]:.0f})")
    report.target("CPU a call with the page open, x", page["cpu"] / rows["alone"]["cpu"], 1.3)
    report.target("longest task of the page", page["longest_task_ms"], 200, " ms")
    report.target("heap of the page", page["heap_mb"][1], 60, " MB")
    report.target("first paint behind an empty page", page["paint_ms"][1] - page["paint_ms"][0], 200, " ms")
    report.target("usable behind an empty page", page["usable_ms"][1] - page["usable_ms"][0], 400, " ms")
