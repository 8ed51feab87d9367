"""The carriers' door: signed tracking events, in our vocabulary, to the package they speak of."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from waybill.aws.http import Request
from waybill.aws.secrets import secret
from waybill.fulfilment.carriers.easypost import webhooks as easypost
from waybill.fulfilment.exceptions import Exceptions
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.tracking import STATUSES, Scan, newest
from waybill.fulfilment.model.trouble import TROUBLED, said_of
from waybill.fulfilment.service import Fulfilment, load
from waybill.kernel.cards import masked
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import InvalidInput, NotFound, Unauthenticated
from waybill.orders.store import ORDERS

_TOLERANCE_SECONDS = 300
_FUTURE = timedelta(days=2)
"""A statement from further ahead is a mistake, and would hide every true one that follows."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """What carriers tell us."""

    clock: Clock
    fulfilment: Fulfilment
    exceptions: Exceptions

    def tell(self, carrier: str, request: Request) -> FulfilmentOrder | None:
        """One tracking event {"tracking_number", "status", "code", "at"}, or one as EasyPost writes and signs it: None where such a one is about nothing of ours.
        Raises Unauthenticated, InvalidInput, NotFound."""
        if easypost.SIGNATURE in request.headers:
            return self._told_by_easypost(carrier, request)
        self._verify(carrier, request)
        body = request.json_object(parcels=True)
        scan, number = _scan(body, self.clock()), body.get("tracking_number")
        return self._heard(carrier, number if isinstance(number, str) else "", [scan])

    def _told_by_easypost(self, carrier: str, request: Request) -> FulfilmentOrder | None:
        easypost.verify(_secrets(carrier), request.headers, request.body)
        number, scans = easypost.read(request.json_object(parcels=True))
        now = self.clock()
        known = [scan for scan in scans if parse_instant(scan.at) - now <= _FUTURE]
        try:
            return self._heard(carrier, number, known) if known else None
        except NotFound:
            return None  # a label that was given back, or another shop's on the same account: who is refused too often is told nothing any more

    def _heard(self, carrier: str, number: str, scans: Sequence[Scan]) -> FulfilmentOrder:
        """Of many words the one that stands; then what is wrong with the parcel, if anything is."""
        track = ORDERS.get(f"TRACK#{number}", "TRACK") if 0 < len(number) <= 64 else None
        if track is None or track["carrier"] != carrier:
            raise NotFound("we sent no parcel under this tracking number")
        scan = reduce(newest, scans[1:], scans[0])
        if track.get("role") == "return":
            return self.fulfilment.track_back(track["fo_id"], number, scan, f"carrier:{carrier}")[1]
        work = self.fulfilment.track(track["fo_id"], number, scan, f"carrier:{carrier}")[1]
        if not any(package.tracking_number == number for package in work.packages):
            return work  # of a parcel that was taken apart: noted
        return self.exceptions.look(load(work.id)[1], work.parcel(number).n) if _matters(work, number) else work

    def _verify(self, carrier: str, request: Request) -> None:
        """HMAC over timestamp and raw body, under any of the carrier's live secrets, within five minutes."""
        secrets = _secrets(carrier)
        stamp = request.headers.get("x-carrier-timestamp", "")
        if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12:
            raise Unauthenticated("send x-carrier-timestamp in Unix seconds")
        if abs(self.clock().timestamp() - int(stamp)) > _TOLERANCE_SECONDS:
            raise Unauthenticated("x-carrier-timestamp is more than five minutes off")
        given = request.headers.get("x-carrier-signature", "").encode("utf-8", "replace")
        if not any(hmac.compare_digest(signature(each, stamp, request.body).encode(), given) for each in secrets):
            raise Unauthenticated("x-carrier-signature does not fit")


def _secrets(carrier: str) -> list[str]:
    found = secret("carriers").get(carrier)
    if not isinstance(found, list) or not found:
        raise NotFound(f"there is no carrier {carrier[:64]!r}")
    return found


def _matters(work: FulfilmentOrder, number: str) -> bool:
    """Whether something is wrong with a parcel, or was and is over. Whether it is late is the rounds' to find."""
    package = work.parcel(number)
    return package.scan is not None and (package.scan.status in TROUBLED or (package.delivered and bool(said_of(work, package.n))))


def signature(key: str, stamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over `<timestamp>.<body>`."""
    return hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _scan(body: dict[str, Any], now: datetime) -> Scan:
    status, code, at = body.get("status"), body.get("code", ""), body.get("at")
    if status not in STATUSES:
        raise InvalidInput(f"status is one of {', '.join(STATUSES)}", fields={"status": "unknown"})
    if not isinstance(code, str) or len(code) > 64:
        raise InvalidInput("code is a text of at most 64 characters", fields={"code": "a text"})
    try:
        moment = parse_instant(at if isinstance(at, str) else "")
    except (ValueError, OverflowError):
        raise InvalidInput("at is an ISO 8601 instant", fields={"at": "an instant"}) from None
    if moment - now > _FUTURE:
        raise InvalidInput("at lies in the future", fields={"at": "in the future"})
    return Scan(status, masked(code), instant(moment))
