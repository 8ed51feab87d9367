"""Carriers' vans for the desk: those that come from today on, and what is said to have one booked or called off. No carrier is spoken with: `functions/parcels` is asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from waybill.aws.config import setting
from waybill.desk.model.floor import Collected, Coming
from waybill.fulfilment import arranging, collections, windows
from waybill.fulfilment.arranging import Arranging, Wanted
from waybill.fulfilment.model import collection as verbs
from waybill.fulfilment.model.collection import AGREED, CANCELLED, CANCELLING, LIVE, REFUSED, Collection
from waybill.kernel.clock import Clock, instant
from waybill.kernel.money import decimal_string
from waybill.shop import calendar
from waybill.shop import store as shop
from waybill.shop.model import Carrier, Node

_MOST = 50
_OWN = "tariff"
Send = Callable[[str, dict[str, Any]], None]


def coming(now: datetime) -> list[Coming]:
    """Of every node from its own today on, the next first; those that come every day stand under today."""
    carriers = shop.carriers()
    found = [each for node in shop.nodes() for each in _at(node, carriers, now)]
    return sorted(found, key=lambda each: (each.date, each.node, each.window))


def bookable() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The nodes, and the carriers that are called and may so have vans."""
    return tuple(sorted(node.id for node in shop.nodes() if node.active)), tuple(sorted(each.id for each in shop.carriers() if each.kind != _OWN))


def book(clock: Clock, send: Send, said: Collected, actor: str) -> None:
    """Raises InvalidInput, Conflict, NotFound as `Arranging.ask` does."""
    node, carrier = shop.node(said.node).id, shop.carrier(said.carrier).id
    wanted = Wanted(node, carrier, said.date, said.ready, said.closes, said.place, said.note)
    _tell(clock, send, Arranging(clock).ask(wanted, actor))


def cancel(clock: Clock, send: Send, id: str, actor: str) -> None:
    """Raises IllegalTransition, NotFound."""
    _tell(clock, send, Arranging(clock).call_off(id, "", actor))


def _tell(clock: Clock, send: Send, known: Collection) -> None:
    if known.is_open:
        event = arranging.told(known, instant(clock()))
        send("PARCELS_QUEUE_URL", {"source": "waybill", "detail-type": event.type, "detail": event.to_dict(setting("STAGE"))})


def _at(node: Node, carriers: list[Carrier], now: datetime) -> Iterator[Coming]:
    today = calendar.here(node, now).date()
    kept = [each for each in collections.since(node.id, today.isoformat(), _MOST) if each.status != CANCELLED]
    if calendar.works_on(node, today):
        told = {each.carrier for each in kept if each.status == AGREED and each.date == today.isoformat()}
        daily = ((carrier.id, windows.agreed(node, carrier)) for carrier in carriers if carrier.id not in told)
        yield from (Coming(node.id, carrier, today.isoformat(), at, AGREED) for carrier, at in daily if at)
    yield from (_shown(each, now) for each in kept)


def _shown(each: Collection, now: datetime) -> Coming:
    may_cancel = each.status in LIVE and each.status not in (AGREED, CANCELLING) and not (each.status == verbs.BOOKED and each.is_over(now))
    cost = f"{decimal_string(each.price, each.currency)} {each.currency}" if each.currency else ""
    status = "carrier_refused" if each.status == REFUSED else each.status
    window = f"{each.ready}–{each.closes}"
    return Coming(each.node, each.carrier, each.date, window, status, each.id, each.packages, each.confirmation, cost, each.where, each.problem, may_cancel)
