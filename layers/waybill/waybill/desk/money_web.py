"""The desk's pages and forms about money: a refund is first seen, then granted; payments are noted or tried again."""

from __future__ import annotations

from collections.abc import Callable

from waybill.aws.http import Answer
from waybill.desk.model.facts import Order
from waybill.desk.visit import ROOT, Field, Said, Visit, act, sentence, to
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound, StaleVersion
from waybill.kernel.money import minor_units
from waybill.payments.model.refunds import Wanted

SignedIn = Callable[[str, str, Callable[[Visit], Answer]], None]
_AMOUNTS = ("shipping", "goodwill", "fee")
_LONGEST_TEXT = 200


def add(signed_in: SignedIn) -> None:
    """The routes of money."""
    signed_in("GET", "/orders/{id}/refund", lambda visit: _page(visit, lambda name: ""))
    signed_in("POST", "/orders/{id}/refund", _preview)
    signed_in("POST", "/orders/{id}/refunds", _grant)
    signed_in("POST", "/orders/{id}/refunds/{n}/credit", _credit)
    signed_in("POST", "/orders/{id}/refunds/{n}/{verb}", act(_decide))
    signed_in("POST", "/orders/{id}/payments/{n}/paid", act(_paid, "paid"))
    signed_in("POST", "/orders/{id}/payments/{n}/retry", act(_retry, "retried"))


def _page(visit: Visit, form: Field, said: Said | None = None, status: int = 200) -> Answer:
    order = visit.desk.order(visit.order_id)
    return visit.page("refund.html", "orders", status, order=order, form=form, preview=None, seen="", said=said)


def _preview(visit: Visit) -> Answer:
    form, order = visit.form(), visit.desk.order(visit.order_id)
    try:
        preview, seen = visit.desk.preview_refund(visit.order_id, _wanted(order, form), _text(form, "reason"))
    except (InvalidInput, IllegalTransition) as problem:
        return _page(visit, form, Said(sentence(problem.message), bad=True), problem.status)
    return visit.page("refund.html", "orders", order=order, form=form, preview=preview, seen=seen)


def _grant(visit: Visit) -> Answer:
    form, order = visit.form(), visit.desk.order(visit.order_id)
    try:
        made = visit.desk.refund(visit.order_id, _wanted(order, form), _text(form, "reason"), form("seen")[:64])
    except (InvalidInput, IllegalTransition, StaleVersion) as problem:
        return _page(visit, form, Said(sentence(problem.message), bad=True), problem.status)
    return to(f"{ROOT}/orders/{visit.order_id}?said={'proposed' if made.status == 'proposed' else 'granted'}")


def _wanted(order: Order, form: Field) -> Wanted:
    """What the form asks for. Raises InvalidInput."""
    if form("everything"):
        return Wanted(everything=True)
    lines = {line.id: _units(form(f"units-{place}"), line.title) for place, line in enumerate(order.lines)}
    amounts = {name: _amount(form(name), name, order.row.currency) for name in _AMOUNTS}
    return Wanted({line: units for line, units in lines.items() if units}, **amounts)


def _units(text: str, title: str) -> int:
    text = text.strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise InvalidInput(f"{title[:60]}: how many units is a whole number")
    return int(text or 0)


def _amount(text: str, name: str, currency: str) -> int:
    try:
        amount = minor_units(text.strip() or "0", currency)
    except InvalidInput as problem:
        raise InvalidInput(f"{name}: {problem.message}") from None
    if amount < 0:
        raise InvalidInput(f"{name}: an amount is not negative")
    return amount


def _text(form: Field, name: str) -> str:
    text = " ".join(form(name).split())
    if len(text) > _LONGEST_TEXT or not text.isprintable():
        raise InvalidInput(f"the {name} has at most {_LONGEST_TEXT} printable characters")
    return text


def _decide(visit: Visit, form: Field) -> str:
    verb = visit.request.params["verb"]
    visit.desk.decide_refund(visit.order_id, _number(visit), verb)
    return verb


def _credit(visit: Visit) -> Answer:
    """The code is on this page, and in no address and no log."""
    visit.form()
    order = visit.desk.order(visit.order_id)
    code, balance = visit.desk.refund_as_credit(visit.order_id, _number(visit))
    return visit.page("credit.html", "orders", order=order, code=code, balance=balance)


def _paid(visit: Visit, form: Field) -> None:
    order = visit.desk.order(visit.order_id)
    amount = _amount(form("amount"), "amount", order.row.currency)
    visit.desk.note_paid(visit.order_id, _number(visit), amount, _text(form, "reference"), form("seen")[:20])


def _retry(visit: Visit, form: Field) -> None:
    visit.desk.retry_tender(visit.order_id, _number(visit), form("seen")[:20])


def _number(visit: Visit) -> int:
    text = visit.request.params["n"]
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise NotFound("the order has no such payment or refund")
    return int(text)
