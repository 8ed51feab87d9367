"""What a channel's settings may say, and what of them is shown. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

LARGEST = 20_000
"""Characters of JSON."""
_SECRET = re.compile(r"(secret|token|password|passwd|api_?key|consumer_key|private_key)s?\Z", re.IGNORECASE)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")


def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without what must not be in them, should somebody have put it there: secrets by their name, and what a URL carries beside its address."""
    return {name: _bare_url(value) for name, value in settings.items() if not _SECRET.search(name)}


def problems(
    settings: Mapping[str, Any], required: Iterable[str], limits: Mapping[str, tuple[int, int]], plain_http: bool = False
) -> dict[str, str]:
    """What is wrong, by field. What is named `…_url` is an https address; `plain_http`: or an address of this machine. `limits`: the least and
    the most of those that are numbers."""
    found = {f"settings.{name}": "is required" for name in required if not settings.get(name)}
    found |= {
        f"settings.{name}": f"is a whole number from {least} to {most}"
        for name, (least, most) in limits.items()
        if name in settings and not _is_within(settings[name], least, most)
    }
    for name, value in settings.items():
        if wrong := _wrong(name, value, plain_http):
            found[f"settings.{name}"[:100]] = wrong
    if len(json.dumps(settings, default=str)) > LARGEST:
        found["settings"] = f"has at most {LARGEST} characters"
    return found


def _is_within(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _wrong(name: str, value: Any, plain_http: bool) -> str:
    if not _NAME.match(name):
        return "is named in lower case letters, digits and _"
    if _SECRET.search(name):
        return "is a secret: it is set by PUT /v1/channels/{channel}/outbound"
    if name.endswith("_url"):
        return _wrong_address(value, plain_http)
    return "has numbers without a fraction only" if _has_fraction(value) else ""


def _wrong_address(value: Any, plain_http: bool) -> str:
    try:
        url = urlsplit(value if isinstance(value, str) else "")
        named = bool(url.hostname) and url.port != 0
    except ValueError:
        return "is an https address"
    if not named or len(value) > 500 or not value.isprintable() or " " in value:
        return "is an https address"
    local = plain_http and url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost")
    if url.scheme != "https" and not local:
        return "is an https address"
    if url.username or url.password or url.query or url.fragment:
        return "is an address alone: no user, no query, no fragment"
    return ""


def _has_fraction(value: Any) -> bool:
    """What a document can carry and a table cannot."""
    if isinstance(value, Mapping):
        return any(map(_has_fraction, value.values()))
    if isinstance(value, list):
        return any(map(_has_fraction, value))
    return value is not None and not isinstance(value, (str, int, bool))


def _bare_url(value: Any) -> Any:
    if not isinstance(value, str) or "://" not in value:
        return value
    try:
        url = urlsplit(value)
    except ValueError:
        return ""
    return url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()
