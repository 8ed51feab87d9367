from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import import_module, resources

import pytest

from tests.support.template import functions
from tools import openapi
from tools.routes import ROUTES
from waybill.aws.http import Router

COMMITTED = openapi.TARGET
BUILT_FROM = ("orders.orders_api", "inventory.inventory_api", "channels.intake_api", "accounting.accounting_api", "fulfilment.fulfilment_api", "fulfilment.labels_api", "payments.gateway_hooks_api", "channels.imports_api")


def test_the_committed_document_is_what_the_code_says() -> None:
    assert COMMITTED.read_text("utf-8") == openapi.text(), "run `python -m tools.openapi`"


def test_the_document_is_valid_openapi() -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(json.loads(COMMITTED.read_text("utf-8")))


def test_the_packaged_document_is_the_committed_one() -> None:
    assert resources.files("waybill").joinpath("openapi.json").read_text("utf-8") == COMMITTED.read_text("utf-8")


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for path in openapi.document()["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere() -> None:
    document = openapi.document()
    for reference in _references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_every_route_of_the_template_is_described() -> None:
    described = {(route.method, route.path) for route in ROUTES}
    for method, path in _template_routes():
        if path.startswith("/v1") and "{proxy+}" not in path:
            assert any(m == method and _same(path, p) for m, p in described), f"{method} {path} is not in tools/routes.py"


@pytest.mark.parametrize("name", BUILT_FROM)
def test_a_function_serves_what_is_described_and_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("INTAKE_QUEUE_URL", "ORDERS_TABLE"):
        monkeypatch.setenv(variable, os.environ.get(variable, "x"))
    described = {(route.method, _shape(route.path)) for route in ROUTES}
    module, _, build = name.partition(".")
    served = {(method, _shape(path)) for method, path in _served(getattr(import_module(f"waybill.bootstrap.{module}"), build)())}
    assert served and served <= described, f"not in tools/routes.py: {sorted(served - described)}"


def _template_routes() -> Iterator[tuple[str, str]]:
    for properties in functions().values():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                yield event["Properties"]["Method"], event["Properties"]["Path"]


def _served(router: Router) -> Iterator[tuple[str, str]]:
    for method, pattern, _ in router._routes:
        yield method, pattern.pattern.removesuffix("/?\\Z").replace("(?P<", "{").replace(">[^/]+)", "}")


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _same(one: str, other: str) -> bool:
    return _shape(one) == _shape(other)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
