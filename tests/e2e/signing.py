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
