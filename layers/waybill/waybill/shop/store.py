"""The Shop table: written by set-up, read by everybody and kept in a function's memory for a minute."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from waybill.aws.tables import Table, commit, overwrite
from waybill.kernel.errors import NotFound
from waybill.kernel.plain import plain
from waybill.shop.model import Account, Box, Carrier, Channel, Hazard, Item, Key, Node, Place, Service

T = TypeVar("T")
_TABLE = Table("SHOP_TABLE")
_KEEP_SECONDS = 60.0
_kept: dict[tuple[str, str], tuple[float, Any]] = {}

NODE, ITEM, BOX, CHANNEL, CARRIER, ACCOUNT, KEY, POLICY = "NODE", "ITEM", "BOX", "CHANNEL", "CARRIER", "ACCOUNT", "KEY", "POLICY"


def key_hash(api_key: str) -> str:
    """API keys are kept as SHA-256 only."""
    return hashlib.sha256(api_key.encode("utf-8", "surrogatepass")).hexdigest()


def node(id: str) -> Node:
    return _one(NODE, id, node_from)


def nodes() -> list[Node]:
    return _every(NODE, node_from)


def item(sku: str) -> Item:
    return _one(ITEM, sku, _item)


def items(skus: list[str]) -> dict[str, Item]:
    """Those of the SKUs that exist, by SKU; what is not in memory is read in one call."""
    known = {sku: _remembered((ITEM, sku)) for sku in skus}
    missing = [(ITEM, sku) for sku, item in known.items() if sku and item is None]  # a gift card has no SKU
    known |= {raw["sk"]: _remember((ITEM, raw["sk"]), _item(raw)) for raw in _TABLE.get_many(missing)}
    return {sku: item for sku, item in known.items() if item is not None}


def all_items() -> list[Item]:
    return _every(ITEM, _item)


def boxes() -> list[Box]:
    """Every carton, also those that are packed no more."""
    return _every(BOX, box_from)


def channel(id: str) -> Channel:
    return _one(CHANNEL, id, channel_from)


def channels() -> list[Channel]:
    return _every(CHANNEL, channel_from)


def carrier(id: str) -> Carrier:
    return _one(CARRIER, id, _carrier)


def carriers() -> list[Carrier]:
    return _every(CARRIER, _carrier)


def accounts() -> list[Account]:
    return _every(ACCOUNT, lambda raw: Account(raw["sk"], raw["name"], raw["kind"]))


def policy(id: str) -> dict[str, Any]:
    """What the shop has decided about something, as data; empty where it has decided nothing."""
    try:
        return _one(POLICY, id, unversioned)
    except NotFound:
        return _remember((POLICY, id), {})


def key(api_key: str) -> Key | None:
    """What a presented API key may do; None for one that we do not know."""
    return key_by_hash(key_hash(api_key))


def key_by_hash(hash: str) -> Key | None:
    """The same for a key of which only the hash is at hand: a session of the desk."""
    try:
        found = _one(KEY, hash, lambda raw: Key(() if "ended" in raw else tuple(raw["roles"]), raw.get("scope", ""), raw.get("name", "")))
    except NotFound:
        return None
    return found if found.roles else None


def save(kind: str, id: str, thing: Any) -> None:
    """Set-up only: writes one thing of the shop; the last one written stands."""
    raw = plain(thing) if not isinstance(thing, dict) else thing
    raw = {**raw, "version": 1} if kind in (POLICY, CHANNEL) else raw
    commit(overwrite(_TABLE, {**_plain(raw), "pk": kind, "sk": id}))


def for_a_minute(what: tuple[str, str], load: Callable[[], T]) -> T:
    """Another context's share of the table, kept in the same memory: `load` is called where it is not there."""
    known = _remembered(what)
    return known if known is not None else _remember(what, load())


def forget() -> None:
    """Drops what is kept in memory: for set-up and tests."""
    _kept.clear()


def _one(kind: str, id: str, build: Callable[[dict[str, Any]], T]) -> T:
    known = _remembered((kind, id))
    if known is not None:
        return known
    raw = _TABLE.get(kind, id, consistent=False) if id else None  # it is believed for a minute anyway
    if raw is None and id and kind != POLICY:
        raw = _TABLE.get(kind, id)  # made a moment ago, perhaps
    if raw is None:
        raise NotFound(f"the shop has no {kind.lower()} {id[:64]!r}")
    return _remember((kind, id), build(raw))


def _every(kind: str, build: Callable[[dict[str, Any]], T]) -> list[T]:
    known = _remembered((kind, "*"))
    if known is None:
        known = _remember((kind, "*"), [build(raw) for raw in _TABLE.partition(kind)])
    return list(known)


def _remembered(what: tuple[str, str]) -> Any:
    at, thing = _kept.get(what, (0.0, None))
    return thing if thing is not None and time.monotonic() - at < _KEEP_SECONDS else None


def _remember(what: tuple[str, str], thing: T) -> T:
    _kept[what] = (time.monotonic(), thing)
    return thing


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _bare(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in ("pk", "sk", "write_id")}


def unversioned(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a stored thing says, without its version."""
    return {key: value for key, value in _bare(raw).items() if key != "version"}


def node_from(raw: Mapping[str, Any]) -> Node:
    """From what is stored."""
    lists = {name: tuple(raw.get(name, ())) for name in ("tags", "workdays", "holidays")}
    return Node(**{**unversioned(raw), **lists, "place": Place(**raw["place"]), "closed": tuple(map(tuple, raw.get("closed", ())))})


def _item(raw: dict[str, Any]) -> Item:
    hazard = raw.get("hazard")
    return Item(**{**unversioned(raw), "hazard": Hazard(**hazard) if hazard else None})


def box_from(raw: Mapping[str, Any]) -> Box:
    """From what is stored."""
    lists = {name: tuple(raw[name]) for name in ("inner_mm", "outer_mm", "nodes")}
    return Box(**{**unversioned(raw), **lists})


def channel_from(raw: dict[str, Any]) -> Channel:
    return Channel(**unversioned(raw))


def _carrier(raw: dict[str, Any]) -> Carrier:
    services = tuple(_service(service) for service in raw.get("services", ()))
    lists = {"zones_km": tuple(raw.get("zones_km", ())), "services": services, "tables": tuple(map(tuple, raw.get("tables", ())))}
    return Carrier(**{**{name: value for name, value in _bare(raw).items() if name != "revision"}, **lists})


def _service(raw: dict[str, Any]) -> Service:
    return Service(
        raw["id"],
        raw["name"],
        {int(zone): days for zone, days in raw["delivery_days"].items()},
        tuple(raw["weight_breaks_g"]),
        {int(zone): tuple(prices) for zone, prices in raw["prices"].items()},
        tuple(raw.get("hazards", ("excepted",))),
    )
