# Written by fcemu, for programs started with what `fcemu env` prints: the names that it serves lead to FCEMU_ADDRESS, without a
# proxy, because some clients repeat a call that failed behind one. Nothing else is changed.
import os
import sys


def _address():
    import re  # many programs never want it

    found = re.match(r"\[?(.*?)\]?:(\d+)$", os.environ.get("FCEMU_ADDRESS") or "127.0.0.1:8252")
    return found and (found.group(1), int(found.group(2)))


def _is_served(name):
    import re

    if isinstance(name, bytes):
        name = name.decode("ascii", "replace")
    return bool(name and re.search(r"\.({zones})\.?$", name, re.I) and _address())


def _region_address(name):
    """Of its region, where each has one: the public names first, those of the inner network behind them."""
    import re

    network = re.match(r"(127\.\d+\.\d+)\.0/24$", os.environ.get("FCEMU_LISTEN_PER_REGION") or "")
    regions = "{regions}".split()
    labels = (name.decode("ascii", "replace") if isinstance(name, bytes) else name).lower().rstrip(".").split(".")
    is_gateway = re.match(r"fc(v3)?(-vpc)?$", labels[0])
    if network and (is_gateway or labels[-3:] == ["fc", "aliyuncs", "com"] or labels[-2:] != ["aliyuncs", "com"]):
        for label in labels:
            region = re.sub(r"-(internal|vpc)$", "", label)
            if region in regions:
                inner = region != label or labels[0].endswith("-vpc")
                return "%s.%d" % (network.group(1), 1 + regions.index(region) + (128 if inner else 0))
    return None


def _lead_names(socket):
    find = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **named):
        if _is_served(host):
            own, (host, port) = _region_address(host), _address()
            host = own or host
        return find(host, port, *args, **named)

    socket.getaddrinfo = getaddrinfo


def _spare_proxies(request):
    bypass = request.proxy_bypass

    import re

    def proxy_bypass(host, *args, **named):
        return _is_served(re.sub(r":\d+$", "", host)) or bypass(host, *args, **named)

    request.proxy_bypass = request.proxy_bypass_environment = proxy_bypass
    list_all = request.getproxies

    def getproxies():
        proxies = dict(list_all())
        zones = [zone.replace("\\", "") for zone in r"{zones}".split("|")]
        proxies["no"] = ",".join(filter(None, [proxies.get("no")] + zones))
        return proxies

    request.getproxies = request.getproxies_environment = getproxies


class _OnImport:
    """Changes modules when they are imported, which many programs never do."""

    changes = {"socket": _lead_names, "urllib.request": _spare_proxies}

    def find_spec(self, name, path=None, target=None):
        change = self.changes.get(name)
        for finder in sys.meta_path if change else ():
            spec = finder.find_spec(name, path, target) if finder is not self else None
            if spec is not None:
                load = spec.loader.exec_module

                def exec_module(module):
                    load(module)
                    change(module)

                spec.loader.exec_module = exec_module
                return spec
        return None


def _run_hidden():
    """The sitecustomize that this one stands before."""
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.abspath(path or ".") != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(sys.modules[__name__])


if sys.version_info >= (3, 4):
    for name in set(_OnImport.changes).intersection(sys.modules):
        _OnImport.changes[name](sys.modules[name])
    sys.meta_path.insert(0, _OnImport())
    _run_hidden()
