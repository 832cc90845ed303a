#!/usr/bin/env -S /usr/bin/python3 -B
"""bill.py BILL INSTALLED: the bill of an image is valid, and has each package that dpkg has there and the hash of the program."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "packages"))
import bills  # noqa: E402

document = bills.check(sys.argv[1])
*packages, program = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
told = {f"{component['name']} {component['version']}" for component in document["components"]}
missing = [package for package in packages if package not in told]
assert packages and not missing, missing
assert bills.hashes(document)["fcemu"] == program.split()[0], program
assert "preact" in {component["name"] for component in document["components"]}
print(f"{pathlib.Path(sys.argv[1]).name}: {len(told)} components, {len(packages)} of them installed")
