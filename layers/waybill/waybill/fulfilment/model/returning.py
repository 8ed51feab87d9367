"""The label by which a package comes back: intended, bought, mailed, given back, seen by its carrier. Its package stays as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, told
from waybill.fulfilment.model.parcel import Back, Package
from waybill.fulfilment.model.tracking import Scan, newest
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound

POLICY = "returns"
BUYING, BOUGHT, VOIDING, VOIDED, VOID_REFUSED = "buying", "bought", "voiding", "voided", "void_refused"
_LIVE = (BUYING, BOUGHT)


def check(policy: Mapping[str, Any], nodes: Mapping[str, Any]) -> None:
    """{"node": where packages come back to; none: to where they left}. Raises InvalidInput naming the field."""
    wrong = {name[:64]: "is not known" for name in policy if name != "node"}
    if policy.get("node", "") != "" and policy["node"] not in nodes:
        wrong["node"] = "is the id of a node"
    if wrong:
        raise InvalidInput("the policy for returns cannot be read", fields=wrong)


def returnable(work: FulfilmentOrder, n: int) -> Package:
    """A package that can come back: labelled, also before it leaves, so that the label may lie in it. Raises NotFound, IllegalTransition."""
    package = work.package(n)
    if work.status == "cancelled" or package.label or not package.tracking_number:
        raise IllegalTransition(f"{work.id}: package {n} does not go out, so it cannot come back")
    return package


def live(package: Package) -> Back | None:
    """The label that stands, or is being bought; one that was given back makes room for another."""
    return package.back if package.back and package.back.status in _LIVE else None


def intend(work: FulfilmentOrder, n: int, back: Back) -> FulfilmentOrder:
    """This is going to be bought. Raises Conflict where one is being given back."""
    if (known := work.package(n).back) and known.status == VOIDING:
        raise Conflict(f"{work.id}: the return label of package {n} is being given back; finish that first")
    return _with(work, n, replace(back, key=f"{work.id}-{n}-back-{work.version}"))


def forget(work: FulfilmentOrder, n: int) -> FulfilmentOrder:
    """The carrier has refused: nothing is bought."""
    return _with(work, n, None)


def bought(work: FulfilmentOrder, n: int, back: Back, at: str, actor: str) -> FulfilmentOrder:
    """It is there, with its own number."""
    return told(_with(work, n, replace(back, status=BOUGHT)), "return_labelled", at, actor, _said(n, back, back.cost))


def mailed(work: FulfilmentOrder, n: int, paper: str, at: str, actor: str) -> FulfilmentOrder:
    """The customer is to have it, once. `paper`: where its PDF lies."""
    package = work.package(n)
    back = live(package)
    if back is None or back.mailed:
        return work
    parcel = {"n": n, "carrier": back.carrier, "service": back.service, "tracking_number": back.tracking_number}
    data = {"package": n, "lines": dict(package.lines), "packages": [parcel], "paper": paper}
    return told(_with(work, n, replace(back, mailed=True)), "return_mailed", at, actor, data)


def sold(package: Package) -> Back | None:
    """The label for its way back that a carrier has sold, or may have, and has not taken back: of no use once the package does not go out."""
    back = package.back
    return back if back and (back.status in (BUYING, VOIDING) or back.status == BOUGHT and bool(back.shipment)) else None


def given_up(work: FulfilmentOrder, n: int) -> FulfilmentOrder:
    """The package does not go out: what was sold for its way back is about to be given back too."""
    back = sold(work.package(n))
    return _with(work, n, replace(back, status=VOIDING)) if back and back.status != VOIDING else work


Answer = tuple[Back, bool]
"""A label as its carrier knows it, and whether it has taken it back."""


def ended(work: FulfilmentOrder, n: int, answer: Answer | None, at: str, actor: str) -> FulfilmentOrder:
    """What was given up has come to its end; of what nobody had heard of and is not kept nothing stays."""
    before = work.package(n).back
    if before is None or answer is None or (answer[1] and not before.shipment):
        return forget(work, n)
    known, taken = answer
    return answered(_with(work, n, replace(known, status=VOIDED if taken else VOID_REFUSED)), n, before, answer, at, actor)


def answered(work: FulfilmentOrder, n: int, before: Back, answer: Answer | None, at: str, actor: str) -> FulfilmentOrder:
    """What a carrier has said of a return label that was on record as `before`, also of a package that stands no more. Of one that never came to be known it is said only that it
    costs all the same."""
    if answer is None or (answer[1] and not before.shipment):
        return work
    known, taken = answer
    work = work if before.shipment else told(work, "return_labelled", at, actor, _said(n, known, known.cost))
    return told(work, "return_voided" if taken else "return_void_refused", at, actor, _said(n, known, known.cost if taken else 0))


def void(work: FulfilmentOrder, n: int) -> FulfilmentOrder:
    """It is about to be given back. Raises NotFound where there is none, IllegalTransition where its carrier has the package."""
    back = work.package(n).back
    if back is None:
        raise NotFound(f"{work.id}: package {n} has no return label")
    if back.status == BUYING:
        raise IllegalTransition(f"{work.id}: the return label of package {n} is being bought: ask for it once more, then give it back")
    if back.scan is not None and back.scan.status != "pre_transit":
        raise IllegalTransition(f"{work.id}: package {n} is on its way back: its return label cannot be given back")
    return _with(work, n, replace(back, status=VOIDING)) if back.status == BOUGHT else work


def voided(work: FulfilmentOrder, n: int, given_back: bool, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has answered."""
    back = work.package(n).back
    if back is None or back.status != VOIDING:
        return work
    after = _with(work, n, replace(back, status=VOIDED if given_back else VOID_REFUSED))
    return told(after, "return_voided" if given_back else "return_void_refused", at, actor, _said(n, back, back.cost if given_back and back.shipment else 0))


def track(work: FulfilmentOrder, number: str, scan: Scan, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has seen what comes back. What is older than what we know changes nothing; the same word once more is not told again. Raises NotFound."""
    package = next((each for each in work.packages if each.back and each.back.tracking_number == number), None)
    if package is None or package.back is None:
        raise NotFound(f"{work.id} has no parcel under this tracking number")
    before, newer = package.back.scan, newest(package.back.scan, scan)
    if newer == before:
        return work
    after = _with(work, package.n, replace(package.back, scan=newer))
    if before is not None and before.status == newer.status:
        return after
    cost = {} if package.back.shipment or newer.status == "pre_transit" or _is_paid_for(work, number) else _said(package.n, package.back, package.back.cost)
    return told(after, "return_tracked", at, actor, {"package": package.n, "status": newer.status, "code": newer.code, **cost})


def _is_paid_for(work: FulfilmentOrder, number: str) -> bool:
    """Whether it was said that a label of our own has been used, and so costs what the list says."""
    return any(entry.type == "fulfilment_order.return_tracked" and entry.data.get("tracking_number") == number for entry in work.history)


def _said(n: int, back: Back, cost: int) -> dict[str, Any]:
    """`shipment` only where a carrier has sold it."""
    told = {"package": n, "carrier": back.carrier, "tracking_number": back.tracking_number, "cost": cost, "currency": back.currency}
    return told | ({"shipment": back.shipment} if back.shipment else {})


def _with(work: FulfilmentOrder, n: int, back: Back | None) -> FulfilmentOrder:
    return replace(work, packages=tuple(replace(each, back=back) if each.n == n else each for each in work.packages))
