"""Starts a Python function. What it does is a module, because modules are kept compiled: see fcemu_runtime.py."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # a debugger does not add it
import fcemu_runtime  # noqa: E402 pylint: disable=wrong-import-position

sys.path.pop(0)
fcemu_runtime.main()
