"""The three ways of signing a request, written down once more from their descriptions.

A signer takes what will be sent and returns the headers to send; what it signed can be altered afterwards.
"""

import base64
import datetime
import email.utils
import hashlib
import hmac
import urllib.parse


def _now(offset):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)


def http_date(offset=0):
    return email.utils.format_datetime(_now(offset), usegmt=True)


def iso_date(offset=0):
    return _now(offset).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mac(secret, text, digest):
    return hmac.new(secret.encode(), text.encode(), digest)


def _base64(mac):
    return base64.b64encode(mac.digest()).decode()


def _prefixed(headers, prefix):
    return "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith(prefix))


def _parameters(query):
    return urllib.parse.parse_qsl(query, keep_blank_values=True)


def fc(method, target, key, secret, headers=None, trigger=False, offset=0):
    """FC id:signature. The query counts on HTTP-trigger traffic only."""
    path, _, query = target.partition("?")
    sent = {"date": http_date(offset), **{name.lower(): value for name, value in (headers or {}).items()}}
    text = "\n".join([method, sent.get("content-md5", ""), sent.get("content-type", ""), sent["date"], _prefixed(sent, "x-fc-")])
    text += urllib.parse.unquote(path)
    if trigger:
        text += "\n" + "\n".join(sorted(f"{name}={value}" for name, value in _parameters(query)))
    return {**sent, "authorization": f"FC {key}:{_base64(_mac(secret, text, hashlib.sha256))}"}


def signed_url(method, path, key, secret, expires, query=""):
    """The target with the signature in its query."""
    pairs = [*_parameters(query), ("x-fc-access-key-id", key), ("x-fc-expires", str(expires))]
    lines = "\n".join(sorted(f"{name}={value}" for name, value in pairs))
    text = f"{method}\n\n\n{expires}\n{urllib.parse.unquote(path)}\n{lines}"
    pairs.append(("x-fc-signature", _base64(_mac(secret, text, hashlib.sha256))))
    return f"{path}?{urllib.parse.urlencode(pairs)}"


def acs3(method, target, key, secret, host, headers=None, body=b"", offset=0, digest=None):
    """ACS3-HMAC-SHA256. `digest` replaces that of the body: "UNSIGNED-PAYLOAD"."""
    path, _, query = target.partition("?")
    sent = {
        "x-acs-date": iso_date(offset),
        "x-acs-signature-nonce": "4f2f5d1c",
        "x-acs-version": path.split("/")[1],
        "x-acs-content-sha256": digest or hashlib.sha256(body).hexdigest(),
        **{name.lower(): value for name, value in (headers or {}).items()},
    }
    signed = {name: value for name, value in {**sent, "host": host}.items() if name in ("host", "content-type") or name.startswith("x-acs-")}
    names = ";".join(sorted(signed))
    pairs = sorted(_parameters(query.replace("+", "%2B")))
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")  # noqa: E731
    canonical = "\n".join(
        [
            method,
            path.replace("+", "%20").replace("*", "%2A").replace("%7E", "~"),
            "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs),
            "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed)),
            names,
            sent["x-acs-content-sha256"],
        ]
    )
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = _mac(secret, text, hashlib.sha256).hexdigest()
    return {**sent, "authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"}


def roa(method, target, key, secret, headers=None, offset=0):
    """acs id:signature, HMAC-SHA1."""
    path, _, query = target.partition("?")
    sent = {
        "date": http_date(offset),
        "accept": "application/json",
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": "4f2f5d1c",
        "x-acs-signature-version": "1.0",
        "x-acs-version": path.split("/")[1],
        **{name.lower(): value for name, value in (headers or {}).items()},
    }
    text = "\n".join([method, sent["accept"], sent.get("content-md5", ""), sent.get("content-type", ""), sent["date"], _prefixed(sent, "x-acs-")])
    text += path
    if query:
        text += "?" + "&".join(sorted(f"{name}={value}" if value else name for name, value in _parameters(query)))
    return {**sent, "authorization": f"acs {key}:{_base64(_mac(secret, text, hashlib.sha1))}"}


