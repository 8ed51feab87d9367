"""An order stands here already, and its channel says how it stands there: what that means for it (row A3 of the features, and what follows it).

Nothing is taken back: what the channel has cancelled stays cancelled, whatever an older document says afterwards. What we cannot do by
ourselves (goods with a node already, lines that came on top) puts the order in front of a person, once for each thing said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from waybill.channels import checks
from waybill.channels.exploding import BUNDLE
from waybill.channels.imported import Imported
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition
from waybill.kernel.ids import digest
from waybill.orders import addresses, store
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Line, Order
from waybill.orders.model.risk import MOST, Assessment, assessed
from waybill.orders.model.state import place_hold, release_hold
from waybill.orders.service import Orders
from waybill.orders.store import Record
from waybill.shop import store as shop

Settle = Callable[[str, int | None, int | None, str], None]
"""Tells the payments what the channel has taken and returned in all, and who says so: `payments.at_channel`."""
_PAYMENT = "payment"
_RISK = {"accept": 0, "review": 50, "cancel": MOST}
"""A channel that advises gives no score."""
_OVER = ("cancelled", "completed")


@dataclass(frozen=True, slots=True)
class Following:
    orders: Orders
    settle: Settle
    clock: Clock

    def follow(self, record: Record, said: Imported) -> None:
        """Does what is new in what the channel says. Safe to repeat, and in any order."""
        actor = f"channel:{record.order.channel}"
        matters = [*self._fewer(record, said, actor), *self._address(record, said, actor), *self._groups(record, said)]
        standing = said.standing
        if standing.paid or standing.refunded:
            self.settle(record.order.id, standing.paid, standing.refunded, actor)
            self._let_go(record, said, actor)
        self._risk(record, said, actor)
        if record.state.status not in _OVER:
            matters += [*_elsewhere(record, said), *(_edited(record.order, said.order) if _edited(store.as_placed(record), said.order) else ())]
        for matter in matters:
            self._ask(record.order.id, matter, actor)

    def _fewer(self, record: Record, said: Imported, actor: str) -> list[str]:
        """Cancelled whole, or some units of it."""
        order, standing = record.order, said.standing
        gone = _less_what_an_edit_took(units(order.lines, standing.removed), store.as_placed(record), order)
        less = {line: min(gone.get(line, 0), known.ordered) - known.cancelled for line, known in record.state.lines.items()}
        less = {line: count for line, count in less.items() if count > 0}
        rest = sum(known.ordered - known.cancelled for known in record.state.lines.values())
        try:
            if standing.cancelled or (less and sum(less.values()) == rest):
                if record.state.status not in _OVER:
                    self.orders.cancel(order.id, f"by the channel: {standing.cancelled or 'every line'}"[:200], actor)
            elif less:
                key = "channel-" + digest(*(f"{line}={gone[line]}" for line in sorted(less)))
                self.orders.cancel_lines(order.id, less, "by the channel", key, actor)
        except IllegalTransition as refused:
            named = "the order" if standing.cancelled else ", ".join(f"{count} of line {line}" for line, count in sorted(less.items()))
            return [f"the channel has cancelled {named}, too late for us: {refused.message}"]
        return []

    def _address(self, record: Record, said: Imported, actor: str) -> list[str]:
        ship_to, as_of = addresses.written(said.customer.ship_to), said.standing.as_of
        if record.order.shipping.pickup_node or not as_of or not ship_to.line1 or ship_to == addresses.written(record.customer.ship_to) or record.state.status in _OVER:
            return []
        if as_of <= max(store.addressed_as_of(record), record.order.placed_at):
            return []
        try:
            self.orders.readdress(record.order.id, ship_to, as_of, actor)
        except IllegalTransition as refused:
            return [f"the channel has another address since {as_of}, too late for us: {refused.message}"]
        return [finding.reason for finding in checks.deliverable(record.order, ship_to, shop.policy(addresses.POLICY), record.customer.phone)]

    @staticmethod
    def _groups(record: Record, said: Imported) -> list[str]:
        """Ship groups that go elsewhere now, that came or went: which line was meant for whom a person sees."""
        ours = {group: addresses.written(place) for group, place in record.customer.groups.items()}
        theirs = {group: addresses.written(place) for group, place in said.customer.groups.items()}
        as_of = said.standing.as_of
        if ours == theirs or not as_of or as_of <= record.order.placed_at or record.state.status in _OVER:
            return []
        named = sorted(group for group in ours.keys() | theirs.keys() if ours.get(group) != theirs.get(group))
        return [f"the channel has other addresses since {as_of}, of ship group {', '.join(named[:5])}"]

    def _risk(self, record: Record, said: Imported, actor: str) -> None:
        """What the channel advises now, where that is not what it did when the order came: it holds the order, or lets go what it has held."""
        advice, known = said.standing.risk, record.order.attributes.get("risk_recommendation", "")
        if not advice or advice == known or (advice == "accept" and not any(hold.kind == "fraud" for hold in record.state.holds)):
            return
        heard = Assessment(_RISK[advice], record.order.channel[:40], advice)
        if assessed(record.state, heard, {}, "", actor) is not record.state:
            self.orders.assess(record.order.id, heard, {}, actor)

    def _let_go(self, record: Record, said: Imported, actor: str) -> None:
        """It was held because nobody had paid, and now the channel says that all is paid."""
        order = record.order
        if (said.standing.paid or 0) < order.total or sum(tender.amount for tender in order.tenders) != order.total:
            return
        at = instant(self.clock())
        if any(hold.id == _PAYMENT and hold.active for hold in record.state.holds):
            store.change_state(order.id, lambda now: release_hold(now.state, _PAYMENT, at, actor, "paid at the channel"))

    def _ask(self, order_id: str, matter: str, actor: str) -> None:
        """Once for each matter: a person who has released it is not asked again."""
        at, id = instant(self.clock()), f"changed-{digest(matter)[:8]}"
        hold = Hold(id=id, kind="changed", reason=matter[:1000], placed_at=at, source=actor)
        store.change_state(
            order_id,
            lambda now: now.state if any(known.id == id for known in now.state.holds) else place_hold(now.state, hold, at, actor),
        )


def units(lines: Iterable[Line], sold: Mapping[str, int]) -> dict[str, int]:
    """Units of our lines for units of the channel's: a bundle's are those of its parts."""
    found = {}
    for line in lines:
        bundle = line.attributes.get(BUNDLE)
        count = sold.get(bundle["line"], 0) * bundle["each"] if bundle else sold.get(line.id, 0)
        if count:
            found[line.id] = count
    return found


def _less_what_an_edit_took(removed: Mapping[str, int], placed: Order, now: Order) -> dict[str, int]:
    """What the channel removes may have been edited out here already: then it is gone once."""
    taken = {line.id: line.quantity - now.line(line.id).quantity for line in placed.lines} if now.edits else {}
    return {line: count - max(0, taken.get(line, 0)) for line, count in removed.items() if count > max(0, taken.get(line, 0))}


def _elsewhere(record: Record, said: Imported) -> list[str]:
    """Units that the channel says have left, and that have not left here."""
    shipped = units(record.order.lines, said.standing.shipped)
    lines = record.state.lines
    more = {line: count - lines[line].shipped - lines[line].delivered for line, count in shipped.items() if line in lines}
    named = [f"{count} of line {line}" for line, count in sorted(more.items()) if count > 0]
    return [f"the channel says that {', '.join(named)} left from elsewhere"] if named else []


def _edited(ours: Order, theirs: Order) -> list[str]:
    """What came on top, or costs something else: fewer units are `_fewer`'s. An order that was edited here differs from its channel's by what
    was edited: that is no news of the channel's."""
    before, now = _sold(ours.lines), _sold(theirs.lines)
    found = [f"line {id} was added ({sku} × {count})" for id, (sku, count) in now.items() if id not in before]
    found += [f"line {id} has {now[id][1]} units now, not {count}" for id, (_, count) in before.items() if id in now and now[id][1] > count]
    found += [f"line {id} is {now[id][0]} now, not {sku}" for id, (sku, _) in before.items() if id in now and now[id][0] != sku]
    if theirs.shipping.method != ours.shipping.method:
        found.append(f"it is to ship by {theirs.shipping.method[:80]}, not {ours.shipping.method[:80]}")
    if theirs.shipping.pickup_node not in ("", ours.shipping.pickup_node):
        found.append(f"it is to be fetched at {theirs.shipping.pickup_node}, not {ours.shipping.pickup_node or 'sent'}")
    if theirs.currency == ours.currency and theirs.total > ours.total:
        found.append(f"its total is {theirs.total}, not {ours.total} minor units")
    return [f"the channel has edited the order: {'; '.join(found)}"] if found else []


def _sold(lines: Iterable[Line]) -> dict[str, tuple[str, int]]:
    """SKU and units as sold, by the channel's own line."""
    found = {}
    for line in lines:
        bundle = line.attributes.get(BUNDLE)
        id = bundle["line"] if bundle else line.id
        found[id] = (bundle["sku"], bundle["quantity"]) if bundle else (line.sku, line.quantity)
    return found
