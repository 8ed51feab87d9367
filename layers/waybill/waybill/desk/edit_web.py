"""The desk's pages and forms about editing an order: first seen, then confirmed; a version put back the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.http import Answer
from waybill.desk.visit import ROOT, Field, Said, Visit, sentence, to
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound, StockUnavailable

SignedIn = Callable[[str, str, Callable[[Visit], Answer]], None]
_REFUSED = (InvalidInput, IllegalTransition, StockUnavailable, Conflict)
_GROUPS = {"add": ("sku", "quantity", "unit_price", "tax"), "surcharges": ("title", "gross", "tax_percent"), "shipping": ("method", "amount")}
_ALONE = ("reason", "note")


def add(signed_in: SignedIn) -> None:
    """The routes of edits."""
    signed_in("GET", "/orders/{id}/edit", lambda visit: _page(visit, lambda name: ""))
    signed_in("POST", "/orders/{id}/edit", lambda visit: _previewed(visit, visit.form(), 0))
    signed_in("POST", "/orders/{id}/edits", _confirmed)
    signed_in("POST", "/orders/{id}/edits/{n}/undo", lambda visit: _previewed(visit, visit.form(), _number(visit)))


def _page(visit: Visit, form: Field, said: Said | None = None, status: int = 200, **seen: Any) -> Answer:
    order, lines = visit.desk.order(visit.order_id), visit.desk.lines(visit.order_id)
    shown = {"preview": None, "seen": "", "undoes": 0, **seen}
    return visit.page("edit.html", "orders", status, order=order, lines=lines, form=form, fields=_fields(form, len(lines)), said=said, **shown)


def _previewed(visit: Visit, form: Field, undoes: int) -> Answer:
    try:
        preview, seen = visit.desk.preview_edit(visit.order_id, {} if undoes else _body(visit, form), undoes)
    except _REFUSED as problem:
        return _page(visit, form, Said(sentence(problem.message), bad=True), problem.status)
    return _page(visit, form, preview=preview, seen=seen, undoes=undoes)


def _confirmed(visit: Visit) -> Answer:
    form = visit.form()
    undoes = int(form("undoes")) if form("undoes").isdecimal() and form("undoes").isascii() and len(form("undoes")) < 5 else 0
    try:
        visit.desk.edit(visit.order_id, {"reason": form("reason")} if undoes else _body(visit, form), form("seen")[:20] or "0", undoes)
    except _REFUSED as problem:
        return _page(visit, form, Said(sentence(problem.message), bad=True), problem.status)
    return to(f"{ROOT}/orders/{visit.order_id}?said={'undone' if undoes else 'edited'}")


def _body(visit: Visit, form: Field) -> dict[str, Any]:
    """The edit as the API takes it: only what was typed. Raises InvalidInput."""
    body: dict[str, Any] = {name: form(name) for name in _ALONE if form(name).strip()}
    lines = {line: _count(form(f"units-{place}"), title) for place, (line, _, title, _) in enumerate(visit.desk.lines(visit.order_id))}
    body["lines"] = {line: count for line, count in lines.items() if count is not None}
    for group, names in _GROUPS.items():
        typed = {name: form(f"{group}-{name}").strip() for name in names if form(f"{group}-{name}").strip()}
        if "quantity" in typed:
            typed["quantity"] = _count(typed["quantity"], "the new line")  # type: ignore[assignment]
        if typed:
            body[group] = typed if group == "shipping" else [typed]
    if form("token-of-card").strip():
        body["payment"] = {"kind": "card", "token": form("token-of-card").strip()}
    return body


def _fields(form: Field, lines: int) -> list[tuple[str, str]]:
    """What was typed, to be posted again when it is confirmed."""
    names = [f"units-{place}" for place in range(lines)]
    names += [f"{group}-{name}" for group, those in _GROUPS.items() for name in those]
    return [(name, form(name)) for name in (*names, *_ALONE, "token-of-card") if form(name)]


def _count(text: str, what: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise InvalidInput(f"{what[:60]}: how many units is a whole number")
    return int(text)


def _number(visit: Visit) -> int:
    text = visit.request.params["n"]
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 5 and int(text)):
        raise NotFound("the order has no such version")
    return int(text)
