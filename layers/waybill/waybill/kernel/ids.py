"""Deterministic ids: the same thing named twice gets the same id, so that a retry cannot make a second one."""

from __future__ import annotations

import base64
import hashlib


def digest(*parts: str, length: int = 20) -> str:
    """Lower-case base32 of the SHA-256 over the length-prefixed parts; 20 characters are 100 bits."""
    joined = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    enough = -(-length // 8) * 5  # five bytes are eight characters
    return base64.b32encode(hashlib.sha256(joined).digest()[:enough]).decode()[:length].lower()


def order_id(channel: str, external_reference: str) -> str:
    """The id of an order: a function of its channel and the channel's own number (I17)."""
    return "ord_" + digest(channel, external_reference)


def fulfilment_order_id(order: str, number: int) -> str:
    """`ord_ab12` and 1 → `fo_ab12-1`."""
    return f"fo_{order.removeprefix('ord_')}-{number}"


def order_of_fulfilment_order(fo_id: str) -> tuple[str, int] | None:
    """`fo_ab12-1` → (`ord_ab12`, 1); None where the text is no such id."""
    return _numbered("fo_", fo_id)


def decision_id(order: str, number: int) -> str:
    """`ord_ab12` and 1 → `dec_ab12-1`."""
    return f"dec_{order.removeprefix('ord_')}-{number}"


def order_of_decision(id: str) -> tuple[str, int] | None:
    """`dec_ab12-1` → (`ord_ab12`, 1); None where the text is no such id."""
    return _numbered("dec_", id)


def _numbered(prefix: str, id: str) -> tuple[str, int] | None:
    stem, _, number = id.removeprefix(prefix).rpartition("-")
    if not id.startswith(prefix) or not stem.isalnum() or not number.isdecimal() or not number.isascii() or len(number) > 4:
        return None
    return f"ord_{stem}", int(number)


def credit_id(code: str) -> str:
    """What a gift card or store credit is kept by: never its code, for who has that has the money. Case, blanks and dashes do not
    matter."""
    return digest("credit", "".join(letter for letter in code.upper() if letter.isalnum()))


def credit_token(code: str) -> str:
    """What stands for the code in an order: `credit_` and the id."""
    return f"credit_{credit_id(code)}"


def customer_key(email: str) -> str:
    """What a customer is looked up by: never the address itself."""
    return digest("customer", email.strip().lower())
