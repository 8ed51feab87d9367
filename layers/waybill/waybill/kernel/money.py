"""Money: integer minor units of one currency. Strings outside, integers inside, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from waybill.kernel.errors import InvalidInput

_EXPONENT_OTHER_THAN_TWO = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_EXPONENT_TWO = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS "
    "KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWL".split()
)
_SIGNS = frozenset("0123456789.+-")
"""What Python takes for a number besides (`1_000`, `1e3`, digits of other scripts) nobody has meant as an amount."""
MOST_MINOR_UNITS = 10**15
"""No single amount is larger; keeps sums exact everywhere, JSON numbers included."""


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217). Raises InvalidInput for an unknown code."""
    if currency in _EXPONENT_TWO:
        return 2
    try:
        return _EXPONENT_OTHER_THAN_TWO[currency]
    except KeyError:
        raise InvalidInput(f"unknown currency {currency[:8]!r}", fields={"currency": "unknown currency"}) from None


def minor_units(amount: str | int | Decimal, currency: str) -> int:
    """`"12.30"` USD → 1230. Refuses floats, Infinity, NaN, too many decimals and absurd sizes."""
    places = exponent(currency)
    if isinstance(amount, (bool, float)):
        raise InvalidInput("an amount is a decimal string, not a binary number")
    if isinstance(amount, str) and len(amount) > 32:
        raise InvalidInput("an amount has at most 32 characters")
    try:
        value = Decimal(amount if not isinstance(amount, str) or _SIGNS.issuperset(amount.strip()) else "no amount")
    except InvalidOperation:
        raise InvalidInput(f"{str(amount)[:32]!r} is not an amount") from None
    if not value.is_finite() or abs(value) > MOST_MINOR_UNITS:
        raise InvalidInput("an amount must be finite and of a sensible size")
    shifted = value.scaleb(places)
    if shifted != shifted.to_integral_value():
        raise InvalidInput(f"{currency} has {places} decimal places, {str(amount)[:32]!r} has more")
    return int(shifted)


def decimal_string(minor: int, currency: str) -> str:
    """1230 USD → `"12.30"`."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def allocate(total: int, weights: list[int]) -> list[int]:
    """Splits `total` minor units over weights so that the parts sum exactly to it.

    Largest remainder; ties go to the first. All weights zero: everything goes to the first part.
    """
    if not weights:
        raise InvalidInput("nothing to allocate over")
    if any(weight < 0 for weight in weights):
        raise InvalidInput("weights are not negative")
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    parts = [abs(total) * weight // whole for weight in weights]
    remainders = [abs(total) * weight % whole for weight in weights]
    missing = abs(total) - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: -remainders[i])[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Arithmetic refuses to mix currencies."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str | int | Decimal, currency: str) -> Money:
        return cls(minor_units(amount, currency), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __str__(self) -> str:
        return f"{decimal_string(self.minor, self.currency)} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise InvalidInput(f"{self.currency} and {other.currency} do not mix")
        return other.minor
