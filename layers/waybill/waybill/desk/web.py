"""The door at `/desk`: pages, forms and a signed-in session."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from waybill.aws.http import Answer, Request, Router
from waybill.desk import pages
from waybill.desk.model import words
from waybill.desk.model.facts import Query
from waybill.desk.model.flow import steps
from waybill.desk.model.session import LIFETIME_SECONDS, Session, form_token, form_token_holds, seal, unseal
from waybill.desk.model.stock import by_sku
from waybill.desk.model.timeline import moments
from waybill.desk.model.visitor import Visitor
from waybill.desk.ports import DOCUMENTS
from waybill.desk.service import REASONS, Desk
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Forbidden, Malformed, WaybillError

ROOT = "/desk"
_HTML = "text/html; charset=utf-8"
_LONGEST_FORM = 10_000
_SAID = {
    "released": "The hold is released; the order goes on.",
    "cancelled": "The order is cancelled.",
    "retried": "The payment is being tried again.",
    "redriven": "The document goes through once more.",
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

    def page(self, template: str, here: str = "", status: int = 200, **context: Any) -> Answer:
        said = context.pop("said", None) or _said(self.request)
        known = {"visitor": self.desk.visitor, "token": self.token, "here": here, "said": said, "query": context.pop("query", None)}
        return _page(template, status, now=self.door.clock(), may_act=self.desk.visitor.may_act, **known, **context)


def router(door: Door) -> Router:
    """The routes of the desk."""
    routes = Router()

    def signed_in(method: str, path: str, show: Callable[[Visit], Answer]) -> None:
        routes.route(method, ROOT + path)(lambda request: _visited(door, request, show))

    routes.route("GET", ROOT + "/sign-in")(lambda request: _sign_in_page(door, request))
    routes.route("POST", ROOT + "/sign-in")(lambda request: _guarded(door, request, _sign_in))
    signed_in("GET", "", _orders)
    signed_in("GET", "/orders/{id}", _order)
    signed_in("GET", "/orders/{id}/labels/{fo}/{package}", _label)
    signed_in("GET", "/stock", _stock)
    signed_in("GET", "/documents", _documents)
    signed_in("POST", "/orders/{id}/release-hold", _act(lambda v, form: v.desk.release_hold(_id(v), form("hold")), "released"))
    signed_in("POST", "/orders/{id}/cancel", _act(lambda v, form: v.desk.cancel(_id(v), form("reason")), "cancelled"))
    signed_in("POST", "/orders/{id}/retry-payment", _act(lambda v, form: v.desk.retry_payment(_id(v)), "retried"))
    signed_in("POST", "/documents/redrive", _act(lambda v, form: v.desk.redrive(form("document")), "redriven"))
    signed_in("POST", "/sign-out", _sign_out)
    return routes


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    order = visit.desk.order(_id(visit))
    return visit.page("order.html", "orders", status, order=order, steps=steps(order), moments=moments(order), reasons=REASONS, said=said)


def _label(visit: Visit) -> Answer:
    package = visit.request.params["package"]
    body = visit.desk.label(_id(visit), visit.request.params["fo"], package)
    kind = DOCUMENTS.get(package.partition("-")[2], "application/octet-stream")
    name = f"{visit.request.params['fo']}-{package}"
    return Answer(body, 200, kind, {**_shield(), "content-disposition": f'inline; filename="{quote(name)}"'})


def _stock(visit: Visit) -> Answer:
    visit.desk.of_the_shop()
    nodes, skus = by_sku(visit.desk.reads.stock())
    return visit.page("stock.html", "stock", nodes=nodes, skus=skus)


def _documents(visit: Visit) -> Answer:
    visit.desk.of_the_shop()
    documents, following = visit.desk.reads.documents(visit.request.query.get("cursor", "")[:2000])
    return visit.page("documents.html", "documents", documents=documents, next=following)


# ── deeds ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_Field = Callable[[str], str]


def _act(deed: Callable[[Visit, _Field], None], done: str) -> Callable[[Visit], Answer]:
    """A form posted: the deed, and then the page that it came from, saying how it went."""

    def post(visit: Visit) -> Answer:
        form = _form(visit.request)
        _refuse_foreign(form, visit.session.nonce, visit.door.secrets())
        deed(visit, lambda name: form.get(name, ""))
        return _to(f"{ROOT}/orders/{quote(_id(visit))}?said={done}" if "id" in visit.request.params else f"{ROOT}/documents?said={done}")

    return post


def _sign_out(visit: Visit) -> Answer:
    _refuse_foreign(_form(visit.request), visit.session.nonce, visit.door.secrets())
    return _to(f"{ROOT}/sign-in", _cookie(visit.door, "", 0))


def _sign_in_page(door: Door, request: Request, problem: str = "", status: int = 200) -> Answer:
    nonce = secrets.token_urlsafe(16)
    to = _local_path(request.query.get("to", ""))
    page = _page("sign_in.html", status, token=form_token(nonce, door.secrets()), problem=problem, to=to)
    sealed = seal(Session("", nonce, int(door.clock().timestamp()) + 3600), door.secrets())
    return replace(page, cookies=(_cookie(door, sealed, 3600),))


def _sign_in(door: Door, request: Request) -> Answer:
    form = _form(request)
    before = _session(door, request)
    if before is None or not form_token_holds(form.get("token", ""), before.nonce, door.secrets()):
        return _sign_in_page(door, request, "The page had grown old. Once more, please.", 403)
    api_key = form.get("key", "").strip()
    if not 0 < len(api_key) <= 200 or door.visitor(door.key_hash(api_key)) is None:
        return _sign_in_page(door, request, "That key does not open the desk.", 401)
    until = int(door.clock().timestamp()) + LIFETIME_SECONDS
    sealed = seal(Session(door.key_hash(api_key), secrets.token_urlsafe(16), until), door.secrets())
    return _to(_local_path(form.get("to", "")), _cookie(door, sealed, LIFETIME_SECONDS))


# ── the session around them ──────────────────────────────────────────────────────────────────────────────────────────


def _visited(door: Door, request: Request, show: Callable[[Visit], Answer]) -> Answer:
    session = _session(door, request)
    visitor = door.visitor(session.key) if session and session.key else None
    if session is None or visitor is None:
        back = request.path if request.method == "GET" else ROOT
        return _to(f"{ROOT}/sign-in?to={quote(back)}")
    visit = Visit(door, request, session, door.desk_for(visitor))
    try:
        return show(visit)
    except WaybillError as error:
        return _wrong(visit, error)


def _wrong(visit: Visit, error: WaybillError) -> Answer:
    """What went wrong, on the order's own page where a deed of a person was refused by its state."""
    if visit.request.method == "POST" and "id" in visit.request.params and error.status in (409, 422):
        try:
            return _order(visit, Said(_sentence(error.message), bad=True), error.status)
        except WaybillError as again:
            error = again
    title = {403: "Not allowed", 404: "Not here"}.get(error.status, "That did not work")
    return visit.page("problem.html", "", error.status, title=title, detail=_sentence(error.message))


