"""The end of a day: what stands labelled for a carrier goes on one list, and leaves with it. Every step may be repeated, late, and from the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from waybill.aws import files
from waybill.aws.logs import logger
from waybill.aws.tables import WriteConflict
from waybill.fulfilment import manifests
from waybill.fulfilment.codec import OPEN, work_from
from waybill.fulfilment.model import manifest as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.manifest import CLOSED, CLOSING, MOST, Listed, Manifest
from waybill.fulfilment.service import Fulfilment
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, NotFound, WaybillError
from waybill.orders.store import ORDERS

_PAGE = 100
_SECONDS = 18
"""For handing over in one call: the rest is another's."""
Form = Callable[[str, list[str]], tuple[str, bytes]]
"""(carrier, its shipments) → its own id of the form for them, and the form as a PDF; ("", b"") of a carrier that wants none."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Makes lists; in `functions/labels`, for some carriers are asked."""

    clock: Clock
    fulfilment: Fulfilment
    form: Form

    def close(self, node: str, carrier: str, date: str, actor: str) -> Manifest:
        """What waits goes on the day's next list, at most `MOST`; where nothing does, the day's last list. Raises NotFound where there is neither."""
        last = manifests.latest(node, carrier, date)
        if last is None or last.status != CLOSING:
            last = self._begun(node, carrier, date, last, actor)
        return self._with_form(self._filled(last) if last.status == CLOSING else last)

    def _begun(self, node: str, carrier: str, date: str, last: Manifest | None, actor: str) -> Manifest:
        packages = _waiting(node, carrier)
        if not packages and last is None:
            raise NotFound(f"nothing stands labelled for {carrier} at {node} that is on no manifest yet")
        if not packages and last:
            return last
        number = last.number + 1 if last else 1
        new = Manifest(node, carrier, date, number, CLOSING, instant(self.clock()), actor, tuple(packages[:MOST]))
        try:
            return manifests.save(new)
        except WriteConflict:
            return manifests.load(new.id)  # somebody has begun it just now

    def _filled(self, manifest: Manifest) -> Manifest:
        """Each package is told of its list; those that were given back, have left or are on another one meanwhile are not on this."""
        got: set[tuple[str, int]] = set()
        for fo_id, numbers in manifest.by_work().items():
            work = self._put_on(manifest, fo_id, numbers)
            got |= {(fo_id, package.n) for package in work.packages if package.manifest == manifest.id and not package.label}
        try:
            return manifests.save(manifest.only(got))
        except WriteConflict:
            return manifests.load(manifest.id)

    def _put_on(self, manifest: Manifest, fo_id: str, numbers: Sequence[int]) -> FulfilmentOrder:
        def decide(work: FulfilmentOrder, at: str) -> FulfilmentOrder:
            return verbs.put_on(work, numbers, manifest.id, manifest.carrier, at, manifest.by)

        return self.fulfilment.alone(fo_id, manifest.node, decide)[1]

    def _with_form(self, manifest: Manifest) -> Manifest:
        """The carrier's own form, where it wants one; a list without it is as good for us, and asking again is a repeat of the whole."""
        shipments = [each.shipment for each in manifest.packages if each.shipment]
        has_it = manifest.form and not manifest.form_problem
        if manifest.status != CLOSED or has_it or not shipments:
            return manifest
        try:
            form, pdf = self.form(manifest.carrier, shipments)
        except WaybillError as problem:
            logger.warning("no form of the carrier", manifest=manifest.id, problem=problem.message)
            return self._noted(manifest, replace(manifest, form_problem=problem.message[:300]))
        if pdf:
            files.put(form_key(manifest.id), pdf, "application/pdf")
        return self._noted(manifest, replace(manifest, form=form, form_problem="" if pdf or not form else "the carrier has not drawn it yet"))

    @staticmethod
    def _noted(before: Manifest, after: Manifest) -> Manifest:
        if after == before:
            return before
        try:
            return manifests.save(after)
        except WriteConflict:
            return manifests.load(before.id)


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Ships what is on a list; in `functions/fulfilment`."""

    clock: Clock
    fulfilment: Fulfilment

    def hand_over(self, id: str, actor: str, node: str = "") -> Manifest:
        """All its packages leave, each fulfilment order by itself; what cannot leave says why, and the others do. Where it takes too long the rest waits for a repeat, which
        also tries again what could not. Raises NotFound; Conflict where the list is not closed."""
        manifest = manifests.load(id, node)
        if manifest.status == CLOSING:
            raise Conflict(f"{id} is not closed yet: send its POST /v1/manifests once more")
        until = self.clock() + timedelta(seconds=_SECONDS)
        outcome: dict[str, str] = {}
        for fo_id, numbers in _staying(manifest).items():
            if self.clock() > until:
                break
            outcome[fo_id] = self._shipped(fo_id, numbers, manifest, actor)
        after = manifest.taken(outcome, instant(self.clock()))
        try:
            return manifests.save(after) if after != manifest else manifest
        except WriteConflict:
            return self.hand_over(id, actor, node)

    def _shipped(self, fo_id: str, numbers: Sequence[int], manifest: Manifest, actor: str) -> str:
        try:
            self.fulfilment.ship(fo_id, actor, manifest.node, numbers)
        except WaybillError as problem:
            return problem.message[:300] or problem.code
        return ""


def form_key(id: str) -> str:
    """Where the carrier's form of a list lies."""
    return f"manifests/{id}.pdf"


def _staying(manifest: Manifest) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in manifest.packages:
        if not each.left:
            found.setdefault(each.fulfilment_order, []).append(each.package)
    return found


def _waiting(node: str, carrier: str) -> list[Listed]:
    """The oldest work first; of what is over `MOST` no more than is needed to see that there is some."""
    found: list[Listed] = []
    for work in works(node):
        for package in verbs.waiting(work, carrier):
            said = (package.tracking_number, package.service_name or package.service, package.weight_g, package.sscc, package.shipment)
            found.append(Listed(work.id, package.n, *said))
        if len(found) > MOST:
            break
    return found


def works(node: str) -> Iterator[FulfilmentOrder]:
    """What is not done at a node, as it stands now, the oldest first."""
    start = None
    while True:
        page = ORDERS.page(f"NODE#{node}", prefix=f"{OPEN}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_PAGE, start=start)
        items = {(item["pk"], item["sk"]): item for item in ORDERS.get_many([(found["pk"], found["sk"]) for found in page.items])}
        yield from (work_from(items[found["pk"], found["sk"]]) for found in page.items if (found["pk"], found["sk"]) in items)
        if page.next is None:
            return
        start = page.next
