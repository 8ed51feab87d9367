"""The served OpenAPI document against the answers: Schemathesis makes requests that the document allows and such as it forbids, of every operation, and
holds each answer against it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, negative_data_rejection, response_schema_conformance, status_code_conformance

from proof.doors import has_route
from proof.living import Dweller
from proof.requests import Asked
from proof.served import Served

DOCUMENT = "/v1/openapi.json"
_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schemathesis.serializer.alias("application/edi-x12", "text/plain")
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
_BY_ROW = ("/v1/inventory/import",)
"""What is wrong with a row is said of that row, and the others are done."""
_ROLES = ("admin", "api", "reno", "viewer", "support", "finance", "nobody")


@dataclass
class Compared:
    """How many requests were made, and in what an answer and the document do not agree: by operation, each kind once."""

    tried: int = 0
    operations: int = 0
    broken: dict[str, str] = field(default_factory=dict)


def compared(the: Dweller, asked: list[Asked], each: int, seed_: int, only: str = "") -> Compared:
    """So many requests of each operation that the document allows, and as many that it forbids; `only` at this path. The world is afterwards as it was."""
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, Served(the))
    schema = schema.include(path=only) if only else schema
    ids, went, start = _ids(asked), Compared(), the.world.snapshot()
    for result in schema.get_all_operations():
        operation = result.ok()
        went.operations += 1
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _tried(operation, mode, ids.get((operation.method.upper(), operation.path)), went, each, seed_)
        the.world.restore(start)
        the.world.restart()
    _other_methods(the, schema, went)
    return went


def _other_methods(the: Dweller, schema: Any, went: Compared) -> None:
    """What the document does not name at an address is not there (API Gateway's 404), or 405 with the methods that are (RFC 9110)."""
    for path, operations in schema.raw_schema["paths"].items():
        for method in sorted(_METHODS - {name.upper() for name in operations}):
            address = re.sub(r"\{\w+\}", "x", path)
            if not has_route(method, address):
                continue
            reply, went.tried = the.world.call(method, address, None, {"x-api-key": "key-admin"}), went.tried + 1
            if reply.status not in (404, 405) or reply.status == 405 and not reply.headers.get("allow"):
                went.broken[f"{method} {path}: undocumented"] = f"{reply.status} {dict(reply.headers)}"


def _tried(operation: Any, mode: GenerationMode, ids: list[dict[str, str]] | None, went: Compared, each: int, seed_: int) -> None:
    forbidden = mode == GenerationMode.NEGATIVE
    checks = [*_CHECKS, negative_data_rejection] if forbidden and operation.body and operation.path not in _BY_ROW else _CHECKS  # a query that nobody knows is passed over
    guarded = operation.definition.raw.get("security") != []

    @seed(seed_)
    @settings(max_examples=each, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        number = went.tried = went.tried + 1
        if ids and not forbidden and number % 4:
            case.path_parameters = ids[number % len(ids)]
        who = _ROLES[number % len(_ROLES)] if number % 3 == 0 else "admin"
        response = case.call(headers={"x-api-key": f"key-{who}"} if guarded else {})
        if who == "nobody" and guarded and response.status_code != 401:
            went.broken.setdefault(f"{operation.label}: answers whom it does not know", f"{response.status_code}")
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                if isinstance(failure, AcceptedNegativeData) and response.status_code == 412:
                    continue  # refused too: it is looked first whether what was read still stands
                went.broken.setdefault(f"{operation.label}: {type(failure).__name__}, {response.status_code}", f"{failure} | {response.content[:300]!r}"[:900])

    ask()


def _ids(asked: list[Asked]) -> dict[tuple[str, str], list[dict[str, str]]]:
    """The parts of paths that were named, by route."""
    found: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for each in asked:
        names = re.findall(r"\{(\w+)\}", each.route)
        match = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", each.route), each.path)
        if names and match:
            found[each.method, each.route].append(dict(zip(names, match.groups(), strict=True)))
    return found
