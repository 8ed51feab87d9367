"""Each node is told of its work in the way in which it is spoken to: by webhook, by EDI, or through Amazon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waybill.kernel.events import Event
from waybill.shop import store as shop

Told = Callable[[Event], object]


@dataclass(frozen=True, slots=True)
class Asking:
    """`by_webhook` is for a node with a `webhook_url`; `others` by the name of the setting that a node has, each made when first asked for."""

    by_webhook: Told
    others: Mapping[str, Callable[[], Told]]

    def told(self, event: Event) -> None:
        """Raises Unavailable where the node could not be told: the queue tries again. A way told again is told the same."""
        node = shop.node(event.data["node"])
        for name, way in self.others.items():
            if node.settings.get(name):
                way()(event)
        if node.webhook_url:
            self.by_webhook(event)
