"""The daemon in a container: a second way to start, where there is no binary for this machine.

    from fcemu.testcontainers import start

    with start() as daemon:
        cloud = daemon.account()

All else is as with `fcemu.start()`. `FcemuContainer` is for those who put containers together themselves, with networks and the like.
"""

from __future__ import annotations

import os
import pathlib
import secrets
import shutil
import tempfile
import urllib.request
from typing import Any, Iterable, Optional, Union

from testcontainers.core.container import DockerContainer  # type: ignore[import-untyped]

from ._daemon import REGION, Daemon, FcemuError, Path, _opener
from ._version import VERSION

IMAGE = f"fcemu:{VERSION}-full"
PORT = 8252
READY_WITHIN = "60s"
CONFIG = "/etc/fcemu/config"
TRUSTING = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


def _command(config: Optional[Path]) -> list[str]:
    """As the image has it, on the one port that is published, and without its rules and answers."""
    return ["serve", "--config", f"{CONFIG}/{'own.yaml' if config else 'tests.yaml'}", "--data", "/var/lib/fcemu", "--ca-dir", "/var/lib/fcemu-ca",
            "--listen", f":{PORT}"]


class FcemuContainer(DockerContainer):  # type: ignore[misc]
    """A container of the image. FCEMU_IMAGE names another; a configuration of your own decides who may call (auth.mode, allow_users)."""

    def __init__(self, image: Optional[str] = None, *, config: Optional[Path] = None, faults: Union[None, Path, Iterable[Path]] = None,
                 fixtures: Union[None, Path, Iterable[Path]] = None, seeds: Union[None, Path, Iterable[Path]] = None, region: str = REGION,
                 **options: Any) -> None:
        super().__init__(image or os.environ.get("FCEMU_IMAGE") or IMAGE, **options)
        self.region = region
        self.token = secrets.token_hex(16)
        self._folder: Optional[str] = None
        words = _command(config)
        if config:
            self._share(config, f"{CONFIG}/own.yaml")
        for option, files in (("faults", faults), ("fixtures", fixtures), ("seeds", seeds)):
            for number, file in enumerate([files] if isinstance(files, (str, os.PathLike)) else files or ()):
                place = f"{CONFIG}/own/{option}-{number}{pathlib.Path(file).suffix}"
                self._share(file, place)
                words += [f"--{option}", place]
        self.with_exposed_ports(PORT).with_env("FCEMU_TOKEN", self.token).with_command(words)

    def _share(self, file: Path, place: str) -> None:
        self.with_volume_mapping(str(pathlib.Path(file).resolve(strict=True)), place, "ro")

    @property
    def url(self) -> str:
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def log(self) -> str:
        return b"".join(self.get_logs()).decode("utf-8", "replace")

    def start(self) -> "FcemuContainer":
        """Returns when the daemon accepts calls, its seeds included."""
        super().start()
        try:
            done = self.get_wrapped_container().exec_run(["fcemu", "wait", "--within", READY_WITHIN])
            problem = None if done.exit_code == 0 else done.output.decode("utf-8", "replace")
        except Exception as ended:  # the engine's client has a kind of its own for each way
            problem = str(ended)
        if problem is not None:
            told = self.log().strip()
            self.stop()
            raise FcemuError(told or problem)
        return self

    def stop(self, *words: Any, **options: Any) -> None:
        folder, self._folder = self._folder, None
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        super().stop(*words, **options)

    def _authority(self) -> str:
        """Its certificate, as a file beside the tests."""
        self._folder = self._folder or tempfile.mkdtemp(prefix="fcemu-ca-")
        path = pathlib.Path(self._folder, "ca.pem")
        with _opener.open(urllib.request.Request(f"{self.url}/_fcemu/ca.pem", headers={"X-Fcemu-Token": self.token}), timeout=60) as answer:
            path.write_bytes(answer.read())
        return str(path)

    def daemon(self) -> Daemon:
        """The daemon in the running container; stop() of either ends both."""
        url, ca = self.url, self._authority()
        env = {**{name: url for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}, **{name: ca for name in TRUSTING}}
        env["FCEMU_ADDRESS"] = url.split("://", 1)[-1]
        return Daemon(url, env=env, ca=ca, log=self.log, end=self.stop, region=self.region, token=self.token)


def start(image: Optional[str] = None, **options: Any) -> Daemon:
    """Start a daemon of our own in a container: config, faults, fixtures, seeds and region as `fcemu.start()` takes them. It ends with
    stop() and with this process; where that is killed, the reaper of testcontainers ends it."""
    return FcemuContainer(image, **options).start().daemon()
