"""Of stock rows, and of what an order holds of them."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.inventory.model.proof import prove
from waybill.proof.facts import OrderFacts, RowFacts
from waybill.proof.orders import ORDER
from waybill.proof.rules import Rules

ROW = Rules()


@ROW.rule("I1 to I4")
def _proven(facts: RowFacts) -> Iterator[str]:
    """The row is the sum of its movements, what is reserved is claimed, what is available was derived."""
    yield from prove(facts.row, facts.ledger, facts.reservations)["differences"]


@ORDER.rule("I5", at_rest=True)
def _ended(facts: OrderFacts) -> Iterator[str]:
    """No operation on the rows was left halfway; what is held is what is still to leave, and a cancelled order holds nothing."""
    held_now = facts.reservation
    if held_now.batch is not None:
        yield f"a {held_now.batch.kind} was never finished"
    held = {line: sum(nodes.values()) for line, nodes in held_now.held.items() if any(nodes.values())}
    away = {line: units.shipped + units.delivered for line, units in facts.state.lines.items()}
    gone = {line: units for line, units in held_now.shipped.items() if units}
    ships = {line.id for line in facts.order.lines if line.ships}
    if gone != {line: units for line, units in away.items() if units and line in ships}:
        yield f"{gone} have left the rows, {away} have left the nodes"
    if facts.state.cancelled and held:
        yield f"cancelled, and still holds {held}"
    if facts.state.cancelled:
        return
    for line, units in facts.state.lines.items():
        if line in ships and not units.released <= held.get(line, 0) <= units.released + units.unrouted:
            yield f"line {line}: {held.get(line, 0)} are held, {units.released} are at nodes and {units.unrouted} want one"
    lacking = {line: units.unrouted + units.released - held.get(line, 0) for line, units in facts.state.lines.items() if line in ships}
    if facts.state.confirmed and any(lacking.values()) and not (facts.state.active_holds or facts.state.backordered()):
        yield f"{lacking} are neither held nor in front of a person"
