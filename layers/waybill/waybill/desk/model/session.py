"""A signed-in person, without anything kept on the server: an HMAC over what the cookie says.

The cookie names the API key by its hash, so that the roles are read afresh and a key that was taken away stops working;
it never holds the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from waybill.kernel.plain import compact

LIFETIME_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """`key` is the hash of the API key, `nonce` makes the session's form tokens its own, `until` is a Unix time."""

    key: str
    nonce: str
    until: int


def seal(session: Session, secrets: list[str]) -> str:
    """The cookie's value, signed with the first secret."""
    text = compact([session.key, session.nonce, session.until]).encode()
    body = base64.urlsafe_b64encode(text).decode().rstrip("=")
    return f"{body}.{_sign('session', body, secrets[0])}"


def unseal(cookie: str, secrets: list[str], now: int) -> Session | None:
    """The session in a cookie; None where it is not ours, altered or over. Any of the secrets may have signed it."""
    body, _, signature = cookie.partition(".")
    if len(cookie) > 1000 or not any(_same(_sign("session", body, secret), signature) for secret in secrets):
        return None
    try:
        key, nonce, until = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return Session(key, nonce, until) if isinstance(until, int) and now < until else None


def form_token(nonce: str, secrets: list[str]) -> str:
    """What each form of this session carries, so that no other site can post it."""
    return _sign("form", nonce, secrets[0])


def form_token_holds(token: str, nonce: str, secrets: list[str]) -> bool:
    return bool(nonce) and any(_same(_sign("form", nonce, secret), token) for secret in secrets)


def _sign(purpose: str, text: str, secret: str) -> str:
    mac = hmac.new(secret.encode(), f"waybill-desk/{purpose}\n{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
