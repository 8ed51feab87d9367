"""Card numbers are refused at every door and must appear in no store, log or queue: this tells one when it sees one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from waybill.kernel.errors import InvalidInput, field_path

_RUN_OF_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
"""13 to 19 digits, each perhaps followed by one space or hyphen, as people write them."""


def looks_like_card_number(text: str) -> bool:
    """True where the text contains 13 to 19 digits (single spaces or hyphens allowed) that satisfy Luhn.

    About one in ten other numbers of that length satisfies Luhn too: ask it about fields, never about a whole document's ids.
    """
    return any(_luhn(found.group()) for found in _RUN_OF_DIGITS.finditer(text))


def _luhn(written: str) -> bool:
    digits = [int(sign) for sign in reversed(written) if sign.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return any(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


_ISSUED = re.compile(
    r"4\d{15}(\d{3})?|(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|3(0[0-5]|[68]\d)\d{11}"
    r"|(6011|64[4-9]\d|65\d{2}|62\d{2})\d{12,15}|35(2[89]|[3-8]\d)\d{12}"
)
"""Ranges and lengths that Visa, Mastercard, Amex, Diners, Discover, UnionPay and JCB issue: what else satisfies Luhn is chance."""


def masked(text: str) -> str:
    """The text with every card number's digits replaced by `*` but for the last four. Only ranges that are issued count."""
    return _RUN_OF_DIGITS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    written = found.group()
    groups = list(re.finditer(r"[0-9]+", written))
    for first in range(len(groups)):
        for last in range(len(groups), first, -1):
            start, end = groups[first].start(), groups[last - 1].end()
            digits = re.sub(r"[ -]", "", written[start:end])
            if _ISSUED.fullmatch(digits) and _luhn(digits):
                return written[:start] + "*" * (len(digits) - 4) + digits[-4:] + written[end:]
    return written


def refuse_card_numbers(body: Any) -> None:
    """Raises InvalidInput where a text in a JSON value holds a card number, or a name does. Numbers are not looked at: they are amounts and ids."""
    found = dict.fromkeys(_places(body, ()), "holds a card number")
    if found:
        raise InvalidInput("a card number is never to be sent: only its gateway's token is", fields=found)


def _places(value: Any, at: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > 12 and masked(value) != value:
            yield field_path(at) or "body"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(name, (*at, masked(name)))
            yield from _places(inner, (*at, masked(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, (*at, number))
