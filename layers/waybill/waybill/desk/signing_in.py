"""Signing in and out at `/desk`: an API key opens a session, and every request reads afresh what the key may do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from waybill.aws.http import Answer, Request, Router
from waybill.desk.model.session import LIFETIME_SECONDS, Session, form_token, form_token_holds, seal, unseal
from waybill.desk.visit import ROOT, Door, Visit, form, page, sentence, to
from waybill.kernel.errors import WaybillError


def add(routes: Router, door: Door) -> None:
    """The routes of people who are not yet known."""
    routes.route("GET", ROOT + "/sign-in")(lambda request: _page(door, request))
    routes.route("POST", ROOT + "/sign-in")(lambda request: _guarded(door, request))


def visited(door: Door, request: Request, show: Callable[[Visit], Answer]) -> Answer:
    """What `show` answers a visitor who has signed in; anybody else signs in first."""
    session = _session(door, request)
    visitor = door.visitor(session.key) if session and session.key else None
    if session is None or visitor is None:
        back = request.path if request.method == "GET" else ROOT
        return to(f"{ROOT}/sign-in?to={quote(back)}")
    return show(Visit(door, request, session, door.desk_for(visitor)))


def sign_out(visit: Visit) -> Answer:
    visit.form()
    return to(f"{ROOT}/sign-in", _cookie(visit.door, "", 0))


def _guarded(door: Door, request: Request) -> Answer:
    try:
        return _sign_in(door, request)
    except WaybillError as error:
        return _page(door, request, sentence(error.message), error.status)


def _page(door: Door, request: Request, problem: str = "", status: int = 200) -> Answer:
    nonce = secrets.token_urlsafe(16)
    wanted = _local_path(request.query.get("to", ""))
    shown = page("sign_in.html", status, token=form_token(nonce, door.secrets()), problem=problem, to=wanted)
    sealed = seal(Session("", nonce, int(door.clock().timestamp()) + 3600), door.secrets())
    return replace(shown, cookies=(_cookie(door, sealed, 3600),))


def _sign_in(door: Door, request: Request) -> Answer:
    fields = form(request)
    before = _session(door, request)
    if before is None or not form_token_holds(fields.get("token", ""), before.nonce, door.secrets()):
        return _page(door, request, "The page had grown old. Once more, please.", 403)
    api_key = fields.get("key", "").strip()
    if not 0 < len(api_key) <= 200 or door.visitor(door.key_hash(api_key)) is None:
        return _page(door, request, "That key does not open the desk.", 401)
    until = int(door.clock().timestamp()) + LIFETIME_SECONDS
    sealed = seal(Session(door.key_hash(api_key), secrets.token_urlsafe(16), until), door.secrets())
    return to(_local_path(fields.get("to", "")), _cookie(door, sealed, LIFETIME_SECONDS))


def _session(door: Door, request: Request) -> Session | None:
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == door.cookie:
            return unseal(value, door.secrets(), int(door.clock().timestamp()))
    return None


def _cookie(door: Door, value: str, seconds: int) -> str:
    secure = "; Secure" if door.secure else ""
    return f"{door.cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"


def _local_path(path: str) -> str:
    """A path of the desk, and never another site."""
    inside = path == ROOT or path.startswith((ROOT + "/", ROOT + "?"))
    return path if inside and len(path) < 500 and path.isprintable() and "\\" not in path and "//" not in path else ROOT
