"""What the desk reads and does, in its own words. `sources.py` is the real thing, `tests/desk/shop.py` a small one in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from waybill.desk.model.draft import Draft, DraftRow, Found
from waybill.desk.model.facts import Document, Listing, Order, Query, Stock
from waybill.desk.model.intake import ChannelState, Import, Opened
from waybill.desk.model.money import Refund
from waybill.payments.model.refunds import Wanted

if TYPE_CHECKING:
    from waybill.desk.model.floor import Collected, Deed, Floor

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

    def channel_states(self) -> list[ChannelState]: ...

    def imports(self) -> list[Import]:
        """The newest spreadsheets."""
        ...

    def opened(self, document_id: str) -> Opened:
        """A kept document. Raises NotFound."""
        ...


class Takes(Protocol):
    """Orders that a person makes: the same use cases that `/v1/drafts` has. `seen` is the version that the person looked at. Each verb is safe
    to repeat and raises InvalidInput, IllegalTransition, StaleVersion, Conflict, NotFound."""

    def channels(self) -> list[str]:
        """Those that people take orders for."""
        ...

    def rows(self, status: str, cursor: str) -> tuple[list[DraftRow], str | None]: ...

    def draft(self, id: str) -> Draft: ...

    def open(self, key: str, said: Mapping[str, Any], actor: str) -> Draft:
        """The draft that this key names, made where there is none."""
        ...

    def change(self, id: str, said: Mapping[str, Any], seen: int, actor: str) -> Draft: ...

    def hold(self, id: str) -> Draft: ...

    def quote(self, id: str, until: str, seen: int, actor: str) -> Draft: ...

    def reopen(self, id: str, seen: int, actor: str) -> Draft: ...

    def discard(self, id: str, seen: int, actor: str) -> Draft: ...

    def place(self, id: str, tenders: list[Mapping[str, Any]], seen: int, actor: str) -> Draft: ...

    def find(self, channel: str, text: str) -> list[Found]:
        """Items that a text means, the likeliest first."""
        ...


class Acts(Protocol):
    """What a person may set going. Each is safe to repeat and raises IllegalTransition, Conflict or NotFound."""

    def release_hold(self, order_id: str, hold_id: str, actor: str) -> None: ...

    def cancel(self, order_id: str, reason: str, actor: str) -> None: ...

    def cancel_rest(self, order_id: str, reason: str, actor: str) -> None:
        """All that has not left."""
        ...

    def retry_payment(self, order_id: str, actor: str) -> None: ...

    def redrive(self, document_id: str, actor: str) -> None: ...


class Works(Protocol):
    """Work at nodes, and parcels: the same use cases that `/v1/fulfilment-orders` has. Raises InvalidInput, IllegalTransition, Conflict, NotFound."""

    def do(self, fo_id: str, deed: Deed, actor: str) -> None:
        """A verb of a fulfilment order."""
        ...

    def floor(self) -> Floor:
        """What waits, as it stands."""
        ...

    def close_case(self, case_id: str, why: str, actor: str) -> None: ...

    def tell_again(self, delivery_id: str) -> None: ...

    def close_interchange(self, id: str, actor: str) -> None: ...

    def book_van(self, said: Collected, actor: str) -> None:
        """Wanted; those who may speak with carriers book it."""
        ...

    def cancel_van(self, id: str, actor: str) -> None: ...


class Edits(Protocol):
    """Edits of an order: `body` as the API takes it, an answer as the API gives it (`editing.api`). Raises as `Pays`, and StockUnavailable."""

    def lines(self, order_id: str) -> list[tuple[str, str, str, int]]:
        """Line as sold, SKU, title, and units wanted."""
        ...

    def preview(self, order_id: str, body: Mapping[str, Any], undoes: int = 0) -> tuple[dict[str, Any], str]:
        """What the edit, or putting back what stood before one, would do; and the version that it rests on."""
        ...

    def confirm(self, order_id: str, body: Mapping[str, Any], seen: str, actor: str, undoes: int = 0) -> int:
        """The number of the version that came of it."""
        ...


class Pays(Protocol):
    """What a person decides about money: the same use cases that the API's doors of finance have, with the same rules. Amounts in
    minor units. `seen` is the version that the person looked at: what was decided on it twice is decided once, and on an older
    one not at all. Raises InvalidInput, IllegalTransition, StaleVersion, Forbidden, Conflict, NotFound.
    """

    def preview(self, order_id: str, wanted: Wanted, reason: str, actor: str) -> tuple[Refund, str]:
        """What the refund would be, and the version that it rests on; nothing is written."""
        ...

    def refund(self, order_id: str, wanted: Wanted, reason: str, seen: str, actor: str) -> Refund: ...

    def decide(self, order_id: str, number: int, verb: str, actor: str) -> None:
        """`verb`: approve, retry or reject a refund."""
        ...

    def credit(self, order_id: str, number: int, actor: str) -> tuple[str, int]:
        """A refund that no gateway would pay, as store credit: its code, the same each time, and its balance."""
        ...

    def paid(self, order_id: str, tender: int, amount: int, reference: str, seen: str, actor: str) -> None: ...

    def retry(self, order_id: str, tender: int, seen: str, actor: str) -> None: ...
