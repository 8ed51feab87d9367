"""Square: its webhooks (which only name an order), its order (Orders API) → the canonical order, and what it is told.

- Money comes in minor units. Prices contain tax where every tax is `INCLUSIVE`; mixed ones are read as added, and the sums are held.
- A line's SKU is not in the order: the catalogue is asked for it, and the answer kept in the document as `skus`.
- Modifiers (`+ oat milk`) are part of the line's price. Service charges, tips and rounding are `fees`.
- Several shipment fulfilments: the first is the order's own, each further one a ship group under its uid; its entries say which lines are its.
- A pickup fulfilment: the setting `pickup` says by the order's `location_id` which node it is.
- The shipment fulfilment says where it goes and by which method; an order without one is handed over at the counter: nothing ships.
- Its word for "shipped" is for the whole fulfilment, so it is told with the last parcel. Units cannot be taken off by us, nor an order accepted.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.channels import details, pickup
from waybill.channels.details import listed, plain_number, promised_days, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Cancellation, Ready, Reduction, Refund, Shipment
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, WORD, About, Adapter, Hook, Outgoing, Page, Remote, Signed, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import MOST_UNITS, Body, address, distinct, moment, part, parts, plain, reference, text
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import digest, order_id
from waybill.kernel.money import MOST_MINOR_UNITS, exponent
from waybill.orders.model.order import MOST_GROUPS, Charge, Customer, Group, Line, Order, Shipping, Tender

_SIGNATURE = "x-square-hmacsha256-signature"
_VERSION = "2025-10-16"
_SAID = ("order_created", "order_updated", "order_fulfillment_updated")


def about(topic: str, document: Any) -> About:
    """Its webhooks carry ids alone; a payment or refund names the order that it is for."""
    said = part(part(document if isinstance(document, dict) else {}, "data"), "object")
    if topic.startswith("order."):
        return About(WORD, reference(next((part(said, name) for name in _SAID if name in said), {}), "order_id"))
    if topic.startswith(("payment.", "refund.")):
        found = text(part(said, "payment") or part(said, "refund"), "order_id", limit=128)
        return About(WORD, found) if found else About(NOTHING)
    return About(NOTHING)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of Square in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    body = part(document, "order") or document
    external_reference = reference(body, "id")
    currency = text(part(body, "total_money"), "currency", limit=8)
    exponent(currency)
    _refuse_other_currencies(body, currency)
    gross = _prices_contain_tax(body)
    fulfilments = [raw for raw in parts(body, "fulfillments") if raw.get("type") in ("SHIPMENT", "DELIVERY")]
    fetched = [raw for raw in parts(body, "fulfillments") if raw.get("type") == "PICKUP"]
    place, partly = (text(body, "location_id", limit=50),), (pickup.partly(("its location",)),) if fulfilments and fetched else ()
    fetched_at = place if fetched and not fulfilments else ()
    fulfilments = fulfilments or fetched[:1]
    fulfilment, lines_of = fulfilments[0] if fulfilments else {}, _lines_of(fulfilments)
    sent, placed_at = _sent(fulfilment), moment(body, "created_at", default=received_at)
    deliver_by, charges, groups = moment(sent, "deliver_at", default=""), _charges(body), _groups(fulfilments, placed_at)
    lines = [line for raw in parts(body, "line_items") if (line := _line(raw, part(document, "skus"), gross, bool(fulfilment)))]
    lines = [replace(line, group=lines_of[line.id][0]) if lines_of.get(line.id) else line for line in lines]
    total = _minor(body, "total_money")
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=placed_at,
        currency=currency,
        lines=distinct(lines),
        shipping=Shipping(method=text(sent, "shipping_type", limit=200) or "standard", promise_days=promised_days(placed_at, deliver_by)),
        tenders=_tenders(body, total),
        total=total,
        tax_included=gross,
        fees=sum(charge.amount for charge in charges),
        number=text(body, "reference_id", "ticket_name", limit=128),
        note=text(sent, "shipping_note", "note", limit=2000),
        attributes={**_metadata(body), **_attributes(body, sent, deliver_by), "channel_order": external_reference},
        taxes=details.taxes(
            (plain(raw, "name", limit=200), plain_number(text(raw, "percentage", limit=20)), _minor(raw, "applied_money")) for raw in parts(body, "taxes")
        ),
        charges=charges,
        groups=groups,
    )
    findings = [] if total == 0 or _paid(body) >= total else [Finding("payment", f"Square has taken {_paid(body)} of {total} minor units")]
    shared = [id for id, places in lines_of.items() if len(places) > 1]
    why = f"units of line {', '.join(shared[:5])} go to several addresses, the first is taken" if shared else ""
    customer = replace(_customer(body, sent), groups={group.id: _customer(body, _sent(raw)).ship_to for group, raw in zip(groups, fulfilments[1:], strict=False)})
    return Imported(order, customer, (*findings, *partly, *details.beyond(fulfilments[1:], why)), _standing(body, fulfilment, order), fetched_at)


def _groups(fulfilments: list[Body], placed_at: str) -> tuple[Group, ...]:
    def of(raw: Body, sent: Body) -> Group:
        days = promised_days(placed_at, moment(sent, "deliver_at", default=""))
        return Group(reference(raw, "uid")[:64], text(sent, "shipping_type", limit=200) or "standard", days)

    return tuple(of(raw, _sent(raw)) for raw in fulfilments[1 : MOST_GROUPS + 1])


def _lines_of(fulfilments: list[Body]) -> dict[str, list[str]]:
    """{line: ship groups in which it has units}, "" for the first fulfilment; nothing where there is but one."""
    found: dict[str, list[str]] = {}
    for place, raw in enumerate(fulfilments[: MOST_GROUPS + 1] if len(fulfilments) > 1 else []):
        for entry in parts(raw, "entries"):
            found.setdefault(text(entry, "line_item_uid", limit=64), []).append(reference(raw, "uid")[:64] if place else "")
    return found


def _prices_contain_tax(body: Body) -> bool:
    kinds = {text(raw, "type", limit=20) for raw in parts(body, "taxes")}
    return kinds == {"INCLUSIVE"}


def _line(raw: Body, skus: Body, gross: bool, ships: bool) -> Line | None:
    units = _whole(raw)
    if not units:
        return None
    before = _minor(raw, "gross_sales_money") or _minor(raw, "base_price_money") * units
    tax = _minor(raw, "total_tax_money")
    paid = _minor(raw, "total_money") - _minor(raw, "total_service_charge_money") - (0 if gross else tax)
    price = -(-max(before, paid) // units)
    return Line(
        id=reference(raw, "uid")[:64],
        sku=text(skus, text(raw, "catalog_object_id", limit=192) or "-", limit=80),
        title=" ".join(filter(None, (plain(raw, "name"), plain(raw, "variation_name")))),
        quantity=units,
        unit_price=price,
        discount=price * units - paid,
        tax=tax,
        ships=ships,
        attributes={**_metadata(raw), **said(note=text(raw, "note"), variant_id=text(raw, "catalog_object_id", limit=192), modifiers=_modifiers(raw))},
    )


def _modifiers(raw: Body) -> str:
    """What is to be done with each unit: `Gift box, Engraving × 2`."""
    found = ((plain(each, "name", limit=100), text(each, "quantity", limit=20)) for each in parts(raw, "modifiers"))
    return listed(f"{name} × {units}" if units not in ("", "1") else name for name, units in found)


def _sent(fulfilment: Body) -> Body:
    return part(fulfilment, "shipment_details") or part(fulfilment, "delivery_details") or part(fulfilment, "pickup_details")


def _attributes(body: Body, sent: Body, deliver_by: str) -> dict[str, Any]:
    return said(
        source_name=text(part(body, "source"), "name", limit=200),
        location=text(body, "location_id", limit=50),
        discount_codes=listed(text(raw, "name", limit=100) for raw in parts(body, "discounts")),
        ship_by=moment(sent, "expected_shipped_at", default=""),
        deliver_by=deliver_by,
    )


def _whole(raw: Body) -> int:
    """Square writes quantities as decimal strings; half a unit nobody can ship."""
    given = text(raw, "quantity", limit=20)
    whole, _, rest = given.partition(".")
    if not whole.isascii() or not whole.isdecimal() or rest.strip("0") or int(whole) > MOST_UNITS:
        raise Malformed(f"quantity {given[:20]!r} is no whole number of units", fields={"quantity": "must be a whole number"})
    return int(whole)


def _refuse_other_currencies(inner: Any, currency: str, name: str = "order") -> None:
    """All money of an order of Square is in one currency."""
    if isinstance(inner, dict) and "amount" in inner and inner.get("currency", currency) != currency:
        raise Malformed(f"{name} is in another currency than the order", fields={name: f"must be in {currency}"})
    for key, each in inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ():
        _refuse_other_currencies(each, currency, key if isinstance(key, str) else name)


def _minor(body: Body, name: str) -> int:
    amount = part(body, name).get("amount", 0)
    if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > MOST_MINOR_UNITS:
        raise Malformed(f"{name}.amount must be a whole number of minor units", fields={name: "must be minor units"})
    return amount


def _charges(body: Body) -> tuple[Charge, ...]:
    found = [(plain(raw, "name", limit=200), _minor(raw, "total_money")) for raw in parts(body, "service_charges")]
    return details.charges([*found, ("tip", _minor(body, "total_tip_money")), ("rounding", _minor(part(body, "rounding_adjustment"), "amount_money"))])


def _paid(body: Body) -> int:
    return sum(_minor(raw, "amount_money") for raw in parts(body, "tenders"))


def _tenders(body: Body, total: int) -> tuple[Tender, ...]:
    taken = [
        Tender("channel", _minor(raw, "amount_money"), f"square {text(raw, 'type', limit=40).lower()}", reference=text(raw, "payment_id", "id", limit=200))
        for raw in parts(body, "tenders")
        if _minor(raw, "amount_money") > 0
    ]
    rest = total - sum(tender.amount for tender in taken)
    return (*taken, *((Tender("terms", rest, "square", attributes={"status": text(body, "state", limit=40)}),) if rest > 0 else ()))


def _metadata(body: Body) -> dict[str, Any]:
    return {key[:100]: value[:500] for key, value in list(part(body, "metadata").items())[:50] if isinstance(value, str) and value.strip()}


def _customer(body: Body, sent: Body) -> Customer:
    recipient = part(sent, "recipient")
    name, phone = text(recipient, "display_name", limit=200), text(recipient, "phone_number", limit=40)
    where = part(recipient, "address")
    found = address(
        {**where, "company": where.get("organization")},
        line1="address_line_1",
        line2="address_line_2",
        city="locality",
        region=("administrative_district_level_1",),
        postal_code="postal_code",
        country=("country",),
    )
    more = listed((found.line2, text(where, "address_line_3", limit=100), text(where, "sublocality", limit=100)))
    place = replace(found, name=name or found.name, phone=phone, line2=more[:200], instructions="no contact" if sent.get("is_no_contact_delivery") is True else "")
    who = text(body, "customer_id", limit=200) or text(recipient, "customer_id", limit=200)
    return Customer(email=text(recipient, "email_address", limit=254), name=name, phone=phone, ship_to=place, reference=who)


def _standing(body: Body, fulfilment: Body, order: Order) -> Standing:
    left = text(fulfilment, "state", limit=40) == "COMPLETED"
    return Standing(
        as_of=moment(body, "updated_at", default=""),
        cancelled="canceled" if text(body, "state", limit=40) == "CANCELED" else "",
        shipped={line.id: line.quantity for line in order.lines} if left else {},
        paid=_paid(body),
        refunded=sum(_minor(raw, "amount_money") for raw in parts(body, "refunds") if raw.get("status") in ("APPROVED", "PENDING")),
    )


def _verified(call: Signed) -> bool:
    """Base64 of HMAC-SHA256 over the address that the webhook was given, and the body."""
    told = str(call.channel.settings.get("notification_url", "")).encode()
    given = call.headers.get(_SIGNATURE, "").encode("utf-8", "surrogatepass")
    ours = [base64.b64encode(hmac.digest(secret.encode(), told + call.raw, "sha256")) for secret in call.secrets if secret]
    matches = [hmac.compare_digest(given, mine) for mine in ours]
    return bool(told) and any(matches)


@dataclass(frozen=True, slots=True)
class Square(Quiet):
    """Square as we call it. `location` is where its orders belong."""

    caller: Any
    location: str

    def refund(self, refund: Refund) -> None:
        """Under our key: Square returns it once. What the payment does not hold it refuses."""
        money = {"amount": refund.amount, "currency": refund.currency}
        said = {"idempotency_key": digest(refund.key, length=40), "payment_id": refund.payment, "amount_money": money, "reason": refund.mark}
        self.caller.json("square.refund", "POST", "/v2/refunds", said)

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import square_stock

        return square_stock.tell(self.caller, self.location, levels)

    def order(self, reference: str) -> Any:
        return self._with_skus(self.caller.json("square.order", "GET", f"/v2/orders/{_id(reference)}")["order"])

    def changed(self, since: str, until: str, next: str) -> Page:
        span = {"updated_at": {"start_at": since, "end_at": until}}
        query = {"filter": {"date_time_filter": span}, "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}
        asked = {"location_ids": [self.location], "query": query, "limit": 50, **({"cursor": next} if next else {})}
        found = self.caller.json("square.orders", "POST", "/v2/orders/search", asked)
        return Page(tuple((order["id"], self._with_skus(order)) for order in found.get("orders", ())), found.get("cursor", ""))

    def ready(self, ready: Ready) -> None:
        """A pickup fulfilment is prepared; Square says so of the whole of it."""
        self._change(ready.external_reference, "PREPARED", {}, of_type="PICKUP")

    def shipped(self, shipment: Shipment) -> None:
        if not shipment.last:
            return
        details = [{"carrier": each.carrier, "tracking_number": each.tracking_number, "shipped_at": shipment.at} | ({"tracking_url": each.url} if each.url else {}) for each in shipment.parcels]
        self._change(shipment.external_reference, "COMPLETED", {"shipment_details": details[0]} if details else {})

    def reduced(self, reduction: Reduction) -> None:
        """With the last parcel, or with what is cancelled after it."""
        if reduction.last:
            self._change(reduction.external_reference, "COMPLETED", {})

    def cancelled(self, cancellation: Cancellation) -> None:
        self._change(cancellation.external_reference, "CANCELED", {}, {"state": "CANCELED"})

    def _change(self, reference: str, state: str, more: Mapping[str, Any], of_order: Mapping[str, Any] | None = None, of_type: str = "") -> None:
        """Only what is not so yet (of fulfilments `of_type`, where one is named); the version that was read goes along, so that nobody's change is lost."""
        order = self.caller.json("square.order", "GET", f"/v2/orders/{_id(reference)}")["order"]
        open_ones = [each for each in order.get("fulfillments", ()) if each["state"] not in ("COMPLETED", "CANCELED", "FAILED", state) and each.get("type") == (of_type or each.get("type"))]
        change = dict(of_order or {}) if order.get("state") == "OPEN" else {}
        if not open_ones and not change:
            return
        fulfilments = [{"uid": each["uid"], "state": state, **more} for each in open_ones]
        wanted = {"location_id": order["location_id"], "version": order["version"], **change, **({"fulfillments": fulfilments} if fulfilments else {})}
        self.caller.json("square.update", "PUT", f"/v2/orders/{_id(reference)}", {"order": wanted})

    def _with_skus(self, order: dict[str, Any]) -> dict[str, Any]:
        ids = sorted({line["catalog_object_id"] for line in order.get("line_items", ()) if line.get("catalog_object_id")})
        return {"order": order, "skus": dict(self._skus(ids)) if ids else {}}

    def _skus(self, ids: list[str]) -> Iterable[tuple[str, str]]:
        found = self.caller.json("square.catalog", "POST", "/v2/catalog/batch-retrieve", {"object_ids": ids})
        for each in found.get("objects", ()):
            if sku := each.get("item_variation_data", {}).get("sku"):
                yield each["id"], sku


def _id(reference: str) -> str:
    from urllib.parse import quote

    return quote(reference, safe="")


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    headers = {"Authorization": f"Bearer {outgoing.credentials['access_token']}", "Square-Version": _VERSION}
    return Square(caller(outgoing, "api_url", headers), str(outgoing.channel.settings.get("location_id", "")))


ADAPTER = Adapter(
    kind="square",
    about=about,
    normalise=normalise,
    hook=Hook(
        signature=_SIGNATURE,
        verified=_verified,
        topic=lambda headers, document: text(document, "type", limit=120) if isinstance(document, dict) else "",
        delivery=lambda headers, document: text(document, "event_id", limit=200) if isinstance(document, dict) else "",
    ),
    address="api_url",
    remote=_remote,
    needs=("access_token",),
    stock=Stock(at_once=100, settings=("location_id",)),
    refunds=True,
    settings=("api_url", "location_id", "notification_url"),
)
