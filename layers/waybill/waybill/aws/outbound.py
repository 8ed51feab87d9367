"""HTTP to the outside, through the gate: https only, resolved once and pinned, no private addresses, no redirects, capped in size and time,
also where an answer comes a byte at a time.

On the laptop (stage `local`) plain http to this machine is allowed. urllib3 comes with botocore.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from waybill.aws import gate
from waybill.aws.config import is_local
from waybill.kernel.errors import InvalidInput, Unavailable

LARGEST_REPLY = 2 * 1024 * 1024
_LONGEST_PAUSE = 3600
_CONNECT_SECONDS = 2.0
_ends: ContextVar[float] = ContextVar("outbound_ends", default=float("inf"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Raises Unavailable where the other side did not answer JSON: a proxy's error page, most likely."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unavailable(f"the answer ({self.status}) is not JSON") from None


def send(name: str, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", seconds: float = 6.0) -> Reply:
    """One call under a name for the gate; `seconds` until all of the answer is there, beside the connecting. Raises InvalidInput for an address
    that we do not call, Unavailable where nobody answers in time."""
    target = urlsplit(url)
    return gate.call(name, lambda: _send(method, target, headers, body, seconds))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls of the block together take no longer: the one in which the time runs out, and those after it, raise Unavailable."""
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def retry_after(reply: Reply, now: datetime) -> int:
    """Seconds that the other side asks us to wait (header Retry-After, in either form); 0 where it does not."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return min(int(asked[:9]), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, TypeError):
        return 0
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0, min(int((moment - now).total_seconds()) + 1, _LONGEST_PAUSE))


def _send(method: str, target: SplitResult, headers: Mapping[str, str], body: bytes, seconds: float) -> Reply:
    import urllib3

    left = min(seconds + _CONNECT_SECONDS, _ends.get() - time.monotonic())
    if left <= 0:
        raise Unavailable(f"{target.hostname} was given no more time")
    pool, path = _pinned(target, min(seconds, left)), target.path or "/"
    with _Deadline(pool, left) as deadline:
        try:
            answer = pool.urlopen(
                method,
                f"{path}?{target.query}" if target.query else path,
                body=body,
                headers={**headers, "Host": target.netloc, "User-Agent": "waybill/1"},
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            )
            content = answer.read(LARGEST_REPLY + 1)
            answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            raise Unavailable(f"{target.hostname} does not answer ({type(problem).__name__})") from None
        finally:
            pool.close()
    if deadline.passed:
        raise Unavailable(f"{target.hostname} does not come to an end")
    if len(content) > LARGEST_REPLY:
        raise Unavailable(f"{target.hostname} answers more than {LARGEST_REPLY} bytes")
    return Reply(answer.status, {key.lower(): value for key, value in answer.headers.items()}, content)


class _Deadline:
    """Hangs up after so many seconds, whatever the other side does: the timeouts of a socket begin anew with each byte."""

    def __init__(self, pool: Any, seconds: float) -> None:
        from threading import Timer

        self.passed = False
        self._line: socket.socket | None = None
        self._timer = Timer(seconds, self._hang_up)
        self._timer.daemon = True
        pool.ConnectionCls = self._watched(pool.ConnectionCls)

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._timer.cancel()
        if self._line is not None:
            self._line.close()

    def _watched(self, plain: type[Any]) -> type[Any]:
        deadline = self

        class Watched(plain):  # type: ignore[misc]
            def _new_conn(self) -> Any:
                made = super()._new_conn()
                deadline._line = made.dup()  # TLS takes the first one over; to hang up on either ends both
                return made

        return Watched

    def _hang_up(self) -> None:
        self.passed = True
        if self._line is not None:
            with suppress(OSError):  # it is over already
                self._line.shutdown(socket.SHUT_RDWR)


def _pinned(target: SplitResult, seconds: float) -> Any:
    """A connection pool to the one address that was resolved and checked; the certificate is the name's."""
    import urllib3

    if target.username or not target.hostname or target.scheme not in ("https", "http" if is_local() else "https"):
        raise InvalidInput("an outgoing address is https://host/path")
    port = _port(target)
    address = _resolved(target.hostname, port)
    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=seconds)
    if target.scheme == "https":
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, server_hostname=target.hostname, assert_hostname=target.hostname, cert_reqs="CERT_REQUIRED"
        )
    return urllib3.HTTPConnectionPool(address, port, timeout=timeout)


def _port(target: SplitResult) -> int:
    try:
        return target.port or (443 if target.scheme == "https" else 80)
    except ValueError:
        raise InvalidInput("an outgoing address has an impossible port") from None


def _resolved(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(f"{host} cannot be resolved") from None
    address = ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])
    if not address.is_global and not (is_local() and address.is_loopback):
        raise InvalidInput(f"{host} is not an address of the public internet")
    return str(address)
