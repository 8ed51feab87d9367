"""The desk's `ports.Edits` on the use cases of editing, which are loaded with the first edit and not with every page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waybill.kernel.ids import digest
from waybill.orders import store

if TYPE_CHECKING:
    from waybill.editing.service import Editing


@dataclass(frozen=True, slots=True)
class Editor:
    """Who presses a button twice has asked once: the key of an edit is what was seen and what was wanted."""

    editing: Callable[[], Editing]

    def lines(self, order_id: str) -> list[tuple[str, str, str, int]]:
        from waybill.editing.model.change import BUNDLE, units

        record = store.load(order_id)
        titles: dict[str, str] = {}
        for line in record.order.lines:
            sold = line.attributes.get(BUNDLE)
            titles.setdefault(sold["line"] if sold else line.id, (sold["title"] if sold else line.title) or line.sku)
        cancelled = {line: known.cancelled for line, known in record.state.lines.items()}
        return [(line, sku, titles[line], count) for line, (sku, count) in units(record.order, cancelled).items()]

    def preview(self, order_id: str, body: Mapping[str, Any], undoes: int = 0) -> tuple[dict[str, Any], str]:
        from waybill.editing.api import seen_before
        from waybill.editing.shape import change, read

        editing = self.editing()
        if undoes:
            outcome = editing.preview_undo(order_id, undoes)
        else:
            cleaned = read(dict(body))
            outcome = editing.preview(order_id, lambda record: change(cleaned, record.order))
        return seen_before(editing, outcome), str(outcome.before.state.version)

    def confirm(self, order_id: str, body: Mapping[str, Any], seen: str, actor: str, undoes: int = 0) -> int:
        from waybill.editing.ports import Asked
        from waybill.editing.shape import change, read

        content = digest(json.dumps({**body, "undoes": undoes}, sort_keys=True))
        asked = Asked(actor, str(body.get("reason", "")), digest("desk", seen, content), content, seen)
        if undoes:
            return self.editing().undo(order_id, undoes, asked)[0].number
        cleaned = read(dict(body))
        return self.editing().confirm(order_id, lambda record: change(cleaned, record.order), asked)[0].number
