"""Somebody stops the work at its node, and somebody lets it go on where it stood. Pure."""

from __future__ import annotations

from dataclasses import replace

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Pause, go, told
from waybill.kernel.errors import IllegalTransition


def hold(work: FulfilmentOrder, reason: str, at: str, actor: str) -> FulfilmentOrder:
    """Nobody goes on with it until it is released. A repeat changes nothing."""
    if work.status == "on_hold":
        return work
    held = replace(go(work, "hold"), pause=Pause(work.status, reason, actor, at))
    return told(held, "held", at, actor, {"reason": reason})


def release(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """It goes on where it stood. A repeat changes nothing. Raises IllegalTransition for what nobody has stopped."""
    if work.status != "on_hold" or work.pause is None:
        if any(entry.type == "fulfilment_order.hold_released" for entry in work.history):
            return work
        raise IllegalTransition(f"{work.id} is {work.status}: nobody holds it")
    return told(replace(go(work, f"go on {work.pause.was}"), pause=None), "hold_released", at, actor, {})
