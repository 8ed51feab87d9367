"""Where the shop does not send, or not without a look: countries, regions, post codes, for some SKUs or all; PO boxes; bases of the forces. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Address, Order

POLICY = "destinations"
"""{"only": [countries], "not": [{"country", "regions", "postal_codes": [beginnings], "skus", "reason"}], "po_boxes": false, "military": false}."""
_FLAGS = ("po_boxes", "military")
_LISTS = ("regions", "postal_codes", "skus")
_MOST = 500
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_PO_BOX = re.compile(
    r"""\b(?: p\W{0,2}o\W{0,2}\s*box | post(?:al)?\s+office\s+box | g\.?p\.?o\.?\s+box | locked\s+bag | private\s+(?:mail\s*)?bag
        | postfach | postbus | postboks | postbox | bo[iî]te\s+postale | b\.?p\.?\s+\d+ | case\s+postale | casella\s+postale
        | apartado(?:\s+(?:de\s+correos|postal))?\s+\d+ | caixa\s+postal | skrytka\s+pocztowa )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_MILITARY = ("AA", "AE", "AP")


def is_po_box(address: Address) -> bool:
    """Whether only a post office could deliver there, as its lines say."""
    return any(_PO_BOX.search(line) for line in (address.line1, address.line2))


def is_military(address: Address) -> bool:
    """An APO, FPO or DPO of the United States: carriers other than the postal service do not go there."""
    return address.country == "US" and (address.region.upper() in _MILITARY or address.city.strip().upper() in ("APO", "FPO", "DPO"))


def unwanted(order: Order, ship_to: Address, policy: Mapping[str, Any]) -> list[str]:
    """Why the order is not sent there without a look. It names rules and lines, and of the address no more than its country."""
    sent = [line for line in order.lines if line.ships]
    if not sent or not ship_to.country:
        return []
    found = []
    if policy.get("only") and ship_to.country not in policy["only"]:
        found.append(f"the shop does not send to {ship_to.country}")
    if policy.get("po_boxes") is False and is_po_box(ship_to):
        found.append("the address is a PO box")
    if policy.get("military") is False and is_military(ship_to):
        found.append("the address is a base of the forces (APO, FPO, DPO)")
    for number, rule in enumerate(policy.get("not", ()), 1):
        lines = [line.id for line in sent if not rule.get("skus") or line.sku in rule["skus"]]
        if lines and _there(rule, ship_to):
            what = f": {rule['reason']}" if rule.get("reason") else ""
            which = f", line {', '.join(lines[:5])}" if rule.get("skus") else ""
            found.append(f"restricted destination (rule {number}{which}){what}")
    return found


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput, naming the fields, for what could not be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {"only", "not", *_FLAGS}, "is unknown; there are only, not, po_boxes, military")
    wrong |= {name: "is true or false" for name in _FLAGS if not isinstance(policy.get(name, True), bool)}
    only, rules = policy.get("only", []), policy.get("not", [])
    if not isinstance(only, list) or not all(isinstance(each, str) and _COUNTRY.match(each) for each in only):
        wrong["only"] = "is a list of countries (ISO 3166, two capital letters)"
    if not isinstance(rules, list) or len(rules) > _MOST:
        wrong["not"] = f"is a list of at most {_MOST} rules"
        rules = []
    for place, rule in enumerate(rules):
        wrong |= dict(_problems(rule, f"not[{place}]"))
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _there(rule: Mapping[str, Any], ship_to: Address) -> bool:
    code = _bare(ship_to.postal_code)
    return (
        rule["country"] == ship_to.country
        and (not rule.get("regions") or ship_to.region.upper() in rule["regions"])
        and (not rule.get("postal_codes") or any(code.startswith(_bare(start)) for start in rule["postal_codes"]))
    )


def _bare(postal_code: str) -> str:
    return re.sub(r"[\s-]", "", postal_code).upper()


def _problems(rule: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(rule, dict):
        yield at, "is an object"
        return
    for name in rule.keys() - {"country", "reason", *_LISTS}:
        yield f"{at}.{name}"[:80], f"is unknown; there are country, {', '.join(_LISTS)}, reason"
    if not isinstance(rule.get("country"), str) or not _COUNTRY.match(rule["country"]):
        yield f"{at}.country", "is two capital letters (ISO 3166)"
    for name in _LISTS:
        given = rule.get(name, [])
        if not isinstance(given, list) or len(given) > _MOST or not all(isinstance(each, str) and _bare(each) for each in given):
            yield f"{at}.{name}", f"is a list of at most {_MOST} texts"
        elif name == "regions" and any(each != each.upper() for each in given):
            yield f"{at}.{name}", "are codes in capital letters"
    if not isinstance(rule.get("reason", ""), str) or len(rule.get("reason", "")) > 200:
        yield f"{at}.reason", "is a text of at most 200 characters"
