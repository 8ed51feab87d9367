"""Who is calling: the API key in `x-api-key`, and what it may do."""

from __future__ import annotations

from waybill.aws.http import Request
from waybill.kernel.cards import masked
from waybill.kernel.errors import Forbidden, InvalidInput, Malformed, Unauthenticated
from waybill.shop import store
from waybill.shop.model import Key

_LONGEST_KEY = 200


def caller(request: Request, *roles: str) -> Key:
    """The caller's key, holding one of the roles (admin holds all). Raises Unauthenticated or Forbidden."""
    presented = request.headers.get("x-api-key", "")
    key = store.key(presented) if 0 < len(presented) <= 200 else None
    if key is None:
        raise Unauthenticated("send a valid API key in the header x-api-key")
    if roles and not key.may(*roles):
        raise Forbidden(f"this needs one of the roles: {', '.join(roles)}")
    return key


def key_of(request: Request) -> str:
    """The `Idempotency-Key`. Raises Malformed without one."""
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        raise Malformed("send an Idempotency-Key header", fields={"Idempotency-Key": "required"})
    if len(key) > _LONGEST_KEY or not key.isprintable() or masked(key) != key:
        raise InvalidInput(f"an Idempotency-Key has at most {_LONGEST_KEY} printable characters", fields={"Idempotency-Key": "not valid"})
    return key
