"""A folder that carries the daemon with its libraries: bin/fcemu finds them by $ORIGIN, and nothing of the machine but the C library.

    bundle.py BINARY FOLDER [TRIPLET]

Their licences go along. Needs patchelf and Debian's packages of the libraries, which is where their licences are. For another kind of
machine, such as aarch64-linux-gnu, those are dpkg's foreign packages.
"""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

# Loaded at run time, when they are wanted: src/invoke/archive_lib.c, src/dns/ldns_lib.c
LOADED_LATER = ("libarchive.so.13", "libldns.so.3")

# What every glibc system has; these must be its own.
OF_GLIBC = re.compile(r"^(ld-linux.*|linux-vdso|lib(c|m|dl|rt|pthread|resolv|util|anl))\.so")


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout


def needed(path):
    """(name, path) of each library that the loader would take for this one, however deep."""
    found = {}
    for line in run("ldd", path).splitlines():
        match = re.match(r"\s*(\S+) => (/\S+)", line)
        if match and not OF_GLIBC.match(match[1]):
            found[match[1]] = pathlib.Path(match[2])
        elif "not found" in line:
            raise SystemExit(f"{path}: {line.strip()}")
    return found


def asked_by(path):
    """Names of the libraries that a file itself asks for, but for the C library's."""
    return [name for name in run("patchelf", "--print-needed", path).split() if not OF_GLIBC.match(name)]


def foreign_needed(path, triplet):
    """The same for another kind of machine, whose loader cannot be asked."""
    found, open_ends = {}, [path]
    while open_ends:
        for name in asked_by(open_ends.pop()):
            if name not in found:
                found[name] = find_foreign(name, triplet)
                open_ends.append(found[name])
    return found


def find_foreign(name, triplet):
    for folder in (f"/usr/lib/{triplet}", f"/lib/{triplet}"):
        if pathlib.Path(folder, name).exists():
            return pathlib.Path(folder, name)
    raise SystemExit(f"{name} is not installed for {triplet}")


def find_loaded_later(name):
    for line in run("/sbin/ldconfig", "-p").splitlines():
        match = re.match(rf"\s*{re.escape(name)} .* => (/\S+)", line)
        if match:
            return pathlib.Path(match[1])
    raise SystemExit(f"{name} is not installed")


def package_of(library):
    """Debian's package, by its path or, on a merged /usr, the other one."""
    real = os.path.realpath(library)
    for path in (real, real.removeprefix("/usr"), f"/usr{real}"):
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    raise SystemExit(f"no package owns {library}")


def copy_licences(libraries, folder):
    """One file a package, of all that is carried."""
    packages = sorted({package_of(path) for path in libraries.values()})
    folder.mkdir(parents=True)
    for package in packages:
        shutil.copy(f"/usr/share/doc/{package}/copyright", folder / package)
    return packages


def empty_unicode_data(library, compiler="gcc"):
    """The 31 MB of Unicode data are asked for by libarchive's XML library, which nothing here uses: an empty table in their place."""
    number = re.search(r"\.so\.(\d+)$", library.name)[1]
    described = struct.pack("=HH4B4s4B4B", 20, 0, 0, 0, 2, 0, b"ToCP", 1, 0, 0, 0, 0, 0, 0, 0)
    head = struct.pack("=H2B", 4 + len(described) + 8, 0xDA, 0x27) + described + bytes(8)
    values = ",".join(map(str, head + bytes(16)))  # no entries
    source = f"const unsigned char icudt{number}_dat[] __attribute__((aligned(16))) = {{{values}}};"
    subprocess.run([compiler, "-shared", "-nostdlib", f"-Wl,-soname,{library.name}", "-o", library, "-x", "c", "-"], input=source, text=True, check=True)


def bundle(binary, folder, triplet=None):
    """Returns the libraries, {name: where it was taken from}, and which of them each, and None (the program), asks for."""
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    (folder / "lib").mkdir()
    program = folder / "bin" / "fcemu"
    shutil.copy(binary, program)
    of, find, tool = (lambda path: foreign_needed(path, triplet), lambda name: find_foreign(name, triplet), f"{triplet}-") if triplet else (
        needed, find_loaded_later, "")
    libraries = of(binary)
    for name in LOADED_LATER:
        libraries[name] = find(name)
        libraries.update(of(libraries[name]))
    asked = {None: [*asked_by(binary), *LOADED_LATER], **{name: asked_by(path) for name, path in libraries.items()}}
    for name, path in libraries.items():
        shutil.copy(path, folder / "lib" / name)
        (folder / "lib" / name).chmod(0o644)
        if name.startswith("libicudata"):
            empty_unicode_data(folder / "lib" / name, f"{tool}gcc")
        run("patchelf", "--set-rpath", "$ORIGIN", folder / "lib" / name)
    run(f"{tool}strip", program)
    run("patchelf", "--set-rpath", "$ORIGIN/../lib", program)
    program.chmod(0o755)
    copy_licences(libraries, folder / "share" / "doc" / "fcemu" / "libraries")
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(pathlib.Path(__file__).resolve().parents[1] / name, folder / "share" / "doc" / "fcemu")
    return libraries, asked


if __name__ == "__main__":
    print("\n".join(sorted(bundle(*sys.argv[1:4])[0])))
