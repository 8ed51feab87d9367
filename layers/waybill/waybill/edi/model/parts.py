"""What several documents have in common: addresses, goods, quantities, and text as X12 can carry it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from waybill.edi.model import problems
from waybill.edi.model.problems import ELEMENT, SEGMENT, Problem, Unreadable
from waybill.edi.model.x12 import Segment, segment
from waybill.kernel.errors import InvalidInput

EACH = "EA"
_NOBODY = "-"
_SKU = "SK"
_OF_GOODS = (_SKU, "VN", "VP", "BP", "IN", "UP", "EN", "UK", "UA")
"""Qualifiers (element 235) under which a partner may name our goods, ours first; the last four are GTINs."""
_WITHOUT_MARKS = str.maketrans({"ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Œ": "OE", "œ": "oe", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def plain(text: str) -> str:
    """Latin letters without their marks, as a partner's translator takes them; what has no such letter becomes a question mark. One line."""
    flat = unicodedata.normalize("NFKD", text.translate(_WITHOUT_MARKS))
    kept = "".join(char for char in flat if not unicodedata.combining(char))
    return " ".join("".join(char if " " <= char <= "~" else "?" if char.isprintable() else " " for char in kept).translate(str.maketrans("*~>", "   ")).split())


def chunks(text: str, most: int) -> list[str]:
    """The text in pieces of at most so many characters, cut where a word ends if one does. None for nothing."""
    found, rest = list[str](), plain(text)
    while rest:
        cut = rest.rfind(" ", 1, most + 1) if len(rest) > most else len(rest)
        cut = cut if cut > 0 else most
        found.append(rest[:cut])
        rest = rest[cut:].lstrip()
    return found


def within(text: str, most: int, what: str) -> str:
    """A name that may not be cut. Raises InvalidInput where it does not fit, or has letters that X12 has not."""
    if not text or len(text) > most or plain(text) != text:
        raise InvalidInput(f"{what} {text[:64]!r} has up to {most} plain letters and digits in X12", fields={what: "cannot be told by EDI"})
    return text


def days(day: str) -> str:
    """An ISO date as CCYYMMDD."""
    return day[:10].replace("-", "")


def iso_day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 else ""


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def address(code: str, name: str, company: str, lines: Iterable[str], city: str, region: str, postal_code: str, country: str) -> Iterator[Segment]:
    """N1 to N4. A region that is not two letters goes under the qualifier SP; lines that are too long go on in the next element."""
    named = chunks(name or company, 60) or [_NOBODY]
    yield segment("N1", code, named[0])
    beside = [*named[1:], *(chunks(company, 60) if company and name else [])][:2]
    if beside:
        yield segment("N2", *beside)
    street = [piece for line in lines for piece in chunks(line, 55)][:4]
    for start in range(0, len(street), 2):
        yield segment("N3", *street[start : start + 2])
    state = plain(region)
    far = ("SP", state[:30]) if state and len(state) != 2 else ()
    yield segment("N4", plain(city)[:30], "" if far else state, plain(postal_code)[:15], plain(country)[:3], *far)


def said(name: str) -> str:
    """A name as it was told; empty where we had none to tell."""
    return name.strip() if name.strip() != _NOBODY else ""


def party(segments: Iterable[Segment], code: str) -> dict[str, str]:
    """What a document says of one of its parties, by the code of N101: name, company, line1, line2, city, region, postal_code, country, phone, id."""
    found, inside, street = dict[str, str](), False, list[str]()
    for each in segments:
        if each.tag == "N1":
            inside = each[1] == code and not found
            if inside:
                found = {"name": each[2], "id": each[4]}
        elif inside and each.tag == "N2":
            found["company"] = each[1]
        elif inside and each.tag == "N3":
            street += [value for value in (each[1], each[2]) if value]
        elif inside and each.tag == "N4":
            found |= {"city": each[1], "region": each[2] or (each[6] if each[5] == "SP" else ""), "postal_code": each[3], "country": each[4]}
        elif inside and each.tag == "PER":
            found["phone"] = each[4] if each[3] == "TE" else ""
        elif each.tag not in ("PER", "N9", "REF"):
            inside = False
    found |= {name: value for name, value in (("line1", " ".join(street[:1])), ("line2", " ".join(street[1:]))) if value}
    return {name: value for name, value in found.items() if value}


# ── goods and quantities ─────────────────────────────────────────────────────────────────────────────────────────────


def goods(sku: str) -> tuple[str, str]:
    """Qualifier and number of one of our SKUs."""
    return _SKU, within(sku, 48, "sku")


def sku_of(given: Segment, pairs: Iterable[int]) -> str:
    """Our SKU of a segment, whose qualifiers stand at `pairs`, each before its number. Raises Unreadable where no product is named."""
    named = {given[at]: given[at + 1].strip() for at in pairs if given[at + 1].strip()}
    for qualifier in _OF_GOODS:
        if qualifier in named:
            return named[qualifier]
    if named:
        return next(iter(named.values()))
    first = next(iter(pairs))
    raise Unreadable(Problem(ELEMENT, problems.CONDITION, "no product is named", given.tag, given.at, first + 1))


def units(given: Segment, number: int, default: int | None = None) -> int:
    """A count of whole units. Raises Unreadable for anything else: a parcel holds no half."""
    value = given[number].strip()
    if not value and default is not None:
        return default
    whole, _, part = value.partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 10) or part.strip("0"):
        code = problems.CHARACTERS if value else problems.MISSING
        raise Unreadable(Problem(ELEMENT, code, "is no count of whole units", given.tag, given.at, number, value[:99]))
    return int(whole)


def in_each(given: Segment, number: int) -> None:
    """Raises Unreadable where a quantity is not in single units: how many are in a case we do not know."""
    if given[number].strip() not in (EACH, "PC", "UN", ""):
        raise Unreadable(Problem(ELEMENT, problems.CODE, "is not EA: send single units", given.tag, given.at, number, given[number][:99]))


def day(given: Segment, number: int) -> str:
    """A date as ISO; empty where there is none. Raises Unreadable."""
    value = given[number].strip()
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8])).isoformat() if value else ""
    except ValueError:
        raise Unreadable(Problem(ELEMENT, problems.DATE, "is no date CCYYMMDD", given.tag, given.at, number, value[:99])) from None


def first(segments: Iterable[Segment], tag: str, kind: str) -> Segment:
    """The first segment of a tag. Raises Unreadable where there is none."""
    found = next((each for each in segments if each.tag == tag), None)
    if found is None:
        raise Unreadable(Problem(SEGMENT, problems.MISSING_SEGMENT, f"a {kind} has at least one", tag, 2))
    return found


def valued(segments: Iterable[Segment], tag: str, qualifiers: Iterable[str], at: int = 2) -> str:
    """The value of the first segment of a tag whose first element is one of the qualifiers, in their order; empty for none."""
    known = [(each[1], each[at].strip()) for each in segments if each.tag == tag and each[at].strip()]
    return next((value for wanted in qualifiers for qualifier, value in known if qualifier == wanted), "")


def split(segments: Iterable[Segment], begins: Callable[[Segment], bool]) -> tuple[list[Segment], list[list[Segment]]]:
    """(those before the first loop, the loops): each loop begins where `begins` says so."""
    head, loops = list[Segment](), list[list[Segment]]()
    for each in segments:
        if begins(each):
            loops.append([each])
        else:
            (loops[-1] if loops else head).append(each)
    return head, loops
