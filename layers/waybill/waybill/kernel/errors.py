"""The one tree of errors.

    WaybillError
    ├── InvalidInput            the caller sent something we refuse            400/422
    │   ├── Malformed           not even readable                              400
    │   ├── TooLarge            beyond the size limit                          413
    │   └── KeyReused           an idempotency key with another body           422
    ├── Unauthenticated         no key, wrong key, wrong signature             401
    ├── Forbidden               the role may not do this                       403
    ├── NotFound                absent, or somebody else's                     404
    ├── IllegalTransition       the state does not allow it                    409
    ├── Conflict                somebody else changed it first                 409
    │   └── StaleVersion        the caller has decided on what stands no more  412
    ├── TooMany                 too many calls; again after some seconds       429
    ├── StockUnavailable        not enough stock to reserve
    ├── OrderHeld               a hold blocks the next step
    ├── OrderCancelled          the order was cancelled meanwhile
    ├── PaymentDeclined         the gateway said no; final
    └── Unavailable             a dependency is down or slow; try again        503
"""

from __future__ import annotations

from collections.abc import Iterable


def field_path(place: Iterable[str | int]) -> str:
    """Where something stands in a body, as every `fields` names it: `("lines", 0, "quantity")` → `lines[0].quantity`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


class WaybillError(Exception):
    """Root of all our errors. `code` is stable and machine-readable, `fields` names what was wrong where."""

    status = 500
    code = "error"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


class InvalidInput(WaybillError):
    status, code = 422, "invalid_input"


class Malformed(InvalidInput):
    status, code = 400, "malformed"


class TooLarge(InvalidInput):
    status, code = 413, "too_large"


class KeyReused(InvalidInput):
    status, code = 422, "idempotency_key_reused"


class Unauthenticated(WaybillError):
    status, code = 401, "unauthenticated"


class Forbidden(WaybillError):
    status, code = 403, "forbidden"


class NotFound(WaybillError):
    status, code = 404, "not_found"


class IllegalTransition(WaybillError):
    status, code = 409, "illegal_transition"


class Conflict(WaybillError):
    status, code = 409, "conflict"


class StaleVersion(Conflict):
    status, code = 412, "stale_version"


class TooMany(WaybillError):
    """`seconds`: when it may be tried again."""

    status, code = 429, "too_many_calls"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class StockUnavailable(WaybillError):
    status, code = 409, "stock_unavailable"


class OrderHeld(WaybillError):
    status, code = 409, "order_held"


class OrderCancelled(WaybillError):
    status, code = 409, "order_cancelled"


class PaymentDeclined(WaybillError):
    status, code = 402, "payment_declined"


class Unavailable(WaybillError):
    status, code = 503, "unavailable"


class NotConnected(Unavailable):
    """Whoever is to be called has no account in our secrets yet: trying again does not help, a person does."""

    status, code = 409, "not_connected"
