"""`POST /v1/addresses/verify`: what a carrier that knows addresses makes of one. Nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.ports import Carrier
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Address
from waybill.shop.door import caller

_LONGEST = 200
_NEEDED = ("line1", "country")


def add_routes(routes: Router, carrier: Callable[[str], Carrier]) -> None:
    """`carrier` answers who stands behind a carrier's id."""

    @routes.route("POST", "/v1/addresses/verify")
    def verify(request: Request) -> Answer:
        """As the carrier writes it, and what it has changed."""
        caller(request, "support", "node", "channel")
        asked = request.json_object()
        id, told = asked.get("carrier"), asked.get("address")
        if set(asked) != {"carrier", "address"} or not isinstance(id, str) or not isinstance(told, dict):
            raise InvalidInput("a carrier and an address are needed, and nothing else", fields={"carrier": "its id", "address": "an object"})
        before = _address(told)
        knows = getattr(carrier(id), "verified", None)
        if knows is None:
            raise InvalidInput(f"{id} does not know addresses", fields={"carrier": "ask one of the kind easypost"})
        after = knows(before)
        changed = [name for name, value in asdict(after).items() if value != getattr(before, name)]
        return Answer({"carrier": id, "address": _lean(after), "changed": changed})


def _address(told: Mapping[str, Any]) -> Address:
    wrong = {str(name)[:64]: "is not known" for name in set(told) - set(Address.__slots__)}
    wrong |= {name: f"is a text of at most {_LONGEST} characters" for name, value in told.items() if name not in wrong and not _is_text(value)}
    wrong |= {name: "is missing" for name in _NEEDED if not told.get(name)}
    if wrong:
        raise InvalidInput("this is no address", fields=wrong)
    return Address(**told)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and (value.isprintable() or not value)


def _lean(address: Address) -> dict[str, str]:
    return {name: value for name, value in asdict(address).items() if value}
