"""What was asked of a carrier that has no idempotency keys, under which key of ours: written before it is asked, so that nothing is ever asked twice. In the Orders table,
pk `BUY#<carrier>#<key>`; labels lie in the files bucket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from waybill.aws.tables import Table, WriteConflict, commit
from waybill.aws.tables import replace as put_over
from waybill.kernel.clock import parse_instant
from waybill.kernel.errors import Conflict, NotFound
from waybill.kernel.plain import plain

ASKED, BOUGHT, NOTHING, VOIDING, VOIDED = "asked", "bought", "nothing", "voiding", "voided"
_ORDERS = Table("ORDERS_TABLE")
_STILL_ASKING = timedelta(seconds=60)
"""Longer than the function may run."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """`state`: `asked` (nobody knows yet), `bought`, or `nothing`. `label`: its bytes lie in the bucket. Of a shipment that is given back: `voiding`, `voided`."""

    carrier: str
    key: str
    state: str = ""
    reference: str = ""
    at: str = ""
    tracking_number: str = ""
    shipment: str = ""
    price: int = 0
    currency: str = ""
    label: bool = False
    version: int = 0

    @property
    def file(self) -> str:
        return f"carriers/{self.carrier}/{self.key}/label.pdf"


def of(carrier: str, key: str) -> Purchase:
    item = _ORDERS.get(_pk(carrier, key), "BUY")
    return Purchase(**{name: item[name] for name in Purchase.__slots__ if name in item}) if item else Purchase(carrier, key)


def save(purchase: Purchase) -> Purchase | None:
    """Over the version that was read; None where somebody else was first."""
    after = replace(purchase, version=purchase.version + 1)
    item: dict[str, Any] = {"pk": _pk(purchase.carrier, purchase.key), "sk": "BUY", **plain(after)}
    try:
        commit(put_over(_ORDERS, item, purchase.version))
    except WriteConflict:
        return None
    return after


def told(carrier: str, key: str, tracking_number: str, now: datetime) -> Purchase:
    """A person has looked in the carrier's account: this label was made, or ("") none. Raises NotFound where nothing was asked for under this key, Conflict where it is known
    what became of it, or it may just now become known."""
    known = of(carrier, key)
    if not known.state:
        raise NotFound(f"nothing was asked of {carrier} under {key}")
    if known.state != ASKED:
        raise Conflict(f"it is known what became of {key} at {carrier}: {known.state} {known.tracking_number}".rstrip())
    if now - parse_instant(known.at) < _STILL_ASKING:
        raise Conflict(f"{carrier} is being asked just now; look again in a minute")
    made = replace(known, state=BOUGHT if tracking_number else NOTHING, tracking_number=tracking_number, shipment=tracking_number)
    if save(made) is None:
        raise Conflict("it has just become known; look again")
    return made


def _pk(carrier: str, key: str) -> str:
    return f"BUY#{carrier}#{key}"