# ---- the neighbours; each takes a method and a target and returns a target and the headers to send ----


def _encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def _short(offset):
    return _now(offset).strftime("%Y%m%dT%H%M%SZ")


def _pairs(query, keep=lambda name: True):
    return "&".join(f"{name}={value}" if value else name for name, value in sorted(_parameters(query)) if keep(name))


def _subresource(name):
    return name in ("acl", "uploads", "uploadId", "partNumber", "security-token", "tagging") or name.startswith(("response-", "x-oss-"))


def _oss_text(method, bucket, target, headers, date):
    path, _, query = target.partition("?")
    signed = _pairs(query, _subresource)
    resource = (f"/{bucket}" if bucket else "") + urllib.parse.unquote(path) + (f"?{signed}" if signed else "")
    return "\n".join([method, headers.get("content-md5", ""), headers.get("content-type", ""), date, _prefixed(headers, "x-oss-") + resource])


def oss(method, target, key, secret, bucket="", headers=None, offset=0):
    """OSS id:signature, HMAC-SHA1."""
    sent = {"date": http_date(offset), **{name.lower(): value for name, value in (headers or {}).items()}}
    mac = _mac(secret, _oss_text(method, bucket, target, sent, sent["date"]), hashlib.sha1)
    return target, {**sent, "authorization": f"OSS {key}:{_base64(mac)}"}


def oss_url(method, target, key, secret, bucket="", headers=None, offset=0):
    """The same in the query, good for ten minutes from its date on."""
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    expires = str(int(_now(offset).timestamp()) + 600)
    mac = _mac(secret, _oss_text(method, bucket, target, sent, expires), hashlib.sha1)
    more = urllib.parse.urlencode({"OSSAccessKeyId": key, "Expires": expires, "Signature": _base64(mac)})
    return target + ("&" if "?" in target else "?") + more, sent


