"""One order's money in this process: the book, a gateway, the tokens of the machine, and messages delivered to the worker."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.payments.gateway_fake import GOOD, FakeGateway
from waybill.aws import gate
from waybill.kernel.errors import Conflict, NotFound
from waybill.orders import codec
from waybill.orders.model import state as states
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import AT_A_GATEWAY, Line, Order, Shipping, Tender
from waybill.orders.model.state import State
from waybill.payments import messages
from waybill.payments.ports import Gateway
from waybill.payments.records import Account, account, saved, tender_item
from waybill.payments.service import Payments

_numbers = itertools.count(1)


class Crash(BaseException):
    """The process is gone."""


class MemoryBook:
    """The Book port over items as they would be stored, through JSON, each call through the gate."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}

    def read(self, order_id: str) -> Account:
        return gate.call("book.read", lambda: self._read(order_id))

    def _read(self, order_id: str) -> Account:
        found = {sk: json.loads(text) for (pk, sk), text in self.items.items() if pk == codec.partition(order_id)}
        if codec.STATE not in found:
            raise NotFound(order_id)
        tenders = [item for sk, item in found.items() if sk.startswith(codec.TENDER)]
        return account(codec.order_from(found[codec.DOC]), codec.state_from(found[codec.STATE]), tenders)

    def save(self, seen: Account, tender: Any, state: State | None = None) -> Account:
        writes = [(tender_item(tender), tender.version)] if tender else []
        writes += [(codec.state_item(state, seen.order), state.version)] if state else []
        gate.call("book.save", lambda: self.put(writes))
        return saved(seen, tender, state)

    def put(self, writes: list[tuple[dict[str, Any], int]]) -> None:
        for item, version in writes:
            old = self.items.get((item["pk"], item["sk"]))
            if (json.loads(old)["version"] if old else 0) != version:
                raise Conflict(f"{item['sk']} was changed")
        for item, _ in writes:
            self.items[item["pk"], item["sk"]] = json.dumps(item, allow_nan=False)


class Tokens:
    """The machine's side of a task token: the first answer counts."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.causes: dict[str, str] = {}

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        return gate.call("states.succeed", lambda: self._answer(token, "ok", ""))

    def fail(self, token: str, error: str, cause: str = "") -> bool:
        return gate.call("states.fail", lambda: self._answer(token, error, cause))

    def _answer(self, token: str, answer: str, cause: str) -> bool:
        known = token in self.answers
        self.answers.setdefault(token, answer)
        self.causes.setdefault(token, cause)
        return not known


class World:
    """`tenders` as (kind, amount, token or reference). The total is their sum unless given."""

    def __init__(
        self, *tenders: tuple[str, int, str], total: int | None = None, gateway: Gateway | None = None, fake: FakeGateway | None = None
    ) -> None:
        told = tuple(_tender(*tender) for tender in (tenders or (("card", 2599, GOOD),)))
        amount = sum(tender.amount for tender in told) if total is None else total
        self.order = _order(f"ord_w{next(_numbers)}", told, amount)
        self.id = self.order.id
        self.book = MemoryBook()
        self.fake = fake or FakeGateway()
        self.tokens = Tokens()
        self._ticks = itertools.count()
        gateways: Mapping[str, Gateway] = {"stripe": gateway or self.fake}
        self.payments = Payments(self.book, gateways, self.clock)
        received = states.received(self.id, {"l1": 2}, self.now(), "test", {})
        self.book.items[codec.partition(self.id), codec.DOC] = json.dumps(codec.order_item(self.order))
        self.book.put([(codec.state_item(received, self.order), 0)])

    def clock(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=next(self._ticks))

    def now(self) -> str:
        return self.clock().isoformat().replace("+00:00", "Z")

    @property
    def account(self) -> Account:
        return self.book._read(self.id)

    @property
    def told(self) -> list[str]:
        """Every event of the order and its tenders."""
        seen = [entry.type for tender in self.account.tenders for entry in tender.history]
        return seen + [entry.type for entry in self.account.state.history]

    def change(self, verb: Callable[[State], State]) -> None:
        state = verb(self.account.state)
        self.book.put([(codec.state_item(state, self.order), state.version)])

    def cancel_state(self) -> None:
        self.change(lambda state: states.cancel(state, "customer", self.now(), "test"))

    def hold(self, blocks: tuple[str, ...] = ("authorise",)) -> None:
        self.change(lambda state: states.place_hold(state, Hold("manual", "manual", "why", self.now(), "test", blocks), self.now(), "test"))

    def release(self) -> None:
        self.change(lambda state: states.release_hold(state, "manual", self.now(), "test"))

    def release_all(self) -> None:
        for hold in self.account.state.active_holds:
            self.change(lambda state, id=hold.id: states.release_hold(state, id, self.now(), "test"))

    def command(self, token: str = "token-1") -> dict[str, Any]:
        return {"command": "authorise", "order_id": self.id, "token": token, "run": 0}

    def event(self, type: str, **data: Any) -> dict[str, Any]:
        detail = {"id": f"{self.id}:9", "type": type, "time": self.now(), "subject": self.id, "data": data}
        return {"detail-type": type, "source": "waybill", "detail": detail}

    def shipped(self) -> dict[str, Any]:
        return self.event("fulfilment_order.shipped", fo_id="fo_1", last=True)

    def cancelled(self) -> dict[str, Any]:
        return self.event("order.cancelled", reason="customer")

    def deliver(self, message: dict[str, Any]) -> None:
        messages.handle(self.payments, self.tokens, json.loads(json.dumps(message)))


class At:
    """A watcher that does something at the n-th call and lets all others pass; `seen` names the calls."""

    def __init__(self, number: int, before: Callable[[], object] | None = None, after: Callable[[], object] | None = None) -> None:
        self.number, self.before, self.after = number, before, after
        self.seen: list[str] = []
        self._busy = False

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        if self._busy:
            return thunk()
        self.seen.append(name)
        here = len(self.seen) - 1 == self.number
        self._do(self.before if here else None)
        answer = thunk()
        self._do(self.after if here else None)
        return answer

    def _do(self, what: Callable[[], object] | None) -> None:
        if what is None:
            return
        self._busy = True
        try:
            what()
        finally:
            self._busy = False


class CrashAt:
    """A watcher under which the process dies right before the call of this name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        if name == self.name:
            raise Crash
        return thunk()


def crash() -> None:
    raise Crash


def _tender(kind: str, amount: int, means: str) -> Tender:
    if kind in AT_A_GATEWAY:
        return Tender(kind, amount, "stripe" if kind == "card" else "ledger", means)
    return Tender(kind, amount, reference=means)


def _order(id: str, tenders: tuple[Tender, ...], total: int) -> Order:
    line = Line("l1", "SKU-1", "Thing", 2, total // 2 if total % 2 == 0 else total, 0 if total % 2 == 0 else total)
    return Order(id, "web", id, "2026-11-23T00:00:00Z", "USD", (line,), Shipping(), tenders, total)
