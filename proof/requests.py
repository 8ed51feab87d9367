"""The requests that were made in the house's scenes, as they were made: a valid one of every route to begin from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from tests.desk.person import Person

DESK = "/desk"


@dataclass(frozen=True)
class Asked:
    """One request: its route, the path as it was, its body as JSON has it (None for none), its headers and query. At the desk the body is a form's
    fields."""

    method: str
    route: str
    path: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def form(self) -> bool:
        return self.route.startswith(DESK)


class Noted:
    """Writes down what is asked and answered well, each of its kind once."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, str], Asked] = {}

    def requests(self) -> list[Asked]:
        return list(self._made.values())

    def door(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """At the HTTPS door, as `World.call`."""

        def noting(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Any:
            reply = call(method, path, body, headers, query)
            if reply.status < 400 or reply.status == 409:  # understood, and too late
                bare, _, search = path.partition("?")
                self._note(
                    Asked(method, pattern(method, bare), bare, _as_json(body), dict(headers or {}), {**dict(parse_qsl(search)), **(query or {})})
                )
            return reply

        return noting

    def desk(self, call: Callable[..., int]) -> Callable[..., int]:
        """Of people at the desk, as `Person._call`."""

        def noting(person: Person, method: str, path: str, query: dict[str, str], body: bytes = b"") -> int:
            status = call(person, method, path, query, body)
            if status < 400 and path != "/desk/sign-out":
                fields = {name: value for name, value in parse_qsl(body.decode(), keep_blank_values=True) if name != "token"}
                self._note(Asked(method, _shape(path), path, fields if method == "POST" else None, {}, dict(query)))
            return status

        return noting

    def _note(self, asked: Asked) -> None:
        self._made.setdefault((asked.method, asked.route, json.dumps([asked.body, sorted(asked.query)], default=str)[:200]), asked)


def _as_json(body: Any) -> Any:
    if not isinstance(body, bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def pattern(method: str, path: str) -> str:
    """The documented route of a path; the path itself where there is none."""
    given = path.strip("/").split("/")
    return next((route for route, said in _routes().get((method, len(given)), ()) if _fits(said, given)), path)


@cache
def _routes() -> dict[tuple[str, int], list[tuple[str, list[tuple[int, str]]]]]:
    """The documented routes with their parts that are no variables and where these stand, by method and number of parts; those with the fewest variables first."""
    from tools.routes import ROUTES

    found: dict[tuple[str, int], list[tuple[str, list[tuple[int, str]]]]] = {}
    for route in sorted(ROUTES, key=lambda route: route.path.count("{")):
        parts = route.path.strip("/").split("/")
        said = [(place, part) for place, part in enumerate(parts) if not part.startswith("{")]
        found.setdefault((route.method, len(parts)), []).append((route.path, said))
    return found


def _fits(said: list[tuple[int, str]], given: list[str]) -> bool:
    for place, part in said:  # noqa: SIM110  (asked of every call)
        if given[place] != part:
            return False
    return True


def _shape(path: str) -> str:
    """A page of the desk, without the ids in its path."""
    return "/".join("{id}" if any(sign.isdigit() for sign in part) else part for part in path.split("/"))
