"""What stands in a cell: text, and what we take it for. A cell that a spreadsheet has changed behind a person's back is refused, not guessed."""

from __future__ import annotations

import re
from typing import Any

from waybill.imports.model.columns import AMOUNT, CODE, FLAG, MOMENT, WHOLE

_WHOLE = re.compile(r"[0-9]{1,9}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})\Z", re.ASCII)
_FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_HIDDEN_CARD = re.compile(r"\*{8,}[0-9]{4}")
_FAILED = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
SHORTENED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+\Z")
"""How a spreadsheet writes a long number that it was not told to leave alone."""


class NotThis(Exception):
    """A cell cannot be what its column asks for; says why, without saying what stands in it."""


def value(kind: str, cell: str) -> Any:
    """The cell in the terms of `POST /v1/orders`; what is wrong in a way that the order's own reader knows of is left to it. Raises NotThis."""
    text = cell.strip()
    if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise NotThis("has a character that no text has")
    if "\ufffd" in text:
        raise NotThis("has a character that was lost on its way: save the file as UTF-8 and upload it")
    if _HIDDEN_CARD.search(text):
        raise NotThis("held a card number: send the gateway's token instead")
    if text in _FAILED:
        raise NotThis("is a formula that has failed")
    if kind == WHOLE:
        return int(text) if _WHOLE.match(text) else text
    if kind == AMOUNT and "," in text:
        raise NotThis("is written with a comma: write amounts with a point and nothing between thousands, such as 1234.50")
    if kind == FLAG:
        return _FLAGS.get(text.lower(), text)
    if kind == MOMENT:
        return _moment(text)
    return text.upper() if kind == CODE else text


def _moment(text: str) -> str:
    """A day is its midnight, a time of no place is in UTC. Raises NotThis."""
    if _DAY.match(text):
        return f"{text}T00:00:00Z"
    if _WITHOUT_OFFSET.match(text):
        return f"{text}Z"
    if not _INSTANT.match(text):
        raise NotThis("is no date that everybody reads alike: write 2026-11-23 or 2026-11-23T03:20:00Z")
    return text


def guarded(cell: str) -> str:
    """The cell as it may be written into a file that a spreadsheet opens: no formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def meant(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
