"""`python -m fcemu` and the command `fcemu`: the binary of this package."""

import os
import sys

from ._daemon import FcemuError, binary


def main():
    try:
        program = binary()
    except FcemuError as missing:
        sys.exit(f"fcemu: {missing}")
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
