"""Knocks at the doors with what nobody should send: spoilt bodies, paths, queries, headers and forms, signed as good ones are."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from proof.doors import Reply, function_for, has_route, request
from proof.living import Dweller
from proof.requests import Asked
from proof.senders import sent
from proof.spoiling import JUNK, Good, as_bytes
from tools.routes import ROUTES
from waybill.payments.hooks import LARGEST

_NOBODY_S = ("x", "..", "%00", "a" * 300, "ord_" + "a" * 20, "-1", "é", "0", "%ff", " ", "1e3")
_FAULTS = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError, AssertionError, OSError, LookupError)
_QUERIES = {(route.method, route.path): [name for name, _ in route.query] for route in ROUTES}
_HUGE = LARGEST * 5


@dataclass
class Knock:
    """What was asked and what was answered; `broken` says what no door may answer."""

    method: str
    route: str
    path: str
    status: int = 404
    content: bytes = b""
    broken: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        return f"{self.method} {self.path[:100]}"


class Knocks:
    """Draws a route, a request of it that was answered well once, and spoils that. The desk is knocked at by somebody who has signed in."""

    def __init__(self, the: Dweller, asked: list[Asked], draw: random.Random) -> None:
        self._the, self._draw = the, draw
        by_route: dict[tuple[str, str], list[tuple[Asked, Good | None]]] = defaultdict(list)
        for each in asked:
            by_route[each.method, each.route].append((each, Good(each.body) if isinstance(each.body, (dict, list)) else None))
        self._routes = list(by_route.values())
        self._weights = [4 if any(good for _, good in known) else 1 for known in self._routes]
        self._cookie, self._token = _signed_in(the)

    def knock(self) -> Knock:
        draw = self._draw
        (known,) = draw.choices(self._routes, self._weights)
        asked, good = draw.choice(known)
        made = Knock(asked.method, asked.route, self._path(asked))
        if not has_route(made.method, made.path):
            return made  # API Gateway's own 404
        call = self._at_the_desk(asked, made.path) if asked.form else self._at_the_door(asked, good, made.path)
        try:
            reply = call()
        except _FAULTS as fault:
            made.status, made.broken = 500, [repr(fault)]
            return made
        made.status, made.content = reply.status, reply.content
        made.broken = list(_wrong(reply, asked.form))
        return made

    def whole(self, asked: Asked) -> Reply:
        """The request as it was, signed."""
        raw, headers = sent(asked.path, json.dumps(asked.body).encode(), asked.headers, self._the.world.cloud.clock.seconds)
        reply: Reply = self._the.world.call(asked.method, asked.path, raw, headers, asked.query)
        return reply

    def _at_the_door(self, asked: Asked, good: Good | None, path: str) -> Any:
        draw = self._draw
        raw = b"" if asked.body is None else self._body(asked, good)
        headers = {name: value for name, value in asked.headers.items() if draw.random() > 0.02}
        if headers and draw.random() < 0.05:
            headers[draw.choice(list(headers))] = _sayable(draw.choice(JUNK))
        raw, headers = sent(asked.path, raw, headers, self._the.world.cloud.clock.seconds)
        return partial(self._the.world.call, asked.method, path, raw, headers, self._query(asked))

    def _body(self, asked: Asked, good: Good | None) -> bytes:
        if self._draw.random() < 0.001:
            return b" " * _HUGE
        if good is None:
            return str(asked.body).encode()
        return as_bytes(good.spoilt(self._draw), self._draw)

    def _at_the_desk(self, asked: Asked, path: str) -> Any:
        draw = self._draw
        fields = {"token": self._token if draw.random() > 0.02 else "forged", **(Good(asked.body).spoilt(draw) if asked.body else {})}
        body = urlencode({name: _form(value) for name, value in fields.items()}).encode() if asked.method == "POST" else b""
        if draw.random() < 0.05:
            body = body[: draw.randrange(len(body) + 1)] + b"%zz&=&%ff"
        event = request(asked.method, path, body, {"content-type": "application/x-www-form-urlencoded"}, self._query(asked))
        event["cookies"] = [self._cookie] if draw.random() > 0.02 else ["__Host-waybill_desk=" + "x" * draw.choice((1, 5000))]
        world = self._the.world
        return lambda: Reply(world.handler(function_for(asked.method, path))(event, None))

    def _path(self, asked: Asked) -> str:
        """Now and then with a part of it that nobody knows."""
        draw = self._draw
        if draw.random() > 0.1:
            return asked.path
        parts = asked.path.split("/")
        place = draw.randrange(2, len(parts)) if len(parts) > 2 else len(parts) - 1
        parts[place] = draw.choice(_NOBODY_S)
        return "/".join(parts)

    def _query(self, asked: Asked) -> dict[str, str]:
        draw, query = self._draw, dict(asked.query)
        names = [*query, *_QUERIES.get((asked.method, asked.route), ()), "cursor"]
        if draw.random() < (0.6 if asked.method == "GET" else 0.1):
            query[draw.choice(names)] = _sayable(draw.choice(JUNK))
        return query


def _wrong(reply: Reply, page: bool) -> Any:
    """What no door may answer: a fault of ours, a refusal that does not explain itself or blames no field of what could be read."""
    if reply.status >= 500:
        yield f"{reply.status} {reply.content[:300]!r}"
    elif reply.status >= 400 and not (page and reply.content.lstrip()[:1] == b"<"):
        said = _problem(reply.content)
        if said is None:
            yield f"{reply.status} is no problem document: {reply.content[:300]!r}"
        elif said["code"] == "invalid_input" and not said.get("errors"):
            yield f"names no field: {reply.content[:300]!r}"


def _problem(content: bytes) -> Mapping[str, Any] | None:
    """RFC 9457, or None."""
    try:
        said = json.loads(content)
    except ValueError:
        return None
    return said if isinstance(said, dict) and {"type", "title", "status", "code"} <= said.keys() else None


def _signed_in(the: Dweller) -> tuple[str, str]:
    """A cookie of the desk, and what its forms carry."""
    from tests.desk.person import Person

    person = Person(the.world, "key-admin")  # type: ignore[arg-type]
    assert person.get("/desk/drafts/new") == 200
    token = re.search(r'name="token" value="([^"]+)"', person.page)
    assert token
    return person.cookie, token[1]


def _sayable(value: Any) -> str:
    """As a header or a query may be on the wire, decoded."""
    return str(value)[:2000].encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")


def _form(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")
