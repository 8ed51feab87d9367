"""Drafts in the Orders table: `pk = DRAFT#<id>, sk = DRAFT`, beside the orders' own personal data. They have a log and no `history`: nothing of them goes on
the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.aws.tables import commit, replace
from waybill.drafts.model.draft import Draft
from waybill.kernel.errors import NotFound
from waybill.orders.store import ORDERS

_PARTITION, _SK, _LIST = "DRAFT#", "DRAFT", "DRAFTS#"


class DraftsTable:
    def load(self, id: str) -> Draft:
        """Raises NotFound."""
        if draft := self.find(id):
            return draft
        raise NotFound(f"there is no draft {id[:64]!r}")

    def find(self, id: str) -> Draft | None:
        item = ORDERS.get(_PARTITION + id, _SK)
        return _draft(item) if item else None

    def save(self, draft: Draft) -> Draft:
        """Over the version that was read. Raises Conflict."""
        item = _item(draft)
        commit(replace(ORDERS, item, draft.version))
        return _draft(item)

    def page(self, status: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Draft], dict[str, Any] | None]:
        """Those of a status, the one that was changed last first."""
        page = ORDERS.page(_LIST + status, index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start, newest_first=True)
        items = {item["pk"]: item for item in ORDERS.get_many([(found["pk"], _SK) for found in page.items])}
        found = [_draft(items[each["pk"]]) for each in page.items if each["pk"] in items]
        return [draft for draft in found if draft.status == status], page.next

    def untouched(self, status: str, before: str, limit: int) -> list[str]:
        """Ids of those that nobody has changed since an instant, the oldest first. May lag."""
        page = ORDERS.page(_LIST + status, index="lookup", keys=("lookup_pk", "lookup_sk"), between=("0", before), limit=limit)
        return [found["pk"].removeprefix(_PARTITION) for found in page.items]


def _item(draft: Draft) -> dict[str, Any]:
    """As it stands after this write."""
    return {
        "pk": _PARTITION + draft.id,
        "sk": _SK,
        "version": draft.version + 1,
        "channel": draft.channel,
        "status": draft.status,
        "said": dict(draft.said),
        "expires_on": draft.expires_on,
        "order": draft.order,
        "order_id": draft.order_id,
        "opened_with": draft.opened_with,
        "changed_at": draft.changed_at,
        "changed_by": draft.changed_by,
        "log": [list(entry) for entry in draft.log],
        "lookup_pk": _LIST + draft.status,
        "lookup_sk": f"{draft.changed_at}#{draft.id}",
    }


def _draft(item: Mapping[str, Any]) -> Draft:
    names = ("channel", "said", "status", "expires_on", "order", "order_id", "opened_with", "changed_at", "changed_by", "version")
    entries = tuple((at, actor, verb) for at, actor, verb in item["log"])
    return Draft(id=item["pk"].removeprefix(_PARTITION), log=entries, **{name: item[name] for name in names})
