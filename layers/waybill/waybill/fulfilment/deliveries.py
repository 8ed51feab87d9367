"""What nodes were told by webhook, and whether they took it: `pk = PUSH#<event id>, sk = PUSH`, listed by node and status. Kept with what the bus said,
so that it can be told again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from waybill.aws.tables import WriteConflict, commit
from waybill.aws.tables import replace as over
from waybill.kernel.errors import NotFound
from waybill.kernel.events import Event
from waybill.kernel.plain import plain
from waybill.orders.store import ORDERS

DELIVERED, FAILING = "delivered", "failing"
STATUSES = (FAILING, DELIVERED)
_SK = "PUSH"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`answer`: the status that the node's server gave last, 0 where nobody answered. `at`: when the event was, `tried`: when it was sent last."""

    id: str
    node: str
    type: str
    subject: str
    at: str
    tried: str
    status: str
    answer: int = 0
    attempts: int = 1
    data: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    @property
    def event(self) -> Event:
        return Event(self.id, self.type, self.at, self.subject, self.data)


def note(event: Event, node: str, answer: int, tried: str) -> None:
    """How one attempt ended. What was delivered once stays so: a later attempt that fails is one of a twin's."""
    status = DELIVERED if 200 <= answer < 300 else FAILING
    first = Delivery(event.id, node, event.type, event.subject, event.time, tried, status, answer, data=dict(event.data))
    try:
        commit(over(ORDERS, _item(first), 0))
    except WriteConflict as known:
        _again(first, _delivery(known.old or {}))


def _again(now: Delivery, known: Delivery) -> None:
    if known.status == DELIVERED and now.status == FAILING:
        return
    after = replace(known, tried=now.tried, status=now.status, answer=now.answer, attempts=known.attempts + 1)
    try:
        commit(over(ORDERS, _item(after), known.version))
    except WriteConflict:
        return  # a twin has noted its own attempt


def load(id: str) -> Delivery:
    """Raises NotFound."""
    item = ORDERS.get(f"PUSH#{id}", _SK)
    if item is None:
        raise NotFound(f"nothing was told under {id[:80]!r}")
    return _delivery(item)


def page(node: str, status: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Delivery], dict[str, Any] | None]:
    """The newest first."""
    found = ORDERS.page(f"PUSHES#{node}#{status}", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start, newest_first=True)
    known = {item["pk"]: _delivery(item) for item in ORDERS.get_many([(each["pk"], each["sk"]) for each in found.items])}
    listed = [known[each["pk"]] for each in found.items if each["pk"] in known]
    return [each for each in listed if each.status == status], found.next


def _item(delivery: Delivery) -> dict[str, Any]:
    item = {**plain(delivery), "pk": f"PUSH#{delivery.id}", "sk": _SK, "version": delivery.version + 1}
    return item | {"lookup_pk": f"PUSHES#{delivery.node}#{delivery.status}", "lookup_sk": f"{delivery.at}#{delivery.id}"}


def _delivery(item: dict[str, Any]) -> Delivery:
    return Delivery(**{name: item[name] for name in Delivery.__slots__ if name in item})
