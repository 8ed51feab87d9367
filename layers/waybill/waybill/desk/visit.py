"""One request at the desk's door: who comes, the page that is answered, the form that was posted."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from waybill.aws.http import Answer, Request
from waybill.desk import pages
from waybill.desk.model.session import Session, form_token, form_token_holds
from waybill.desk.model.visitor import Visitor
from waybill.desk.service import Desk
from waybill.kernel.cards import refuse_card_numbers
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Forbidden, Malformed

ROOT = "/desk"
Field = Callable[[str], str]
"""A posted field by its name; empty for one that was not posted."""
_HTML = "text/html; charset=utf-8"
_LONGEST_FORM, _MOST_FIELDS = 50_000, 1_200
_SAID = {
    "released": "The hold is released; the order goes on.",
    "cancelled": "The order is cancelled.",
    "rest-cancelled": "What has not left is cancelled, or its nodes are asked.",
    "retried": "The payment is being tried again.",
    "redriven": "The document goes through once more.",
    "edited": "The order is edited; what follows from it is under way.",
    "undone": "The order is put back to what it was; what follows from it is under way.",
    "granted": "The refund is granted; the money is on its way.",
    "proposed": "The refund is above what one person may grant: a second person decides.",
    "approve": "The refund is approved; the money is on its way.",
    "reject": "The refund will not be paid.",
    "retry": "The refund is being tried again.",
    "paid": "The payment is noted.",
    "held": "The stock is kept.",
    "quoted": "The quote stands: its prices are fixed.",
    "reopened": "The quote is a draft again.",
    "discarded": "The draft is discarded.",
    "placed": "The order is placed.",
    "work-hold": "The work is stopped at its node.",
    "work-release": "The work goes on.",
    "work-open": "Its node is asked now.",
    "work-reschedule": "It is kept for that day.",
    "work-approve": "Approved: it goes its way.",
    "work-reject": "Rejected: another node is sought.",
    "work-move": "The work is taken back and goes to the other node.",
    "work-split": "The work is two pieces now.",
    "work-short": "The units are taken off this work; what becomes of them is under way.",
    "work-cancellation-accept": "The node gives it up: it is cancelled.",
    "work-cancellation-decline": "The node ships it all the same.",
    "work-ready": "It waits at the counter, and its customer is told so.",
    "work-collect": "It is handed over.",
    "work-void": "The label is being given back.",
    "work-relabel": "The labels are being given back, and made anew.",
    "work-reship": "The parcel is sent again, as an order of its own.",
    "seen-to": "It is closed.",
    "van-wanted": "The van is wanted; its carrier is being asked.",
    "van-off": "The van is being called off.",
    "told-again": "The node is being told once more.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line at the top of a page."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs: `desk_for` a visitor, `key_hash` and `visitor` to know an API key, the cookie secrets, the time."""

    desk_for: Callable[[Visitor], Desk]
    key_hash: Callable[[str], str]
    visitor: Callable[[str], Visitor | None]
    secrets: Callable[[], list[str]]
    clock: Clock
    secure: bool = True

    @property
    def cookie(self) -> str:
        return "__Host-waybill_desk" if self.secure else "waybill_desk"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in visitor."""

    door: Door
    request: Request
    session: Session
    desk: Desk

    @property
    def token(self) -> str:
        return form_token(self.session.nonce, self.door.secrets())

    @property
    def order_id(self) -> str:
        """Of the order that the path names; empty where it names none."""
        return self.request.params.get("id", "")

    def page(self, template: str, here: str = "", status: int = 200, **context: Any) -> Answer:
        said = context.pop("said", None) or _said(self.request)
        known = {"visitor": self.desk.visitor, "token": self.token, "here": here, "said": said, "query": context.pop("query", None)}
        return page(template, status, now=self.door.clock(), may_act=self.desk.visitor.may_act, **known, **context)

    def form(self) -> Field:
        """The posted fields. Raises Malformed, Forbidden for a form that is not of this session."""
        fields = form(self.request)
        if not form_token_holds(fields.get("token", ""), self.session.nonce, self.door.secrets()):
            raise Forbidden("the form had grown old; go back, reload the page and try again")
        return lambda name: fields.get(name, "")


def act(deed: Callable[[Visit, Field], str | None], done: str = "") -> Callable[[Visit], Answer]:
    """A form posted: the deed, and then the page that it came from, saying how it went: what the deed answers, or `done`."""

    def post(visit: Visit) -> Answer:
        said = deed(visit, visit.form()) or done
        back = f"orders/{visit.order_id}" if visit.order_id else "intake"
        return to(f"{ROOT}/{back}?said={said}")

    return post


def form(request: Request) -> dict[str, str]:
    """The posted fields; the first of each name. Raises Malformed, InvalidInput where a card number is in one (I29)."""
    if len(request.body) > _LONGEST_FORM:
        raise Malformed("the form is too large")
    try:
        fields = parse_qs(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Malformed("the form cannot be read") from None
    posted = {name: values[0].replace("\x00", "") for name, values in fields.items()}
    refuse_card_numbers(posted)
    return posted


def page(template: str, status: int, **context: Any) -> Answer:
    """A page under a shield of its own: nothing runs on it but what we have put there."""
    nonce = secrets.token_urlsafe(12)
    return Answer(pages.render(template, nonce=nonce, root=ROOT, **context), status, _HTML, shield(nonce))


def shield(nonce: str = "") -> dict[str, str]:
    """Headers that keep scripts, frames and other sites out; `nonce` lets our own style and script in."""
    own = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; form-action 'self'; " if nonce else ""
    return {
        "content-security-policy": f"default-src 'none'; {own}base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
    }


def to(path: str, *cookies: str) -> Answer:
    """The browser goes on to another page with a GET."""
    return Answer("", 303, _HTML, {**shield(), "location": path}, cookies)


def sentence(message: str) -> str:
    """An error's message as a person reads it."""
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")


def _said(request: Request) -> Said | None:
    text = _SAID.get(request.query.get("said", ""))
    return Said(text) if text else None
