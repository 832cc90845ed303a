"""Check the house (docs/architecture.md): includes go downwards only, and each third-party header has one home.

Usage: check_floors.py SOURCE_ROOT. Prints one line per offence, exits 1 when there is any.
"""

import pathlib
import re
import sys

FLOORS = [
    ["base"],
    ["catalog", "crypto", "logs", "loop"],
    ["conf", "store", "http/wire", "dns", "supervise"],
    ["http/call"],
    ["route", "auth", "fault"],
    ["journal", "tape"],
    ["grammar"],
    ["product"],
    ["invoke", "product/neighbours"],
    ["product/service/frame"],
    ["product/service/code"],
    ["product/service/resource"],
    ["product/service/event"],
    ["product/service"],
    ["product/service/seed"],
    ["gateway", "drill"],
    ["admin"],
    ["daemon"],
    ["cli/env", "cli/stage", "cli/trust"],
    ["cli"],
]
FLOOR_OF = {folder: number for number, row in enumerate(FLOORS) for folder in row}

# Header prefix -> the folders that may include it. http/call hands GnuTLS types through to libmicrohttpd.
HOMES = {
    "cjson/": ["base"],
    "gnutls/": ["crypto", "http/wire", "http/call"],
    "uv.h": ["loop"],
    "curl/": ["loop"],
    "yaml.h": ["conf"],
    "sqlite3.h": ["store"],
    "microhttpd.h": ["http/call"],
    "ldns/": ["dns"],
    "pcre2.h": ["fault"],
    "archive": ["invoke", "product/service/code", "product/service/seed"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def room_of(path):
    """The room a path below src/ lies in: the longest folder that is on a floor. Rooms may lie in rooms ("http/wire")."""
    parts = path.split("/")[:-1]
    while parts and "/".join(parts) not in FLOOR_OF:
        parts.pop()
    return "/".join(parts) or None


def offences_of_line(folder, quote, header):
    if quote == '"':
        target = room_of(header)
        if "/" not in header:
            yield f'include by path from src/, not "{header}"'
        elif target is None:
            yield f"'{header}' is in a folder that is on no floor"
        elif target != folder and FLOOR_OF[target] >= FLOOR_OF[folder]:
            yield f"{folder}/ (floor {FLOOR_OF[folder]}) includes {target}/ (floor {FLOOR_OF[target]})"
        elif target != folder and header.endswith("/internal.h"):
            yield f"{header} is private to {target}/"
    for prefix, homes in HOMES.items():
        if quote == "<" and header.startswith(prefix) and not {folder, folder.split("/")[0]} & set(homes):
            yield f"<{header}> belongs to {', '.join(homes)} only"


def offences(root):
    for path in sorted(root.glob("src/**/*.[ch]")):
        folder = room_of(path.relative_to(root / "src").as_posix())
        if folder is None:
            yield f"{path}: its folder is on no floor"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            for text in offences_of_line(folder, *found.groups()) if found else ():
                yield f"{path}:{number}: {text}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = len(list(root.glob("src/**/*.[ch]")))
    found = list(offences(root))
    print("\n".join(found))
    if not files:
        print(f"{root}: no sources found")
    print(f"{files} files, {len(found)} offences")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
