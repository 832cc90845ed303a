"""Official clients, led to an account by its endpoint."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._account import Account

KEY_ID, KEY_SECRET = "LTAI-fcemu", "fcemu"  # taken where signatures are not demanded


def _spare_proxies(host: str) -> None:
    """The older generation asks a proxy of the environment even for 127.0.0.1, unless the environment says not to."""
    for name in ("no_proxy", "NO_PROXY"):
        spared = [entry.strip() for entry in os.environ.get(name, "").split(",") if entry.strip()]
        if host not in spared:
            os.environ[name] = ",".join([*spared, host])


def _load(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(f"the official client {package} is not installed ({missing}): pip install {package}") from missing


def _tea(account: "Account", module: str, package: str, config: dict) -> Any:
    client = _load(f"{module}.client", package)
    models = _load("alibabacloud_tea_openapi.models", package)
    settings = {"access_key_id": KEY_ID, "access_key_secret": KEY_SECRET, "region_id": account.region, "endpoint": account.endpoint,
                "protocol": "http", **config}
    if os.environ.get("HTTP_PROXY") or os.environ.get("http_proxy"):  # asked whatever else is set; the daemon is a proxy, too
        settings.setdefault("http_proxy", account.daemon.url)
    return client.Client(models.Config(**settings))


def _fc2(account: "Account", config: dict) -> Any:
    settings = {"endpoint": account.url, "accessKeyID": KEY_ID, "accessKeySecret": KEY_SECRET, **config}
    return _load("fc2", "aliyun-fc2").Client(**settings)


def make(account: "Account", api: str, config: dict) -> Any:
    _spare_proxies(account.daemon.address.rpartition(":")[0])
    if api == "2023-03-30":
        return _tea(account, "alibabacloud_fc20230330", "alibabacloud-fc20230330", config)
    if api == "2021-04-06":
        return _tea(account, "alibabacloud_fc_open20210406", "alibabacloud-fc-open20210406", config)
    if api == "2016-08-15":
        return _fc2(account, config)
    raise ValueError(f"api {api!r} is not one of 2023-03-30, 2021-04-06, 2016-08-15")
