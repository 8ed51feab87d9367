"""Routing an order: when the machine asks for it, when a node has rejected, when the last parcel has left.

Every use case begins by reading where the order stands and may be repeated at any time: what is done is passed through. The
order of things: the token is kept; the reservation is brought to the chosen nodes; one commit releases the work there and says why.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, OrderCancelled, OrderHeld, StockUnavailable, Unavailable
from waybill.kernel.ids import digest, fulfilment_order_id, order_of_fulfilment_order
from waybill.orders import codec
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import STEPS, Hold
from waybill.orders.model.state import State
from waybill.orders.store import Record
from waybill.routing import ship_groups as groups
from waybill.routing.model import standing
from waybill.routing.model.claim import Claim
from waybill.routing.model.decision import ADDRESS, BY_A_PERSON, REJECTED, REJECTED_BEFORE, TOO_OFTEN, Available, Decision, asked, decide, marked
from waybill.routing.model.receipt import receipt
from waybill.routing.model.standing import ACTOR, Rejection
from waybill.routing.ports import Orders, Rules, Sites, Stock, Tokens, Work
from waybill.routing.surplus import given_back

WAIT = "route"
"""What `WAIT` says while the execution stands in the state Route, release, await shipment."""
MOST_ROUNDS = 12
MOST_REJECTIONS = 5
"""Where the policy `routing` does not say otherwise."""
_MOST_REJECTIONS_EVER = 50
_ALLOTTED_ROUNDS = 3
_BUT_SHIP = tuple(step for step in STEPS if step != "ship")
UNFILLABLE = "unfillable"
"""The kind of hold under which an order comes before a person that no node can ship."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Use cases of routing. `most_rejections`: after so many an order goes to a person instead of to the next node. `waits`: whether an order waits
    for the next brokering run."""

    orders: Orders
    stock: Stock
    shop: Sites
    rules: Rules
    tokens: Tokens
    clock: Clock
    most_rejections: Callable[[], int] = lambda: MOST_REJECTIONS
    waits: Callable[[Record], bool] = lambda record: False

    def route(self, order_id: str, token: str, entered: str = "") -> None:
        """The machine's command: releases what has no node yet; the token is answered when the last parcel has left. One that comes late, the execution
        having gone on, does nothing.

        Raises NotFound, and Unavailable when others kept changing the order.
        """
        before, at = self.orders.load(order_id), self._now()
        releases = _nothing_but_waits(before)
        if hold := before.state.blocking("release") if releases else None:
            self.tokens.fail(token, OrderHeld.__name__, f"{order_id} is held: {hold.kind}")  # and not remembered: a repeat would displace the token of who waits
            return
        if not self.orders.remember_wait(order_id, WAIT, token, at, entered):
            return
        if releases and not self._waits(before):  # what it writes is conditional on what was read: it need not be read again
            before = replace(before, others={**(before.others or {}), codec.WAIT: {"state": WAIT, "token": token, "at": at}})
            self.go_on(order_id, known=before)
        else:
            self.go_on(order_id)

    def go_on(self, order_id: str, *, now: bool = False, known: Record | None = None) -> None:
        """Does what is due: after the command, a rejection, a last shipment; nothing where nothing is. `now`: without waiting for a brokering run.
        `known`: the order as just read, where something will be written. Raises as `route`."""
        for tried in itertools.count():
            record, known = known or self.orders.load(order_id), None
            if tried >= MOST_ROUNDS + 2 * len(record.order.groups):
                break
            try:
                if self._settled(record, now):
                    return
            except (OrderCancelled, OrderHeld, StockUnavailable) as problem:
                self._give_up(record, problem)
                return
            except (Conflict, IllegalTransition):
                continue
        raise Unavailable(f"{order_id} is being changed by many at once; try again")

    def stock_came(self, order_id: str) -> None:
        """Units of an order that ships in parts have come: they go to a node too. Nothing where the execution stands elsewhere: it will come by.
        Raises as `route`."""
        wait = self.orders.load(order_id).wait
        if wait and wait["state"] == WAIT:
            self.go_on(order_id)

    def part_cancelled(self, order_id: str) -> None:
        """Some units are wanted no more: what is reserved for them is given back, and perhaps all the rest has left. Raises as `route`."""
        for _ in range(MOST_ROUNDS):
            record = self.orders.load(order_id)
            if record.state.cancelled:
                break
            rejection = standing.unanswered(record.fulfilment_orders, record.decisions)
            if rejection and not rejection.short:  # its units look as if nobody wanted them
                self.go_on(order_id)
                continue
            claim = self._claim(record)
            if not self._lost(record, claim) and not given_back(self.stock, record, claim):
                break
        self.stock_came(order_id)

    def _lost(self, record: Record, claim: Claim) -> bool:
        """The stock of units that nodes were short of is put right. False where it is."""
        return any([self._given_up(record, each, claim) for each in standing.rejections(record.fulfilment_orders) if each.short])

    def release_now(self, order_id: str) -> None:
        """Without waiting for a brokering run. What others do for an order of which nothing is unrouted is left to them. Raises as `route`."""
        if self.orders.load(order_id).state.unrouted():
            self.go_on(order_id, now=True)

    def wish(self, order_id: str, held: Available) -> Decision | None:
        """What an order of a brokering run would take of everything that is free or `held` by the run's orders; None where nothing is to be decided
        now, or nothing by a run."""
        record = self.orders.load(order_id)
        if record.order.groups or record.state.cancelled or record.state.blocking("release") or not record.state.unrouted() or self._short(record):
            return None
        skus = sorted({line.sku for line in record.order.lines if line.ships})
        there = _together(self.stock.free(skus, record.order.channel), {sku: held[sku] for sku in skus if sku in held})
        decision = self._decide(record, record.state.unrouted(), self._claim(record), there, doubt=REJECTED_BEFORE)
        return None if decision.short else decision

    def held_by(self, order_ids: Iterable[str]) -> Available:
        """{sku: {node: units}} that these orders hold and that no node has begun with."""
        total: dict[str, dict[str, int]] = {}
        for order_id in order_ids:
            record = self.orders.load(order_id)
            skus = {line.id: line.sku for line in record.order.lines}
            for line, nodes in self._claim(record).held.items():
                total = _together(total, {skus[line]: nodes})
        return total

    def allotted(self, order_id: str, share: Available, cause: str) -> bool:
        """Routes all that is unrouted with what a brokering run has allotted. False where that cannot be, things having changed since."""
        for _ in range(_ALLOTTED_ROUNDS):
            record = self.orders.load(order_id)
            if record.state.cancelled or record.state.blocking("release") or not record.state.unrouted() or self._short(record):
                return False
            units, claim = record.state.unrouted(), self._claim(record)
            decision = self._decide(record, units, claim, share, doubt=REJECTED_BEFORE)
            if decision.short or not decision.lines:
                return False
            try:
                if not self._brought(record, claim, decision):
                    self._commit(record, record.state, decision, units, cause)
                    return True
            except (Conflict, IllegalTransition, OrderCancelled):
                continue
        return False

    @staticmethod
    def _short(record: Record) -> bool:
        """Units are back from a node that was short of them, and its stock is to be put right before they go anywhere."""
        return standing.unanswered(record.fulfilment_orders, record.decisions) is not None

    def _waits(self, record: Record) -> bool:
        """For the next brokering run, which shares out orders that go to one place."""
        return not record.order.groups and self.waits(record)

    def _settled(self, record: Record, now: bool) -> bool:
        """One round. False where something has changed that must be looked at again."""
        if record.state.cancelled:
            raise OrderCancelled(f"{record.order.id} is cancelled")
        rejection = standing.unanswered(record.fulfilment_orders, record.decisions)
        if rejection:
            return self._reroute(record, rejection)
        if standing.given_up(record.fulfilment_orders) and self._lost(record, self._claim(record)):
            return False
        if record.state.unrouted() and not now and self._waits(record):
            _refuse_held(record)
            self.orders.pool(record.order.id, record.state.history[0].at)
            return True
        if record.state.unrouted():
            return self._release(record)
        if record.state.all_shipped:
            self._answer(record, lambda token: self.tokens.succeed(token, {"order_id": record.order.id}))
        return True

    def _release(self, record: Record) -> bool:
        """Everything unrouted goes to the cheapest nodes, one ship group after the other. Raises OrderHeld, StockUnavailable."""
        _refuse_held(record)
        unrouted, claim = groups.first(record.order, record.state.unrouted()), self._claim(record)
        if given_back(self.stock, record, claim):
            return False
        decision = self._decide(record, unrouted, claim, doubt=REJECTED_BEFORE)
        if decision.short and _all_held(claim, decision):
            self.orders.save(record, self._held(record, record.state, UNFILLABLE, "the nodes that may ship have not all of it"))
        elif decision.short:
            raise StockUnavailable(f"{record.order.id}: the nodes that may ship have not all of it")
        elif not decision.lines:
            self.orders.save(record, self._held(record, record.state, UNFILLABLE, "nothing of it ships from a node"))
        elif not self._brought(record, claim, decision):
            self._commit(record, record.state, decision, unrouted, "route")
            return unrouted == record.state.unrouted()
        return False

    def _reroute(self, record: Record, rejection: Rejection) -> bool:
        """Rejected work goes to nodes that have not rejected. What those lack waits for stock, unless a node that did reject
        says that it has it: then a person must look. Answers False: there may be more to do."""
        claim = self._claim(record)
        record = groups.kept_for(record, rejection.not_before)
        if rejection.short and self._given_up(record, rejection, claim):
            return False
        if rejection.short:
            _refuse_held(record)
        if rejection.reason == standing.INCORRECT_ADDRESS:
            self._left_to_a_person(record, rejection, ADDRESS, ADDRESS, f"{rejection.node} doubts the address")
        elif self._given_up(record, rejection, claim):
            return False
        elif (times := self._rejections(record)) >= self.most_rejections():
            self._left_to_a_person(record, rejection, TOO_OFTEN, UNFILLABLE, f"rejections so far: {times}, the last by {rejection.node} ({rejection.reason})")
        else:
            units = _still_wanted(record, rejection)
            decision = self._decide(record, units, claim, bar=REJECTED, to=rejection.to)
            if not self._brought(record, claim, decision):
                state = self._held_where_refused(record, self._taken_back(record, rejection), decision, rejection)
                self._commit(record, state, decision, units, rejection.cause)
        return False

    def _given_up(self, record: Record, rejection: Rejection, claim: Claim) -> bool:
        """The node gives its units back, or they are written off, or blocked for damage. False where it has done so already."""
        deeds = ((rejection.cause, rejection.reason, rejection.gone), (f"{rejection.cause}/rest", "", set(rejection.lines) - rejection.gone))
        due = [(cause, reason, at) for cause, reason, at in deeds if at and cause not in claim.done]
        for cause, reason, at in due:
            lines = {line: min(rejection.lines[line], claim.at(line, rejection.node)) for line in at}
            self.stock.move(record.order.id, rejection.node, lines, {}, cause, reason)
        return bool(due)

    def _left_to_a_person(self, record: Record, rejection: Rejection, barred: str, kind: str, reason: str) -> None:
        """No node is asked: a person must look. What is reserved stays so."""
        seen = groups.seen(record, rejection.lines)
        sites = [replace(site, barred=barred) for site in self.shop.sites(seen)]
        decision = decide(asked(self.shop.lines(seen, rejection.lines), sites, {}, order=self.shop.facts(seen)), self.rules.active())
        state = self._held(record, self._taken_back(record, rejection), kind, reason, _BUT_SHIP if rejection.short else STEPS)
        self._commit(record, state, decision, rejection.lines, rejection.cause)

    def _rejections(self, record: Record) -> int:
        return len(standing.by_nodes(record.fulfilment_orders, standing.forgiven_at(record.state.holds)))

    def _taken_back(self, record: Record, rejection: Rejection) -> State:
        if rejection.short:  # with the word that it is
            return record.state
        return verbs.take_back(record.state, rejection.lines, rejection.fo_id, rejection.reason, self._now(), ACTOR)

    def _decide(
        self, record: Record, units: Mapping[str, int], claim: Claim, there: Available | None = None, *, bar: str = "", doubt: str = "", to: str = ""
    ) -> Decision:
        """The nodes that the rules choose for these units, out of what is `there`: unless told, what is free and what the order holds. Nodes that
        have rejected are barred, or the last resort."""
        seen = groups.seen(record, units)
        lines = self.shop.lines(seen, units)
        sites = marked(self.shop.sites(seen), self._doubtful(record), bar=bar, doubt=doubt)
        if to:
            sites = [site if site.node == to else replace(site, barred=BY_A_PERSON) for site in sites]
        if there is None:
            there = claim.added_to(self.stock.free(sorted({line.sku for line in lines}), record.order.channel), lines)
        return decide(asked(lines, sites, there, claim.held, self.shop.facts(seen)), self.rules.active())

    def _brought(self, record: Record, claim: Claim, decision: Decision) -> bool:
        """Brings the reservation to the chosen nodes. True where it had to change: then it must be looked at again."""
        moves = claim.transfers(decision.by_line())
        for giver, plan in sorted(moves.items()):
            lines = {line: sum(takers.values()) for line, takers in plan.items()} if giver else {}
            cause = "route-" + digest(record.order.id, str(claim.epoch), giver, json.dumps(plan, sort_keys=True))
            self.stock.move(record.order.id, giver, lines, plan, cause)
        return bool(moves)

    def _commit(self, record: Record, state: State, decision: Decision, units: Mapping[str, int], cause: str) -> None:
        """One transaction: fulfilment orders, STATE, the receipt. Raises Conflict."""
        at, work = self._now(), self._work(record, decision, units)
        released = Counter[str]()
        for each in work:
            released.update(each.lines)
        if work:
            state = verbs.release(state, released, [each.fo_id for each in work], at, ACTOR)
        kept = receipt(decision, at=at, cause=cause, tariffs=self.shop.tariffs())
        self.orders.commit(record, state, work, kept, at)
        logger.info("order routed", order_id=record.order.id, nodes=[each.node for each in work], cause=cause)

    def _work(self, record: Record, decision: Decision, units: Mapping[str, int]) -> list[Work]:
        """A fulfilment order a node. What needs no stock (a gift card in the box) goes with the first."""
        first = 1 + max([0, *(number for _, number in map(_numbered, record.fulfilment_orders))])
        stocked = {line.line for line in decision.lines}
        loose = {line: quantity for line, quantity in units.items() if line not in stocked and quantity}
        sites = {site.node: site for site in decision.asked.sites}
        group = record.order.group_of(units)
        day = record.order.ships_by(group).ship_not_before
        return [
            Work(
                fulfilment_order_id(record.order.id, first + n), node, {**lines, **(loose if n == 0 else {})}, sites[node].within, sites[node].leaves, group, day
            )
            for n, (node, lines) in enumerate(sorted(decision.shares.items()))
        ]

    def _held_where_refused(self, record: Record, state: State, decision: Decision, rejection: Rejection) -> State:
        """Held for a person where something is short that only nodes have which rejected it. What a node that was short of units has goes on."""
        skus = {line.sku for line in decision.lines if line.line in decision.short}
        doubtful = self._doubtful(record)
        free = self.stock.free(sorted(skus), record.order.channel) if skus else {}
        if not any(units > 0 for nodes in free.values() for node, units in nodes.items() if node in doubtful):
            return state
        return self._held(record, state, UNFILLABLE, "no node is left that has not rejected it", _BUT_SHIP if rejection.short else STEPS)

    def _held(self, record: Record, state: State, kind: str, reason: str, blocks: tuple[str, ...] = STEPS) -> State:
        number, at = 1 + sum(1 for hold in record.state.holds if hold.source == ACTOR), self._now()
        return verbs.place_hold(state, Hold(f"{kind}-{number}", kind, reason, at, ACTOR, blocks), at, ACTOR)

    def _doubtful(self, record: Record) -> Collection[str]:
        """Nodes that rejected, but for those that a person has forgiven by releasing a hold."""
        return standing.doubtful_nodes(record.fulfilment_orders, standing.forgiven_at(record.state.holds))

    def _claim(self, record: Record) -> Claim:
        return self.stock.claim(record.order.id).not_at_work(record.fulfilment_orders)

    def _give_up(self, record: Record, problem: OrderCancelled | OrderHeld | StockUnavailable) -> None:
        """The machine catches these by name and goes where they lead."""
        logger.info("order not routed", order_id=record.order.id, problem=problem.code)
        count("OrdersNotRouted", reason=problem.code)
        self._answer(record, lambda token: self.tokens.fail(token, type(problem).__name__, problem.message))

    def _answer(self, record: Record, answer: Callable[[str], object]) -> None:
        if record.wait and record.wait["state"] == WAIT:
            answer(record.wait["token"])

    def _now(self) -> str:
        return instant(self.clock())


def _together(one: Available, other: Available) -> dict[str, dict[str, int]]:
    """{sku: {node: units}} of both."""
    total = {sku: {node: max(0, units) for node, units in nodes.items()} for sku, nodes in one.items()}
    for sku, nodes in other.items():
        there = total.setdefault(sku, {})
        for node, units in nodes.items():
            there[node] = there.get(node, 0) + units
    return total


def check(policy: Mapping[str, object]) -> None:
    """Of the policy `routing`: {"most_rejections": 1 to 50}. Raises InvalidInput."""
    wrong = dict.fromkeys(policy.keys() - {"most_rejections"}, "is unknown; there is most_rejections")
    most = policy.get("most_rejections", MOST_REJECTIONS)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= _MOST_REJECTIONS_EVER:
        wrong["most_rejections"] = f"is a whole number from 1 to {_MOST_REJECTIONS_EVER}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _nothing_but_waits(record: Record) -> bool:
    """Units want a node, and nothing else of it is due."""
    return bool(record.state.unrouted()) and not standing.unanswered(record.fulfilment_orders, record.decisions)


def _still_wanted(record: Record, rejection: Rejection) -> Mapping[str, int]:
    """Its units; of a shortage those that have not been cancelled since."""
    if not rejection.short:
        return rejection.lines
    unrouted = record.state.unrouted()
    return {line: min(units, unrouted[line]) for line, units in rejection.lines.items() if line in unrouted}


def _refuse_held(record: Record) -> None:
    hold = record.state.blocking("release")
    if hold:
        raise OrderHeld(f"{record.order.id} is held: {hold.kind}")


def _all_held(claim: Claim, decision: Decision) -> bool:
    """All is reserved, at nodes that may not ship it: no stock that comes will change that."""
    return all(sum(claim.held.get(line.line, {}).values()) >= line.quantity for line in decision.lines)


def _numbered(item: Mapping[str, object]) -> tuple[str, int]:
    return order_of_fulfilment_order(str(item["id"])) or ("", 0)
