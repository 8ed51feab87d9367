"""What the desk reads and does, in its own words. `sources.py` is the real thing, `tests/desk/shop.py` a small one in memory."""

from __future__ import annotations

from typing import Protocol

from waybill.desk.model.facts import Document, Listing, Order, Query, Stock

DOCUMENTS = {"label.pdf": "application/pdf", "label.zpl": "application/zpl", "packing-slip.pdf": "application/pdf"}
"""What is printed for each parcel, and its content type."""


class Reads(Protocol):
    """Everything is read as it stands now. `channel` narrows to one channel's orders; empty means all."""

    def orders(self, query: Query, channel: str) -> Listing: ...

    def queues(self, channel: str) -> dict[str, int]:
        """How many orders stand in each queue of people, by hold kind and `backordered`. Counted up to 99."""
        ...

    def order(self, order_id: str) -> Order:
        """Raises NotFound."""
        ...

    def label(self, order_id: str, fo_id: str, package: str) -> bytes:
        """`package` is a number and one of DOCUMENTS: `1-label.pdf`. Raises NotFound."""
        ...

    def stock(self) -> list[Stock]: ...

    def documents(self, cursor: str) -> tuple[list[Document], str | None]: ...

    def channels(self) -> list[str]: ...


class Acts(Protocol):
    """What a person may set going. Each is safe to repeat and raises IllegalTransition, Conflict or NotFound."""

    def release_hold(self, order_id: str, hold_id: str, actor: str) -> None: ...

    def cancel(self, order_id: str, reason: str, actor: str) -> None: ...

    def retry_payment(self, order_id: str, actor: str) -> None: ...

    def redrive(self, document_id: str, actor: str) -> None: ...
