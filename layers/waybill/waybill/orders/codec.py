"""Orders to stored items and back, and under which keys (`keys`)."""

from __future__ import annotations

from typing import Any

from waybill.kernel.events import Entry
from waybill.kernel.ids import customer_key
from waybill.kernel.plain import plain
from waybill.orders.keys import DECISION, DOC, EDIT, FULFILMENT_ORDER, PII, STATE, TENDER, WAIT, WANT, partition  # noqa: F401  (asked for as codec.DOC)
from waybill.orders.model.counters import Counters
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Address, Charge, Customer, Group, Line, Order, Shipping, Surcharge, Tax, Tender
from waybill.orders.model.state import State


def order_item(order: Order) -> dict[str, Any]:
    body = plain(order)
    body["lines"] = [_lean(line) for line in body["lines"]]
    body |= {name: [_lean(each) for each in body[name]] for name in ("tenders", "taxes", "charges", "groups")}
    body["edits"] = body["edits"] or None
    return {"pk": partition(order.id), "sk": DOC, **_lean(body)}


def order_from(item: dict[str, Any]) -> Order:
    known = {name: item[name] for name in Order.__slots__ if name in item}
    known["lines"] = tuple(Line(**{"sku": "", "title": "", **line}) for line in item.get("lines", ()))
    known["tenders"] = tuple(Tender(**tender) for tender in item.get("tenders", ()))
    known["surcharges"] = tuple(Surcharge(**each) for each in item.get("surcharges", ()))
    known["taxes"] = tuple(Tax(**tax) for tax in item.get("taxes", ()))
    known["charges"] = tuple(Charge(**{"amount": 0, **charge}) for charge in item.get("charges", ()))
    known["groups"] = tuple(Group(**each) for each in item.get("groups", ()))
    known["shipping"] = Shipping(**item.get("shipping", {}))
    return Order(**{"total": 0, **known})


def customer_item(order_id: str, placed_at: str, customer: Customer) -> dict[str, Any]:
    body = {name: _lean(value) if isinstance(value, dict) else value for name, value in _lean(plain(customer)).items()}
    item = {"pk": partition(order_id), "sk": PII, **body}
    if customer.email:
        item |= {"lookup_pk": f"CUSTOMER#{customer_key(customer.email)}", "lookup_sk": f"{placed_at}#{order_id}"}
    return item


def customer_from(item: dict[str, Any]) -> Customer:
    known = {name: item[name] for name in ("email", "name", "phone", "locale", "reference", "tax_id") if name in item}
    bill_to = Address(**item["bill_to"]) if item.get("bill_to") else None
    groups = {group: Address(**place) for group, place in item.get("groups", {}).items()}
    return Customer(**known, ship_to=Address(**item.get("ship_to", {})), bill_to=bill_to, groups=groups)


def state_item(state: State, order: Order) -> dict[str, Any]:
    """STATE, with what lists and the two indexes need of it."""
    item = {
        "pk": partition(state.order_id),
        "sk": STATE,
        "version": state.version + 1,
        "status": state.status,
        "lines": {line: counters.to_dict() for line, counters in state.lines.items()},
        "confirmed": state.confirmed,
        "completed": state.completed,
        "history": [entry.to_dict() for entry in state.history],
        "run": state.run,
        "day": state.history[0].at[:10],
        "placed": f"{state.history[0].at}#{state.order_id}",
        "channel": order.channel,
        "external_reference": order.external_reference,
        "total": order.total,
        "currency": order.currency,
        "skus": sorted({line.sku for line in order.lines}),
    }
    if state.holds:
        item["holds"] = [_lean(plain(hold)) for hold in state.holds]
    item |= {name: list(nodes) for name, nodes in (("only", state.only), ("without", state.without)) if nodes}
    attention = _attention(state)
    if attention:
        item |= {"lookup_pk": f"ATTENTION#{attention}", "lookup_sk": item["placed"]}
    return item


def state_from(item: dict[str, Any]) -> State:
    return State(
        order_id=item["pk"].removeprefix("ORDER#"),
        lines={line: Counters(**counters) for line, counters in item["lines"].items()},
        version=item["version"],
        confirmed=item["confirmed"],
        completed=item["completed"],
        holds=tuple(Hold(**{**hold, "blocks": tuple(hold.get("blocks", ()))}) for hold in item.get("holds", ())),
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
        run=item["run"],
        only=tuple(item.get("only", ())),
        without=tuple(item.get("without", ())),
    )


def _attention(state: State) -> str:
    """The queue of people in which an order stands, if any: its first active hold's kind, or backordered."""
    if state.active_holds:
        return state.active_holds[0].kind
    return "backordered" if state.backordered() else ""


def _lean(body: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: an absent attribute costs nothing."""
    return {name: value for name, value in body.items() if value not in ("", None, {}, (), [])}
