"""Numbers on parcels: deterministic, so that a retry prints the same label, each with the check digit a scanner verifies."""

from __future__ import annotations

import hashlib

from waybill.kernel.gs1 import check_digit


def tracking_number(carrier: str, *parcel: str) -> str:
    """Two letters of the carrier and 16 digits, the last one GS1's check digit: `PA1234567890123456`.

    A function of all that is said of the parcel: what is in it, who carries it, which attempt at a free number it is.
    """
    letters = "".join(char for char in carrier.upper() if char.isascii() and char.isalpha())[:2].ljust(2, "X")
    named = "".join(f"{len(part)}:{part}" for part in (carrier, *parcel))
    seed = int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big")
    body = f"1{seed % 10**14:014d}"  # no card begins with 1: no door takes it for one
    return letters + body + check_digit(body)
