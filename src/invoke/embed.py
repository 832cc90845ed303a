"""Files into a C table of names and texts: embed.py OUTPUT HEADER STRUCT TABLE COUNT FILE..."""

import pathlib
import sys


def main():
    output, header, struct, table, count, *files = sys.argv[1:]
    parts = [f'#include "{header}"\n#include "base/own.h"\n']
    rows = ""
    for number, file in enumerate(map(pathlib.Path, files)):
        numbers = ",".join(map(str, file.read_bytes()))
        parts.append(f"static const unsigned char text_{number}[] = {{{numbers}}};\n")
        rows += f'    {{"{file.name}", {{(const char *)text_{number}, sizeof(text_{number})}}}},\n'
    parts.append(f"const struct {struct} {table}[] = {{\n{rows}}};\nconst size_t {count} = N_ELEMENTS({table});\n")
    pathlib.Path(output).write_text("".join(parts), encoding="ascii")


main()
