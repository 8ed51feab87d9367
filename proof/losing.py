"""Whether anything is lost: what was answered 2xx is an order or in front of a person, and what was kept is still kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from proof.knocking import Knock
from proof.living import Dweller

_INTAKE = ("/v1/orders", "/v1/channels/{channel}/webhooks")


class Kept:
    """What was there before, and what doors have said since."""

    def __init__(self, the: Dweller) -> None:
        self._the = the
        self._documents = set(self._partitions("Documents"))
        self._promised: list[tuple[str, str]] = []
        the.world.errors.clear()

    def answered(self, knock: Knock) -> None:
        """Remembers what an intake door has promised."""
        if 200 <= knock.status < 300 and knock.route in _INTAKE and knock.method == "POST":
            said = json.loads(knock.content)
            self._promised.append((knock.told, said.get("id") or said.get("order_id") or ""))

    def lost(self) -> Iterator[str]:
        """Asked at rest."""
        documents = {pk: self._item(pk) for pk in self._partitions("Documents")}
        yield from (f"{pk} was kept and is gone" for pk in sorted(self._documents - documents.keys()))
        by_order = {item.get("order_id", {}).get("S", ""): item for item in documents.values()}
        for told, order_id in self._promised:
            if order_id and not self._stands(order_id) and order_id not in by_order:
                yield f"I14 {told} promised {order_id}, which is nowhere"
        for pk in sorted(documents.keys() - self._documents):
            item = documents[pk]
            if not pk.startswith("gateway/") and "parked" not in item and not self._stands(item.get("order_id", {}).get("S", "")):
                yield f"I14 {pk} was kept, and is neither an order nor in front of a person"
        yield from (f"a function has raised {error!r}" for error in self._the.world.errors[:5])

    def _stands(self, order_id: str) -> bool:
        return bool(order_id) and f"ORDER#{order_id}" in self._partitions("Orders")

    def _partitions(self, table: str) -> Any:
        return self._the.world.cloud.dynamodb.tables[f"{table}Table"].partitions.keys()

    def _item(self, pk: str) -> Any:
        return next(iter(self._the.world.cloud.dynamodb.tables["DocumentsTable"].partitions[pk].items.values()))
