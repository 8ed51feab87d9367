"""What `functions/direct_carriers` does: the verbs of `fulfilment.ports.Carrier` at a carrier's own API.

UPS and FedEx have no idempotency keys, and cannot be asked what they sold under a reference of ours. So the purchase is written down before it is asked for, and while nobody
knows what came of it no second one is asked for: a person looks, and says so (`POST /v1/carriers/{id}/purchases/{key}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from waybill.aws import files
from waybill.aws.logs import logger
from waybill.aws.outbound import within
from waybill.fulfilment.carriers.karrio import answers, asking, purchases, wire
from waybill.fulfilment.carriers.karrio.connection import Connection
from waybill.fulfilment.carriers.karrio.purchases import ASKED, BOUGHT, NOTHING, VOIDED, VOIDING, Purchase
from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Offer, Sending
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WaybillError

OFFER_SECONDS, BUY_SECONDS, OTHER_SECONDS = 8.0, 18.0, 8.0
_ALREADY = re.compile(r"already.{0,40}(void|cancel)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Direct:
    """`connected` answers the connection of a carrier and its settings."""

    clock: Clock
    connected: Callable[[str], tuple[Connection, Mapping[str, Any]]]

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One question of `wire`: `{"answer": …}`, or `{"problem": …}` in our words."""
        try:
            return {"answer": self._answer(asked["verb"], asked["carrier"], asked)}
        except WaybillError as problem:
            logger.warning("carrier refuses or is silent", carrier=asked["carrier"], verb=asked["verb"], problem=problem.message)
            return {"problem": wire.problem_told(problem)}

    def offers(self, carrier: str, sending: Sending) -> list[Offer]:
        connection, settings = self.connected(carrier)
        found: list[Offer] = []
        with within(OFFER_SECONDS):
            for place, parcel in enumerate(sending.parcels):
                if any(goods.hazard for goods in parcel.goods):
                    continue
                rates, messages = connection.rates(asking.rates(sending, parcel, settings))
                offers = list(answers.offers(carrier, place, rates or [], tuple(settings.get("services") or ())))
                if not offers:
                    raise _refusal(carrier, connection, messages)
                found += offers
        return sorted(found, key=lambda offer: (offer.parcel, offer.price, offer.delivery_days, offer.service))

    def buy(self, carrier: str, sending: Sending, offer: Offer, key: str) -> Bought:
        known = purchases.of(carrier, key)
        if known.state == BOUGHT:
            return _kept(known)
        if known.state == ASKED:
            raise _unknown(known)
        connection, settings = self.connected(carrier)
        asked = asking.shipment(sending, sending.parcels[offer.parcel], offer.handle, settings)
        claims: list[Purchase] = []

        def claim() -> None:
            claimed = purchases.save(replace(known, state=ASKED, reference=sending.reference, at=instant(self.clock()), price=offer.price, currency=offer.currency))
            if claimed is None:
                raise Conflict(f"{carrier}: this label is being bought just now")
            claims.append(claimed)

        with within(BUY_SECONDS):
            shipment, messages = connection.shipment(asked, claim)
        (claimed,) = claims
        if not shipment:
            if not _certainly_not(connection):
                raise Unavailable(f"{carrier} has not said whether it made the label ({answers.words(messages or []) or 'no words'})")
            purchases.save(replace(claimed, state=NOTHING))
            raise _refusal(carrier, connection, messages)
        bought = answers.bought(shipment, offer)
        files.put(claimed.file, bought.label["label.pdf"], "application/pdf")
        said = replace(claimed, state=BOUGHT, tracking_number=bought.tracking_number, shipment=bought.shipment, price=bought.price, currency=bought.currency, label=True)
        if purchases.save(said) is None:
            raise Conflict(f"{carrier}: a person has said what became of this label, and it is {bought.tracking_number}")
        return bought

    def found(self, carrier: str, key: str) -> Bought | None:
        known = purchases.of(carrier, key)
        if known.state == ASKED:
            raise _unknown(known)
        if known.state != BOUGHT or purchases.of(carrier, known.shipment).state == VOIDED:
            return None
        return Bought(known.tracking_number, known.shipment, known.price, known.currency)

    def void(self, carrier: str, shipment: str) -> bool:
        known = purchases.of(carrier, shipment)
        if known.state == VOIDED:
            return True
        connection, _ = self.connected(carrier)
        again = known.state == VOIDING
        known = known if again else purchases.save(replace(known, state=VOIDING, at=instant(self.clock()))) or purchases.of(carrier, shipment)
        with within(OTHER_SECONDS):
            told, messages = connection.cancel(shipment)
        if not (told or {}).get("success") and not (again and _ALREADY.search(answers.words(messages))):
            if _certainly_not(connection):
                return False
            raise _refusal(carrier, connection, messages)
        purchases.save(replace(known, state=VOIDED))
        return True

    def scans(self, carrier: str, tracking_number: str) -> list[Scan]:
        connection, _ = self.connected(carrier)
        with within(OTHER_SECONDS):
            details, messages = connection.tracking(tracking_number)
        if not details and not _certainly_not(connection) and connection.line.statuses != [200]:
            raise _refusal(carrier, connection, messages)
        return answers.scans(details or [])

    def _answer(self, verb: str, carrier: str, asked: Mapping[str, Any]) -> Any:
        if verb == "offers":
            return [asdict(offer) for offer in self.offers(carrier, wire.sending(asked["sending"]))]
        if verb == "buy":
            return wire.bought_told(self.buy(carrier, wire.sending(asked["sending"]), wire.offer(asked["offer"]), asked["key"]))
        if verb == "found":
            found = self.found(carrier, asked["key"])
            return wire.bought_told(found) if found else None
        if verb == "void":
            return self.void(carrier, asked["shipment"])
        if verb == "scans":
            return [asdict(scan) for scan in self.scans(carrier, asked["tracking_number"])]
        raise NotFound(f"nothing is known of {verb}")


def _kept(known: Purchase) -> Bought:
    """Raises InvalidInput where only a person knows of it: its label has come to nobody, so it is given back."""
    if not known.label:
        raise InvalidInput(f"{known.carrier}: the label {known.tracking_number} has come to nobody and is given back; pack again", fields={"carrier": known.carrier})
    return Bought(known.tracking_number, known.shipment, known.price, known.currency, {"label.pdf": files.get(known.file)})


def _unknown(known: Purchase) -> Conflict:
    where = f"POST /v1/carriers/{known.carrier}/purchases/{known.key}"
    return Conflict(f"{known.carrier} was asked for a label at {known.at} (reference {known.reference}) and nobody knows whether it was made: look in its account, and say so at {where}")


def _certainly_not(connection: Connection) -> bool:
    """The carrier itself has refused: nothing was done."""
    statuses = connection.line.statuses
    return bool(statuses) and all(400 <= status < 500 and status not in (408, 429) for status in statuses)


def _refusal(carrier: str, connection: Connection, messages: list[dict[str, Any]]) -> WaybillError:
    words = answers.words(messages or [])
    if any(status in (401, 403) for status in connection.line.statuses):
        return Unavailable(f"{carrier} refuses our account: {words}")
    if _certainly_not(connection) or (connection.line.statuses and all(status == 200 for status in connection.line.statuses) and words):
        return InvalidInput(f"{carrier}: {words or 'refused'}", fields={"carrier": words[:200] or "refused"})
    return Unavailable(f"{carrier} is busy or broken, or answers what cannot be read" + (f" ({words})" if words else ""))
