"""GS1's check digit, which a scanner verifies, and the numbers that end in one."""

from __future__ import annotations

_LENGTHS = (8, 12, 13, 14)


def check_digit(digits: str) -> str:
    """Modulo 10 with weights 3 and 1 from the right (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def valid(code: str) -> bool:
    """Whether it is an EAN-8, UPC-A, EAN-13 or GTIN-14."""
    return len(code) in _LENGTHS and code.isascii() and code.isdecimal() and check_digit(code[:-1]) == code[-1]
