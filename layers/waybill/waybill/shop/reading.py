"""What somebody sent, read field by field, with what is wrong where. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput

Read = Callable[[Any], Any]
"""A value as it is kept. Raises ValueError with what it must be, or InvalidInput with what is wrong inside it."""


def read(raw: Mapping[str, Any], fields: Mapping[str, Read], required: tuple[str, ...], known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Each field as it is kept, over what is `known` where nothing is said. Raises InvalidInput that names each field that is wrong."""
    wrong = {name[:64]: "is not known" for name in raw if name not in fields}
    wrong |= {name: "is required" for name in required if name not in raw}
    found: dict[str, Any] = dict(known or {})
    for name in fields.keys() & raw.keys():
        try:
            found[name] = fields[name](raw[name])
        except ValueError as problem:
            wrong[name] = str(problem)
        except InvalidInput as problem:
            wrong |= {f"{name}.{inner}": says for inner, says in problem.fields.items()}
    if wrong:
        raise InvalidInput("these fields are wrong: " + ", ".join(f"{name} {says}" for name, says in sorted(wrong.items()))[:500], fields=dict(sorted(wrong.items())))
    return found


def whole(least: int, most: int) -> Read:
    def one(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"is a whole number from {least} to {most}")
        return value

    return one


def text(longest: int) -> Read:
    def one(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or not value.isprintable():
            raise ValueError(f"is a text of 1 to {longest} characters")
        return value.strip()

    return one


def like(pattern: str, says: str) -> Read:
    def one(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(says)
        return value

    return one


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is true or false")
    return value
