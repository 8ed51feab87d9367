"""Card numbers are refused at every door and must appear in no store, log or queue: this tells one when it sees one."""

from __future__ import annotations

import re

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
