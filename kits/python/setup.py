"""A wheel that carries the daemon is for one kind of machine and for every Python; one without it is for all."""

import pathlib

from setuptools import Distribution, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

CARRIES = (pathlib.Path(__file__).parent / "src" / "fcemu" / "bin").is_dir()


class Project(Distribution):
    def has_ext_modules(self):
        return CARRIES


class Wheel(bdist_wheel):
    def get_tag(self):
        return ("py3", "none", super().get_tag()[2] if CARRIES else "any")


setup(distclass=Project, cmdclass={"bdist_wheel": Wheel})
