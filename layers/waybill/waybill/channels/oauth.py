"""Access tokens of channels that hand them out for an hour or two (OAuth 2.0): asked for once a process, again before they end."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from waybill.aws import outbound, secrets
from waybill.channels.ports import ChannelRefused
from waybill.kernel.errors import Unavailable

_EARLY_SECONDS = 120
_tokens: dict[tuple[str, str], tuple[float, str]] = {}


def token(name: str, url: str, form: Mapping[str, str], client: tuple[str, str] | None = None) -> str:
    """An access token for this form (grant, refresh token, scope); `client` is presented as Basic. Raises Unavailable, ChannelRefused."""
    key = (url, json.dumps([dict(form), client], sort_keys=True))
    ends, known = _tokens.get(key, (0.0, ""))
    if time.monotonic() < ends:
        return known
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if client:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
    reply = outbound.send(name, "POST", url, headers, urlencode(form).encode())
    if reply.status >= 500 or reply.status == 429:
        raise Unavailable(f"{name}: {reply.status}")
    answer = reply.json() if reply.status == 200 else {}
    if not answer.get("access_token"):
        secrets.read_anew("channels")
        raise ChannelRefused(f"{name}: {reply.status}, no token for our credentials: see the runbook")
    _tokens[key] = (time.monotonic() + max(0, int(answer.get("expires_in", 0)) - _EARLY_SECONDS), answer["access_token"])
    return str(answer["access_token"])


def forget() -> None:
    """Drops what was kept: for tests."""
    _tokens.clear()
