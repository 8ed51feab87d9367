"""A fulfilment order on a wave: a walk through the warehouse on which one person picks several. Pure."""

from __future__ import annotations

from dataclasses import replace

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, accept
from waybill.kernel.errors import IllegalTransition
from waybill.kernel.events import appended

PICKABLE = ("accepted", "picking")


def join(work: FulfilmentOrder, wave: str, at: str, actor: str) -> FulfilmentOrder:
    """It is picked on this wave; work that nobody has taken yet is taken with it. Raises IllegalTransition where it is on another one, or cannot be picked."""
    if work.wave == wave:
        return work
    taken = accept(work, at, actor) if work.status == "requested" else work
    if taken.status not in PICKABLE:
        raise IllegalTransition(f"{work.id} is {work.status}: there is nothing to pick")
    if work.wave:
        raise IllegalTransition(f"{work.id} is picked on {work.wave} already")
    return replace(taken, wave=wave, history=appended(taken.history, "fulfilment_order.on_wave", at, actor, {"fo_id": work.id, "node": work.node, "wave": wave}))


def leave(work: FulfilmentOrder, wave: str, at: str, actor: str) -> FulfilmentOrder:
    """It is on that wave no more, and may go on another. What is not on it stays as it is."""
    if work.wave != wave:
        return work
    return replace(work, wave="", history=appended(work.history, "fulfilment_order.off_wave", at, actor, {"fo_id": work.id, "node": work.node, "wave": wave}))
