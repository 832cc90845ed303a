"""What a compiler does not say: functions that nothing refers to, tests included, comments over nothing, sources that do not say what they are for,
and a way of a call that is told otherwise than it is.

Usage: check_house.py SOURCE_ROOT BUILD. Prints one line per offence, exits 1 when there is any.
"""

import collections
import pathlib
import re
import subprocess
import sys

COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.S)  # and texts, which may look like one
DOC_BEHIND_DOC = re.compile(r"\*/\s*/\*\*")  # the first has nothing to document
WORD = re.compile(r"[A-Za-z_]\w+")


def headless(root):
    for path in sorted(root.glob("src/**/*.c")):
        if not path.read_text(encoding="utf-8").startswith("/*"):
            yield f"{path}:1: no sentence at its head says what the file is for"


def orphaned_comments(root):
    for path in sorted(root.glob("src/**/*.[ch]")):
        text = path.read_text(encoding="utf-8")
        for found in DOC_BEHIND_DOC.finditer(text):
            # The head of a file stands before everything, and that of a section before its first function.
            before = text[: found.start()].rpartition("/*")[2]
            if before.startswith("*"):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: a comment about a function stands over another comment"


def untold_stations(root):
    """The way of a call in docs/architecture.md is the table of gateway.c, in its order."""
    table = re.findall(r'^    \{"([a-z ]+)", +station_', (root / "src/gateway/gateway.c").read_text(encoding="utf-8"), re.M)
    told = (root / "docs/architecture.md").read_text(encoding="utf-8").partition("## The way of a call")[2].partition("```\n")[2].partition("```")[0]
    names = [line.partition("  ")[0] for line in told.splitlines()]
    if names != ["receive", *table, "record"]:
        yield f"docs/architecture.md: the way of a call is {', '.join(['receive', *table, 'record'])}"


def symbols(build):
    """(object → defined, object → undefined), by gcc-nm, which reads objects that are optimised as a whole, too."""
    defined, wanted = {}, set()
    for path in sorted(build.glob("src/**/*.c.o")):
        lines = subprocess.run(["gcc-nm", path], capture_output=True, text=True, check=True).stdout.splitlines()
        parts = [line.split() for line in lines]
        defined.update({part[2]: path for part in parts if len(part) == 3 and part[1] in "TDBRVW"})
        wanted.update(part[1] for part in parts if len(part) == 2 and part[0] == "U")
    return defined, wanted


def unreferenced(root, build):
    defined, wanted = symbols(build)
    words = collections.Counter()
    for path in [*root.glob("src/**/*.c"), *root.glob("tests/**/*.[ch]")]:
        words.update(WORD.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))))
    if not defined:
        yield f"{build}: no objects; build first"
    for name in sorted(set(defined) - wanted):
        if words[name] == 1 and name != "main":
            yield f"{defined[name].name}: nothing refers to {name}()"


def main():
    root, build = map(pathlib.Path, sys.argv[1:3])
    found = [*headless(root), *orphaned_comments(root), *untold_stations(root), *unreferenced(root, build)]
    print("\n".join(found))
    print(f"{len(found)} offences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
