"""The number of a carton: an SSCC, which no other carton ever has (GS1 General Specifications, 3.2 and 2.6.1.2). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.gs1 import check_digit

POLICY = "gs1"
_SHORTEST, _LONGEST, _DIGITS = 7, 10, 17


@dataclass(frozen=True, slots=True)
class Series:
    """All numbers that begin with one extension digit and one GS1 company prefix."""

    extension: str
    prefix: str

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> Series | None:
        """None where the shop has no prefix: its cartons have no number."""
        return cls(str(policy.get("extension", 0)), policy["prefix"]) if policy.get("prefix") else None

    @property
    def id(self) -> str:
        return self.extension + self.prefix

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(10 ** (_DIGITS - len(self.id)))

    def number(self, serial: int) -> str:
        """18 digits, the last one the check digit. `serial` from 0."""
        body = f"{self.id}{serial:0{_DIGITS - len(self.id)}d}"
        return body + check_digit(body)


def check(policy: Mapping[str, Any]) -> None:
    """{"prefix": 7 to 10 digits that GS1 has given to the shop, "extension": 0 to 9}. Raises InvalidInput naming the field."""
    wrong = {name[:64]: "is not known" for name in policy if name not in ("prefix", "extension")}
    prefix, extension = policy.get("prefix", ""), policy.get("extension", 0)
    if not isinstance(prefix, str) or (prefix and not (prefix.isascii() and prefix.isdecimal() and _SHORTEST <= len(prefix) <= _LONGEST)):
        wrong["prefix"] = f"is a text of {_SHORTEST} to {_LONGEST} digits"
    if isinstance(extension, bool) or not isinstance(extension, int) or not 0 <= extension <= 9:
        wrong["extension"] = "is a whole number from 0 to 9"
    if wrong:
        raise InvalidInput("the policy for GS1 numbers cannot be read", fields=wrong)
