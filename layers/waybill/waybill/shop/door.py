"""Who is calling: the API key in `x-api-key`, and what it may do."""

from __future__ import annotations

from waybill.aws.http import Request
from waybill.kernel.errors import Forbidden, Unauthenticated
from waybill.shop import store
from waybill.shop.model import Key


def caller(request: Request, *roles: str) -> Key:
    """The caller's key, holding one of the roles (admin holds all). Raises Unauthenticated or Forbidden."""
    presented = request.headers.get("x-api-key", "")
    key = store.key(presented) if 0 < len(presented) <= 200 else None
    if key is None:
        raise Unauthenticated("send a valid API key in the header x-api-key")
    if roles and not key.may(*roles):
        raise Forbidden(f"this needs one of the roles: {', '.join(roles)}")
    return key
