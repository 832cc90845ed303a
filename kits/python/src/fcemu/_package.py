"""Code packages: what people have as code, as the bytes of a zip file."""

from __future__ import annotations

import io
import os
import pathlib
import zipfile
from typing import Mapping, Union

Code = Union[str, "os.PathLike[str]", bytes, Mapping[str, Union[str, bytes]]]

EXECUTABLE = 0o755 << 16
PLAIN = 0o644 << 16


def _zip(files: Mapping[str, tuple[bytes, bool]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, executable) in sorted(files.items()):
            member = zipfile.ZipInfo(name)  # of 1980: the same files are the same package
            member.external_attr = EXECUTABLE if executable else PLAIN
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _folder(path: pathlib.Path) -> dict[str, tuple[bytes, bool]]:
    return {file.relative_to(path).as_posix(): (file.read_bytes(), os.access(file, os.X_OK))
            for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts}


def pack(code: Code) -> bytes:
    if isinstance(code, bytes):
        return code
    if isinstance(code, Mapping):
        return _zip({name: (text.encode() if isinstance(text, str) else text, name == "bootstrap") for name, text in code.items()})
    path = pathlib.Path(code)
    return _zip(_folder(path)) if path.is_dir() else path.read_bytes()
