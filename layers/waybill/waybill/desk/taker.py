"""The desk's `ports.Takes`: orders that people make, on the use cases of drafts. What it stands on is loaded when somebody takes an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waybill.aws.http import Request, cursor, cursor_key
from waybill.desk.model.draft import Draft, DraftLine, DraftRow, Found, matching
from waybill.kernel.errors import Malformed
from waybill.shop import store as shop

if TYPE_CHECKING:
    from waybill.drafts.looking import Looked
    from waybill.drafts.service import Drafts

_PAGE = 50
_LOOKUP = {"pk", "sk", "lookup_pk", "lookup_sk"}


@dataclass(frozen=True, slots=True)
class Taker:
    service: Callable[[], Drafts]

    def channels(self) -> list[str]:
        from waybill.drafts.service import channels

        return [channel.id for channel in channels()]

    def rows(self, status: str, cursor_text: str) -> tuple[list[DraftRow], str | None]:
        start = cursor_key(Request("GET", "", {}, {"cursor": cursor_text}, b""))
        if start is not None and set(start) != _LOOKUP:
            raise Malformed("the page has no such continuation")
        found, following = self.service().page(status, _PAGE, start)
        return [_row(looked) for looked in found], cursor(following)

    def draft(self, id: str) -> Draft:
        drafts = self.service()
        return _facts(drafts.look(drafts.load(id)))

    def open(self, key: str, said: Mapping[str, Any], actor: str) -> Draft:
        return self._shown(self.service().open(f"desk/{key}", _read(said), actor))

    def change(self, id: str, said: Mapping[str, Any], seen: int, actor: str) -> Draft:
        return self._shown(self.service().change(id, _read(said), seen, actor))

    def hold(self, id: str) -> Draft:
        return self._shown(self.service().hold(id))

    def quote(self, id: str, until: str, seen: int, actor: str) -> Draft:
        return self._shown(self.service().quote(id, until, seen, actor))

    def reopen(self, id: str, seen: int, actor: str) -> Draft:
        return self._shown(self.service().reopen(id, seen, actor))

    def discard(self, id: str, seen: int, actor: str) -> Draft:
        return self._shown(self.service().discard(id, seen, actor))

    def place(self, id: str, tenders: list[Mapping[str, Any]], seen: int, actor: str) -> Draft:
        from waybill.drafts import edge

        return self._shown(self.service().place(id, edge.tenders({"tenders": tenders}), seen, actor))

    def find(self, channel: str, text: str) -> list[Found]:
        items = {item.sku: item for item in shop.all_items()}
        skus = matching([(sku, item.title) for sku, item in sorted(items.items())], text)
        there = self.service().looks.shelves.sellable(channel, skus) if skus else {}
        return [Found(sku, items[sku].title, items[sku].price, items[sku].currency, there[sku]) for sku in skus]

    def _shown(self, draft: Any) -> Draft:
        return _facts(self.service().look(draft))


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    from waybill.drafts import edge

    return edge.said(dict(said))


def _row(looked: Looked) -> DraftRow:
    from waybill.drafts.model.pricing import is_currency

    draft, order, person = looked.draft, looked.order, looked.draft.said.get("customer", {})
    customer = str(person.get("name") or person.get("email") or "")
    units = sum(line.quantity for line in order.lines)
    more = (customer, draft.expires_on, draft.order_id)
    currency = order.currency if is_currency(order.currency) else ""
    number = str(looked.body["number"])
    return DraftRow(draft.id, number, draft.status, draft.channel, units, order.total, currency, draft.changed_at, draft.changed_by, *more)


def _facts(looked: Looked) -> Draft:
    draft, order = looked.draft, looked.order
    parts = (
        ("Items", sum(line.unit_price * line.quantity for line in order.lines)),
        ("Discounts", -(sum(line.discount for line in order.lines) + order.shipping.discount)),
        ("Shipping", order.shipping.amount),
        ("Fees", order.fees),
        ("Tax, included" if order.tax_included else "Tax", order.tax),
    )
    return Draft(
        row=_row(looked),
        version=draft.version,
        said=draft.said,
        lines=tuple(
            DraftLine(line.title or line.sku, line.net, line.unit_price, looked.sellable.get(line.sku), looked.kept.get(line.sku, 0)) for line in order.lines
        ),
        totals=(*((name, amount) for name, amount in parts if amount), ("Total", order.total)),
        lacks=looked.lacks,
        findings=tuple((finding.kind, finding.reason) for finding in looked.findings),
        kept_until=looked.kept_until,
        allowed=frozenset(draft.allowed),
        log=draft.log,
    )
