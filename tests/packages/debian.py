"""The smallest systems that debootstrap makes, to install and to build in as if nothing had ever been there."""

import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77


def skip(why):
    print(why)
    sys.exit(SKIPPED)


def make_system(folder, suite):
    if os.geteuid() or not shutil.which("debootstrap"):
        skip("debootstrap is not installed, or we are not root")
    system = folder / suite
    done = subprocess.run(["debootstrap", "--variant=minbase", suite, system], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        print(done.stdout[-2000:])
        skip(f"debootstrap cannot make {suite} here")
    copy_setup(system, "etc/apt/apt.conf.d", "etc/apt/auth.conf.d", "etc/ssl/certs")
    return system


def copy_setup(system, *names):
    """What leads this machine's own tools to their packages, so that it leads those in there to them, too."""
    for name in names:
        source = pathlib.Path("/", name)
        if source.is_dir():
            shutil.copytree(source, system / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("docker*"))
        elif source.is_file():
            (system / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, system / name)
