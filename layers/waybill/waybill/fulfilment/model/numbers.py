"""Numbers on parcels: deterministic, so that a retry prints the same label, each with the check digit a scanner verifies."""

from __future__ import annotations

import hashlib


def check_digit(digits: str) -> str:
    """GS1's modulo-10 check digit: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def sscc(company_prefix: str, fo_id: str, package: int) -> str:
    """An 18-digit Serial Shipping Container Code: extension 0, the company's GS1 prefix, a serial, the check digit."""
    serial = int.from_bytes(hashlib.sha256(f"{fo_id}/{package}".encode()).digest()[:8], "big")
    length = 16 - len(company_prefix)
    body = f"0{company_prefix}{serial % 10**length:0{length}d}"
    return body + check_digit(body)


def tracking_number(carrier: str, fo_id: str, package: int) -> str:
    """Two letters of the carrier and 16 digits, the last one GS1's check digit: `PW1234567890123456`."""
    letters = "".join(char for char in carrier.upper() if char.isascii() and char.isalpha())[:2].ljust(2, "X")
    seed = int.from_bytes(hashlib.sha256(f"{carrier}/{fo_id}/{package}".encode()).digest()[:8], "big")
    body = f"{seed % 10**15:015d}"
    return letters + body + check_digit(body)
