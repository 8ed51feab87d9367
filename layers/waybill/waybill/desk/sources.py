"""The desk's facts from the other contexts: one Query brings an order, presenters of payments and routing say the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from waybill.accounting.dynamodb import LedgerTable
from waybill.accounting.model.entry import Entry
from waybill.aws.http import Request, cursor, cursor_key
from waybill.desk import intake
from waybill.desk.model import facts, words
from waybill.desk.model.intake import ChannelState, Import, Opened
from waybill.desk.model.search import Meant, readings
from waybill.desk.ports import DOCUMENTS
from waybill.desk.records import order_facts, row_facts
from waybill.fulfilment import papers
from waybill.fulfilment.service import order_of
from waybill.inventory.stock_table import StockTable
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Malformed, NotFound
from waybill.orders import documents, present, search, store
from waybill.orders.model.holds import KINDS
from waybill.orders.service import Orders
from waybill.shop import store as shop

if TYPE_CHECKING:
    from waybill.channels.condition import Conditions

_PAGE = 100
_MOST_READS = 14
_LOOKUP = ("pk", "sk", "lookup_pk", "lookup_sk")
_MOST_IN_A_QUEUE = 99
_MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Sources:
    """`ports.Reads`. `conditions`: how channels stand, made when somebody looks."""

    clock: Clock
    conditions: Callable[[], Conditions]

    def orders(self, query: facts.Query, channel: str) -> facts.Listing:
        narrowed = channel or query.channel
        if query.attention:
            return self._queue(query, narrowed)
        latest = self._walk(search.Wanted(channel=narrowed), None)
        asked = query.text.strip() or query.status or query.cursor
        found = self._search(query, narrowed) if asked else latest
        counts = dict(Counter(row.status for row in latest.rows))
        return facts.Listing(found.rows, counts, found.next, len(latest.rows))

    def queues(self, channel: str) -> dict[str, int]:
        return {queue: self._in_queue(queue, channel) for queue in (*KINDS, "backordered")}

    def order(self, order_id: str) -> facts.Order:
        record = store.load(order_id)
        names = {node.id: node.name for node in shop.nodes()}
        tracking = {carrier.id: carrier.tracking_url for carrier in shop.carriers()}
        return order_facts(record, names, tracking, _journal(order_id))

    def label(self, order_id: str, fo_id: str, package: str) -> bytes:
        number, _, kind = package.partition("-")
        if not number.isdecimal() or not number.isascii() or len(number) > 4 or kind not in DOCUMENTS:
            raise NotFound("the order has no such label")
        if order_of(fo_id) != order_id:
            raise NotFound("the order has no such label")
        return papers.read(fo_id, int(number), kind)[0]

    def stock(self) -> list[facts.Stock]:
        items = sorted(shop.all_items(), key=lambda item: item.sku)
        places = [(item.sku, node.id) for item in items for node in shop.nodes()]
        titles = {item.sku: item.title for item in items}
        rows = StockTable(self.clock).rows_at(places)
        return [facts.Stock(row.sku, titles[row.sku], row.node, row.on_hand, row.reserved, row.available, row.blocked) for row in rows]

    def documents(self, cursor_text: str) -> tuple[list[facts.Document], str | None]:
        rows, following = documents.parked(_PAGE, _key(cursor_text, "pk", "parked", "received_at"))
        names = ("topic", "door", "order_id")
        kept = [
            facts.Document(row["id"], row["channel"], row["received_at"], row.get("problem", ""), **{name: row.get(name, "") for name in names}) for row in rows
        ]
        return kept, cursor(following)

    def channels(self) -> list[str]:
        return sorted(channel.id for channel in shop.channels())

    def channel_states(self) -> list[ChannelState]:
        return intake.states(self.conditions)

    def imports(self) -> list[Import]:
        return intake.imports()

    def opened(self, document_id: str) -> Opened:
        return intake.opened(document_id)

    def _search(self, query: facts.Query, channel: str) -> facts.Listing:
        meanings = readings(query.text)
        if not meanings:
            return self._walk(search.Wanted(channel=channel, status=query.status), _day_key(query.cursor))
        for meant in meanings:
            found = self._meant(meant, query, channel)
            if found.rows:
                return found
        return found

    def _meant(self, meant: Meant, query: facts.Query, channel: str) -> facts.Listing:
        if meant.by == "order_id":
            return facts.Listing(tuple(row for row in _rows([meant.value]) if _fits(row, query, channel)))
        wanted = search.Wanted(**{meant.by: meant.value}, channel=channel, status=query.status)
        if meant.by == "sku":
            return self._walk(wanted, _day_key(query.cursor))
        found = search.find(wanted, _PAGE, _key(query.cursor, *_LOOKUP), self.clock().date())
        return facts.Listing(tuple(map(row_facts, found.rows)), next=cursor(found.next))

    def _walk(self, wanted: search.Wanted, start: dict[str, Any] | None) -> facts.Listing:
        """Back through the days, newest first, until a page is full or enough was read: a person waits, and may go on."""
        day = _day(start) if start else self.clock().date()
        after = start if start and "pk" in start else None
        rows: list[facts.Row] = []
        for _ in range(_MOST_READS):
            items, after = store.of_day(day.isoformat(), _PAGE, after)
            rows += [row_facts(row) for row in map(present.row, items) if wanted.fits(row)]
            if after is None:
                day -= timedelta(days=1)
            if len(rows) >= _PAGE:
                break
        return facts.Listing(tuple(rows), next=cursor(after or {"day": day.isoformat()}))

    def _queue(self, query: facts.Query, channel: str) -> facts.Listing:
        order_ids, following = store.in_attention(query.attention, _PAGE, _key(query.cursor, *_LOOKUP))
        rows = [row for row in _rows(order_ids, query.attention) if _fits(row, query, channel)]
        return facts.Listing(tuple(rows), next=cursor(following))

    @staticmethod
    def _in_queue(queue: str, channel: str) -> int:
        order_ids, _ = store.in_attention(queue, _MOST_IN_A_QUEUE, None)
        return len(order_ids) if not channel else sum(1 for row in _rows(order_ids) if row.channel == channel)


@dataclass(frozen=True, slots=True)
class Deeds:
    """`ports.Acts` on the orders' own use cases."""

    service: Orders

    def release_hold(self, order_id: str, hold_id: str, actor: str) -> None:
        self.service.release_hold(order_id, hold_id, actor)

    def cancel(self, order_id: str, reason: str, actor: str) -> None:
        self.service.cancel(order_id, reason, actor)

    def cancel_rest(self, order_id: str, reason: str, actor: str) -> None:
        self.service.cancel_rest(order_id, reason, "", actor)

    def retry_payment(self, order_id: str, actor: str) -> None:
        """A declined order waits under a hold of kind payment: releasing it sends the order to the gateway once more."""
        waiting = [hold for hold in store.load(order_id).state.active_holds if hold.kind == "payment" and hold.blocks]
        if not waiting:
            raise NotFound("no payment of this order waits for a decision")
        for hold in waiting:
            self.service.release_hold(order_id, hold.id, actor, "payment tried again")

    def redrive(self, document_id: str, actor: str) -> None:
        documents.redrive(document_id)


