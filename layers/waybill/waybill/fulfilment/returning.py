"""Return labels: bought as others are, with sender and recipient exchanged. Every step may be repeated, late, and from the middle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import files
from waybill.aws.logs import logger
from waybill.aws.tables import WriteConflict, commit, create, overwrite
from waybill.fulfilment import sending
from waybill.fulfilment.contents import Goods
from waybill.fulfilment.model import returning as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.parcel import Back, Package
from waybill.fulfilment.ports import Carrier, Offer, Sending
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WaybillError
from waybill.orders.model.order import Address
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop
from waybill.shop.model import Place

DOCUMENT = "return-label"
_MOST_TRIES = 6
_TYPES = {"pdf": "application/pdf", "zpl": "application/zpl"}
Print = Callable[[Record, FulfilmentOrder, Package, Sending], Mapping[str, bytes]]
"""(…, the package with what brings it back, from where to where) → the label drawn by us, by ending."""


@dataclass(frozen=True, slots=True)
class Returning:
    """`carrier` answers who stands behind a carrier's id."""

    clock: Clock
    print: Print
    carriers: Callable[[], Sequence[Carrier]]
    carrier: Callable[[str], Carrier]

    def label(self, fo_id: str, n: int, mail: bool, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """A package's return label: the one that stands, or the cheapest that is to be had. `mail`: the customer is sent it, once. First what is bought is written down, then it
        is bought, then the record says so. Raises NotFound, IllegalTransition, InvalidInput in the carrier's words, Unavailable to be tried again."""
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            package = verbs.returnable(work, n)
            try:
                after = self._step(record, work, package, mail, actor)
            except WriteConflict:
                continue
            if after is work:
                return record, work
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def void(self, fo_id: str, n: int, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """It is given back; one that its carrier does not take back must not be used all the same. Raises NotFound, IllegalTransition, Unavailable."""
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            try:
                work = _saved(work, verbs.void(work, n))
                back = work.package(n).back
                if back and back.status == verbs.VOIDING:
                    taken = not back.shipment or self.carrier(back.carrier).void(back.shipment, f"{back.key}-void")
                    work = _saved(work, verbs.voided(work, n, taken, instant(self.clock()), actor))
            except WriteConflict:
                continue
            return record, work
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def _step(self, record: Record, work: FulfilmentOrder, package: Package, mail: bool, actor: str) -> FulfilmentOrder:
        """The next thing to do; the same work where nothing is left."""
        back, at = verbs.live(package), instant(self.clock())
        if back is None:
            return _saved(work, verbs.intend(work, package.n, self._chosen(record, work, package)))
        if back.status == verbs.BUYING:
            return self._bought(record, work, package, back, actor)
        return _saved(work, verbs.mailed(work, package.n, paper_key(work, package), at, actor)) if mail else work

    def _chosen(self, record: Record, work: FulfilmentOrder, package: Package) -> Back:
        """The cheapest way back; who does not answer, or refuses, is passed over."""
        asked, goods = self._asked(record, work, package), Goods.of(record, work)
        takes = sending.Asked.of(record, work, goods, self.clock()).takes
        offers: list[Offer] = []
        problems: list[WaybillError] = []
        for carrier in self.carriers():
            try:
                offers += [offer for offer in carrier.offers(asked) if takes(offer, asked.parcels[0])]
            except (Unavailable, InvalidInput) as problem:
                logger.warning("carrier passed over", carrier=carrier.id, problem=problem.message)
                problems.append(problem)
        if not offers:
            message = "; ".join(["no carrier brings this package back", *(problem.message for problem in problems)])[:500]
            silent = any(isinstance(problem, Unavailable) for problem in problems)
            raise Unavailable(message) if silent else InvalidInput(message, fields={"package": "no carrier"})
        best = min(offers, key=lambda offer: (offer.price, offer.delivery_days, offer.carrier, offer.service))
        return Back(best.carrier, best.service, best.service_name, best.price, best.currency, handle=best.handle)

    def _bought(self, record: Record, work: FulfilmentOrder, package: Package, back: Back, actor: str) -> FulfilmentOrder:
        asked = self._asked(record, work, package)
        offer = Offer(back.carrier, back.service, back.service_name, back.cost, back.currency, 0, handle=back.handle)
        try:
            got = self.carrier(back.carrier).buy(asked, offer, back.key)
        except InvalidInput:
            _saved(work, verbs.forget(work, package.n))
            raise
        named = replace(back, tracking_number=got.tracking_number, shipment=got.shipment, cost=got.price, currency=got.currency)
        if not _number_is_ours(work, package, named):
            return _saved(work, verbs.forget(work, package.n))
        after = replace(package, back=named)
        drawn = {name.rpartition(".")[2]: content for name, content in got.label.items()} or self.print(record, work, after, asked)
        for kind, content in drawn.items():
            files.put(paper_key(work, after, kind), content, _TYPES[kind])
        try:
            return _saved(work, verbs.bought(work, package.n, named, instant(self.clock()), actor))
        except WriteConflict:
            self._unless_wanted(work.id, package.n, named)
            raise

    def _unless_wanted(self, fo_id: str, n: int, named: Back) -> None:
        """The record has changed while a label was bought: where nobody buys under this key any more, it is given back."""
        packages = [package for package in load(fo_id)[1].packages if package.n == n]
        wanted = any(package.back and package.back.key == named.key and package.back.status in (verbs.BUYING, verbs.BOUGHT) for package in packages)
        if named.shipment and not wanted and not self.carrier(named.carrier).void(named.shipment, f"{named.key}-void"):
            logger.error("a return label that nobody wants is not taken back", fo_id=fo_id, package=n, tracking_number=named.tracking_number)

    def _asked(self, record: Record, work: FulfilmentOrder, package: Package) -> Sending:
        """From the customer to the node of the policy `returns`, or to where it left."""
        out = sending.Asked.of(record, work, Goods.of(record, work), self.clock())
        home = shop.node(shop.policy(verbs.POLICY).get("node") or work.node)
        there = record.customer.address_of(work.group)
        sender = Place(there.name or there.company, there.line1, there.city, there.region, there.postal_code, there.country, there.line2, there.phone)
        recipient = Address(**{name: getattr(home.place, name) for name in Place.__slots__}, company=home.name)
        reference = f"{out.sending.reference} return"
        return replace(out.sending, sender=sender, recipient=recipient, parcels=(out.parcel(package),), reference=reference, residential=False)


def paper(fo_id: str, n: int, kind: str, node: str = "") -> tuple[bytes, str]:
    """The kept bytes of a return label, and their content type. Raises NotFound."""
    _, work = load(fo_id, node)
    package = work.package(n)
    if kind not in _TYPES or verbs.live(package) is None:
        raise NotFound(f"package {n} has no return label of this kind")
    return files.get(paper_key(work, package, kind)), _TYPES[kind]


def paper_key(work: FulfilmentOrder, package: Package, kind: str = "pdf") -> str:
    """Where it lies."""
    number = package.back.tracking_number if package.back else ""
    return f"orders/{work.order_id}/{work.id}/{package.n}-{number}-return.{kind}"


def _number_is_ours(work: FulfilmentOrder, package: Package, back: Back) -> bool:
    """What finds the package by its number on the way back; False where another parcel bears it."""
    item: dict[str, Any] = {"pk": f"TRACK#{back.tracking_number}", "sk": "TRACK", "carrier": back.carrier, "fo_id": work.id, "role": "return", "package": package.n}
    if back.shipment:  # the carrier's own, who may give a number of years ago once more
        commit(overwrite(ORDERS, item))
        return True
    try:
        commit(create(ORDERS, item))
    except WriteConflict as conflict:
        old = conflict.old or {}
        return (old.get("fo_id"), old.get("role"), old.get("package")) == (work.id, "return", package.n)
    return True


def _saved(before: FulfilmentOrder, after: FulfilmentOrder) -> FulfilmentOrder:
    """Over the version that was read; what was not changed costs nothing. Raises WriteConflict."""
    if after is before:
        return after
    commit(save(after))
    return replace(after, version=after.version + 1)
