"""What a border asks of a parcel: whether it asks at all, which form, what must be known before, and the declaration itself. Pure.

Sources: Universal Postal Convention, CN 22 and CN 23 (CN 22 up to 300 SDR and 2 kg); customs territory of the Union, Regulation (EU) 952/2013; 19 CFR for the territories
of the United States.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput

POLICY = "customs"
REASONS = ("sale", "gift", "sample", "return", "documents", "other")
TAX_NUMBERS = ("vat", "eori", "ioss", "tax_id")
_UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK".split())
_UNITED_STATES = frozenset("US PR".split())
_TERRITORIES = (_UNION, _UNITED_STATES)
"""Countries between which no customs border lies. Guam, American Samoa and the Virgin Islands are outside of that of the United States."""
_SMALL_VALUE = {"USD": 40_000, "EUR": 36_000, "GBP": 31_000, "CAD": 54_000, "AUD": 60_000, "CHF": 34_000, "JPY": 58_000}
"""About 300 special drawing rights, rounded down, in minor units. Of another currency the larger form is used, which is always right."""
_SMALL_G = 2000
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Units of one SKU: `weight_g` and `value` (minor units) of all of them."""

    sku: str
    description: str
    quantity: int
    weight_g: int
    value: int
    origin: str
    hs_code: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of one parcel. `numbers` are the tax numbers that are known: of the sender by kind, and the recipient's under `recipient`."""

    reference: str
    date: str
    reason: str
    currency: str
    rows: tuple[Row, ...]
    gross_g: int
    signer: str = ""
    numbers: Mapping[str, str] | None = None

    @property
    def value(self) -> int:
        return sum(row.value for row in self.rows)

    @property
    def net_g(self) -> int:
        return sum(row.weight_g for row in self.rows)

    @property
    def form(self) -> str:
        """`CN22` for a small parcel of little value, else `CN23`."""
        small = self.gross_g <= _SMALL_G and self.value <= _SMALL_VALUE.get(self.currency, -1)
        return "CN22" if small else "CN23"

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "form": self.form, "value": self.value, "net_g": self.net_g}


def asked(from_country: str, to_country: str) -> bool:
    """Whether a customs border lies between. An address without a country is at home."""
    here, there = from_country.strip().upper(), to_country.strip().upper()
    return bool(here) and bool(there) and here != there and not any(here in territory and there in territory for territory in _TERRITORIES)


def refuse_unknown(rows: Iterable[tuple[str, str, str]]) -> None:
    """`rows`: (SKU, origin, HS code). Raises InvalidInput that names each SKU of which a border would ask what the shop does not know."""
    missing: dict[str, str] = {}
    for sku, origin, hs_code in rows:
        wants = [name for name, known in (("origin", origin), ("hs_code", hs_code)) if not known]
        if wants:
            missing[sku] = " and ".join(wants)
    if missing:
        said = "; ".join(f"{sku} has no {wants}" for sku, wants in sorted(missing.items()))
        raise InvalidInput(f"this parcel crosses a border, and {said}: PUT /v1/items/<sku> says it", fields={f"items.{sku}": f"{wants} missing" for sku, wants in missing.items()})


def check(policy: Mapping[str, Any]) -> None:
    """{"reason", "signer", "vat", "eori", "ioss", "tax_id"}, each a text, none needed. Raises InvalidInput naming the field."""
    wrong = {name[:64]: "is not known" for name in policy if name not in ("reason", "signer", *TAX_NUMBERS)}
    wrong |= {name: f"is a text of at most {_LONGEST} characters" for name, value in policy.items() if name not in wrong and not _is_text(value)}
    if "reason" not in wrong and policy.get("reason", "sale") not in REASONS:
        wrong["reason"] = f"is one of {', '.join(REASONS)}"
    if wrong:
        raise InvalidInput("the policy for customs cannot be read", fields=wrong)


def declaration(reference: str, date: str, currency: str, rows: Sequence[Row], gross_g: int, policy: Mapping[str, Any], recipient_tax_id: str) -> Declaration:
    """Of one parcel, with what the shop's policy says of itself."""
    numbers = {name: policy[name] for name in TAX_NUMBERS if policy.get(name)}
    if recipient_tax_id:
        numbers["recipient"] = recipient_tax_id
    return Declaration(reference, date, policy.get("reason", "sale"), currency, tuple(rows), gross_g, policy.get("signer", ""), numbers)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