def _journal(order_id: str) -> list[facts.JournalEntry]:
    names = {account.id: account.name for account in shop.accounts()}
    entries = LedgerTable().of_order(order_id, _MOST_ENTRIES, None).entries
    return [_entry(entry, names) for entry in entries]


def _entry(entry: Entry, names: dict[str, str]) -> facts.JournalEntry:
    postings = tuple(facts.Posting(names.get(leg.account, leg.account), leg.amount, leg.currency) for leg in entry.postings)
    return facts.JournalEntry(entry.id, entry.at, words.entry(entry.event), postings, entry.currency)


def _rows(order_ids: Iterable[str], queue: str = "") -> list[facts.Row]:
    """Rows in the order asked for, read from the base table; ids that name no order are left out."""
    found = {row["id"]: row for row in search._rows(list(order_ids))}
    return [row_facts(found[order_id], (queue,) if queue else ()) for order_id in order_ids if order_id in found]


def _fits(row: facts.Row, query: facts.Query, channel: str) -> bool:
    return (not channel or row.channel == channel) and (not query.status or row.status == query.status)


def _key(text: str, *names: str) -> dict[str, Any] | None:
    """The key in a cursor of ours, of exactly these parts. Raises Malformed for any other."""
    key = cursor_key(Request("GET", "", {}, {"cursor": text}, b""))
    if key is not None and (set(key) != set(names) or not all(isinstance(part, str) for part in key.values())):
        raise Malformed("the page has no such continuation")
    return key


def _day_key(text: str) -> dict[str, Any] | None:
    """Where a walk through the days goes on: within a day, or at one."""
    try:
        return _key(text, "day")
    except Malformed:
        return _key(text, "pk", "sk", "day", "placed")


def _day(key: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(key["day"])
    except ValueError:
        raise Malformed("the page has no such continuation") from None