def _v4(secret, algorithm, date, scope, canonical):
    mac = ("aliyun_v4" + secret).encode()
    for part in scope.split("/"):
        mac = hmac.new(mac, part.encode(), hashlib.sha256).digest()
    text = "\n".join([algorithm, date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(mac, text.encode(), hashlib.sha256).hexdigest()


def _oss4_canonical(method, bucket, target, headers, payload):
    path, _, query = target.partition("?")
    pairs = sorted((_encode(name), _encode(value)) for name, value in _parameters(query))
    resource = urllib.parse.quote((f"/{bucket}" if bucket else "") + urllib.parse.unquote(path), safe="/-_.~")
    signed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name in ("content-type", "content-md5") or name.startswith("x-oss-"))
    return "\n".join([method, resource, "&".join(f"{name}={value}" if value else name for name, value in pairs), signed, "", payload])


def oss4(method, target, key, secret, bucket="", headers=None, offset=0):
    """OSS4-HMAC-SHA256."""
    date = _short(offset)
    scope = f"{date[:8]}/cn-shanghai/oss/aliyun_v4_request"
    sent = {"x-oss-date": date, "x-oss-content-sha256": "UNSIGNED-PAYLOAD", **{name.lower(): value for name, value in (headers or {}).items()}}
    signature = _v4(secret, "OSS4-HMAC-SHA256", date, scope, _oss4_canonical(method, bucket, target, sent, sent["x-oss-content-sha256"]))
    return target, {**sent, "authorization": f"OSS4-HMAC-SHA256 Credential={key}/{scope},Signature={signature}"}


def oss4_url(method, target, key, secret, bucket="", headers=None, offset=0):
    date = _short(offset)
    scope = f"{date[:8]}/cn-shanghai/oss/aliyun_v4_request"
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    more = {"x-oss-signature-version": "OSS4-HMAC-SHA256", "x-oss-credential": f"{key}/{scope}", "x-oss-date": date, "x-oss-expires": "600"}
    target += ("&" if "?" in target else "?") + urllib.parse.urlencode(more)
    signature = _v4(secret, "OSS4-HMAC-SHA256", date, scope, _oss4_canonical(method, bucket, target, sent, "UNSIGNED-PAYLOAD"))
    return f"{target}&x-oss-signature={signature}", sent


def _sls_headers(headers, more=()):
    return {name: value for name, value in sorted(headers.items()) if name in more or name.startswith(("x-log-", "x-acs-"))}


def sls(method, target, key, secret, bucket="", headers=None, offset=0):
    """LOG id:signature; x-log-date is added behind signing, as the Python client does."""
    path, _, query = target.partition("?")
    sent = {"date": http_date(offset), "x-log-apiversion": "0.6.0", "x-log-signaturemethod": "hmac-sha1", **{name.lower(): value for name, value in (headers or {}).items()}}
    text = "\n".join([method, sent.get("content-md5", ""), sent.get("content-type", ""), sent["date"]]) + "\n"
    text += "".join(f"{name}:{value}\n" for name, value in _sls_headers(sent).items()) + path
    if query:
        text += "?" + "&".join(f"{name}={value}" for name, value in sorted(_parameters(query)))
    return target, {**sent, "x-log-date": sent["date"], "authorization": f"LOG {key}:{_base64(_mac(secret, text, hashlib.sha1))}"}


def sls4(method, target, key, secret, bucket="", headers=None, offset=0, body=b""):
    """SLS4-HMAC-SHA256. `bucket` is the host."""
    path, _, query = target.partition("?")
    date = _short(offset)
    scope = f"{date[:8]}/cn-shanghai/sls/aliyun_v4_request"
    sent = {"host": bucket, "x-log-date": date, "x-log-content-sha256": hashlib.sha256(body).hexdigest(), **{name.lower(): value for name, value in (headers or {}).items()}}
    signed = _sls_headers(sent, ("host", "content-type"))
    pairs = "&".join(name + (f"={_encode(value)}" if value else "") for name, value in sorted(_parameters(query)))
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = "\n".join([method, path, pairs, lines, ";".join(signed), sent["x-log-content-sha256"]])
    signature = _v4(secret, "SLS4-HMAC-SHA256", date, scope, canonical)
    del sent["host"]
    return target, {**sent, "authorization": f"SLS4-HMAC-SHA256 Credential={key}/{scope},Signature={signature}"}


def rpc(method, target, key, secret, bucket="", headers=None, offset=0, digest="HMAC-SHA1", token=None):
    """All parameters and the signature in the query."""
    _, _, query = target.partition("?")
    pairs = [*_parameters(query), ("AccessKeyId", key), ("SignatureMethod", digest), ("SignatureVersion", "1.0"), ("SignatureNonce", "4f2f5d1c"), ("Timestamp", iso_date(offset))]
    if token:
        pairs.append(("SecurityToken", token))
    canonical = "&".join(sorted(f"{_encode(name)}={_encode(value)}" for name, value in pairs))
    mac = _mac(secret + "&", f"{method}&%2F&{_encode(canonical)}", hashlib.sha256 if digest == "HMAC-SHA256" else hashlib.sha1)
    return "/?" + urllib.parse.urlencode([*pairs, ("Signature", _base64(mac))]), headers or {}


def rpc3(method, target, key, secret, bucket="", headers=None, offset=0):
    """ACS3 with the action in a header. `bucket` is the host."""
    _, _, query = target.partition("?")
    action = dict(_parameters(query))
    named = {"x-acs-action": action.pop("Action"), "x-acs-version": action.pop("Version"), **(headers or {})}
    return f"/?{urllib.parse.urlencode(action)}", acs3(method, f"/?{urllib.parse.urlencode(action)}", key, secret, bucket, named, offset=offset)
