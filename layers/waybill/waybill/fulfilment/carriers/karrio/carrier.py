"""`fulfilment.ports.Carrier` at a carrier's own API: each verb is one question to `functions/direct_carriers`, which remembers what it has bought under which key, so that a
question whose answer was lost may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from waybill.fulfilment.carriers.karrio import wire
from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Offer, Sending

Ask = Callable[[dict[str, Any]], Mapping[str, Any]]
"""A question to the function; its answer is `{"answer": …}` or `{"problem": …}`. Raises Unavailable where it does not answer."""


class Karrio:
    """One account with one carrier."""

    calls = True

    def __init__(self, carrier: str, ask: Ask) -> None:
        self.id, self._ask = carrier, ask

    def offers(self, sending: Sending) -> list[Offer]:
        return [wire.offer(each) for each in self._asked("offers", sending=wire.told(sending))]

    def buy(self, sending: Sending, offer: Offer, key: str) -> Bought:
        return wire.bought(self._asked("buy", sending=wire.told(sending), offer=asdict(offer), key=key))

    def found(self, offer: Offer, key: str) -> Bought | None:
        known = self._asked("found", key=key)
        return wire.bought(known) if known else None

    def void(self, shipment: str, key: str) -> bool:
        return bool(self._asked("void", shipment=shipment))

    def scans(self, tracking_number: str) -> list[Scan]:
        return [wire.scan(each) for each in self._asked("scans", tracking_number=tracking_number)]

    def _asked(self, verb: str, **more: Any) -> Any:
        told = self._ask({"verb": verb, "carrier": self.id, **more})
        if "problem" in told:
            raise wire.problem(told["problem"])
        return told["answer"]
