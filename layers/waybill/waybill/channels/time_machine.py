"""The raw documents are kept: what would today's normalisers make of yesterday's? Reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_

from waybill.channels.exploding import exploded
from waybill.channels.imported import DOCUMENT, Imported, differences
from waybill.channels.worker import read
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.orders import addresses, documents, store
from waybill.orders.customers import CHANGED as CUSTOMER_CHANGED
from waybill.orders.documents import Document
from waybill.shop import store as shop
from waybill.shop.bundles import bundles


@dataclass(frozen=True, slots=True)
class Replayed:
    """One document read again. `outcome`: same, differs (in `parts` of the order), unreadable (`problem`: it was an order, and would be parked), or
    readable (it was parked, and would be an order)."""

    document: str
    order_id: str
    outcome: str
    parts: tuple[str, ...] = ()
    problem: str = ""


def replay(channel: str = "") -> Iterator[Replayed]:
    """Every document of the archive that made an order, or was parked; of one channel, or of all."""
    for document in documents.archive(channel):
        if found := replayed(document):
            yield found


def replayed(document: Document) -> Replayed | None:
    """None for a document that neither made its order nor waits for a person."""
    public = documents.public_id(document.id)
    record = None
    if document.order_id:
        try:
            record = store.load(document.order_id)
        except NotFound:
            record = None
    made_it = record is not None and record.order.attributes.get(DOCUMENT) == public
    if not made_it and not document.problem:
        return None
    try:
        said = read(document)
    except InvalidInput as problem:
        return Replayed(public, document.order_id, "unreadable", problem=problem.message) if made_it else None
    if not made_it or record is None:
        return Replayed(public, said.order.id, "readable")
    moved = {"ship_to"} if any(entry.type == "order.readdressed" for entry in record.state.history) else set[str]()
    moved |= {field for entry in record.state.history if entry.type == CUSTOMER_CHANGED for field in entry.data["fields"]}
    parts = tuple(part for part in differences(_whole(said), Imported(record.order, addresses.written_of(record.customer))) if part not in moved)
    return Replayed(public, record.order.id, "differs" if parts else "same", parts)


def _whole(said: Imported) -> Imported:
    """As intake would have it: bundles taken apart, what does not ship by the shop's own items, addresses as their countries write them."""
    kits, sold = bundles(), [line.sku for line in said.order.lines if line.sku]
    known = shop.items([*sold, *(part for sku in sold for part in kits.get(sku, ()))])
    order = exploded(said.order, kits, known)
    lines = tuple(with_(line, ships=False) if line.sku in known and not known[line.sku].ships else line for line in order.lines)
    return with_(said, order=with_(order, lines=lines), customer=addresses.written_of(said.customer))
