"""Strict JSON: what a careful machine would send, and nothing else.

Python's own parser takes NaN, Infinity, duplicate keys, lone surrogates and integers of any length. Doors must not.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from waybill.kernel.errors import Malformed

_LONGEST_NUMBER = 40
_DEEPEST = 64


def parse(body: bytes | str) -> Any:
    """Parses JSON; numbers with a fraction come as Decimal. Raises Malformed saying what is wrong, never anything else."""
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
    except UnicodeDecodeError as problem:
        raise Malformed(f"the body is not UTF-8 (byte {problem.start})") from None
    _refuse_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        raise Malformed(_not_json(text, problem)) from None
    if "\\u" in text:
        _refuse_bad_text(value)
    elif "\x00" in text:
        raise Malformed("the body contains a NUL character")
    return value


def _not_json(text: str, problem: json.JSONDecodeError) -> str:
    if not text.strip():
        return "the body is empty: send JSON"
    if text.startswith("\ufeff"):
        return "the body begins with a byte order mark: send UTF-8 without one"
    return f"the body is not JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}"


def _refuse_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= _DEEPEST:
        return
    depth = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string, escaped = (char != '"' or escaped), (char == "\\" and not escaped)
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise Malformed(f"the body is nested deeper than {_DEEPEST}")
        elif char in "]}":
            depth -= 1


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a JSON number")


def _int(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise Malformed(f"a number has at most {_LONGEST_NUMBER} digits")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits) if len(digits) <= _LONGEST_NUMBER else None
    if number is None or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise Malformed(f"a number has at most {_LONGEST_NUMBER} digits")
    return number


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {twice[:40]!r} stands twice in one object")
    return seen


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_int, parse_float=_decimal, object_pairs_hook=_no_duplicates)


def _refuse_bad_text(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise Malformed("the body contains a NUL character")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Malformed("the body contains half of a surrogate pair")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_bad_text(key)
            _refuse_bad_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_bad_text(inner)
