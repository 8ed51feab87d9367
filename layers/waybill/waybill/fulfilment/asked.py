"""Labels that a person wants back, or anew, who may not speak with carriers himself: a message to those who do, in the queue of parcels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.logs import logger
from waybill.fulfilment.labels import Labels
from waybill.fulfilment.model import buying as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.service import load
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound
from waybill.kernel.events import Event
from waybill.kernel.ids import digest

ASKED = "fulfilment_order.labels_asked_back"
Relabel = Callable[[str, str], Any]


def labels_asked_back(work: FulfilmentOrder, package: int, anew: bool, at: str, actor: str) -> Event:
    """Of one package, or (0) of all that have not left. Raises IllegalTransition for what has left or was never labelled, NotFound."""
    numbers = [package] if package else [each.n for each in work.packages if not each.left]
    if not numbers and not work.buying:
        raise IllegalTransition(f"{work.id} is {work.status}: it has no label to give back")
    verbs.void(work, numbers)
    seen = {str(n): work.package(n).tracking_number for n in numbers}
    data = {"fo_id": work.id, "packages": seen, "anew": anew, "actor": actor}
    return Event(f"{work.id}:{digest(*map(str, sorted(seen.items())), str(anew), at)}", ASKED, at, work.order_id, data)


def give_back(labels: Labels, relabel: Relabel, event: Event) -> None:
    """Only labels that are still those which were looked at; what has left meanwhile, or cannot be labelled anew, stands in the record as it is.
    Raises Unavailable, Conflict to be tried again."""
    fo_id, seen, actor = event.data["fo_id"], event.data["packages"], event.data["actor"]
    _, work = load(fo_id)
    now = {str(each.n): each.tracking_number for each in work.packages if each.label in ("", verbs.VOIDING)}
    numbers = [int(n) for n, number in seen.items() if now.get(n) == number]
    if seen and not numbers:
        return
    try:
        if event.data["anew"]:
            relabel(fo_id, actor)
        else:
            labels.void(fo_id, numbers, actor)
    except (IllegalTransition, InvalidInput, NotFound) as problem:
        logger.warning("label not given back", fo_id=fo_id, problem=problem.message)
