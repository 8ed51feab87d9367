"""While an order waits: its token is remembered, what it waits for is made visible, and the wait is ended when that comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.aws import workflow
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.events import Event
from waybill.kernel.ids import digest
from waybill.orders import store
from waybill.orders.model import remorse
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import Hold
from waybill.orders.model.patience import OUT_OF_STOCK
from waybill.orders.model.replacing import RESHIPPED
from waybill.orders.model.state import State
from waybill.orders.service import Orders
from waybill.orders.store import Record

_ACTOR = "workflow"
_FOR_A_PERSON = ("hold", "payment", "stuck")
_LONGEST_DELAY_S = 900


@dataclass(frozen=True, slots=True)
class Waits:
    """What the state machine's waiting states do. `shortage` says which units of an order cannot be reserved now, by line;
    `queue_up` notes an order as waiting for the SKUs of these lines, False where no more may wait for one of them; `kills` whether it is to be cancelled instead;
    `later` sends a message to this queue again after some seconds."""

    clock: Clock
    shortage: Callable[[Record], dict[str, int]]
    queue_up: Callable[[Record, dict[str, int]], bool]
    kills: Callable[[Record], bool] = lambda record: False
    later: Callable[[dict[str, Any], int], object] = lambda message, seconds: None

    def take(self, message: dict[str, Any]) -> None:
        """One message of the queue: of a waiting state, or an event from the bus."""
        if "detail" in message and message["detail"]["type"] == RESHIPPED:
            workflow.start(str(message["detail"]["data"]["order"]))
        elif "detail" in message:
            self.decided(Event.from_dict(message["detail"]).subject)
        elif message["wait"] == remorse.KIND:
            self._remorse(message["order_id"])
        else:
            self.wait(message)

    def decided(self, order_id: str) -> None:
        """Somebody has cancelled the order, or released a hold: the execution that waits for that goes on. Heard from the bus and not
        done by whoever decides, for his process may die in between and he may not ask again."""
        record = store.load(order_id)
        wait = record.wait
        if wait and record.state.cancelled:
            workflow.fail(wait["token"], "OrderCancelled")
        elif wait and wait["state"] in _FOR_A_PERSON and not any(hold.blocks for hold in record.state.active_holds):
            workflow.succeed(wait["token"], {})

    def wait(self, message: dict[str, Any]) -> None:
        """One message of a waiting state: {"wait", "order_id", "token", "entered"}. First the token, then what it waits for, then once
        more whether that has come meanwhile: so no wake-up is lost."""
        order_id, token, kind = message["order_id"], message["token"], message["wait"]
        if not store.remember_wait(order_id, kind, token, instant(self.clock()), message.get("entered", "")):
            return
        if store.load(order_id).state.cancelled:
            workflow.fail(token, "OrderCancelled")
        elif kind == "stock":
            self._for_stock(order_id, token)
        elif kind == "stuck":
            self._for_a_person(order_id, token, self._hold(token, "manual", f"the workflow stopped: {message.get('problem', '')[:120]}"))
        elif kind == "payment":
            self._for_a_person(order_id, token, self._hold(token, "payment", "the payment was declined: try again, or cancel"))
        else:
            self._for_a_person(order_id, token, None)

    def _for_stock(self, order_id: str, token: str) -> None:
        record = store.load(order_id)
        short = self.shortage(record)
        untouched = _untouched(record.state)
        if short and untouched and self.kills(record):
            self._not_taken(order_id, token)
            return
        if short:
            if not self.queue_up(record, short) and untouched:
                self._not_taken(order_id, token)
                return
            store.change_state(order_id, lambda now: verbs.backorder(now.state, short, self._now(), _ACTOR))
            short = self.shortage(store.load(order_id))
        if not short:
            workflow.succeed(token, {})

    def _not_taken(self, order_id: str, token: str) -> None:
        Orders(self.clock).cancel(order_id, OUT_OF_STOCK, _ACTOR)
        workflow.fail(token, "OrderCancelled")

    def _for_a_person(self, order_id: str, token: str, hold: Hold | None) -> None:
        def held(record: Record) -> State:
            known = hold is None or any(placed.id == hold.id for placed in record.state.holds)
            return record.state if known else verbs.place_hold(record.state, hold, self._now(), _ACTOR)

        store.change_state(order_id, held)
        if not any(known.blocks for known in self._remorse(order_id).active_holds):
            workflow.succeed(token, {})

    def _remorse(self, order_id: str) -> State:
        """The order without its remorse window where that is over; else this is asked again then. Who waits hears of it as of any hold."""
        state = store.change_state(order_id, lambda record: remorse.let_go(record.state, self._now()))
        if ends := remorse.ends_at(state):
            seconds = int((parse_instant(ends) - self.clock()).total_seconds()) + 1
            self.later({"wait": remorse.KIND, "order_id": order_id}, min(_LONGEST_DELAY_S, max(1, seconds)))
        return state

    def _hold(self, token: str, kind: str, reason: str) -> Hold:
        """One hold a token: the same message twice places it once, the next attempt another one."""
        return Hold(f"{kind}-{digest(token, length=6)}", kind, reason, placed_at=self._now(), source=_ACTOR)

    def _now(self) -> str:
        return instant(self.clock())


def _untouched(state: State) -> bool:
    """It has just come: no part of it has gone to a node, and nobody has been told that it waits."""
    return not state.backordered() and not any(units.released or units.shipped or units.delivered for units in state.lines.values())
