"""A carrier's price list: zones, weight breaks, dimensional weight, surcharges, delivery days. What it said on a day is found again by that day. Pure.

Grams, millimetres, minor units. Days are ISO dates and are compared as texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

GRAMS_OF_A_POUND = Fraction(45359237, 100000)
MILLIMETRES_OF_AN_INCH = Fraction(254, 10)
TARE_G = 80
"""What the packing material of a parcel weighs of which no carton is known."""
METRIC, IMPERIAL = "metric", "imperial"
ALWAYS, RESIDENTIAL, REMOTE, OVERSIZE, HANDLING, SATURDAY = "always", "residential", "remote", "oversize", "handling", "saturday"
CONDITIONS = (ALWAYS, RESIDENTIAL, REMOTE, OVERSIZE, HANDLING, SATURDAY)
"""When a surcharge is due. `oversize` and `handling` have thresholds, `remote` has postal codes."""
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_LONGEST_WAY = 366


@dataclass(frozen=True, slots=True)
class Lane:
    """From where to where, and on which day it leaves."""

    distance_km: int
    leaves: str
    country: str = ""
    postal_code: str = ""
    from_country: str = ""
    from_postal_code: str = ""
    residential: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """A parcel as a scale and a tape see it; lengths in any order, 0 where nobody has measured."""

    weight_g: int
    lengths_mm: tuple[int, int, int] = (0, 0, 0)
    hazardous: bool = False

    @property
    def longest_mm(self) -> int:
        return max(self.lengths_mm)

    @property
    def length_and_girth_mm(self) -> int:
        """The longest side, and once around the two others."""
        return self.longest_mm + 2 * (sum(self.lengths_mm) - self.longest_mm)


@dataclass(frozen=True, slots=True)
class Zone:
    """Where zone `id` is: all that is given must fit. `up_to_km` 0: any distance. Postal codes are compared by their first letters, without spaces."""

    id: int
    origin: str = ""
    country: str = ""
    postal_from: str = ""
    postal_to: str = ""
    up_to_km: int = 0

    def covers(self, lane: Lane) -> bool:
        from_there = plain(lane.from_postal_code).startswith(self.origin)
        in_country = self.country in ("", lane.country.upper())
        in_range = within(lane.postal_code, self.postal_from, self.postal_to)
        near = not self.up_to_km or lane.distance_km <= self.up_to_km
        return from_there and in_country and in_range and near

    @property
    def rank(self) -> tuple[int, int, bool, bool, int]:
        """What is said more exactly goes first; of distances the nearer."""
        return (-len(self.origin), -len(self.postal_from), not self.country, not self.up_to_km, self.up_to_km)


@dataclass(frozen=True, slots=True)
class Service:
    """A service level. `steps[zone]` are (grams up to which, price), rising; `days[zone]` delivery days on the way; `weekdays` on which it delivers, Monday 1."""

    id: str
    name: str
    days: Mapping[int, int]
    steps: Mapping[int, tuple[tuple[int, int], ...]]
    weekdays: tuple[int, ...] = EVERY_DAY
    hazard: bool = True


@dataclass(frozen=True, slots=True)
class Divisor:
    """How much room weighs, from a day on: cubic centimetres a kilogram or cubic inches a pound. `whole`: each length, and the weight, is rounded up to a whole unit
    of it. Only above a volume (cm³), only for one service where it says so. Divisor 0: room weighs nothing any more."""

    since: str
    divisor: int
    unit: str = METRIC
    whole: bool = False
    over_cm3: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Added under `name` from a day on: `price`, or `percent` (hundredths of one) of the freight and whatever has a price of its own. A later row of the same name, condition
    and thresholds takes its place. Of several of one name that fall due only the dearest is charged."""

    name: str
    when: str
    since: str = ""
    until: str = ""
    service: str = ""
    price: int = 0
    percent: int = 0
    over_g: int = 0
    over_mm: int = 0
    over_girth_mm: int = 0
    country: str = ""
    postal_from: str = ""
    postal_to: str = ""

    @property
    def scope(self) -> tuple[str | int, ...]:
        return (self.name, self.when, self.service, self.over_g, self.over_mm, self.over_girth_mm, self.country, self.postal_from, self.postal_to)

    def due(self, lane: Lane, box: Box, on_saturday: bool) -> bool:
        beyond = (
            (self.over_g and box.weight_g > self.over_g)
            or (self.over_mm and box.longest_mm > self.over_mm)
            or (self.over_girth_mm and box.length_and_girth_mm > self.over_girth_mm)
        )
        there = self.country in ("", lane.country.upper()) and within(lane.postal_code, self.postal_from, self.postal_to)
        happens = {ALWAYS: True, RESIDENTIAL: lane.residential, REMOTE: True, SATURDAY: on_saturday}.get(self.when, bool(beyond))
        return happens and there


