"""A small reader of shapes for the door: what pydantic would say, without the third of a second it costs to wake up.

A check takes a value, where it stands, and the list of problems so far; it answers the cleaned value. Everything wrong is named at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from waybill.kernel.cards import masked
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput

Problems = dict[str, str]
Check = Callable[[Any, str, Problems], Any]
_MOST_PROBLEMS = 20


def read(check: Check, value: Any) -> Any:
    """The cleaned value. Raises InvalidInput with every problem by field."""
    problems: Problems = {}
    cleaned = check(value, "", problems)
    if problems:
        raise InvalidInput(_summary(problems), fields=dict(list(problems.items())[:_MOST_PROBLEMS]))
    return cleaned


def text(most: int, least: int = 0, pattern: str = "", trim: bool = True, says: str = "") -> Check:
    """A string, trimmed. A card number in it is refused wherever it stands (I29)."""
    matches = re.compile(pattern).search if pattern else None

    def check(value: Any, at: str, problems: Problems) -> Any:
        if not isinstance(value, str):
            return _no(problems, at, "must be a string")
        cleaned = value.strip() if trim else value
        if not least <= len(cleaned) <= most:
            return _no(problems, at, f"must have {least} to {most} characters")
        if matches and not matches(cleaned):
            return _no(problems, at, says or "is not of the form asked for")
        if len(cleaned) > 12 and masked(cleaned) != cleaned:
            return _no(problems, at, "holds a card number: send the gateway's token instead")
        return cleaned

    return check


def amount(value: Any, at: str, problems: Problems) -> Any:
    """A decimal string from 0, or a whole number. Whether its decimals fit the currency is checked later."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return _no(problems, at, 'must be a decimal string such as "19.90"')
    if not _AMOUNT.match(str(value)):
        return _no(problems, at, 'must be a decimal string from 0, such as "19.90"')
    return str(value)


def whole(least: int, most: int) -> Check:
    def check(value: Any, at: str, problems: Problems) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            return _no(problems, at, f"must be a whole number from {least} to {most}")
        return value

    return check


def flag(value: Any, at: str, problems: Problems) -> Any:
    return value if isinstance(value, bool) else _no(problems, at, "must be true or false")


def moment(value: Any, at: str, problems: Problems) -> Any:
    """ISO 8601 with an offset → our own writing of it, in UTC."""
    try:
        if isinstance(value, str) and _MOMENT.match(value):
            return instant(parse_instant(value))
    except (ValueError, OverflowError):
        pass
    return _no(problems, at, "must be an instant with an offset, such as 2026-11-23T03:20:00Z")


def day(value: Any, at: str, problems: Problems) -> Any:
    """An ISO day, or nothing."""
    try:
        if value == "" or (isinstance(value, str) and _DAY.match(value) and date.fromisoformat(value)):
            return value
    except ValueError:
        pass
    return _no(problems, at, "must be a day such as 2026-12-24")


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str, problems: Problems) -> Any:
        return value if isinstance(value, str) and value in allowed else _no(problems, at, f"must be one of {', '.join(allowed)}")

    return check


def maybe(inner: Check) -> Check:
    """`null` stands for the absent field."""
    return lambda value, at, problems: None if value is None else inner(value, at, problems)


def array(inner: Check, least: int, most: int) -> Check:
    def check(value: Any, at: str, problems: Problems) -> Any:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return _no(problems, at, f"must be a list of {least} to {most}")
        return [inner(each, f"{at}[{place}]", problems) for place, each in enumerate(value)]

    return check


def table(most: int, inner: Check) -> Check:
    """An object with names of the caller's own."""

    def check(value: Any, at: str, problems: Problems) -> Any:
        if not isinstance(value, dict) or len(value) > most:
            return _no(problems, at, f"must be an object of at most {most} fields")
        if any(not name.strip() or len(name) > 200 or masked(name) != name for name in value):
            return _no(problems, at, "has a name that cannot be kept")
        return {name: inner(each, f"{at}.{name[:80]}", problems) for name, each in value.items()}

    return check


def plain(most: int) -> Check:
    """Text, a whole number, or true and false."""
    as_text = text(most)

    def check(value: Any, at: str, problems: Problems) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and abs(value) < 10**30:
            return value if masked(str(value)) == str(value) else _no(problems, at, "holds a card number")
        return as_text(value, at, problems)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, tuple[Check, Any]]) -> Check:
    """An object of exactly these fields. An unknown one is refused: a misspelt field would be lost in silence."""

    def check(value: Any, at: str, problems: Problems) -> Any:
        if not isinstance(value, dict):
            return _no(problems, at or "body", "must be an object")
        for name in value:
            if name not in required and name not in optional:
                problems[_join(at, name[:80])] = "is not a field of this object"
        cleaned = {name: default for name, (_, default) in optional.items()}
        for name, inner in required.items():
            here = _join(at, name)
            cleaned[name] = inner(value[name], here, problems) if name in value else _no(problems, here, "is required")
        for name, (inner, _) in optional.items():
            if name in value:
                cleaned[name] = inner(value[name], _join(at, name), problems)
        return cleaned

    return check


_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})\Z")


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _no(problems: Problems, at: str, message: str) -> None:
    problems[at] = message


def _summary(problems: Problems) -> str:
    first, message = next(iter(problems.items()))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{first} {message}{more}"
