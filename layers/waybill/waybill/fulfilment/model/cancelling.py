"""A node that wants to be asked before its work is cancelled answers: yes, no, or it has shipped already. Pure.

It is asked by who cancels the order (`orders.model.work.asked`): one word, in the transaction that says so of the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.fulfilment.model.buying import dropped, set_aside
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, go, times_delivered, told
from waybill.kernel.errors import IllegalTransition
from waybill.orders.model.work import fewer

ACCEPTED, DECLINED = "cancellation_accepted", "cancellation_declined"


def accepted(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """It will not ship what is cancelled: all of it, or the units asked about. A repeat changes nothing. Raises IllegalTransition where nobody asks."""
    if _answered(work, ACCEPTED):
        return work
    units = asked_about(work)
    pause = work.pause
    if pause and pause.was == "partially_shipped":
        return _of_what_stays(work, units, at, actor)
    if pause is None or units == work.units():
        ended = told(go(work, "cancel"), ACCEPTED, at, actor, {"lines": units})
        return told(replace(ended, pause=None), "cancelled", at, actor, {"reason": pause.reason if pause else "", "lines": units, **({"labelled": True} if dropped(work, at) or work.buying else {})})
    lines = {line: replace(at_node, **fewer(at_node.quantity, at_node.picked, at_node.packed, units.get(line, 0))) for line, at_node in work.lines.items()}
    resumed = replace(_resumed(work, pause.was), lines=lines, pause=None)
    if pause.was == "packed":  # out of their parcel; what stays is packed anew
        resumed = replace(resumed, packages=(), buying=set_aside(work, at), lines={line: replace(at_node, packed=0) for line, at_node in lines.items()})
    if pause.was == "picking" and all(at_node.picked == at_node.quantity for at_node in lines.values()):
        resumed = go(resumed, "finish picking")
    return told(resumed, ACCEPTED, at, actor, {"lines": units})


def _of_what_stays(work: FulfilmentOrder, units: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """A parcel of it has left: with all the others it is over, without some units of them what is left is packed anew. Their labels are to be given back."""
    if work.buying:
        raise IllegalTransition(f"{work.id}: labels of it are just being bought or given back: try again in a moment")
    left = tuple(package for package in work.packages if package.left)
    here = replace(work, packages=left, buying=dropped(replace(work, packages=work.staying()), at))
    lines = {line: replace(each, **fewer(each.quantity, each.picked, each.shipped, units.get(line, 0))) for line, each in work.lines.items()}
    after = replace(here, lines=lines, pause=None)
    after = go(after, "go on partially_shipped" if after.to_pack() else "give up the rest")
    if after.status == "shipped" and times_delivered(after) == len(left):
        after = go(after, "deliver")
    after = told(after, ACCEPTED, at, actor, {"lines": units})
    return told(after, "reduced", at, actor, {"reason": work.pause.reason if work.pause else "", "lines": units, "labelled": True}) if after.buying else after


def _resumed(work: FulfilmentOrder, was: str) -> FulfilmentOrder:
    return go(work, f"go on {'picked' if was == 'packed' else was}")


def declined(work: FulfilmentOrder, reason: str, at: str, actor: str) -> FulfilmentOrder:
    """It goes on as if nobody had asked. A repeat changes nothing. Raises IllegalTransition where nobody asks."""
    if _answered(work, DECLINED):
        return work
    pause, units = work.pause, asked_about(work)
    after = go(work, f"go on {pause.was if pause else ''}")
    return told(replace(after, pause=None), DECLINED, at, actor, {"reason": reason, "lines": units})


def partly(work: FulfilmentOrder, units: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """It gives up these of the units that it is asked about, and ships the others all the same."""
    if work.pause is None:
        return accepted(work, at, actor)
    return accepted(replace(work, pause=replace(work.pause, units=dict(units))), at, actor)


def kept(work: FulfilmentOrder) -> dict[str, int]:
    """Units by line that it was asked about last and said it ships all the same. Whoever cancelled them does not want them from elsewhere."""
    answer = next((entry for entry in reversed(work.history) if entry.type == f"fulfilment_order.{DECLINED}"), None)
    return dict(answer.data["lines"]) if answer else {}


def asked_about(work: FulfilmentOrder) -> dict[str, int]:
    """Units by line that the node is asked not to ship. Raises IllegalTransition where it is asked nothing."""
    if work.status != "cancellation_requested" or work.pause is None:
        raise IllegalTransition(f"{work.id} is {work.status}: nobody asks to cancel it")
    return dict(work.pause.units) or work.units()


def _answered(work: FulfilmentOrder, answer: str) -> bool:
    """Whether this was its answer when it was asked last."""
    words = [entry.type.removeprefix("fulfilment_order.") for entry in work.history]
    said = [word for word in words if word in (ACCEPTED, DECLINED, "cancellation_requested", "shipped")]
    return work.pause is None and bool(said) and said[-1] == answer
