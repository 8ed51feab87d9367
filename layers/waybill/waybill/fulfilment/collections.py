"""Collections in the Orders table: `pk = COLLECTION#<id>, sk = COLLECTION`; by node in the index, by day, and whether its carrier has a word to say yet. No `history`: nothing of them
goes on the bus, and each has a log of its own."""

from __future__ import annotations

from typing import Any

from waybill.aws.tables import commit, create, replace
from waybill.fulfilment.model import once
from waybill.fulfilment.model.collection import MOST_A_DAY, Collection, Said, collection_id
from waybill.fulfilment.model.once import Asked
from waybill.kernel.errors import NotFound
from waybill.kernel.plain import plain
from waybill.orders.store import ORDERS

_SK, _KEY_SK = "COLLECTION", "KEY"
_LOOKUP = ("lookup_pk", "lookup_sk")
_OPEN, _DONE = "open", "done"
Key = dict[str, Any] | None


def find(id: str) -> Collection | None:
    item = ORDERS.get(f"COLLECTION#{id}", _SK)
    return _collection(item) if item else None


def load(id: str, node: str = "") -> Collection:
    """`node`: whose it must be, empty for anybody's. Raises NotFound."""
    found = find(id)
    if found is None or (node and found.node != node):
        raise NotFound(f"there is no collection {id[:64]!r}")
    return found


def of_day(node: str, carrier: str, date: str) -> list[Collection]:
    """All that were wanted of a carrier for a day at a node, the first first."""
    found: list[Collection] = []
    while len(found) < MOST_A_DAY and (next := find(collection_id(node, carrier, date, len(found) + 1))) is not None:
        found.append(next)
    return found


def asked_before(asked: Asked | None) -> Collection | None:
    """What came of this request when it was made before; None where it is new, or has no key. Raises KeyReused for another body."""
    item = ORDERS.get(_key_pk(asked), _KEY_SK) if asked else None
    if item is None or asked is None:
        return None
    once.before([Asked(asked.name, item["body"])], asked)
    return load(item["collection"])


def save(collection: Collection, asked: Asked | None = None) -> Collection:
    """Over the version that was read, with the request that wanted it. Raises WriteConflict."""
    body = {name: value for name, value in plain(collection).items() if name not in ("version", "log") and value not in ("", 0)}
    log = [{name: value for name, value in plain(each).items() if value} for each in collection.log]
    index = {"lookup_pk": f"COLLECTIONS#{collection.node}", "lookup_sk": _place(collection)}
    item = {"pk": f"COLLECTION#{collection.id}", "sk": _SK, **body, **index, "log": log, "version": collection.version + 1}
    key = [create(ORDERS, {"pk": _key_pk(asked), "sk": _KEY_SK, "collection": collection.id, "body": asked.body})] if asked else []
    commit(replace(ORDERS, item, collection.version), *key)
    return _collection(item)


def listed(node: str, date: str, limit: int, start: Key) -> tuple[list[Collection], Key]:
    """A node's, the newest day first; of one day where it is named."""
    page = ORDERS.page(f"COLLECTIONS#{node}", prefix=f"{date}#" if date else "", index="lookup", keys=_LOOKUP, limit=limit, start=start, newest_first=True)
    return _as_they_stand(page.items), page.next


def since(node: str, day: str, most: int) -> list[Collection]:
    """A node's, from a day on, the earliest first; at most so many."""
    page = ORDERS.page(f"COLLECTIONS#{node}", between=(f"{day}#", "9999~"), index="lookup", keys=_LOOKUP, limit=most)
    return _as_they_stand(page.items)


def open_ids(node: str, first: str, last: str, most: int) -> list[str]:
    """Ids of a node's, from one day to another, whose carrier has a word to say yet."""
    found: list[str] = []
    start = None
    while len(found) < most:
        page = ORDERS.page(f"COLLECTIONS#{node}", between=(f"{first}#", f"{last}#~"), index="lookup", keys=_LOOKUP, start=start)
        found += [item["pk"].partition("#")[2] for item in page.items if item["lookup_sk"].endswith(f"#{_OPEN}")]
        start = page.next
        if start is None:
            break
    return found[:most]


def _as_they_stand(found: list[dict[str, Any]]) -> list[Collection]:
    """The index may lag behind them."""
    items = {item["pk"]: _collection(item) for item in ORDERS.get_many([(each["pk"], _SK) for each in found])}
    return [items[each["pk"]] for each in found if each["pk"] in items]


def _key_pk(asked: Asked) -> str:
    return f"COLLECTIONKEY#{asked.name}"


def _place(collection: Collection) -> str:
    return f"{collection.date}#{collection.carrier}#{collection.number:02d}#{_OPEN if collection.is_open else _DONE}"


def _collection(item: dict[str, Any]) -> Collection:
    empty = {"shipment": "", "packages": 0, "weight_g": 0}
    known = {name: item[name] for name in Collection.__slots__ if name in item}
    return Collection(**{**empty, **known, "log": tuple(Said(**each) for each in item["log"])})
