"""A price list as a CSV file: each row says in its first column what it is, and the columns of the others stay empty. All or nothing: every mistake is named
with its row and column, and so is every gap. Pure.

| record | columns |
|---|---|
| `zone` | zone, and any of origin, country, postal_from, postal_to, up_to_km: all that is given must fit |
| `service` | service, name; weekdays (`1-5`, `1-6`; every day where empty), hazard (`no`: takes no dangerous goods), not_to (zones it does not go to) |
| `rate` | service, zone, over, up_to (weights), price; days: on the first row of each service and zone |
| `divisor` | from, divisor; unit (`metric`: cm³/kg, `imperial`: in³/lb), whole (`yes`: each length and the weight up to whole units), over_cm3, service |
| `surcharge` | name, when, from; price or percent; until, service, over_g, over_mm, over_girth_mm, country, postal_from, postal_to |
| `holiday` | from: a day without delivery |

Weights are grams, or say their unit (`2 kg`, `1 lb`, `8 oz`); money is decimal in the carrier's currency.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from waybill.fulfilment.model.tariff import (
    ALWAYS,
    CONDITIONS,
    EVERY_DAY,
    GRAMS_OF_A_POUND,
    HANDLING,
    IMPERIAL,
    METRIC,
    OVERSIZE,
    REMOTE,
    Divisor,
    Service,
    Surcharge,
    Tariff,
    Zone,
    plain,
)
from waybill.fulfilment.model.tariff_gaps import Rate, problems_of
from waybill.kernel.errors import InvalidInput, Malformed, TooLarge
from waybill.kernel.ids import digest
from waybill.kernel.money import exponent

COLUMNS = (
    "record service name zone origin country postal_from postal_to up_to_km over up_to price days weekdays hazard not_to "
    "from until when percent over_g over_mm over_girth_mm divisor unit whole over_cm3"
).split()  # fmt: skip
LARGEST = 1024 * 1024
_MOST_ROWS, _MOST_TOLD = 50_000, 50
_GRAMS = {"": Fraction(1), "g": Fraction(1), "kg": Fraction(1000), "lb": GRAMS_OF_A_POUND, "lbs": GRAMS_OF_A_POUND, "oz": GRAMS_OF_A_POUND / 16}


class _Wrong(Exception):
    """A cell cannot be read: which column, and why."""


class Row:
    """One line of the file, by column; what is read is checked."""

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        self.number, self._cells = number, cells

    def text(self, column: str, needed: bool = True) -> str:
        said = self._cells.get(column, "")
        if needed and not said:
            raise _Wrong(column, "is missing")
        return said

    def whole(self, column: str, needed: bool = False, least: int = 0, most: int = 10**9) -> int:
        said = self.text(column, needed)
        if not said:
            return 0
        if not said.isascii() or not said.isdecimal() or len(said) > 12 or not least <= int(said) <= most:
            raise _Wrong(column, f"is a whole number from {least} to {most}, not {said[:20]!r}")
        return int(said)

    def weight(self, column: str) -> int:
        said = self.text(column).lower().replace(" ", "")
        number = said.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = _GRAMS.get(said[len(number) :])
        if unit is None:
            raise _Wrong(column, f"is a weight in g, kg, lb or oz, not {said[:20]!r}")
        grams = Fraction(_decimal(column, number)) * unit
        return -(-grams.numerator // grams.denominator)

    def day(self, column: str, needed: bool = True) -> str:
        said = self.text(column, needed)
        try:
            return date.fromisoformat(said).isoformat() if said else ""
        except ValueError:
            raise _Wrong(column, f"is a day as 2026-12-01, not {said[:20]!r}") from None

    def scaled(self, column: str, digits: int) -> int:
        """A decimal as that many digits behind the point; more of them are refused."""
        value = _decimal(column, self.text(column)).scaleb(digits)
        if value != value.to_integral_value() or value > 10**12:
            raise _Wrong(column, f"has at most {digits} digits behind the point")
        return int(value)

    def yes(self, column: str, otherwise: bool) -> bool:
        said = self.text(column, False).lower()
        if said not in ("", "yes", "no"):
            raise _Wrong(column, f"is yes or no, not {said[:20]!r}")
        return said == "yes" if said else otherwise

    def one_of(self, column: str, known: tuple[str, ...], otherwise: str = "") -> str:
        said = self.text(column, not otherwise).lower() or otherwise
        if said not in known:
            raise _Wrong(column, f"is one of {', '.join(known)}, not {said[:20]!r}")
        return said


class _File:
    """What has been read so far."""

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self.zones: list[Zone] = []
        self.names: dict[str, tuple[str, tuple[int, ...], bool, frozenset[int]]] = {}
        self.rates: list[Rate] = []
        self.divisors: list[Divisor] = []
        self.surcharges: list[Surcharge] = []
        self.holidays: set[str] = set()

    def take(self, row: Row) -> None:
        record = row.one_of("record", ("zone", "service", "rate", "divisor", "surcharge", "holiday"))
        getattr(self, f"_{record}")(row)

    def _zone(self, row: Row) -> None:
        first, last = plain(row.text("postal_from", False)), plain(row.text("postal_to", False))
        if last and (not first or len(first) != len(last) or last < first):
            raise _Wrong("postal_to", "has as many letters as postal_from, and does not come before it")
        origin, country = plain(row.text("origin", False)), row.text("country", False).upper()
        self.zones.append(Zone(row.whole("zone", True, 1, 999), origin, country, first, last, row.whole("up_to_km")))

    def _service(self, row: Row) -> None:
        id = row.text("service")
        if id in self.names:
            raise _Wrong("service", f"{id[:40]!r} is told twice")
        apart = row.text("not_to", False).replace(",", " ").split()
        if not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in apart):
            raise _Wrong("not_to", "is a list of zones")
        self.names[id] = (row.text("name"), _weekdays(row.text("weekdays", False)), row.yes("hazard", True), frozenset(map(int, apart)))

    def _rate(self, row: Row) -> None:
        days = row.whole("days", most=365) if row.text("days", False) else None
        price = row.scaled("price", self._digits)
        if price < 0:
            raise _Wrong("price", "is not below nothing")
        over, up_to = row.weight("over"), row.weight("up_to")
        if up_to <= over:
            raise _Wrong("up_to", "is more than over")
        self.rates.append(Rate(row.number, row.text("service"), row.whole("zone", True, 1, 999), over, up_to, price, days))

    def _divisor(self, row: Row) -> None:
        unit = row.one_of("unit", (METRIC, IMPERIAL), METRIC)
        self.divisors.append(
            Divisor(row.day("from"), row.whole("divisor", True), unit, row.yes("whole", False), row.whole("over_cm3"), row.text("service", False))
        )

    def _surcharge(self, row: Row) -> None:
        when = row.one_of("when", CONDITIONS, ALWAYS)
        priced, shared = bool(row.text("price", False)), bool(row.text("percent", False))
        if priced == shared:
            raise _Wrong("price", "is told, or percent is: one of the two")
        over = tuple(row.whole(column) for column in ("over_g", "over_mm", "over_girth_mm"))
        if when in (OVERSIZE, HANDLING) and not any(over):
            raise _Wrong("over_mm", f"a surcharge for {when} says from which weight, length or girth on")
        first, last = plain(row.text("postal_from", False)), plain(row.text("postal_to", False))
        if when == REMOTE and not first and not row.text("country", False):
            raise _Wrong("postal_from", "a surcharge for remote areas says where they are")
        price = row.scaled("price", self._digits) if priced else 0
        percent = row.scaled("percent", 2) if shared else 0
        if price < 0 or percent < 0:
            raise _Wrong("price" if priced else "percent", "is not below nothing")
        place = (row.text("country", False).upper(), first, last)
        days = (row.day("from"), row.day("until", False))
        self.surcharges.append(Surcharge(row.text("name"), when, *days, row.text("service", False), price, percent, *over, *place))

    def _holiday(self, row: Row) -> None:
        self.holidays.add(row.day("from"))


def read(carrier: str, currency: str, since: str, raw: bytes) -> Tariff:
    """The price list that a file says. Raises TooLarge, Malformed where it is no such file, InvalidInput naming every mistake: `row 12, up_to`."""
    if len(raw) > LARGEST:
        raise TooLarge(f"a price list has at most {LARGEST} bytes")
    file, wrong = _File(exponent(currency)), dict[str, str]()
    for row in _rows(raw):
        try:
            file.take(row)
        except _Wrong as problem:
            column, why = problem.args
            wrong.setdefault(f"row {row.number}, {column}", str(why))
    wrong = wrong or problems_of(file.zones, {id: told[3] for id, told in file.names.items()}, file.rates, file.divisors, file.surcharges)
    if wrong:
        some = dict(list(wrong.items())[:_MOST_TOLD])
        raise InvalidInput(f"the price list has {len(wrong)} mistakes, and nothing of it was taken", fields=some)
    services = tuple(_service_of(id, *told[:3], file.rates) for id, told in file.names.items())
    parts = (tuple(sorted(file.zones, key=lambda zone: zone.rank)), services, tuple(file.divisors), tuple(file.surcharges), frozenset(file.holidays))
    return Tariff(carrier, digest(currency, raw.decode("utf-8-sig", "replace")), since, currency, *parts)


def _service_of(id: str, name: str, weekdays: tuple[int, ...], hazard: bool, rates: list[Rate]) -> Service:
    own = sorted((rate for rate in rates if rate.service == id), key=lambda rate: (rate.zone, rate.over_g))
    steps: dict[int, tuple[tuple[int, int], ...]] = {}
    for rate in own:
        steps[rate.zone] = (*steps.get(rate.zone, ()), (rate.up_to_g, rate.price))
    return Service(id, name, {rate.zone: rate.days for rate in own if rate.days is not None}, steps, weekdays, hazard)


def _rows(raw: bytes) -> Iterator[Row]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("the file is not UTF-8: save it as CSV UTF-8") from None
    parted_by = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parted_by, strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error as problem:
        raise Malformed(f"line {reader.line_num} of the file cannot be read: {problem}", fields={"body": f"line {reader.line_num}"}) from None
    if not lines or len(lines) > _MOST_ROWS:
        raise Malformed(f"a price list has a row of column names and at most {_MOST_ROWS} rows")
    head = [name.lower() for name in lines[0][1]]
    strange = [name for name in head if name not in COLUMNS or head.count(name) > 1]
    if strange or "record" not in head:
        fields = {name[:64] or "(empty)": "unknown, or there twice" for name in strange[:20]} or {"record": "missing"}
        raise Malformed(f"the first row names the columns, each one of: {', '.join(COLUMNS)}", fields=fields)
    for number, cells in lines[1:]:
        if any(cells):
            yield Row(number, dict(zip(head, cells, strict=False)))


def _weekdays(said: str) -> tuple[int, ...]:
    if not said:
        return EVERY_DAY
    first, dash, last = said.partition("-")
    days = tuple(range(int(first), int(last) + 1)) if dash and _is_day(first) and _is_day(last) else tuple(int(each) for each in said if _is_day(each))
    if not days or (not dash and len(days) != len(said)) or (dash and not (_is_day(first) and _is_day(last))):
        raise _Wrong("weekdays", f"are days from 1, Monday, to 7: 1-5 or 246, not {said[:20]!r}")
    return days


def _is_day(said: str) -> bool:
    return len(said) == 1 and said in "1234567"


def _decimal(column: str, said: str) -> Decimal:
    try:
        value = Decimal(said)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(said) > 20 or abs(value) > 10**9:
        raise _Wrong(column, f"is a number, not {said[:20]!r}")
    return value
