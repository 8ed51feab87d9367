"""Manifests in the Orders table: `pk = MF#<id>, sk = MF`; by node in the index, the newest day last. No `history`: each fulfilment order tells its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from waybill.aws.tables import commit, replace
from waybill.fulfilment.model.manifest import Listed, Manifest, manifest_id
from waybill.kernel.errors import NotFound
from waybill.orders.store import ORDERS

_SK = "MF"
_LOOKUP = ("lookup_pk", "lookup_sk")
Key = dict[str, Any] | None


def find(id: str) -> Manifest | None:
    item = ORDERS.get(f"MF#{id}", _SK)
    return _manifest(item) if item else None


def load(id: str, node: str = "") -> Manifest:
    """`node`: whose it must be, empty for anybody's. Raises NotFound."""
    found = find(id)
    if found is None or (node and found.node != node):
        raise NotFound(f"there is no manifest {id[:64]!r}")
    return found


def latest(node: str, carrier: str, date: str) -> Manifest | None:
    """The last of a day's lists; None where there is none."""
    found, number = None, 1
    while (after := find(manifest_id(node, carrier, date, number))) is not None:
        found, number = after, number + 1
    return found


def save(manifest: Manifest) -> Manifest:
    """Over the version that was read. Raises WriteConflict."""
    body = {name: value for name, value in asdict(manifest).items() if name not in ("version", "packages")}
    packages = [{name: value for name, value in asdict(each).items() if value} for each in manifest.packages]
    index = {"lookup_pk": f"MANIFESTS#{manifest.node}", "lookup_sk": f"{manifest.date}#{manifest.carrier}#{manifest.number:04d}"}
    item = {"pk": f"MF#{manifest.id}", "sk": _SK, **body, **index, "packages": packages, "version": manifest.version + 1}
    commit(replace(ORDERS, item, manifest.version))
    return _manifest(item)


def listed(node: str, limit: int, start: Key) -> tuple[list[Manifest], Key]:
    """A node's, the newest day first."""
    page = ORDERS.page(f"MANIFESTS#{node}", index="lookup", keys=_LOOKUP, limit=limit, start=start, newest_first=True)
    items = {item["pk"]: _manifest(item) for item in ORDERS.get_many([(found["pk"], _SK) for found in page.items])}
    return [items[found["pk"]] for found in page.items if found["pk"] in items], page.next


def _manifest(item: dict[str, Any]) -> Manifest:
    packages = tuple(Listed(**{"service": "", "weight_g": 0, **each}) for each in item["packages"])
    return Manifest(**{**{name: item[name] for name in Manifest.__slots__ if name in item}, "packages": packages})
