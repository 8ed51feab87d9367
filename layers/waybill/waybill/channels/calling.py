"""Calling a channel: every answer that is not a success becomes the right error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waybill.aws import outbound, secrets
from waybill.aws.outbound import Reply
from waybill.channels.ports import AskedToWait, ChannelRefused, Outgoing
from waybill.kernel.errors import NotFound, Unavailable
from waybill.kernel.plain import compact

_SHORTEST_PAUSE = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one channel's address with its credentials."""

    base: str
    headers: Mapping[str, str]
    clock: Callable[[], datetime]

    def json(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """One call with a JSON body, answered in JSON; None where the answer is empty. Raises AskedToWait (429, or Retry-After), Unavailable
        (5xx, or 401: its secret may have been rotated just now), NotFound, ChannelRefused."""
        raw = b"" if body is None else compact(body).encode()
        reply = self.raw(name, method, path, raw, {})
        return reply.json() if reply.body.strip() else None

    def raw(self, name: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """The same with the bytes as they are."""
        sent = {"Content-Type": "application/json", "Accept": "application/json", **self.headers, **headers}
        reply = outbound.send(name, method, self.base.rstrip("/") + path, sent, body)
        return self._succeeded(name, reply)

    def _succeeded(self, name: str, reply: Reply) -> Reply:
        if 200 <= reply.status < 300:
            return reply
        pause = outbound.retry_after(reply, self.clock())
        if reply.status == 429 or pause:
            raise AskedToWait(f"{name}: {reply.status}, asked to wait", max(pause, _SHORTEST_PAUSE))
        if reply.status >= 500 or reply.status == 408:
            raise Unavailable(f"{name}: {reply.status}")
        if reply.status == 401:
            secrets.read_anew("channels")
            raise Unavailable(f"{name}: 401, our credentials are not believed: see the runbook")
        if reply.status == 404:
            raise NotFound(f"{name}: 404")
        raise ChannelRefused(f"{name}: {reply.status}", reply=reply)


def caller(outgoing: Outgoing, address: str, headers: Mapping[str, str]) -> Caller:
    """Calls the address that stands in a setting of the channel."""
    return Caller(outgoing.channel.settings[address], headers, outgoing.clock)
