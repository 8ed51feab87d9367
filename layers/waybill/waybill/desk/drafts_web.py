"""The desk's pages of orders that people make: the list of drafts and quotes, and the one form. Whatever is pressed, what was typed is kept first."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from waybill.aws.http import Answer
from waybill.desk.model import draft as model
from waybill.desk.model.draft import Draft, DraftRow, Found
from waybill.desk.ports import Takes
from waybill.desk.visit import ROOT, Field, Said, Visit, sentence, to
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, StockUnavailable

SignedIn = Callable[[str, str, Callable[[Visit], Answer]], None]
LISTS = (("open", "Being made"), ("quoted", "Quotes"), ("expired", "Expired"), ("placed", "Placed"), ("discarded", "Discarded"))
_REFUSED = (InvalidInput, IllegalTransition, Conflict, StockUnavailable)
_QUOTE_DAYS = timedelta(days=14)
_SAID = {"hold": "held", "quote": "quoted", "reopen": "reopened", "discard": "discarded", "place": "placed"}


def add(signed_in: SignedIn) -> None:
    """The routes of drafts."""
    signed_in("GET", "/drafts", _drafts)
    signed_in("GET", "/drafts/new", _new)
    signed_in("POST", "/drafts", _post)
    signed_in("GET", "/drafts/{draft}", _draft)
    signed_in("POST", "/drafts/{draft}", _post)


def _drafts(visit: Visit) -> Answer:
    takes, status = visit.desk.taking(), visit.request.query.get("status", "open")
    status = status if status in dict(LISTS) else "open"
    rows, following = takes.rows(status, visit.request.query.get("cursor", "")[:2000])
    return visit.page("drafts.html", "drafts", rows=rows, next=following, showing=status, lists=LISTS)


def _new(visit: Visit) -> Answer:
    return _page(visit, visit.desk.taking(), _blank(), secrets.token_urlsafe(12))


def _draft(visit: Visit) -> Answer:
    takes = visit.desk.taking()
    draft, find = takes.draft(visit.request.params["draft"]), visit.request.query.get("find", "")[:200]
    return _page(visit, takes, draft, find=find, found=_sought(takes, draft, find))


def _post(visit: Visit) -> Answer:
    form, takes, id = visit.form(), visit.desk.taking(), visit.request.params.get("draft", "")
    draft = before = takes.draft(id) if id else _blank()
    try:
        draft, left = _kept(visit, takes, draft, form)
        if form("live"):
            return _page(visit, takes, draft, find=form("find"), found=_sought(takes, draft, form("find")))
        said = _done(visit, takes, draft, form)
    except _REFUSED as problem:
        told = Said(sentence(problem.message), bad=True)
        typed = form if draft is before else model.values(draft.said)  # what was kept is shown as it was kept
        return _page(visit, takes, draft, form("key"), told, problem.status, typed, form("find"))
    asked = {name: value for name, value in (("said", said), ("find", left)) if value}
    return to(f"{ROOT}/drafts/{draft.row.id}{'?' + urlencode(asked) if asked else ''}")


def _kept(visit: Visit, takes: Takes, draft: Draft, form: Field) -> tuple[Draft, str]:
    """What was typed is in the draft, and an item that was meant clearly too; and what was looked for, where that was not clear."""
    if draft.row.id and "change" not in draft.allowed:
        return draft, ""
    said, left = _with_item(takes, draft, form, model.said_in(form, draft.said))
    if draft.row.id:
        return takes.change(draft.row.id, said, _seen(form), visit.desk.actor), left
    return takes.open(_key(form), said, visit.desk.actor), left


def _with_item(takes: Takes, draft: Draft, form: Field, said: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    units, text = model.sought(form("find")[:200])
    if form("add"):
        return model.added(said, form("add")[:80], units), ""
    if form("live") or not text:
        return said, ""
    found = takes.find(_channel(takes, draft, form), text)
    return (model.added(said, found[0].sku, units), "") if len(found) == 1 else (said, form("find")[:200])


def _done(visit: Visit, takes: Takes, draft: Draft, form: Field) -> str:
    """The button that was pressed; none is only keeping. Answers what is said of it."""
    id, seen, actor, verb = draft.row.id, draft.version, visit.desk.actor, form("do")
    if "change" not in draft.allowed:
        seen = _seen(form)
    if verb == "hold":
        takes.hold(id)
    elif verb == "quote":
        takes.quote(id, form("until"), seen, actor)
    elif verb == "reopen":
        takes.reopen(id, seen, actor)
    elif verb == "discard":
        takes.discard(id, seen, actor)
    elif verb == "place":
        tenders = [] if "change" in draft.allowed else list(model.said_in(form, {})["tenders"])
        takes.place(id, tenders, seen, actor)
    return _SAID.get(verb, "")


def _page(
    visit: Visit,
    takes: Takes,
    draft: Draft,
    key: str = "",
    said: Said | None = None,
    status: int = 200,
    form: Field | None = None,
    find: str = "",
    found: list[Found] | None = None,
) -> Answer:
    typed = form or model.values(draft.said)
    lines = sum(1 for place in range(model.MOST_LINES) if typed(f"line-{place}-sku"))
    until = (visit.door.clock() + _QUOTE_DAYS).date().isoformat()
    lacks = [(*model.pointed(at, draft), what) for at, what in draft.lacks.items()]
    form_of = {"customer": model.CUSTOMER, "ship_to": model.SHIP_TO, "shipping": model.SHIPPING, "payments": model.PAYMENTS, "tenders": model.MOST_TENDERS}
    more = {"form": typed, "lines": lines, "find": find, "found": found, "lacks": lacks, "until": until, "form_of": form_of, "channels": takes.channels()}
    return visit.page("draft.html", "drafts", status, draft=draft, key=key, said=said, **more)


def _sought(takes: Takes, draft: Draft, find: str) -> list[Found] | None:
    """None where nothing was looked for."""
    text = model.sought(find[:200])[1]
    return takes.find(draft.row.channel, text) if text else None


def _blank() -> Draft:
    return Draft(DraftRow("", "", "open", "", 0, 0, "", "", ""), allowed=frozenset(("change", "place", "hold", "quote")))


def _channel(takes: Takes, draft: Draft, form: Field) -> str:
    return draft.row.channel or form("channel") or next(iter(takes.channels()), "")


def _seen(form: Field) -> int:
    text = form("seen")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise InvalidInput("the form does not say which draft it was: open the draft again")
    return int(text)


def _key(form: Field) -> str:
    key = form("key")
    if not 8 <= len(key) <= 64 or not key.isprintable():
        raise InvalidInput("the form has no name of its own: begin a new order")
    return key
