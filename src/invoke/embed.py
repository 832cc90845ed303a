"""Files into a C table: embed.py OUTPUT FILE..."""

import pathlib
import sys


def main():
    output, *files = map(pathlib.Path, sys.argv[1:])
    parts = ['#include "invoke/bootstrap.h"\n#include "base/own.h"\n']
    for number, file in enumerate(files):
        numbers = ",".join(map(str, file.read_bytes()))
        parts.append(f"static const unsigned char text_{number}[] = {{{numbers}}};\n")
    rows = "".join(
        f'    {{"{file.name}", {{(const char *)text_{number}, sizeof(text_{number})}}}},\n' for number, file in enumerate(files))
    parts.append(f"const struct bootstrap bootstraps[] = {{\n{rows}}};\nconst size_t bootstrap_count = N_ELEMENTS(bootstraps);\n")
    output.write_text("".join(parts), encoding="ascii")


main()
