"""The door at `/desk`: pages and forms for people who sign in."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from waybill.aws.http import Answer, Request, Router
from waybill.desk import drafts_web, edit_web, intake_web, money_web, signing_in, work_web
from waybill.desk.model import words
from waybill.desk.model.facts import Query
from waybill.desk.model.flow import steps
from waybill.desk.model.stock import by_sku
from waybill.desk.model.timeline import moments
from waybill.desk.ports import DOCUMENTS
from waybill.desk.service import REASONS
from waybill.desk.visit import ROOT, Door, Said, Visit, act, sentence, shield
from waybill.kernel.errors import WaybillError

_REFUSALS = (409, 412, 422)
"""What an order's own page can say of a deed that was refused."""


def router(door: Door) -> Router:
    """The routes of the desk."""
    routes = Router()

    def signed_in(method: str, path: str, show: Callable[[Visit], Answer]) -> None:
        routes.route(method, ROOT + path)(lambda request: _visited(door, request, show))

    signing_in.add(routes, door)
    signed_in("GET", "", _orders)
    signed_in("GET", "/orders/{id}", _order)
    signed_in("GET", "/orders/{id}/labels/{fo}/{package}", _label)
    signed_in("GET", "/stock", _stock)
    signed_in("POST", "/orders/{id}/release-hold", act(lambda visit, form: visit.desk.release_hold(visit.order_id, form("hold")), "released"))
    signed_in("POST", "/orders/{id}/cancel", act(lambda visit, form: visit.desk.cancel(visit.order_id, form("reason")), "cancelled"))
    signed_in("POST", "/orders/{id}/cancel-rest", act(lambda visit, form: visit.desk.cancel_rest(visit.order_id, form("reason")), "rest-cancelled"))
    signed_in("POST", "/orders/{id}/retry-payment", act(lambda visit, form: visit.desk.retry_payment(visit.order_id), "retried"))
    signed_in("POST", "/sign-out", signing_in.sign_out)
    money_web.add(signed_in)
    drafts_web.add(signed_in)
    intake_web.add(signed_in)
    edit_web.add(signed_in)
    work_web.add(signed_in)
    return routes


def _visited(door: Door, request: Request, show: Callable[[Visit], Answer]) -> Answer:
    def guarded(visit: Visit) -> Answer:
        try:
            return show(visit)
        except WaybillError as error:
            return _wrong(visit, error)

    return signing_in.visited(door, request, guarded)


def _wrong(visit: Visit, error: WaybillError) -> Answer:
    """What went wrong, on the order's own page where a deed of a person was refused by its state."""
    if visit.request.method == "POST" and visit.order_id and error.status in _REFUSALS:
        try:
            return _order(visit, Said(sentence(error.message), bad=True), error.status)
        except WaybillError as again:
            error = again
    title = {403: "Not allowed", 404: "Not here"}.get(error.status, "That did not work")
    return visit.page("problem.html", "", error.status, title=title, detail=sentence(error.message))


def _orders(visit: Visit) -> Answer:
    asked = visit.request.query
    query = Query(*(asked.get(name, "")[:400] for name in ("q", "status", "channel", "attention", "cursor")))
    found = visit.desk.orders(query)

    def link(**change: str) -> str:
        kept = {"q": query.text, "status": query.status, "channel": query.channel, "attention": query.attention}
        wanted = {name: value for name, value in {**kept, **change}.items() if value}
        return f"{ROOT}?{urlencode(wanted)}" if wanted else ROOT

    return visit.page(
        "orders.html",
        "orders",
        query=query,
        rows=found.rows,
        counts=[(name, found.counts[name]) for name in sorted(found.counts, key=words.rank)],
        seen=found.seen,
        next=found.next,
        queues=visit.desk.queues(),
        channels=[visit.desk.visitor.channel] if visit.desk.visitor.channel else visit.desk.reads.channels(),
        link=link,
    )


def _order(visit: Visit, said: Said | None = None, status: int = 200) -> Answer:
    order = visit.desk.order(visit.order_id)
    return visit.page("order.html", "orders", status, order=order, steps=steps(order), moments=moments(order), reasons=REASONS, said=said)


def _label(visit: Visit) -> Answer:
    package = visit.request.params["package"]
    body = visit.desk.label(visit.order_id, visit.request.params["fo"], package)
    kind = DOCUMENTS.get(package.partition("-")[2], "application/octet-stream")
    name = f"{visit.request.params['fo']}-{package}"
    return Answer(body, 200, kind, {**shield(), "content-disposition": f'inline; filename="{quote(name)}"'})


def _stock(visit: Visit) -> Answer:
    visit.desk.of_the_shop()
    nodes, skus = by_sku(visit.desk.reads.stock())
    return visit.page("stock.html", "stock", nodes=nodes, skus=skus)