@dataclass(frozen=True, slots=True)
class Quote:
    """What one service asks. `days` are calendar days from leaving; `billed_g` is the weight that is paid for; `made_of` adds up to `price`."""

    service: str
    service_name: str
    price: int
    days: int
    zone: int
    billed_g: int
    made_of: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A whole price list of one carrier. `version` names its content, `since` is the day from which it holds; the `zones` stand in the order in which they are tried."""

    carrier: str
    version: str
    since: str
    currency: str
    zones: tuple[Zone, ...]
    services: tuple[Service, ...]
    divisors: tuple[Divisor, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    holidays: frozenset[str] = frozenset()

    def zone(self, lane: Lane) -> int:
        """0 where it does not go there."""
        return next((zone.id for zone in self.zones if zone.covers(lane)), 0)

    def quotes(self, lane: Lane, box: Box, at: int | None = None) -> list[Quote]:
        """Every service that takes the box there; `at`: the lane's zone, where it is known already."""
        zone = self.zone(lane) if at is None else at
        asked = (self._quote(service, zone, lane, box) for service in self.services if zone in service.steps)
        return [quote for quote in asked if quote]

    def breaks(self, at: int) -> set[int]:
        """Every weight at which a price of a zone changes."""
        return {up_to for service in self.services for up_to, _ in service.steps.get(at, ())}

    def billed_g(self, service: str, box: Box, day: str) -> int:
        """The greater of what it weighs and what its room weighs on that day."""
        if not self.divisors:
            return box.weight_g
        rules = [rule for rule in self.divisors if rule.since <= day and rule.service in ("", service)]
        rule = max(rules, key=lambda each: (bool(each.service), each.since), default=None)
        return max(box.weight_g, _room_g(rule, box) if rule else 0)

    def on_the_way(self, service: Service, leaves: str, days: int) -> int:
        """Calendar days until delivery, of which only weekdays of the service that are no holiday count."""
        if service.weekdays == EVERY_DAY and not self.holidays:
            return days
        start = day = date.fromisoformat(leaves)
        while days > 0 and (day - start).days < _LONGEST_WAY:
            day += timedelta(days=1)
            days -= day.isoweekday() in service.weekdays and day.isoformat() not in self.holidays
        return (day - start).days

    def _quote(self, service: Service, at: int, lane: Lane, box: Box) -> Quote | None:
        billed = self.billed_g(service.id, box, lane.leaves)
        freight = next((price for up_to, price in service.steps[at] if billed <= up_to), None)
        if freight is None or (box.hazardous and not service.hazard):
            return None
        days = self.on_the_way(service, lane.leaves, service.days[at])
        made_of = {"freight": freight}
        if self.surcharges:
            arrival = date.fromisoformat(lane.leaves) + timedelta(days=days)
            made_of |= self._added(service, lane, box, freight, arrival.isoweekday() == 6)
        return Quote(service.id, service.name, sum(made_of.values()), days, at, billed, made_of)

    def _added(self, service: Service, lane: Lane, box: Box, freight: int, on_saturday: bool) -> dict[str, int]:
        rows = _in_force(row for row in self.surcharges if row.service in ("", service.id) and row.since <= lane.leaves)
        due = [row for row in rows if (not row.until or lane.leaves <= row.until) and row.due(lane, box, on_saturday)]
        flat = _dearest((row.name, row.price) for row in due if not row.percent)
        whole = freight + sum(flat.values())
        shares = _dearest((row.name, _half_up(whole * row.percent, 10_000)) for row in due if row.percent)
        return {name: amount for name, amount in (flat | shares).items() if amount}


def plain(code: str) -> str:
    """A postal code as it is compared."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def within(code: str, first: str, last: str) -> bool:
    """Whether a postal code lies between two, by as many letters as each has; nothing given: anywhere."""
    said = plain(code)
    return not first or (first <= said[: len(first)] and said[: len(last or first)] <= (last or first) and bool(said))


def _room_g(rule: Divisor, box: Box) -> int:
    if not rule.divisor or not all(box.lengths_mm):
        return 0
    volume_mm3 = box.lengths_mm[0] * box.lengths_mm[1] * box.lengths_mm[2]
    if volume_mm3 <= rule.over_cm3 * 1000:
        return 0
    unit = MILLIMETRES_OF_AN_INCH if rule.unit == IMPERIAL else Fraction(10)
    room = Fraction(1)
    for length in box.lengths_mm:
        room *= _up(length / unit) if rule.whole else length / unit
    weight = room / rule.divisor
    heavy = _up(weight) if rule.whole else weight
    return _up(heavy * (GRAMS_OF_A_POUND if rule.unit == IMPERIAL else 1000))


def _in_force(rows: Iterable[Surcharge]) -> list[Surcharge]:
    newest: dict[tuple[str | int, ...], Surcharge] = {}
    for row in sorted(rows, key=lambda each: each.since):
        newest[row.scope] = row
    return list(newest.values())


def _dearest(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in named:
        found[name] = max(found.get(name, 0), amount)
    return found


def _half_up(amount: int, parts: int) -> int:
    return (2 * amount + parts) // (2 * parts)


def _up(value: Fraction | int) -> int:
    return -(-value.numerator // value.denominator)
