"""Which cartons, carriers and services: chosen together, for the least that all of it costs, so that the promise is kept.

Every way to pack is rated on its real parcels. In time goes before cheap; where nobody can be in time, the fastest way of the fewest cartons goes. The first plan is always
among the rated, so that what is chosen is never dearer than the best service for the fewest cartons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from waybill.aws.logs import logger
from waybill.fulfilment.contents import Plan
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.fulfilment.ports import Carrier, Offer, Parcel, Sending
from waybill.kernel.errors import InvalidInput, Unavailable, WaybillError

MOST_ASKED = 3
"""Plans about which carriers are asked that have to be called: each parcel is a call, and they take their time."""
Takes = Callable[[Offer, Parcel], bool]
"""Whether a service takes what is in a parcel."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: `sending` has the parcels of the plan's packages, in their order. `offers[n]` are all that were made for the n-th, the one to buy first; `cost` in
    minor units of `currency`: cartons and carriage. `first_cost` is what the fewest cartons would have cost, `rated` how many ways were compared."""

    plan: Plan
    sending: Sending
    offers: tuple[tuple[Offer, ...], ...]
    cost: int
    currency: str
    in_time: bool
    first_cost: int
    rated: int

    @property
    def bought(self) -> tuple[Offer, ...]:
        """The offer to buy, for each package."""
        return tuple(each[0] for each in self.offers)


@dataclass(slots=True)
class _Rating:
    """What carriers answered about parcels."""

    takes: Takes
    problems: dict[str, WaybillError] = field(default_factory=dict)
    _same: dict[Parcel, list[Offer]] = field(default_factory=dict)
    _sold: dict[tuple[Parcel, int], list[Offer]] = field(default_factory=dict)

    def of(self, parcels: Sequence[Parcel]) -> list[list[Offer]]:
        """All offers for each parcel of a plan. An offer of somebody who is called buys one label: of parcels that are alike each has its own."""
        return [self._same.get(parcel, []) + self._sold.get((parcel, nth), []) for parcel, nth in _counted(parcels)]

    def ask(self, carriers: Iterable[Carrier], sending: Sending) -> None:
        """Whoever does not answer, or refuses, is passed over. Who is not called is asked once about parcels that are alike."""
        counted = _counted(sending.parcels)
        for carrier in carriers:
            try:
                found = carrier.offers(sending)
            except (Unavailable, InvalidInput) as problem:
                logger.warning("carrier passed over", carrier=carrier.id, problem=problem.message)
                self.problems[carrier.id] = problem
                continue
            for offer in found:
                parcel, nth = counted[offer.parcel]
                if self.takes(offer, parcel):
                    (self._sold.setdefault((parcel, nth), []) if carrier.calls else self._same.setdefault(parcel, [])).append(offer)


def choose(plans: Sequence[Plan], carriers: Sequence[Carrier], sending: Sending, parcel_of: Callable[[Package], Parcel], within: int, takes: Takes) -> Chosen:
    """`sending` without its parcels; `within`: days that carriers may take, 0 for any, negative where it is too late already. Raises InvalidInput where nobody takes a
    parcel, Unavailable where that is because somebody did not answer."""
    rating = _Rating(takes)
    parcels = {id(plan): tuple(parcel_of(package) for package in plan.packages) for plan in plans}
    here, called = [each for each in carriers if not each.calls], [each for each in carriers if each.calls]
    rating.ask(here, _with(sending, tuple(dict.fromkeys(parcel for plan in plans for parcel in parcels[id(plan)]))))
    if called:
        likely = [plans[0], *sorted(plans[1:], key=lambda plan: _worth(plan, parcels[id(plan)], rating, within))][:MOST_ASKED]
        plans = likely
        wanted = dict.fromkeys(each for plan in likely for each in _counted(parcels[id(plan)]))
        rating.ask(called, _with(sending, tuple(parcel for parcel, _ in wanted)))
    able = [plan for plan in plans if all(rating.of(parcels[id(plan)]))]
    if not able:
        raise _nobody(plans[0], parcels[id(plans[0])], rating)
    best = min(able, key=lambda plan: _worth(plan, parcels[id(plan)], rating, within))
    late, cost, _ = _worth(best, parcels[id(best)], rating, within)
    ranked = tuple(tuple(_at(offer, n) for offer in _ranked(offers, within)) for n, offers in enumerate(rating.of(parcels[id(best)])))
    first = _worth(plans[0], parcels[id(plans[0])], rating, within)[1] if plans[0] in able else cost
    currency = ranked[0][0].currency
    return Chosen(best, _with(sending, parcels[id(best)]), ranked, cost, currency, not late, first, len(plans))


def _at(offer: Offer, place: int) -> Offer:
    """The same offer, for the parcel at another place of a sending."""
    return offer if offer.parcel == place else replace(offer, parcel=place)


def _ranked(offers: Iterable[Offer], within: int) -> list[Offer]:
    """In time before late; of those in time the cheapest first, of the late ones the fastest."""
    return sorted(offers, key=lambda offer: _rank(offer, within))


def _rank(offer: Offer, within: int) -> tuple[int | str, ...]:
    late = _late(offer, within)
    names = (offer.carrier, offer.service)
    return (late, offer.price, offer.delivery_days, *names) if not late else (late, offer.delivery_days, offer.price, *names)


def _late(offer: Offer, within: int) -> int:
    """Days after what was promised; where it is too late already every day counts."""
    return 0 if not within else max(0, offer.delivery_days - max(0, within))


def _worth(plan: Plan, parcels: Sequence[Parcel], rating: _Rating, within: int) -> tuple[int, int, int]:
    """(days late of the latest parcel, cost, parcels): the less the better. A plan with a parcel that nobody takes comes last."""
    best = [min(offers, key=lambda offer: _rank(offer, within)) for offers in rating.of(parcels) if offers]
    if len(best) < len(parcels):
        return 10**9, 10**12, len(parcels)
    return max(_late(offer, within) for offer in best), plan.cartons + sum(offer.price for offer in best), len(parcels)


def _counted(parcels: Iterable[Parcel]) -> list[tuple[Parcel, int]]:
    """Each parcel, and how many like it come before it."""
    seen = Counter[Parcel]()
    counted = []
    for parcel in parcels:
        counted.append((parcel, seen[parcel]))
        seen[parcel] += 1
    return counted


def _with(sending: Sending, parcels: tuple[Parcel, ...]) -> Sending:
    return replace(sending, parcels=parcels)


def _nobody(plan: Plan, parcels: Sequence[Parcel], rating: _Rating) -> WaybillError:
    place, parcel = next((n, parcel) for n, (parcel, offers) in enumerate(zip(parcels, rating.of(parcels), strict=True)) if not offers)
    said = "; ".join(f"{carrier}: {problem.message}" for carrier, problem in sorted(rating.problems.items()))
    lengths = f", {parcel.length_mm} × {parcel.width_mm} × {parcel.height_mm} mm" if parcel.length_mm else ""
    message = f"no carrier takes package {plan.packages[place].n} of {parcel.weight_g} g{lengths}" + (f" ({said})" if said else "")
    silent = any(isinstance(problem, Unavailable) for problem in rating.problems.values())
    return Unavailable(message) if silent else InvalidInput(message, fields={"weight_g": "no tariff"})
