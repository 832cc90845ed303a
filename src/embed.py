"""embed.py OUTPUT FILE…: each file as a C string, named by its file name: names.cjs becomes names_cjs."""

import pathlib
import re
import sys

QUOTED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}

with open(sys.argv[1], "w", encoding="utf-8") as out:
    for path in map(pathlib.Path, sys.argv[2:]):
        out.write(f"static const char {re.sub('[^a-z0-9]', '_', path.name)}[] =\n")
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            out.write('    "' + "".join(QUOTED.get(c, c) for c in line) + '"\n')
        out.write("    ;\n")
