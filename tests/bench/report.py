"""What was measured: tables while it runs, targets at the end."""

import statistics


class Report:
    def __init__(self):
        self.rows, self.figures, self.skipped = [], {}, []

    def target(self, text, value, bound, unit="", at_least=False):
        met = value >= bound if at_least else value <= bound
        relation = "≥" if at_least else "≤"
        self.rows.append((met, f"{text}: {value:.2f}{unit} ({relation} {bound:g}{unit})"))
        self.figures[text] = {"value": round(value, 4), "bound": bound, "met": met}

    def skip(self, what, reason):
        self.skipped.append(f"{what}: {reason}")

    def print(self):
        print("\ntargets")
        for met, text in self.rows:
            print(f"  {'met   ' if met else 'MISSED'}  {text}")
        for text in self.skipped:
            print(f"  skipped {text}")


def ratio(rows, base, key):
    """The median of the ratios taken round by round."""
    return statistics.median(a[key] / b[key] for a, b in zip(rows, base))


def difference(rows, base, key):
    return statistics.median(a[key] - b[key] for a, b in zip(rows, base))


def interleaved(rounds, visits):
    """{name: a function that returns a row} → {name: rows}: each round makes every visit once, in rotated order."""
    rows = {name: [] for name in visits}
    names = list(visits)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            rows[name].append(visits[name]())
    return rows


def table(rows, base):
    """Medians of all rows, and their ratios to those of `base`."""
    print(f"\n{'':34} {'req/s':>8} {'x':>6} {'p50 us':>8} {'p99 us':>8} {'CPU us/req':>11} {'x':>6}")
    for name, own in rows.items():
        middle = {key: statistics.median(row[key] for row in own) for key in own[0]}
        print("{:34} {:8.0f} {:6.2f} {:8.0f} {:8.0f} {:11.2f} {:6.2f}".format(
            name, middle["rps"], ratio(own, rows[base], "rps"), middle["p50"], middle["p99"], middle["cpu"], ratio(own, rows[base], "cpu")))
