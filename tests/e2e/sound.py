"""The table of faults found from outside: a row a test that carries `@pytest.mark.sound(line, given, right)`.

Printed at the end of a run as `line | given | right | verdict`, so that `./dev test` shows which of them hold.
"""


class Table:
    def pytest_collection_modifyitems(self, items):
        for item in items:
            for mark in item.iter_markers("sound"):
                line, given, right = mark.args
                item.user_properties.append(("sound", f"{line} | {given} | {right}"))

    def pytest_terminal_summary(self, terminalreporter):
        rows = set()
        for verdict in ("passed", "failed", "error", "skipped"):
            for report in terminalreporter.stats.get(verdict, ()):
                for name, text in getattr(report, "user_properties", ()):
                    if name == "sound" and (report.when == "call" or verdict != "passed"):
                        rows.add(f"{text} | {verdict}")
        for row in sorted(rows):
            terminalreporter.write_line(f"sound: {row}")