def _guarded(door: Door, request: Request, show: Callable[[Door, Request], Answer]) -> Answer:
    try:
        return show(door, request)
    except WaybillError as error:
        return _sign_in_page(door, request, _sentence(error.message), error.status)


def _session(door: Door, request: Request) -> Session | None:
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == door.cookie:
            return unseal(value, door.secrets(), int(door.clock().timestamp()))
    return None


def _cookie(door: Door, value: str, seconds: int) -> str:
    secure = "; Secure" if door.secure else ""
    return f"{door.cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"


def _form(request: Request) -> dict[str, str]:
    """The posted fields; the first of each name. Raises Malformed."""
    if len(request.body) > _LONGEST_FORM:
        raise Malformed("the form is too large")
    try:
        fields = parse_qs(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise Malformed("the form cannot be read") from None
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def _refuse_foreign(form: dict[str, str], nonce: str, keys: list[str]) -> None:
    if not form_token_holds(form.get("token", ""), nonce, keys):
        raise Forbidden("the form had grown old; go back, reload the page and try again")


def _page(template: str, status: int, **context: Any) -> Answer:
    nonce = secrets.token_urlsafe(12)
    return Answer(pages.render(template, nonce=nonce, root=ROOT, **context), status, _HTML, _shield(nonce))


def _shield(nonce: str = "") -> dict[str, str]:
    own = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; form-action 'self'; " if nonce else ""
    return {
        "content-security-policy": f"default-src 'none'; {own}base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
    }


def _to(path: str, *cookies: str) -> Answer:
    """The browser goes on to another page with a GET."""
    return Answer("", 303, _HTML, {**_shield(), "location": path}, cookies)


def _local_path(path: str) -> str:
    """A path of the desk, and never another site."""
    inside = path == ROOT or path.startswith((ROOT + "/", ROOT + "?"))
    return path if inside and len(path) < 500 and path.isprintable() and "\\" not in path and "//" not in path else ROOT


def _id(visit: Visit) -> str:
    return visit.request.params.get("id", "")


def _said(request: Request) -> Said | None:
    text = _SAID.get(request.query.get("said", ""))
    return Said(text) if text else None


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")
