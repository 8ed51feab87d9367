"""Work that its customer fetches: made ready at the store, handed over, and looked after while it waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from waybill.aws.logs import count, logger
from waybill.aws.tables import Write, WriteConflict, commit
from waybill.fulfilment import cases
from waybill.fulfilment.codec import WAITING, work_from
from waybill.fulfilment.model import pickup
from waybill.fulfilment.model.case import NOT_COLLECTED, Case
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.service import Changed, Fulfilment, gone, load, once_only, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import WaybillError
from waybill.orders.model import giving_up
from waybill.orders.model import state as order_verbs
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop

ACTOR = "fulfilment"
NOTHING: Mapping[str, int] = {}
_MOST_DUE, _MOST_CASES = 50, 50


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who stands at the counter, by what he says: the code of the mail, or the name on the order."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Collecting:
    """`fulfilment` carries changes out and makes the codes; `nodes` answers the ids of the shop's nodes."""

    fulfilment: Fulfilment
    clock: Clock
    nodes: Callable[[], Sequence[str]] = lambda: [node.id for node in shop.nodes()]

    def make_ready(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """It waits at the counter, and its customer hears of it. Raises IllegalTransition for what is sent or not picked, OrderHeld."""
        days = pickup.days(self.fulfilment.policy(pickup.POLICY))

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            after = pickup.make_ready(work, self.fulfilment.code(), days, at, actor)
            if after is not work:
                order_verbs.refuse_held(record.state, "ship")
            return after, record.state

        return self.fulfilment.changed(fo_id, node, decide)

    def collect(self, fo_id: str, who: Claimant, actor: str, node: str = "", asked: Asked | None = None, units: Mapping[str, int] = NOTHING, let_go: bool = False) -> tuple[Record, FulfilmentOrder]:
        """The customer has it, all that lies there or these units: they have left and arrived, fulfilment order and STATE in one transaction, so that a cancellation
        wins or loses as a whole (I20). What he leaves waits on; with `let_go` it is cancelled in the same write. All of it said again changes nothing, nor does
        a part under its key. Raises InvalidInput where neither code nor name is right or there are not so many, IllegalTransition where it does not wait, OrderHeld."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            customer = record.customer
            if work.pickup and work.status in (pickup.WAITS, "delivered"):
                pickup.refuse_stranger(work, who.code, who.name, (customer.name, customer.address_of(work.group).name))
                if work.status == "delivered" and not units:
                    return work, record.state
                order_verbs.refuse_held(record.state, "ship")
            if work.status != pickup.WAITS:
                return pickup.collect(work, {}, False, {}, at, actor), record.state  # says why not
            fetched, state, left = pickup.taken(work, units), record.state, work
            if let_go:
                rest = {line: count - fetched.get(line, 0) for line, count in pickup.lying(work).items() if count > fetched.get(line, 0)}
                left, state = pickup.let_go(work, rest, at, actor), giving_up.give_up(state, rest, pickup.NOT_WANTED, at, actor)
            if work.is_fetched_here:
                state = order_verbs.ship(state, fetched, work.id, at, actor)
            after = pickup.collect(left, fetched, state.all_shipped, gone(record), at, actor)
            return after, order_verbs.deliver(state, fetched, at, actor)

        return self.fulfilment.changed(fo_id, node, once_only(asked, decide))

    def round(self) -> dict[str, int]:
        """Customers who have not come are reminded half-way; then a person is told. Cases of what was fetched or cancelled meanwhile are over. Bounded: the
        rest is due in the next round too."""
        at, told = instant(self.clock()), 0
        for node in self.nodes():
            page = ORDERS.page(
                f"NODE#{node}", between=(f"{WAITING}#", f"{WAITING}#{at}~"), index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_MOST_DUE
            )
            for item in ORDERS.get_many([(item["pk"], item["sk"]) for item in page.items]):
                told += self._looked_at(work_from(item), at)
        return {"waiting_told": told, "waiting_over": self._over(at)}

    @staticmethod
    def _looked_at(work: FulfilmentOrder, at: str) -> bool:
        after = pickup.looked_at(work, at, ACTOR)
        if after is work or work.pickup is None:
            return False
        writes: list[Write] = [save(after)]
        late = after.history[-1].type == f"fulfilment_order.{pickup.NOT_COLLECTED}"
        if late:
            about = f"nobody has fetched it at {work.pickup.node} until {work.pickup.until[:10]}: cancel it, or let it wait"
            writes.append(cases.write(Case(work.id, NOT_COLLECTED, work.pickup.node, about, at)))
        try:
            commit(*writes)
        except WriteConflict:
            return False  # somebody was first: the next round sees what stands
        if late:
            count("ParcelCases", kind=NOT_COLLECTED)
        return True

    @staticmethod
    def _over(at: str) -> int:
        over = 0
        for case in cases.all_open(NOT_COLLECTED, _MOST_CASES):
            try:
                _, work = load(case.fo_id)
            except WaybillError as problem:
                logger.warning("case not looked at", fo_id=case.fo_id, problem=problem.message)
                continue
            if work.status != pickup.WAITS:
                cases.close_by_itself(case.id, f"it is {work.status}", at)
                over += 1
        return over
